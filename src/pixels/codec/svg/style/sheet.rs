//! The rules of all style sheets of a drawing, in the order in which they count.

use std::collections::HashMap;

use roxmltree::{Document, Node};

use super::matching::Fuel;
use super::selector::Selector;
use super::{media, selector};
use crate::limits::LimitError;
use crate::svg::{Item, Notes, items, split};

/// Style sheets that were written by the sanitiser.
#[derive(Debug, Default)]
pub(super) struct Sheet<'a> {
    rules: Vec<Rule<'a>>,
    /// Frames by the name of their animation; of two of a name the later one counts.
    pub(super) keyframes: HashMap<&'a str, Vec<Frame<'a>>>,
    layers: Vec<String>,
    declared: u64,
}

/// A selector and the declarations for what it selects.
#[derive(Debug)]
struct Rule<'a> {
    selector: Selector,
    /// Of layers, those that were named first count least, and those in none most.
    layer: usize,
    declarations: &'a str,
}

/// Declarations at some places of an animation.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    /// 0 to 1.
    pub(super) place: f64,
    pub(super) declarations: &'a str,
}

/// A declaration, and how much it counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Weight {
    /// Presentation attributes, rules, the attribute `style`, animations, and the important ones of rules and `style`.
    pub(super) origin: u8,
    layer: usize,
    specificity: [u32; 3],
    order: usize,
}

impl Weight {
    /// That of one that stands alone.
    pub(super) const fn of(origin: u8, order: usize) -> Self {
        Self { origin, layer: 0, specificity: [0; 3], order }
    }
}

impl<'a> Sheet<'a> {
    /// Reads all style sheets of a document, for an image of this size.
    pub(super) fn read(document: &'a Document<'_>, size: (f64, f64), notes: &mut Notes) -> Result<Self, LimitError> {
        let mut sheet = Self::default();
        for node in document.descendants().filter(|node| node.has_tag_name("style")) {
            if let Some(text) = node.text() {
                sheet.rules(text, size, usize::MAX, 0, notes)?;
            }
        }
        // Within one layer the order stays: sorting is stable.
        sheet.rules.sort_by_key(|rule| rule.layer);
        Ok(sheet)
    }

    fn rules(
        &mut self,
        text: &'a str,
        size: (f64, f64),
        layer: usize,
        depth: u32,
        notes: &mut Notes,
    ) -> Result<(), LimitError> {
        for Item { head, block } in items(text) {
            let rule = head.strip_prefix('@');
            let Some(block) = block else {
                // `@layer a, b;` names them in their order.
                if let Some(names) = rule.and_then(|rule| rule.strip_prefix("layer")) {
                    names.split(',').for_each(|name| _ = self.layer(name.trim()));
                }
                continue;
            };
            let Some(rule) = rule else {
                self.style_rule(head, block, layer, notes)?;
                continue;
            };
            let end = rule.find(|c: char| !c.is_alphanumeric() && c != '-').unwrap_or(rule.len());
            let (name, prelude) = rule.split_at_checked(end).unwrap_or_default();
            match name {
                _ if depth > DEPTH => {}
                "media" if media::is_met(prelude, size) => self.rules(block, size, layer, depth + 1, notes)?,
                "supports" if supports(prelude) => self.rules(block, size, layer, depth + 1, notes)?,
                "layer" => {
                    let layer = self.layer(prelude.trim());
                    self.rules(block, size, layer, depth + 1, notes)?;
                }
                "keyframes" => {
                    self.keyframes.insert(prelude.trim(), frames(block));
                }
                "font-face" => notes.add("embedded font", ""),
                _ => {}
            }
        }
        Ok(())
    }

    fn style_rule(&mut self, head: &str, block: &'a str, layer: usize, notes: &mut Notes) -> Result<(), LimitError> {
        let Some(selectors) = selector::list(head) else {
            notes.add("rule with an unknown selector", "");
            return Ok(());
        };
        for selector in selectors {
            self.declared += u64::try_from(block.matches(':').count()).unwrap_or(u64::MAX);
            LimitError::check("declarations in the style sheets of an SVG", self.declared, DECLARATIONS)?;
            self.rules.push(Rule { selector, layer, declarations: block });
        }
        Ok(())
    }

    /// The place of a layer. One without a name is one of its own.
    fn layer(&mut self, name: &str) -> usize {
        let known = self.layers.iter().position(|known| !name.is_empty() && known == name);
        known.unwrap_or_else(|| {
            self.layers.push(name.to_owned());
            self.layers.len() - 1
        })
    }

    /// Calls `act` with each declaration for an element.
    pub(super) fn each(&self, node: Node<'_, '_>, fuel: &mut Fuel, mut act: impl FnMut(Weight, &'a str, &'a str)) {
        for (order, rule) in self.rules.iter().enumerate() {
            if rule.selector.matches(node, fuel) {
                for (name, value, important) in declarations(rule.declarations) {
                    // Of important ones the first layer counts most.
                    let layer = if important { usize::MAX - rule.layer } else { rule.layer };
                    let origin = if important { IMPORTANT } else { RULE };
                    act(Weight { origin, layer, specificity: rule.selector.specificity, order }, name, value);
                }
            }
        }
    }
}

/// Name, value and whether it is important, of each declaration of a block.
pub(super) fn declarations(block: &str) -> impl Iterator<Item = (&str, &str, bool)> {
    split(block, ';').into_iter().filter_map(|declaration| {
        let (name, value) = declaration.split_once(':')?;
        let (value, important) = match value.rsplit_once('!') {
            Some((value, mark)) if mark.trim() == "important" => (value, true),
            _ => (value, false),
        };
        Some((name.trim(), value.trim(), important))
    })
}

fn frames(block: &str) -> Vec<Frame<'_>> {
    let mut all = Vec::new();
    for Item { head, block } in items(block) {
        for place in head.split(',') {
            let place = match place.trim() {
                "from" => Some(0.0),
                "to" => Some(1.0),
                percent => percent.strip_suffix('%').and_then(|number| number.parse::<f64>().ok()).map(|n| n / 100.0),
            };
            if let (Some(place), Some(declarations)) = (place.filter(|place| (0.0..=1.0).contains(place)), block) {
                all.push(Frame { place, declarations });
            }
        }
    }
    all.sort_by(|a, b| a.place.total_cmp(&b.place));
    all
}

/// Returns `true` unless support of something is denied: what browsers support is assumed to be.
fn supports(condition: &str) -> bool {
    !condition.trim_start().starts_with("not")
}

/// From presentation attributes.
pub(super) const ATTRIBUTE: u8 = 0;
const RULE: u8 = 1;
/// From the attribute `style`.
pub(super) const STYLE: u8 = 2;
/// From animations.
pub(super) const ANIMATION: u8 = 3;
const IMPORTANT: u8 = 4;
/// From the attribute `style`, important.
pub(super) const IMPORTANT_STYLE: u8 = 5;
/// Of conditions in one another.
const DEPTH: u32 = 4;
/// In all style sheets together.
const DECLARATIONS: u64 = 10_000;
