//! The frame of one step: size and position combined, including the content of the image if `fo` needs it.
//!
//! A detector is called only if its answer can matter: if both sides are given, something is cut off and no coordinates
//! set the position, or if a tight crop around objects is requested (documented: `fo-<object>` without `w` and `h`).
//!
//! | Cut by | position and size of the part around found content |
//! |---|---|
//! | `c-maintain_ratio` | centred; closer up for faces; closer up by `z` for objects |
//! | `c-maintain_ratio_no_enlarge` | likewise, but never more pixels than the image has |
//! | `cm-extract`, `cm-pad_extract` | centred, at the original scale: `z` would have to resize |
//!
//! All of this is chosen, except that these strategies use `fo` (documented).

use super::content;
use super::error::PlanError;
use super::focus::{self, Anchor, Place};
use super::op::Plan;
use super::oracle::Oracle;
use super::sizing::{self, Fit, Wanted, Window};
use super::step::Frame;
use crate::extend::Subject;
use crate::geometry::{Rect, Region, Size};
use crate::transform::{Edit, Focus, Placing, Scope, Strategy};

/// Returns the frame of a step on the image that `so_far` makes.
///
/// # Errors
/// [`PlanError::OutsideImage`] if the region of `cm-extract` is not inside the image, and the errors of the oracle.
pub(super) fn frame(
    edit: &Edit,
    scope: &Scope,
    so_far: &Plan,
    oracle: &mut dyn Oracle,
    longest: u32,
) -> Result<Frame, PlanError> {
    let input = so_far.size;
    let placing = &edit.placing;
    let wanted = Wanted::new(&edit.sizing, input, scope, longest);
    let mut look = || placing.focus.as_ref().map_or(Ok(None), |focus| find(focus, so_far, oracle));
    let around_objects = matches!(placing.focus, Some(Focus::Objects(_))) && !wanted.is_frame();
    if let Some(area) = if around_objects { look()? } else { None } {
        // With one side given, an aspect ratio would have given the other.
        let shape = sizing::shape(edit.sizing.aspect.as_ref(), scope);
        let kept = content::tight(area, shape, input);
        let canvas = Fit::new(wanted, kept.size(), placing).canvas;
        return Ok(Frame { input, source: kept.into(), canvas, target: Rect::full(canvas), output: canvas });
    }
    let Fit { window, target, canvas } = Fit::new(wanted, input, placing);
    let anchor = Anchor::of(placing.focus.as_ref());
    let found = if matters(window, input, placing, scope) { look()? } else { None };
    let place = found.map_or(Place::Side(anchor), Place::Around);
    let source = match window {
        Window::Whole => Region::full(input),
        Window::Part(width, height) => {
            let kept = found.map_or((width, height), |area| closer(area, (width, height), target, placing));
            // A part that is not scaled should not be blurred by a shift of half a pixel either.
            if found.is_some() && kept == (f64::from(target.width), f64::from(target.height)) {
                place.rect(target, input).into()
            } else {
                place.region(kept, input)
            }
        }
        Window::Pixels(kept) => place.rect(kept, input).into(),
        Window::Extract(asked) => focus::extract(asked, input, placing, place, scope)?.into(),
        Window::PadExtract(kept) => focus::pad_extract(kept, input, placing, place, scope).into(),
    };
    // The canvas is still empty, so there is no content to align to.
    Ok(Frame { input, source, canvas, target: anchor.rect(target, canvas), output: canvas })
}

/// Returns `true` if the position of content can matter for this window.
fn matters(window: Window, input: Size, placing: &Placing, scope: &Scope) -> bool {
    let (width, height) = (f64::from(input.width), f64::from(input.height));
    match window {
        Window::Whole => false,
        Window::Part(w, h) => w < width || h < height || comes_closer(placing),
        Window::Pixels(kept) => kept != input,
        Window::Extract(asked) => {
            (asked.width < input.width || asked.height < input.height) && !focus::has_coordinates(placing, scope)
        }
        Window::PadExtract(kept) => kept != input && !focus::has_corner(placing, scope),
    }
}

/// Returns `true` if the focus also chooses how much of the image is kept.
fn comes_closer(placing: &Placing) -> bool {
    match placing.focus {
        Some(Focus::Face) => true,
        Some(Focus::Objects(_)) => zoom(placing) > 1.0,
        _ => false,
    }
}

/// Returns the size to keep around an area; `window` is the maximum.
fn closer(area: Region, window: (f64, f64), target: Size, placing: &Placing) -> (f64, f64) {
    let kept = match placing.focus {
        Some(Focus::Face) => content::portrait(area, target, window, zoom(placing)),
        Some(Focus::Objects(_)) => content::zoomed(window, zoom(placing)),
        _ => window,
    };
    // At this point `window` has at least as many pixels as the target.
    let enlarges = kept.0 < f64::from(target.width) || kept.1 < f64::from(target.height);
    if enlarges && placing.mode.is_none() && placing.strategy == Some(Strategy::MaintainRatioNoEnlarge) {
        return (f64::from(target.width), f64::from(target.height));
    }
    kept
}

/// Returns `z`, which is above zero.
fn zoom(placing: &Placing) -> f64 {
    placing.zoom.map_or(1.0, |zoom| zoom.to_f64())
}

/// Searches for the content that a focus names.
fn find(focus: &Focus, so_far: &Plan, oracle: &mut dyn Oracle) -> Result<Option<Region>, PlanError> {
    let input = so_far.size;
    let mut one = |subject: Subject| Ok(content::best(&oracle.regions(so_far, &subject)?, input));
    match focus {
        Focus::Side(_) => Ok(None),
        Focus::Auto => one(Subject::Salient),
        Focus::Custom => one(Subject::Custom),
        Focus::AutoCustomOverride => match one(Subject::Custom)? {
            Some(stored) => Ok(Some(stored)),
            None => one(Subject::Salient),
        },
        Focus::Face => Ok(content::all(&oracle.regions(so_far, &Subject::Faces)?, input)),
        Focus::Objects(objects) => {
            let found = oracle.regions(so_far, &Subject::Objects(objects.clone()))?;
            Ok(content::best_of_each(objects, &found, input))
        }
    }
}
