//! [`Unsupported`]: the parts of the language that this version does not execute.
//!
//! Planning continues without them; [`Plan::executable`](super::Plan::executable) returns an error for such a plan.

use crate::transform::{Edit, Pages};

/// A parameter of the language that this version does not execute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unsupported {
    /// The key in the URL.
    pub parameter: &'static str,
    /// The part that is missing.
    pub reason: &'static str,
}

/// Notes the parts of an edit that cannot be executed.
pub(super) fn note(edit: &Edit, found: &mut Vec<Unsupported>) {
    // Without `..`, so that a new parameter needs a decision here.
    let Edit {
        named,
        page,
        trim: _,
        sizing: _,
        placing: _,
        flip: _,
        rotation: _,
        paint: _,
        effects: _,
        text: _, // has an effect in text layers only
        layers: _,
        // The encoder knows which settings it can write. `c2pa` needs a signer and is ignored without one (chosen).
        encoding: _,
        default_image: _,
    } = edit;
    let mut lacks = |present: bool, parameter: &'static str, reason: &'static str| {
        if present {
            found.push(Unsupported { parameter, reason });
        }
    };
    lacks(named.is_some(), "n", "the name was not expanded");
    lacks(page.as_ref().is_some_and(is_composition), "pg", "only one page or frame, by number");
}

/// Returns `true` for several pages, which would be composed. Only one page can be selected here.
fn is_composition(pages: &Pages) -> bool {
    match pages {
        Pages::Names(_) => true,
        Pages::Numbers(ranges) => match ranges.as_slice() {
            [only] => only.last != Some(only.first),
            _ => true,
        },
    }
}
