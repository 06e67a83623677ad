//! What the language has and this version does not execute, all in one place.
//!
//! Planning goes on without it; [`Plan::executable`](super::Plan::executable) refuses to run the rest.

use super::Unsupported;
use crate::transform::{Edit, Encoding, Pages};

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
        encoding: _, // looked at once, when all steps are folded
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

/// Notes what of the output's settings cannot be executed.
pub(super) fn note_output(output: &Encoding, found: &mut Vec<Unsupported>) {
    let Encoding {
        format: _, // whoever encodes knows what it can write
        quality: _,
        lossless: _,
        progressive: _,
        color_profile,
        metadata,
        density,
        c2pa: _, // needs a signer, without one it is ignored (chosen)
        original: _,
    } = output;
    let lacking = [
        (*color_profile == Some(true), "cp", "colour profiles are not kept"),
        (*metadata == Some(true), "md", "metadata is not kept"),
        (density.is_some(), "dn", "the density is not written"),
    ];
    found.extend(
        lacking.into_iter().filter(|row| row.0).map(|(_, parameter, reason)| Unsupported { parameter, reason }),
    );
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
