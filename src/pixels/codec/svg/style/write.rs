//! Serialisation of the tree, with its style in attributes.

use roxmltree::Node;

use super::cascade::{Computed, Inherited, computed};
use super::matching::Fuel;
use super::sheet::Sheet;
use super::smil::{Animations, Change};
use super::transform;
use super::values::{Context, length};
use crate::svg::{Notes, Viewport, escape, number};

/// A writer of a drawing for the renderer.
pub(super) struct Writer<'a, 'i, 'n> {
    out: String,
    sheet: &'a Sheet<'a>,
    animations: &'a Animations<'a, 'i>,
    fuel: Fuel,
    notes: &'n mut Notes,
    background: Option<[u8; 4]>,
}

impl<'a, 'i, 'n> Writer<'a, 'i, 'n> {
    pub(super) fn new(
        sheet: &'a Sheet<'a>,
        animations: &'a Animations<'a, 'i>,
        fuel: Fuel,
        notes: &'n mut Notes,
    ) -> Self {
        Self { out: String::new(), sheet, animations, fuel, notes, background: None }
    }

    /// Returns the text, the colour of the canvas, and the remaining steps.
    pub(super) fn end(self) -> (String, Option<[u8; 4]>, u64) {
        (self.out, self.background, self.fuel.0)
    }

