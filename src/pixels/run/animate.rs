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
use crate::limits::LimitError;
use crate::pixels::base::fence::fenced;
use crate::pixels::base::memory;
use crate::pixels::codec::animation::Animation;
use crate::pixels::codec::animation::writer::Writer;
use crate::pixels::codec::settings::Settings;
use crate::pixels::filter;
use crate::plan::{Fill, Op, Plan, PlanError, SourceInfo};
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
    let mut animation = Animation::open(work.asset, source.format, limits, None)?;
    let (format, mut writer) = writer(&formats, plan, &animation, settings, work)?;
    let mut layers = Vec::new();
    for op in plan.ops.iter().skip(1) {
        layers.push((op, executor.layer(op)?));
    }
    let held: u64 = layers.iter().filter_map(|(_, layer)| Some(memory::len(layer.as_ref()?.samples()))).sum();
    let held = held.saturating_add(animation.memory()).saturating_add(writer.memory());
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
pub(crate) fn memory(work: &Work<'_>, plan: &Plan, source: &SourceInfo, settings: &Settings) -> Result<u64, Error> {
    let formats = work.negotiation.animated(&plan.output, source.format);
    if source.frames <= 1 || work.still || picks_a_frame(work) || formats.is_empty() {
        return Ok(0);
    }
    let animation = Animation::open(work.asset, source.format, &work.rules.limits, None)?;
    let (_, writer) = writer(&formats, plan, &animation, settings, work)?;
    Ok(animation.memory().saturating_add(writer.memory()))
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

/// Begins a file in the first of these formats that can hold the result.
fn writer(
    formats: &[Format],
    plan: &Plan,
    animation: &Animation<'_>,
    settings: &Settings,
    work: &Work<'_>,
) -> Result<(Format, Writer), Error> {
    let mut refused = None;
    for format in formats {
        match Writer::new(*format, plan.size, animation.plays(), settings, &work.rules.limits) {
            Ok(writer) => return Ok((*format, writer)),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    Err(refused.unwrap_or_else(|| crate::pixels::base::error::internal_error("there is no format to write")))
}
