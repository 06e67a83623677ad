//! Writing the tree as text: known elements, known attributes, and checked values.

use std::collections::{HashMap, HashSet};

use roxmltree::{Node, NodeId, NodeType};

use super::notes::Notes;
use super::{css, href, names};

/// Returns the sanitised file, and adds notes about the parts that were left out.
pub(super) fn sanitized(root: Node<'_, '_>, notes: &mut Notes) -> String {
    let sheets: HashMap<_, _> = root
        .descendants()
        .filter(|node| node.tag_name().name() == "style" && node.tag_name().namespace() == root.tag_name().namespace())
        .filter(is_sheet)
        .map(|node| (node.id(), rules(node, notes)))
        .collect();
    let counts = sheets.values().flatten().any(|rule| css::has_structure(rule));
    let namespace = root.tag_name().namespace();
    let mut writer = Writer { out: String::new(), ids: HashSet::new(), namespace, sheets, counts, notes };
    writer.out.extend(["<svg xmlns=\"", names::SVG, "\""]);
    writer.attributes(root);
    writer.contents(root);
    writer.out
}

struct Writer<'a, 'n> {
    out: String,
    /// The ids so far. Each may occur once: parsers would disagree about the target of a duplicate.
    ids: HashSet<&'a str>,
    namespace: Option<&'a str>,
    /// The rules of each style sheet.
    sheets: HashMap<NodeId, Vec<String>>,
    /// Whether a rule counts siblings, so that an element that is left out needs a placeholder.
    counts: bool,
    notes: &'n mut Notes,
}

