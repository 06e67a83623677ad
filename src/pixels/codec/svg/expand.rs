//! The size of a tree after its references are expanded, computed before the renderer expands them.
//!
//! `use`, patterns, markers, masks and similar elements may be used many times and may be nested: a kilobyte can
//! describe a billion shapes (the *billion laughs* attack of XML, without entities). This walk follows the same
//! references as the renderer's parser, counts, and stops at the limit. It overestimates rather than underestimates.

use std::collections::HashMap;
use std::rc::Rc;

use roxmltree::{Document, Node, NodeId};

use crate::error::Error;
use crate::limits::{LimitError, Limits};
use crate::pixels::base::memory;

/// Elements, with the ids of those elements to which they refer and which contain them.
pub(super) type Loops = HashMap<NodeId, Vec<String>>;

/// A tree whose expansion is within the limits.
#[derive(Debug)]
pub(super) struct Expanded {
    /// The number of bytes that the tree will hold.
    pub(super) held: u64,
    /// References from elements to an element that contains them, directly or through other references.
    pub(super) loops: Loops,
}

/// Follows all references, and checks that the expanded tree is within the limits.
pub(super) fn check(document: &Document<'_>, limits: &Limits) -> Result<Expanded, Error> {
    let ids = document.descendants().filter_map(|n| Some((n.attribute("id")?, n.id()))).collect();
    let mut walk = Walk {
        document,
        ids,
        known: HashMap::new(),
        path: Vec::new(),
        size: 0,
        layout: 0,
        loops: Loops::new(),
        allowed: limits.svg_bytes.saturating_mul(GROWTH),
    };
    walk.visit(document.root_element(), &Inherited::default(), 0)?;
    let held = walk.size.saturating_mul(HELD);
    memory::check(held, limits)?;
    Ok(Expanded { held, loops: walk.loops })
}

struct Walk<'a, 'b> {
    document: &'a Document<'b>,
    ids: HashMap<&'a str, NodeId>,
    /// The references of the elements visited so far.
    known: HashMap<NodeId, Rc<Own<'a>>>,
    /// The targets of the references that are being followed.
    path: Vec<NodeId>,
    /// The approximate size in bytes of the text with every reference replaced by its target.
    size: u64,
    /// The steps of laying out texts.
    layout: u64,
    loops: Loops,
    allowed: u64,
}

/// The references of an element.
#[derive(Default)]
struct Own<'a> {
    /// References drawn or applied once for this element.
    once: Vec<&'a str>,
    /// Inherited properties that the element sets, with their references. The list of references is empty if the value
    /// has none.
    passed: Vec<(Passed, Vec<&'a str>)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Passed {
    Fill,
    Stroke,
    Markers,
}

/// The references in inherited properties.
#[derive(Clone, Default)]
struct Inherited<'a> {
    fill: Vec<&'a str>,
    stroke: Vec<&'a str>,
    markers: Vec<&'a str>,
}

