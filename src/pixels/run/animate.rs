//! Animations kept animated: every frame goes through the plan, one at a time.
//!
//! A layer is made once and drawn on every frame. What planning looked at (trimming, focus) was the first frame.
//! Delays and the number of repetitions stay as they are.

use bytes::Bytes;

use super::executor::Executor;
use super::work::Work;
use crate::encoded::Encoded;
use crate::error::Error;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::pixels::base::error::{internal_error, unsupported};
use crate::pixels::base::fence::fenced;
use crate::pixels::base::memory;
use crate::pixels::codec::encoder::{AnimationEncoder, Settings};
use crate::pixels::codec::registry;
use crate::pixels::filter;
use crate::plan::{Fill, Op, Plan, PlanError, Size, SourceInfo};
use crate::transform::Step;

/// Makes an animation of an animation; `None` if a still is wanted.
///
/// A still is wanted where the URL ends in `ik-thumbnail.jpg`, where `pg` picks a frame, and where `f` names a format
/// without animations.
///
/// # Errors
/// There are too many frames, one of them is damaged, or the plan holds what is not done to animations.
pub(crate) fn animation(
    work: &Work<'_>,
    executor: &mut Executor<'_>,
    plan: &Plan,
    settings: &Settings,
) -> Result<Option<Encoded>, Error> {
    let (source, limits) = (executor.info().clone(), &work.rules.limits);
    let formats = work.negotiation.animated(&plan.output, source.format);
    if source.frames <= 1 || work.still || picks_a_frame(work) || formats.is_empty() {
        return Ok(None);
    }
    check(plan, &source, limits.animation_pixels)?;
    let file = executor.open(None)?;
    let mut animation = file.animation(None)?;
    let (format, encoder, cost) = encoder(&formats, plan.size, settings, limits)?;
    let mut writer = encoder.begin(plan.size, animation.plays(), settings)?;
    let mut layers = Vec::new();
    for op in plan.ops.iter().skip(1) {
        layers.push((op, executor.layer(op)?));
    }
    let held: u64 = layers.iter().filter_map(|(_, layer)| Some(memory::len(layer.as_ref()?.samples()))).sum();
    let held = held.saturating_add(animation.memory()).saturating_add(cost);
    while let Some(delay) = fenced(|| animation.advance())? {
        executor.besides = held.saturating_add(writer.written());
        let mut picture = animation.picture()?;
        for (op, layer) in &layers {
            picture = match (op, layer) {
                (Op::Compose { at, mix, .. }, Some(layer)) => filter::compose(picture.settled(), layer, *at, *mix)?,
                _ => executor.apply(op, picture)?,
            };
        }
        writer.push(&picture.into_srgb(), delay)?;
    }
    executor.note(animation.take_notes())?;
    let bytes = writer.finish()?;
    Ok(Some(Encoded::new(Bytes::from(bytes), format, plan.size)))
}

/// Bytes that the frames of an animation take besides the picture of one; none if a still is wanted.
pub(crate) fn cost(work: &Work<'_>, executor: &Executor<'_>, plan: &Plan, settings: &Settings) -> Result<u64, Error> {
    let source = executor.info();
    let formats = work.negotiation.animated(&plan.output, source.format);
    if source.frames <= 1 || work.still || picks_a_frame(work) || formats.is_empty() {
        return Ok(0);
    }
    let (_, _, writing) = encoder(&formats, plan.size, settings, &work.rules.limits)?;
    Ok(executor.open(None)?.animation(None)?.memory().saturating_add(writing))
}

/// Does `pg` name one frame of the source?
fn picks_a_frame(work: &Work<'_>) -> bool {
    work.transformation.steps.iter().any(|step| matches!(step, Step::Edit(edit) if edit.page.is_some()))
}

/// Passes a plan whose pictures, one for each frame, are not too many pixels, and that no provider has a part in.
fn check(plan: &Plan, source: &SourceInfo, allowed: u64) -> Result<(), Error> {
    let mut size = plan.size;
    for op in &plan.ops {
        size = op.output(size);
        let pixels = size.pixels().saturating_mul(source.frames.into());
        LimitError::check("pixels of all frames", pixels, allowed)?;
        let parameter = match op {
            Op::Effect { effect, .. } => effect.key(),
            Op::Extend { fill: Fill::Generated { .. }, .. } => "bg-genfill",
            _ => continue,
        };
        let reason = "not for animations; `pg-1` takes the first frame";
        return Err(PlanError::Unsupported { parameter, reason }.into());
    }
    Ok(())
}

/// The first of these formats that can hold the result, its encoder, and the bytes that it takes.
fn encoder(
    formats: &[Format],
    size: Size,
    settings: &Settings,
    limits: &Limits,
) -> Result<(Format, &'static dyn AnimationEncoder, u64), Error> {
    let mut refused = None;
    for format in formats {
        match able(*format, size, settings, limits) {
            Ok((encoder, cost)) => return Ok((*format, encoder, cost)),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    Err(refused.unwrap_or_else(|| internal_error("there is no format to write")))
}

fn able(
    format: Format,
    size: Size,
    settings: &Settings,
    limits: &Limits,
) -> Result<(&'static dyn AnimationEncoder, u64), Error> {
    let cannot = || unsupported(format!("this build cannot write animations as {format}"));
    let stills = registry::encoder(format).ok_or_else(cannot)?;
    let encoder = stills.animated().ok_or_else(cannot)?;
    stills.longest_side(limits).check(size)?;
    let cost = size.pixels().saturating_mul(encoder.cost(settings));
    memory::check(cost, limits)?;
    Ok((encoder, cost))
}