    /// Writes the root, at the size of the image.
    pub(super) fn root(&mut self, root: Node<'_, '_>, viewport: Viewport, above: &Inherited) {
        let changes = self.animations.changes(root);
        let (computed, inherited) = computed(root, above, self.sheet, &changes, &mut self.fuel, self.notes);
        self.background = computed.background.map(|color| color.bytes()).filter(|[_, _, _, alpha]| *alpha > 0);
        let Viewport { width, height, view_box } = viewport;
        self.out.push_str(&format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\""));
        match view_box {
            Some(shown) => {
                self.out.push_str(&format!(" viewBox=\"{} {} {} {}\"", shown.x, shown.y, shown.width, shown.height));
                if let Some(fit) = root.attribute("preserveAspectRatio") {
                    self.attribute("preserveAspectRatio", fit);
                }
            }
            None => self.out.push_str(&format!(" viewBox=\"0 0 {width} {height}\"")),
        }
        let given = ["width", "height", "viewBox", "preserveAspectRatio", "x", "y"];
        // A transformation of the root applies to the image, around its centre.
        let context = Context { viewport: (width, height), ..inherited.context };
        self.attributes(root, &given, &computed, &context, "50% 50%");
        self.contents(root, inherited);
    }

    /// Writes the contents of the root. This is a loop, since files may be nested deeper than the stack allows.
    fn contents(&mut self, root: Node<'_, '_>, inherited: Inherited) {
        self.out.push('>');
        let mut open = vec![(root, inherited, "svg")];
        let mut next = root.first_child();
        while let Some((parent, inherited, name)) = open.last() {
            let Some(child) = next else {
                if !name.is_empty() {
                    self.out.extend(["</", name, ">"]);
                }
                next = parent.next_sibling();
                open.pop();
                continue;
            };
            next = child.next_sibling();
            if child.is_element() {
                if let Some((inherited, name)) = self.open(child, &inherited.clone()) {
                    open.push((child, inherited, name));
                    next = child.first_child();
                }
            } else if child.is_text() && matches!(parent.tag_name().name(), "text" | "tspan" | "textPath") {
                escape(child.text().unwrap_or_default(), &mut self.out);
            }
        }
    }

    /// Writes the start tag of an element. Returns the inherited values and the name for the end tag. A group without
    /// attributes is omitted, and its name is empty.
    fn open<'b>(&mut self, node: Node<'b, '_>, above: &Inherited) -> Option<(Inherited, &'b str)> {
        let name = node.tag_name().name();
        // These elements have been processed, or show nothing.
        if matches!(name, "style" | "animate" | "animateTransform" | "animateMotion" | "set" | "title" | "desc") {
            return None;
        }
        if cfg!(not(feature = "own-fonts")) && name == "text" {
            self.notes.add("element", name);
            return None;
        }
        if self.fuel.0 == 0 {
            return None;
        }
        let changes = self.animations.changes(node);
        let (computed, mut inherited) = computed(node, above, self.sheet, &changes, &mut self.fuel, self.notes);
        let start = self.out.len();
        self.out.extend(["<", name]);
        let bare = self.out.len();
        self.attributes(node, &[], &computed, &inherited.context, "0 0");
        if let Some(size) = own_viewport(node, &inherited.context) {
            inherited.context.viewport = size;
        }
        let parent = node.parent_element().map_or("", |parent| parent.tag_name().name());
        if name == "g" && self.out.len() == bare && !matches!(parent, "switch" | "clipPath") {
            self.out.truncate(start);
            return Some((inherited, ""));
        }
        self.out.push('>');
        Some((inherited, name))
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.extend([" ", name, "=\""]);
        escape(value, &mut self.out);
        self.out.push('"');
    }

    /// Writes the attributes of an element, except for those in `given`.
    fn attributes(&mut self, node: Node<'_, '_>, given: &[&str], computed: &Computed, context: &Context, origin: &str) {
        let mut style = Vec::new();
        let is_set = |name: &str| computed.properties.iter().any(|(known, _)| known == name);
        for attribute in node.attributes() {
            let name = attribute.name();
            if attribute.namespace().is_some() {
                if name == "space" || name == "lang" {
                    self.attribute(&format!("xml:{name}"), attribute.value());
                }
                continue;
            }
            let written = matches!(name, "style" | "class" | "transform" | "transform-origin" | "transform-box");
            if written || given.contains(&name) || is_set(name) || is_style(name) {
                continue;
            }
            let changed = computed.attributes.iter().filter(|(known, _)| known == name).map(|(_, change)| change);
            let value = changed.fold(attribute.value().to_owned(), changed_by);
            self.attribute(name, &plain(name, &value, context));
        }
        // An animation may add an attribute that the element does not have.
        for (name, change) in &computed.attributes {
            if let Change::Set(value) | Change::Add(value) = change
                && name != "transform"
                && node.attribute(name.as_str()).is_none()
                && !is_set(name)
            {
                self.attribute(name, &plain(name, value, context));
            }
        }
        let transform = self.transform(node, computed, context, origin);
        if !transform.is_empty() {
            self.attribute("transform", &transform);
            if node.parent_element().is_none() {
                self.attribute("transform-origin", "0 0");
            }
        }
        for (name, value) in &computed.properties {
            if given.contains(&name.as_str()) || value.is_empty() {
                continue;
            }
            // The renderer reads these properties only from a `style` attribute.
            if matches!(name.as_str(), "mix-blend-mode" | "isolation" | "font-kerning" | "image-rendering") {
                style.push(format!("{name}:{value}"));
            } else {
                self.attribute(name, value);
            }
        }
        if !style.is_empty() {
            self.attribute("style", &style.join(";"));
        }
    }

    /// Returns the transformation in SVG syntax: motions first, then the properties around their origin, or the
    /// attribute.
    fn transform(&mut self, node: Node<'_, '_>, computed: &Computed, context: &Context, origin: &str) -> String {
        let changes = || computed.attributes.iter().filter(|(name, _)| name == "transform").map(|(_, change)| change);
        let mut parts: Vec<String> = Vec::new();
        for change in changes() {
            if let Change::Move(motion) = change {
                parts.insert(0, motion.clone());
            }
        }
        let css = &computed.transform;
        let mut own = Vec::new();
        for name in ["translate", "rotate", "scale"] {
            if let Some(value) = css.get(name) {
                match transform::single(name, value, context) {
                    Some(matrix) => own.push(transform::print(matrix)),
                    None => self.notes.add("property", name),
                }
            }
        }
        let animated = changes().fold(None, |value: Option<String>, change| match change {
            Change::Set(text) => Some(text.clone()),
            Change::Add(text) => {
                let base = value.unwrap_or_else(|| node.attribute("transform").unwrap_or_default().to_owned());
                Some(format!("{base} {text}").trim().to_owned())
            }
            Change::Move(_) => value,
        });
        match (animated, css.get("transform")) {
            (Some(text), _) => own.push(text),
            (None, Some(text)) => match transform::parse(text, context) {
                Some(matrix) => own.push(transform::print(matrix)),
                None => self.notes.add("property", "transform"),
            },
            (None, None) => own.extend(node.attribute("transform").map(str::to_owned)),
        }
        if own.is_empty() {
            return parts.join(" ");
        }
        let (width, height) = context.viewport;
        let origin = css.get("transform-origin").map_or(origin, String::as_str);
        let area = match css.get("transform-box").map(String::as_str) {
            None | Some("view-box" | "border-box") => Some([0.0, 0.0, width, height]),
            _ => bounds(node, computed, context),
        };
        if area.is_none() {
            self.notes.add("property", "transform-box");
        }
        let point = transform::origin(origin, area.unwrap_or([0.0, 0.0, width, height]), context);
        match point.filter(|(x, y)| *x != 0.0 || *y != 0.0) {
            Some((x, y)) => {
                parts.push(format!("translate({x} {y})"));
                parts.extend(own);
                parts.push(format!("translate({} {})", -x, -y));
            }
            None => parts.extend(own),
        }
        parts.join(" ")
    }
}