impl<'a> Walk<'a, '_> {
    fn visit(&mut self, node: Node<'a, '_>, above: &Inherited<'a>, depth: u64) -> Result<(), Error> {
        LimitError::check("levels of an SVG", depth, DEPTH)?;
        let tag = node.tag_name().name();
        let text: usize = node.attributes().map(|a| a.value().len()).sum();
        let base = if tag == "stop" { 16 } else { 64 };
        // Each letter becomes a shape.
        let letters: usize =
            node.children().filter(|child| child.is_text()).filter_map(|n| n.text()).map(str::len).sum();
        let text = u64::try_from(text).unwrap_or(u64::MAX);
        let letters = u64::try_from(letters).unwrap_or(u64::MAX).saturating_mul(LETTER);
        self.add(text.saturating_add(letters).saturating_add(base))?;
        if tag == "text" {
            self.text(node)?;
        }

        let own = self.own(node);
        let mut inherited = above.clone();
        for (kind, references) in &own.passed {
            let slot = match kind {
                Passed::Fill => &mut inherited.fill,
                Passed::Stroke => &mut inherited.stroke,
                Passed::Markers => &mut inherited.markers,
            };
            slot.clone_from(references);
        }
        for id in &own.once {
            self.follow(node, id, &inherited, depth)?;
        }
        if matches!(
            tag,
            "path"
                | "line"
                | "polyline"
                | "polygon"
                | "rect"
                | "circle"
                | "ellipse"
                | "text"
                | "tspan"
                | "textPath"
                | "use"
        ) {
            for id in inherited.fill.iter().chain(&inherited.stroke) {
                self.follow(node, id, &Inherited::default(), depth)?;
            }
            let before = self.size;
            for id in &inherited.markers {
                self.follow(node, id, &Inherited::default(), depth)?;
            }
            // A marker is drawn at each vertex. There are no more vertices than numbers.
            let vertices = ["d", "points"].into_iter().filter_map(|name| node.attribute(name)).map(str::len).max();
            let more = u64::try_from(vertices.unwrap_or(16) / 2).unwrap_or(u64::MAX);
            self.add((self.size - before).saturating_mul(more))?;
        }
        for child in node.children().filter(Node::is_element) {
            self.visit(child, &inherited, depth + 1)?;
        }
        Ok(())
    }

    /// Counts the steps of laying out a text. They grow with the square of its length, and with its length times the
    /// number of spans.
    fn text(&mut self, node: Node<'_, '_>) -> Result<(), LimitError> {
        let (mut letters, mut spans) = (0_u64, 1_u64);
        for inside in node.descendants() {
            let length = inside.text().filter(|_| inside.is_text()).map_or(0, |text| text.chars().count());
            letters = letters.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
            spans += u64::from(inside.is_element());
        }
        let steps = letters.saturating_mul(letters).saturating_add(letters.saturating_mul(spans).saturating_mul(SPAN));
        self.layout = self.layout.saturating_add(steps);
        LimitError::check("steps of laying out the text of an SVG", self.layout, LAYOUT)
    }

    fn follow(&mut self, from: Node<'_, '_>, id: &str, inherited: &Inherited<'a>, depth: u64) -> Result<(), Error> {
        let Some(target) = self.ids.get(id).and_then(|id| self.document.get_node(*id)) else { return Ok(()) };
        // A cyclic reference shows nothing.
        if self.path.contains(&target.id()) {
            self.loops.entry(from.id()).or_default().push(id.to_owned());
            return Ok(());
        }
        self.path.push(target.id());
        // Parsing a pattern or a mask takes several times the stack of a group.
        let heavy = matches!(target.tag_name().name(), "pattern" | "mask" | "clipPath" | "marker" | "filter");
        self.visit(target, inherited, depth + if heavy { HEAVY } else { 1 })?;
        self.path.pop();
        Ok(())
    }

    fn add(&mut self, size: u64) -> Result<(), LimitError> {
        self.size = self.size.saturating_add(size);
        LimitError::check("bytes in an SVG whose references are followed", self.size, self.allowed)
    }

    fn own(&mut self, node: Node<'a, '_>) -> Rc<Own<'a>> {
        if let Some(known) = self.known.get(&node.id()) {
            return Rc::clone(known);
        }
        let mut own = Own::default();
        for attribute in node.attributes() {
            match attribute.name() {
                "href" => own.once.extend(attribute.value().strip_prefix('#')),
                name => own.add(name, attribute.value()),
            }
        }
        let own = Rc::new(own);
        self.known.insert(node.id(), Rc::clone(&own));
        own
    }
}

impl<'a> Own<'a> {
    fn add(&mut self, name: &str, value: &'a str) {
        // All values were written by the sanitiser, including references.
        let references = value.split("url(").skip(1).filter_map(|rest| match rest.strip_prefix("'#") {
            Some(quoted) => quoted.split_once('\'').map(|(id, _)| id),
            None => rest.strip_prefix('#')?.split_once(')').map(|(id, _)| id),
        });
        let kind = match name {
            "fill" => Passed::Fill,
            "stroke" => Passed::Stroke,
            "marker-start" | "marker-mid" | "marker-end" => Passed::Markers,
            _ => return self.once.extend(references),
        };
        match self.passed.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, known)) => known.extend(references),
            None => self.passed.push((kind, references.collect())),
        }
    }
}

/// The factor by which a file may grow when its references are expanded.
const GROWTH: u64 = 4;
/// The number of bytes of memory for each byte of text.
const HELD: u64 = 12;
/// The maximum nesting depth, including nesting by references. Twice this depth fits a stack of two megabytes.
const DEPTH: u64 = 256;
/// The number of levels that a pattern, a mask or a similar element counts as.
const HEAVY: u64 = 6;
/// The number of bytes of text that the shape of a letter counts as.
const LETTER: u64 = 256;
/// The number of steps for each letter and span.
const SPAN: u64 = 160;
/// The maximum number of layout steps: a few seconds.
const LAYOUT: u64 = 1_000_000_000;
