//! Matching of elements against selectors.

use roxmltree::Node;

use super::selector::{Join, Selector, Simple};

/// The number of steps that matching may take, for all elements together.
#[derive(Debug)]
pub(super) struct Fuel(pub(super) u64);

impl Fuel {
    /// Uses one step, and returns `true` if fuel is left.
    fn burn(&mut self) -> bool {
        self.0 = self.0.saturating_sub(1);
        self.0 > 0
    }

    /// Uses the steps for scanning a text, and returns `true` if fuel is left.
    pub(super) fn burn_text(&mut self, text: &str) -> bool {
        self.0 = self.0.saturating_sub(1 + u64::try_from(text.len() / 16).unwrap_or(u64::MAX));
        self.0 > 0
    }
}

impl Selector {
    /// Returns `true` if the selector matches an element.
    pub(super) fn matches(&self, node: Node<'_, '_>, fuel: &mut Fuel) -> bool {
        self.matches_at(0, node, fuel)
    }

    fn matches_at(&self, at: usize, node: Node<'_, '_>, fuel: &mut Fuel) -> bool {
        if !fuel.burn() {
            return false;
        }
        let Some((compound, join)) = self.parts.get(at) else { return false };
        if !compound.iter().all(|simple| simple.matches(node, fuel)) {
            return false;
        }
        let next = at + 1;
        match join {
            Join::First => true,
            Join::Child => node.parent_element().is_some_and(|node| self.matches_at(next, node, fuel)),
            Join::Next => node.prev_sibling_element().is_some_and(|node| self.matches_at(next, node, fuel)),
            Join::Descendant => {
                node.ancestors().skip(1).filter(Node::is_element).any(|node| self.matches_at(next, node, fuel))
            }
            Join::Later => {
                node.prev_siblings().skip(1).filter(Node::is_element).any(|node| self.matches_at(next, node, fuel))
            }
        }
    }
}

impl Simple {
    fn matches(&self, node: Node<'_, '_>, fuel: &mut Fuel) -> bool {
        match self {
            Self::Type(name) => node.tag_name().name() == name,
            Self::Id(id) => node.attribute("id") == Some(id),
            Self::Class(class) => node
                .attribute("class")
                .is_some_and(|all| fuel.burn_text(all) && all.split_ascii_whitespace().any(|c| c == class)),
            Self::Attribute { name, operator, value, folded } => node.attribute(name.as_str()).is_some_and(|given| {
                if !fuel.burn_text(given) {
                    false
                } else if *folded {
                    compare(&given.to_ascii_lowercase(), *operator, &value.to_ascii_lowercase())
                } else {
                    compare(given, *operator, value)
                }
            }),
            Self::Root => node.parent_element().is_none(),
            Self::Empty => !node.has_children(),
            Self::Nth { step, offset, typed, last } => {
                let same = |other: &Node<'_, '_>| other.is_element() && (!typed || other.tag_name() == node.tag_name());
                let mut before = 0_i64;
                let mut other = if *last { node.next_sibling() } else { node.prev_sibling() };
                while let Some(sibling) = other {
                    if !fuel.burn() {
                        return false;
                    }
                    before += i64::from(same(&sibling));
                    other = if *last { sibling.next_sibling() } else { sibling.prev_sibling() };
                }
                let place = before + 1 - offset;
                if *step == 0 { place == 0 } else { place % step == 0 && place / step >= 0 }
            }
            Self::Is { any, not } => any.iter().any(|selector| selector.matches(node, fuel)) != *not,
            Self::Never => false,
            Self::Always => true,
        }
    }
}

fn compare(given: &str, operator: char, value: &str) -> bool {
    match operator {
        ' ' => true,
        '=' => given == value,
        _ if value.is_empty() => false,
        '~' => given.split_ascii_whitespace().any(|word| word == value),
        '|' => given.strip_prefix(value).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')),
        '^' => given.starts_with(value),
        '$' => given.ends_with(value),
        _ => given.contains(value),
    }
}