impl<'a> Writer<'a, '_> {
    /// Writes the content of the root, and its end tag. It is a loop, because files may be nested deeper than the
    /// stack.
    fn contents(&mut self, root: Node<'a, '_>) {
        let start = self.out.len();
        self.out.push('>');
        let mut open = vec![(root, "svg", start)];
        let mut next = root.first_child();
        while let Some((parent, name, start)) = open.last().copied() {
            let Some(child) = next else {
                open.pop();
                self.close(name, start);
                next = parent.next_sibling();
                continue;
            };
            next = child.next_sibling();
            match child.node_type() {
                NodeType::Element => {
                    let Some(name) = self.open(child, name) else { continue };
                    let start = self.out.len();
                    self.out.push('>');
                    if name == "style" {
                        let sheet = self.sheets.remove(&child.id()).unwrap_or_default().concat();
                        escape(&sheet, &mut self.out);
                        self.close(name, start);
                    } else {
                        open.push((child, name, start));
                        next = child.first_child();
                    }
                }
                NodeType::Text if names::holds_text(name) => {
                    escape(child.text().unwrap_or_default(), &mut self.out);
                }
                _ => {}
            }
        }
    }

    /// Writes the end of an element whose start tag ends at `start`.
    fn close(&mut self, name: &str, start: usize) {
        if self.out.len() == start + 1 {
            self.out.truncate(start);
            self.out.push_str("/>");
        } else {
            self.out.extend(["</", name, ">"]);
        }
    }

    /// Writes the start tag of an element with its attributes. Returns the name if the element is kept.
    fn open(&mut self, node: Node<'a, '_>, parent: &str) -> Option<&'a str> {
        let name = match node.tag_name().name() {
            // A link points outside the file, but its content is shown.
            "a" if names::holds_text(parent) => "tspan",
            "a" => "g",
            name => name,
        };
        let ours = node.tag_name().namespace() == self.namespace;
        let kept = ours
            && names::is_element(name)
            && (name != "style" || is_sheet(&node))
            && (!names::is_animation(name) || is_harmless(node));
        if kept {
            self.out.extend(["<", name]);
            self.attributes(node);
            return Some(name);
        }
        // Metadata of editors is never drawn.
        if ours && name != "metadata" {
            self.notes.add("element", name);
        }
        if self.counts {
            self.out.push_str("<desc/>");
        }
        None
    }

    /// Writes the known attributes.
    fn attributes(&mut self, node: Node<'a, '_>) {
        let element = node.tag_name().name();
        let has_href = node.attributes().any(|a| a.name() == "href" && a.namespace().is_none());
        for attribute in node.attributes() {
            let (name, text) = (attribute.name(), attribute.value());
            let kept = match attribute.namespace() {
                None => self.attribute(element, name, text).map(|value| (name, value)),
                Some(names::XLINK) if name == "href" && !has_href => {
                    self.attribute(element, name, text).map(|value| (name, value))
                }
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
        let kept = match name {
            "id" => return (href::is_id(text) && self.ids.insert(text)).then(|| text.to_owned()),
            "style" => return Some(css::declarations(text, self.notes)).filter(|kept| !kept.is_empty()),
            "href" => target(element, text),
            "from" | "to" | "by" | "values" if names::is_animation(element) => animated(text),
            "fill" | "stroke" => css::paint(text),
            // Before the properties: some names are both, and numbers need no check.
            _ if names::is_animation(element) && names::is_of_animation(name) => plain(text),
            _ if names::is_plain(name) && (element != "style" || name != "type") => plain(text),
            _ if names::is_property(name) => css::value(text),
            _ => None,
        };
        if matches!(name, "fill" | "stroke")
            && kept.as_ref().is_some_and(|kept| !kept.contains("url("))
            && text.contains("url(")
        {
            self.notes.add("address in", name);
        }
        if kept.is_none() {
            let listed = names::is_plain(name) || names::is_property(name);
            if name == "href" {
                // A link is not part of the drawing.
                if element != "a" {
                    self.notes.add("address in", element);
                }
            } else if (listed && element != "style" && !text.is_empty()) || name.to_ascii_lowercase().starts_with("on")
            {
                self.notes.add("attribute", name);
            }
        }
        kept
    }
}

/// Returns `true` if a `style` element holds CSS.
fn is_sheet(node: &Node<'_, '_>) -> bool {
    node.attribute("type").is_none_or(|kind| {
        let kind = kind.split(';').next().unwrap_or_default().trim();
        kind.is_empty() || kind.eq_ignore_ascii_case("text/css")
    })
}

/// Returns `true` if an animation only changes the appearance.
fn is_harmless(node: Node<'_, '_>) -> bool {
    let name = node.attribute("attributeName");
    let named = match node.tag_name().name() {
        "animateMotion" => name.is_none_or(names::is_animated),
        "animateTransform" => {
            name.is_none_or(|name| matches!(name, "transform" | "gradientTransform" | "patternTransform"))
        }
        _ => name.is_some_and(names::is_animated),
    };
    let values = ["from", "to", "by", "values"].into_iter().filter_map(|name| node.attribute(name));
    let times = ["begin", "end"].into_iter().filter_map(|name| node.attribute(name));
    let address = node.attributes().find(|attribute| attribute.name() == "href").map(|attribute| attribute.value());
    named
        && values.into_iter().all(|text| animated(text).is_some())
        && times.into_iter().all(is_time)
        && address.is_none_or(|address| href::local(address).is_some())
}

/// Returns the values of an animation, in order.
fn animated(text: &str) -> Option<String> {
    let is_data =
        |c: char| c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || matches!(c, '.' | ',' | '+' | '-' | '%');
    let part = |part: &str| match part {
        part if part.chars().all(is_data) => Some(part.trim().to_owned()),
        part => css::paint(part),
    };
    let parts: Option<Vec<String>> = text.split(';').map(part).collect();
    parts.map(|parts| parts.join(";"))
}

/// Returns `true` for a list of times or events.
fn is_time(text: &str) -> bool {
    let plain = |c: char| {
        c.is_alphanumeric() || c.is_whitespace() || matches!(c, '.' | ';' | '+' | '-' | '_' | ':' | '(' | ')')
    };
    text.chars().all(plain) && !text.to_ascii_lowercase().contains("script")
}

/// Returns a value that is not an address and does not look like one.
fn plain(text: &str) -> Option<String> {
    let squeezed: String = text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    let squeezed = squeezed.to_ascii_lowercase();
    (!squeezed.contains("url(") && !squeezed.contains("script:")).then(|| text.to_owned())
}

/// Returns the rules of a style sheet that are kept.
fn rules(node: Node<'_, '_>, notes: &mut Notes) -> Vec<String> {
    let texts: String = node.descendants().filter(Node::is_text).filter_map(|n| n.text()).collect();
    let rules = css::sheet(&texts, notes);
    // A style sheet for a medium is equivalent to one inside a rule for that medium.
    match node.attribute("media").map(str::trim) {
        Some(media) if !media.is_empty() && !media.eq_ignore_ascii_case("all") => {
            css::sheet(&format!("@media {media}{{{}}}", rules.concat()), notes)
        }
        _ => rules,
    }
}

/// Returns the target of the `href` of an element, if it is allowed.
fn target(element: &str, text: &str) -> Option<String> {
    match element {
        "image" => href::image(text),
        "feImage" => href::image(text).or_else(|| href::local(text)),
        "use" | "linearGradient" | "radialGradient" | "pattern" | "filter" | "textPath" | "mpath" => href::local(text),
        _ if names::is_animation(element) => href::local(text),
        _ => None,
    }
}

/// Appends a text so that it reads back unchanged: markup is escaped, and so is white space that parsers would change.
pub(crate) fn escape(text: &str, out: &mut String) {
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
