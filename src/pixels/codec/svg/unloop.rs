//! Removal of references from elements to an element that contains them. Such references show nothing, as in browsers.

use roxmltree::{Document, Node};

use super::expand::Loops;
use crate::svg::{NAMESPACE, escape};

/// Returns the drawing without these references.
pub(super) fn without(document: &Document<'_>, loops: &Loops) -> String {
    let mut out = String::new();
    let root = document.root_element();
    let mut open: Vec<Node<'_, '_>> = Vec::new();
    let mut next = Some(root);
    loop {
        let Some(node) = next else {
            let Some(parent) = open.pop() else { return out };
            out.extend(["</", parent.tag_name().name(), ">"]);
            next = parent.next_sibling().filter(|_| parent != root);
            continue;
        };
        if node.is_element() {
            start(node, loops, &mut out);
            open.push(node);
            next = node.first_child();
        } else {
            escape(node.text().unwrap_or_default(), &mut out);
            next = node.next_sibling();
        }
    }
}

fn start(node: Node<'_, '_>, loops: &Loops, out: &mut String) {
    out.extend(["<", node.tag_name().name()]);
    if node.parent_element().is_none() {
        out.extend([" xmlns=\"", NAMESPACE, "\""]);
    }
    let targets = loops.get(&node.id()).map(Vec::as_slice).unwrap_or_default();
    let refers = |value: &str| {
        targets.iter().any(|id| {
            value == format!("#{id}")
                || value.contains(&format!("url(#{id})"))
                || value.contains(&format!("url('#{id}')"))
        })
    };
    for attribute in node.attributes() {
        if attribute.namespace().is_none() && refers(attribute.value()) {
            continue;
        }
        let prefix = if attribute.namespace().is_some() { "xml:" } else { "" };
        out.extend([" ", prefix, attribute.name(), "=\""]);
        escape(attribute.value(), out);
        out.push('"');
    }
    if !targets.is_empty() {
        // An inherited property may form the loop.
        for name in ["fill", "stroke", "marker-start", "marker-mid", "marker-end"] {
            let inherited = node.ancestors().find_map(|above| above.attribute(name));
            if inherited.is_some_and(refers) {
                out.extend([" ", name, "=\"none\""]);
            }
        }
    }
    out.push('>');
}
