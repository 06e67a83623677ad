//! The rules of all style sheets of a drawing, in order of precedence.

use std::collections::HashMap;

use roxmltree::{Document, Node};

use super::matching::Fuel;
use super::selector::Selector;
use super::{media, selector};
use crate::limits::LimitError;
use crate::svg::{Item, Notes, items, split};

/// The style sheets of a drawing, as written by the sanitiser.
#[derive(Debug, Default)]
pub(super) struct Sheet<'a> {
    rules: Vec<Rule<'a>>,
    /// Keyframes by the name of their animation. If a name is used twice, the later definition counts.
    pub(super) keyframes: HashMap<&'a str, Vec<Frame<'a>>>,
    layers: Vec<String>,
    declared: u64,
}

/// A selector and its declarations.
#[derive(Debug)]
struct Rule<'a> {
    selector: Selector,
    /// The cascade layer. Layers named first have the lowest precedence; rules outside layers have the highest.
    layer: usize,
    declarations: &'a str,
}

/// The declarations of a keyframe.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    /// The position in the animation, 0 to 1.
    pub(super) place: f64,
    pub(super) declarations: &'a str,
}

/// The precedence of a declaration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Weight {
    /// The origin, in ascending order: presentation attributes, rules, the `style` attribute, animations, important
    /// rules, and important declarations of the `style` attribute.
    pub(super) origin: u8,
    layer: usize,
    specificity: [u32; 3],
    order: usize,
}

impl Weight {
    /// Returns the weight of a declaration that belongs to no rule.
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
        // Within a layer the order is preserved, since sorting is stable.
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
                // `@layer a, b;` declares layers in their order.
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

    /// Returns the index of a layer. Each layer without a name is distinct.
    fn layer(&mut self, name: &str) -> usize {
        let known = self.layers.iter().position(|known| !name.is_empty() && known == name);
        known.unwrap_or_else(|| {
            self.layers.push(name.to_owned());
            self.layers.len() - 1
        })
    }

    /// Calls `act` with each declaration that applies to an element.
    pub(super) fn each(&self, node: Node<'_, '_>, fuel: &mut Fuel, mut act: impl FnMut(Weight, &'a str, &'a str)) {
        for (order, rule) in self.rules.iter().enumerate() {
            if rule.selector.matches(node, fuel) {
                for (name, value, important) in declarations(rule.declarations) {
                    // For important declarations the first layer has the highest precedence.
                    let layer = if important { usize::MAX - rule.layer } else { rule.layer };
                    let origin = if important { IMPORTANT } else { RULE };
                    act(Weight { origin, layer, specificity: rule.selector.specificity, order }, name, value);
                }
            }
        }
    }
}

/// Iterates over the declarations of a block: name, value, and `true` if it is important.
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

/// Returns `true` unless the condition is negated, since every feature is assumed to be supported.
fn supports(condition: &str) -> bool {
    !condition.trim_start().starts_with("not")
}

/// The origin of presentation attributes.
pub(super) const ATTRIBUTE: u8 = 0;
const RULE: u8 = 1;
/// The origin of the `style` attribute.
pub(super) const STYLE: u8 = 2;
/// The origin of animations.
pub(super) const ANIMATION: u8 = 3;
const IMPORTANT: u8 = 4;
/// The origin of important declarations of the `style` attribute.
pub(super) const IMPORTANT_STYLE: u8 = 5;
/// The maximum nesting depth of conditional rules.
const DEPTH: u32 = 4;
/// The maximum number of declarations in all style sheets together.
const DECLARATIONS: u64 = 10_000;
