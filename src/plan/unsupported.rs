//! What the language has and this version does not execute, all in one place.
//!
//! Planning goes on without it; [`Plan::executable`](super::Plan::executable) refuses to run the rest.

use crate::transform::{Edit, Pages};

/// A parameter that the language has and this version does not execute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unsupported {
    /// Its key in the URL.
    pub parameter: &'static str,
    /// What is missing.
    pub reason: &'static str,
}

/// Notes what of an edit cannot be executed.
pub(super) fn note(edit: &Edit, found: &mut Vec<Unsupported>) {
    // Without `..`: a new parameter has to be decided about here.
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
        text: _, // means something in text layers only
        layers: _,
        // Whoever encodes knows what it can write; `c2pa` needs a signer, without one it is ignored (chosen).
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

/// Several pages at once are composed; only one can be picked here.
fn is_composition(pages: &Pages) -> bool {
    match pages {
        Pages::Names(_) => true,
        Pages::Numbers(ranges) => match ranges.as_slice() {
            [only] => only.last != Some(only.first),
            _ => true,
        },
    }
}
