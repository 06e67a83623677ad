//! Animations that stay animated: the plan is applied to every frame, one at a time.
//!
//! A layer is rendered once and drawn on every frame. Planning examines the first frame (trimming, focus). Delays and
//! the number of repetitions are kept.

use bytes::Bytes;

use super::output_spec::OutputSpec;
use super::prepared::Prepared;
use super::work::Work;
use crate::cost::Cost;
use crate::encoded::Encoded;
use crate::error::Error;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::pixels::base::{fenced, internal_error, memory, unless_stopped, unsupported};
use crate::pixels::codec::encoder::{AnimationEncoder, Encoder, Settings, TABLES};
use crate::pixels::filter;
use crate::plan::{Fill, Op, Plan, PlanError, Size, SourceInfo};

/// Renders an animation as an animation. Returns `None` if a still image is requested.
///
/// A still is requested if the URL ends in `ik-thumbnail.jpg`, if `pg` selects a frame, or if `f` names a format
/// without animations.
///
/// # Errors
/// There are too many frames, one of them is damaged, or the plan has an operation that animations do not support.
pub(crate) fn animation(work: &Work<'_>, prepared: &mut Prepared<'_>) -> Result<Option<Encoded>, Error> {
    let Prepared { executor, source, plan, output, file, .. } = prepared;
    let (limits, Some(file)) = (&work.rules.limits, file.as_ref().filter(|_| !output.animated.is_empty())) else {
        return Ok(None);
    };
    check(plan, source, limits.animation_pixels)?;
    let (format, encoder, cost) = encoder(output, plan.size, limits)?;
    let mut animation = file.animation(None)?;
    let mut writer = encoder.begin(plan.size, animation.plays(), &output.settings)?;
    let mut layers = Vec::new();
    for op in plan.ops.iter().skip(1) {
        layers.push((op, executor.layer(op)?));
    }
    let held: u64 = layers.iter().filter_map(|(_, layer)| Some(memory::len(layer.as_ref()?.samples()))).sum();
    let held = held.saturating_add(animation.memory()).saturating_add(cost.memory);
    while let Some(delay) = fenced(|| animation.advance())? {
        unless_stopped(work.stop)?;
        executor.besides = held.saturating_add(writer.written());
        let mut image = animation.image()?;
        for (op, layer) in &layers {
            image = match (op, layer) {
                (Op::Compose { at, mix, .. }, Some(layer)) => filter::compose(image.settled(), layer, *at, *mix)?,
                _ => executor.apply(op, image)?,
            };
        }
        writer.push(&image.into_srgb(), delay)?;
        LimitError::check("bytes of the result", writer.written(), limits.result_bytes)?;
    }
    executor.noted.add(animation.take_notes(), work.rules.refuse_damaged)?;
    let bytes = writer.finish()?;
    Ok(Some(Encoded::new(Bytes::from(bytes), format, plan.size)))
}

/// Returns the cost of an animation, or `None` if a still is requested.
///
/// # Errors
/// The errors of [`animation`] that occur before its first frame is decoded.
pub(crate) fn cost(prepared: &Prepared<'_>, limits: &Limits) -> Result<Option<Cost>, Error> {
    /// Bytes per pixel of noise, doubled because the buffer of the file grows.
    const NOISE: u64 = 4;
    let Prepared { executor, source, plan, output, file, .. } = prepared;
    let Some(file) = file.as_ref().filter(|_| !output.animated.is_empty()) else { return Ok(None) };
    check(plan, source, limits.animation_pixels)?;
    let (_, _, writing) = encoder(output, plan.size, limits)?;
    let (mut layers, mut each) = (Cost::default(), writing);
    let mut size = Size::new(0, 0);
    for op in &plan.ops {
        if let Op::Compose { layer, .. } = op {
            layers = layers.and(executor.cost(&layer.ops)?.0);
        }
        if !op.is_start() {
            each = each.and(Cost::new(0, op.cost(size, 4).work));
        }
        size = op.output(size);
    }
    let (still, _) = executor.cost(&plan.ops)?;
    let frames = each.work.saturating_mul(source.frames.into()).saturating_add(file.frames_work());
    let result = plan.size.pixels().saturating_mul(source.frames.into()).saturating_mul(NOISE);
    let result = result.min(limits.result_bytes.saturating_mul(2));
    let memory = [still.memory, file.animation(None)?.memory(), writing.memory, result, TABLES];
    let memory = memory.into_iter().fold(0, u64::saturating_add);
    Ok(Some(Cost::new(memory, layers.work.saturating_add(frames))))
}

/// Checks that the images for all frames together are within the pixel limit, and that no operation needs a provider.
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

/// Returns the first format that can hold the result, its encoder, and the cost of encoding.
fn encoder(
    output: &OutputSpec,
    size: Size,
    limits: &Limits,
) -> Result<(Format, &'static dyn AnimationEncoder, Cost), Error> {
    let mut refused = None;
    for (format, stills) in &output.animated {
        match able(*format, *stills, size, &output.settings, limits) {
            Ok((encoder, cost)) => return Ok((*format, encoder, cost)),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    Err(refused.unwrap_or_else(|| internal_error("there is no format to write")))
}

fn able(
    format: Format,
    stills: Option<&'static dyn Encoder>,
    size: Size,
    settings: &Settings,
    limits: &Limits,
) -> Result<(&'static dyn AnimationEncoder, Cost), Error> {
    let cannot = || unsupported(format!("this build cannot write animations as {format}"));
    let stills = stills.ok_or_else(cannot)?;
    let encoder = stills.animated().ok_or_else(cannot)?;
    stills.longest_side(limits).check(size)?;
    let cost = encoder.cost(size, settings);
    cost.check(limits)?;
    Ok((encoder, cost))
}
