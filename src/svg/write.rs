//! The tree as text again: known elements, known attributes, values that were looked at.

use std::collections::HashSet;

use roxmltree::{Node, NodeType};

#[cfg(feature = "svg")]
use super::Viewport;
use super::{css, href, names};

/// The sanitised file.
pub(super) fn sanitized(root: Node<'_, '_>) -> String {
    let mut writer = Writer::new(root, false);
    writer.root(root, "");
    writer.out
}

/// The same without what shows nothing on pixels, with a `viewBox` that is the whole picture.
#[cfg(feature = "svg")]
pub(crate) fn drawing(root: Node<'_, '_>, viewport: Viewport) -> String {
    let mut writer = Writer::new(root, true);
    let Viewport { x, y, width, height } = viewport;
    writer.root(root, &format!(" width=\"{width}\" height=\"{height}\" viewBox=\"{x} {y} {width} {height}\""));
    writer.out
}

struct Writer<'a> {
    out: String,
    /// Each may be given once: with two of a name readers would disagree which is meant.
    ids: HashSet<&'a str>,
    namespace: Option<&'a str>,
    drawing: bool,
}

impl<'a> Writer<'a> {
    fn new(root: Node<'a, '_>, drawing: bool) -> Self {
        Self { out: String::new(), ids: HashSet::new(), namespace: root.tag_name().namespace(), drawing }
    }

    fn root(&mut self, root: Node<'a, '_>, more: &str) {
        self.out.extend(["<svg xmlns=\"", names::SVG, "\"", more]);
        let given: &[&str] =
            if self.drawing { &["width", "height", "viewBox", "preserveAspectRatio", "x", "y"] } else { &[] };
        self.attributes(root, given);
        self.children(root, "svg");
    }

    /// What stands in an element, and its end.
    fn children(&mut self, node: Node<'a, '_>, name: &str) {
        let start = self.out.len();
        self.out.push('>');
        if name == "style" {
            escape(&rules(node).concat(), &mut self.out);
        } else {
            for child in node.children() {
                match child.node_type() {
                    NodeType::Element => self.element(child, name),
                    NodeType::Text if names::holds_text(name) => {
                        escape(child.text().unwrap_or_default(), &mut self.out);
                    }
                    _ => {}
                }
            }
        }
        if self.out.len() == start + 1 {
            self.out.truncate(start);
            self.out.push_str("/>");
        } else {
            self.out.extend(["</", name, ">"]);
        }
    }

    fn element(&mut self, node: Node<'a, '_>, parent: &str) {
        if node.tag_name().namespace() != self.namespace {
            return;
        }
        let name = match node.tag_name().name() {
            // A link leads outside, but what it wraps is shown.
            "a" if names::holds_text(parent) => "tspan",
            "a" => "g",
            name => name,
        };
        let sheet_of_css = || node.attribute("type").is_none_or(|kind| kind.trim().eq_ignore_ascii_case("text/css"));
        let unseen = self.drawing && matches!(name, "text" | "title" | "desc");
        if !names::is_element(name) || unseen || (name == "style" && !sheet_of_css()) {
            return;
        }
        if self.drawing && name == "style" {
            self.sheets(node);
            return;
        }
        self.out.extend(["<", name]);
        self.attributes(node, &[]);
        self.children(node, name);
    }

    /// A style sheet in pieces: to draw it, it is read by a parser that counts lines from the start of a
    /// piece for each declaration.
    fn sheets(&mut self, node: Node<'_, '_>) {
        const PIECE: usize = 8 * 1024;
        let mut length = PIECE;
        for rule in rules(node).iter().filter(|rule| !rule.starts_with('@')) {
            if length >= PIECE {
                self.out.push_str("<style>");
                length = 0;
            }
            escape(rule, &mut self.out);
            length += rule.len();
            if length >= PIECE {
                self.out.push_str("</style>");
            }
        }
        if length < PIECE {
            self.out.push_str("</style>");
        }
    }

    /// The attributes that are known, but for those given already.
    fn attributes(&mut self, node: Node<'a, '_>, given: &[&str]) {
        let element = node.tag_name().name();
        let has_href = node.attributes().any(|a| a.name() == "href" && a.namespace().is_none());
        for attribute in node.attributes() {
            let (name, text) = (attribute.name(), attribute.value());
            let kept = match attribute.namespace() {
                None if given.contains(&name) => None,
                None => self.attribute(element, name, text).map(|value| (name, value)),
                Some(names::XLINK) if name == "href" && !has_href => target(element, text).map(|value| (name, value)),
                Some(names::XML) if name == "space" && matches!(text, "preserve" | "default") => {
                    Some(("xml:space", text.to_owned()))
                }
                Some(names::XML) if name == "lang" => css::value(text).map(|value| ("xml:lang", value)),
                Some(_) => None,
            };
            if let Some((name, value)) = kept {
                self.out.extend([" ", name, "=\""]);
                escape(&value, &mut self.out);
                self.out.push('"');
            }
        }
    }

    fn attribute(&mut self, element: &str, name: &str, text: &'a str) -> Option<String> {
        match name {
            "id" => (href::is_id(text) && self.ids.insert(text)).then(|| text.to_owned()),
            "href" => target(element, text),
            "style" => Some(css::declarations(text)).filter(|kept| !kept.is_empty()),
            // Before the properties: some names are both, and numbers need no look.
            _ if names::is_plain(name) && (element != "style" || name != "type") => plain(text),
            _ if names::is_property(name) => css::value(text),
            _ => None,
        }
    }
}

/// A value that is no address, and not like one.
fn plain(text: &str) -> Option<String> {
    let squeezed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let addresses = squeezed.to_ascii_lowercase().contains("url(");
    (!addresses).then(|| text.to_owned())
}

/// The rules of a style sheet that are kept.
fn rules(node: Node<'_, '_>) -> Vec<String> {
    let texts: String = node.descendants().filter(Node::is_text).filter_map(|n| n.text()).collect();
    css::sheet(&texts)
}

/// What `href` of an element points at, if it may.
fn target(element: &str, text: &str) -> Option<String> {
    match element {
        "image" => href::picture(text),
        "feImage" => href::picture(text).or_else(|| href::local(text)),
        "use" | "linearGradient" | "radialGradient" | "pattern" | "filter" | "textPath" => href::local(text),
        _ => None,
    }
}

/// Text as it is read back: markup escaped, and white space that readers would change.
fn escape(text: &str, out: &mut String) {
    let in_attribute = out.ends_with('"');
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\n' if in_attribute => out.push_str("&#10;"),
            '\t' if in_attribute => out.push_str("&#9;"),
            c => out.push(c),
        }
    }
}