fn changed_by(value: String, change: &Change) -> String {
    match change {
        Change::Set(text) => text.clone(),
        Change::Add(text) => match (number(&value), number(text)) {
            (Some((a, unit)), Some((b, _))) => format!("{}{unit}", a + b),
            // A transformation of a gradient.
            _ if text.contains('(') => format!("{value} {text}"),
            _ => value,
        },
        Change::Move(_) => value,
    }
}

/// Returns `true` for a presentation attribute. If it has an effect, it is among the properties.
fn is_style(name: &str) -> bool {
    use super::values::{Kind, kind};
    !matches!(kind(name), None | Some(Kind::Geometry | Kind::Data | Kind::Transform))
}

/// Returns the value of an attribute. Units and functions that the renderer does not support are converted to pixels.
fn plain(name: &str, value: &str, context: &Context) -> String {
    let lengths = [
        "x",
        "y",
        "width",
        "height",
        "r",
        "rx",
        "ry",
        "cx",
        "cy",
        "x1",
        "x2",
        "y1",
        "y2",
        "fx",
        "fy",
        "fr",
        "dx",
        "dy",
        "refX",
        "refY",
        "markerWidth",
        "markerHeight",
        "startOffset",
        "textLength",
    ];
    let simple = value.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'%'));
    if simple || !lengths.contains(&name) {
        return value.to_owned();
    }
    length(name, value, context).unwrap_or_else(|| value.to_owned())
}

/// Returns the width and height of the coordinate system that an element establishes for its descendants.
fn own_viewport(node: Node<'_, '_>, context: &Context) -> Option<(f64, f64)> {
    if !matches!(node.tag_name().name(), "svg" | "symbol") {
        return None;
    }
    let shown = node.attribute("viewBox").and_then(|text| {
        let words = text.split([' ', ',']).filter(|word| !word.is_empty());
        let numbers: Vec<f64> = words.filter_map(|word| word.parse().ok()).collect();
        match *numbers.as_slice() {
            [_, _, width, height] => Some((width, height)),
            _ => None,
        }
    });
    let side = |name: &str| {
        let whole = context.whole(name);
        let value = node.attribute(name).unwrap_or("100%");
        crate::svg::Value::parse(value, context.basis(Some(whole))).and_then(crate::svg::Value::pixels).unwrap_or(whole)
    };
    Some(shown.unwrap_or_else(|| (side("width"), side("height"))))
}

/// Returns the bounding box of a simple shape, without its stroke.
fn bounds(node: Node<'_, '_>, computed: &Computed, context: &Context) -> Option<[f64; 4]> {
    let value = |name: &str| {
        let property = computed.properties.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let text = property.or_else(|| node.attribute(name)).unwrap_or("0");
        crate::svg::Value::parse(text, context.basis(Some(context.whole(name)))).and_then(crate::svg::Value::pixels)
    };
    let around = |x: f64, y: f64, rx: f64, ry: f64| [x - rx, y - ry, rx * 2.0, ry * 2.0];
    match node.tag_name().name() {
        "rect" | "image" | "svg" | "use" => Some([value("x")?, value("y")?, value("width")?, value("height")?]),
        "circle" => Some(around(value("cx")?, value("cy")?, value("r")?, value("r")?)),
        "ellipse" => Some(around(value("cx")?, value("cy")?, value("rx")?, value("ry")?)),
        "line" => {
            let (x1, y1, x2, y2) = (value("x1")?, value("y1")?, value("x2")?, value("y2")?);
            Some([x1.min(x2), y1.min(y2), (x1 - x2).abs(), (y1 - y2).abs()])
        }
        _ => None,
    }
}
