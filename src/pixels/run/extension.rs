//! Calling the extensions of the embedder: images are exchanged as [`Bitmap`]s.

use super::analyze::saliency;
use super::work::Work;
use crate::code::ErrorCode;
use crate::error::{Error, ExtensionError};
use crate::extend::{Bitmap, Decoder, Effect, EffectJob, EffectOutcome, Found, Search, Subject};
use crate::limits::LimitError;
use crate::pixels::base::{Channels, internal_error, memory};
use crate::pixels::raster::Raster;
use crate::plan::PlanError;
use crate::trace::event;
use crate::transform::Ai;

/// Applies an effect through the embedder's effector.
///
/// # Errors
/// There is no effector; it does not support this effect, failed, or needs more time; or its image is too large.
pub(crate) fn effect(work: &Work<'_>, effect: Effect<'_>, image: Raster) -> Result<Raster, Error> {
    let lacking = || PlanError::Unsupported { parameter: key(effect), reason: "needs an effect provider" };
    let effector = work.extensions.the_effector().ok_or_else(lacking)?;
    let may_grow = matches!(effect, Effect::Ai(Ai::Upscale | Ai::Edit { .. }));
    let size = image.size();
    let limits = &work.rules.limits;
    let max_pixels = if may_grow { limits.pixels } else { size.pixels() };
    let image = bitmap(image)?;
    match effector.apply(EffectJob { image, effect, seed: work.seed, max_pixels }) {
        EffectOutcome::Done(image) if may_grow || image.size() == size => {
            LimitError::check("pixels", image.size().pixels(), limits.pixels)?;
            raster(image)
        }
        EffectOutcome::Done(_) => Err(internal_error("an effect provider changed a size that it may not change")),
        EffectOutcome::Pending { retry_after } => Err(PlanError::Pending { retry_after }.into()),
        EffectOutcome::Unsupported => Err(lacking().into()),
        // The words of an extension are for the log, not for clients.
        EffectOutcome::Failed(cause) => {
            event!("effect", key = key(effect), cause = cause.to_string());
            let message = format!("the provider of `{}` failed", key(effect));
            Err(Error::Extension { code: ErrorCode::Unidentified, message, cause: ExtensionError::new(cause) })
        }
    }
}

/// Returns the areas of a subject in an image. `asset` is the path of the file that the image was made from.
///
/// The registered detector is called first. Any failure there counts as "not found", because a detector never fails a
/// response. Salient parts are then found by this crate.
pub(crate) fn detect(work: &Work<'_>, image: &Raster, subject: &Subject, asset: &str) -> Result<Vec<Found>, Error> {
    let limits = &work.rules.limits;
    if let Some(detector) = work.extensions.the_detector() {
        let copy = memory::bytes(image.size(), Channels::Rgba);
        memory::check(memory::len(image.samples()).saturating_add(copy), limits)?;
        let image = bitmap(image.copy_with_alpha()?)?;
        let found = detector.find(&Search { image: &image, subject, asset });
        #[cfg(feature = "tracing")]
        if let Err(cause) = &found {
            event!("detector", cause = cause.to_string());
        }
        let found = found.unwrap_or_default();
        if !found.is_empty() {
            return Ok(found);
        }
    }
    match subject {
        Subject::Salient => Ok(saliency::salient(image, image.size(), limits)?.map(Found::at).into_iter().collect()),
        _ => Ok(Vec::new()),
    }
}

/// Reads a page with a decoder of the embedder.
///
/// # Errors
/// The decoder cannot read it, or returned more pixels than allowed.
pub(crate) fn decode(work: &Work<'_>, decoder: &dyn Decoder, file: &[u8], page: u32) -> Result<Raster, Error> {
    let limits = &work.rules.limits;
    LimitError::check("bytes in the source", memory::len(file), limits.source_bytes)?;
    let max_pixels = limits.pixels.min(limits.memory / 8);
    let image = decoder.decode(file, page, max_pixels).map_err(|cause| {
        // The words of an extension are for the log, not for clients.
        event!("decoder", cause = cause.to_string());
        let message = "the source is of a registered format, and its decoder cannot read it".to_owned();
        Error::Extension { code: ErrorCode::Format, message, cause: ExtensionError::new(cause) }
    })?;
    LimitError::check("pixels", image.size().pixels(), max_pixels)?;
    raster(image)
}

fn bitmap(image: Raster) -> Result<Bitmap, Error> {
    let size = image.size();
    let samples = image.with_alpha()?.into_samples();
    Bitmap::new(size, samples).ok_or_else(|| internal_error("an image with a wrong size"))
}

fn raster(image: Bitmap) -> Result<Raster, Error> {
    let size = image.size();
    let image = Raster::new(size, Channels::Rgba, image.into_rgba())?;
    debug_assert_eq!(memory::bytes(size, Channels::Rgba), memory::len(image.samples()));
    Ok(image.without_needless_alpha())
}

const fn key(effect: Effect<'_>) -> &'static str {
    match effect {
        Effect::Ai(ai) => ai.key(),
        Effect::GenerativeFill { .. } => "bg-genfill",
    }
}
