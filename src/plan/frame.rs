//! One step's frame: size and place put together, with a look at the image where `fo` asks for one.
//!
//! A detector is asked only if its answer can matter: where both sides are given, something is cut
//! off and no coordinates say where, or where a tight crop around objects is wanted (documented:
//! `fo-<object>` without `w` and `h`).
//!
//! | Cut by | content that was found |
//! |---|---|
//! | `c-maintain_ratio` | in the middle; faces closer up; objects closer up by `z` |
//! | `c-maintain_ratio_no_enlarge` | the same, but never more than the pixels that are there |
//! | `cm-extract`, `cm-pad_extract` | in the middle, one to one: `z` would have to scale |
//!
//! All of it is chosen, but that these strategies look at `fo` (documented).

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

/// The frame of a step on the image that `so_far` makes.
///
/// # Errors
/// [`PlanError::OutsideImage`] where `cm-extract` leaves the image, and the oracle's errors.
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
        // With one side given, a shape would have given the other.
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
            // What needs no scaling need not be blurred by half a pixel either.
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
    // On a canvas there is nothing to be seen yet, so content has no side there.
    Ok(Frame { input, source, canvas, target: anchor.rect(target, canvas), output: canvas })
}

/// Can it matter for this window where something is?
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

/// Does the focus choose how much is kept, too?
fn comes_closer(placing: &Placing) -> bool {
    match placing.focus {
        Some(Focus::Face) => true,
        Some(Focus::Objects(_)) => zoom(placing) > 1.0,
        _ => false,
    }
}

/// How much is kept around an area where `window` is the most there can be.
fn closer(area: Region, window: (f64, f64), target: Size, placing: &Placing) -> (f64, f64) {
    let kept = match placing.focus {
        Some(Focus::Face) => content::portrait(area, target, window, zoom(placing)),
        Some(Focus::Objects(_)) => content::zoomed(window, zoom(placing)),
        _ => window,
    };
    // Here `window` holds at least the target's pixels.
    let enlarges = kept.0 < f64::from(target.width) || kept.1 < f64::from(target.height);
    if enlarges && placing.mode.is_none() && placing.strategy == Some(Strategy::MaintainRatioNoEnlarge) {
        return (f64::from(target.width), f64::from(target.height));
    }
    kept
}

/// `z`; it is above zero.
fn zoom(placing: &Placing) -> f64 {
    placing.zoom.map_or(1.0, |zoom| zoom.to_f64())
}

/// Asks for what a focus wants to keep in sight.
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
