//! Choosing a format by trial: every candidate is encoded, and the smallest file is delivered.

use bytes::Bytes;

use super::output_spec::Candidate;
use crate::code::ErrorCode;
use crate::encoded::Encoded;
use crate::error::Error;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::pixels::base::memory::len;
use crate::pixels::base::{Channels, unless_stopped, unsupported};
use crate::pixels::codec::attachments::Attachments;
use crate::pixels::codec::encoder::{Encoder, Settings};
use crate::pixels::filter;
use crate::pixels::raster::Image;
use crate::trace::span;
use crate::transform::Color;

/// Encodes an image in the format with the smallest result. On a tie the first format wins.
///
/// Candidates that cannot hold the image, or that this build cannot write, are skipped if there is another.
///
/// # Errors
/// No candidate can be written. The error is that of the first one.
pub(crate) fn smallest(
    image: Image,
    candidates: &[Candidate],
    matte: Color,
    settings: &Settings,
    attached: &Attachments,
    limits: &Limits,
) -> Result<Encoded, Error> {
    let mut refused = None;
    let mut best: Option<(Format, Vec<u8>)> = None;
    let size = image.size();
    let mut image = image;
    // Formats without transparency come last, because the image is flattened for them in place.
    let (with_alpha, without) = candidates.iter().partition::<Vec<Candidate>, _>(|(format, _)| format.has_alpha());
    for (format, encoder) in with_alpha.into_iter().chain(without) {
        let encoder = match able(format, encoder, &image, settings, limits) {
            Ok(encoder) => encoder,
            Err(error) => {
                refused = refused.or(Some(error));
                continue;
            }
        };
        image = match image {
            planes @ Image::Planes(_) if encoder.takes_planes(settings) => planes,
            other => {
                let mut raster = other.into_raster()?;
                if !format.has_alpha() {
                    raster = filter::flatten(raster, Color { opacity: 100, ..matte });
                }
                if !encoder.holds_profile() {
                    raster = raster.into_srgb();
                }
                raster.into()
            }
        };
        unless_stopped(&settings.stop)?;
        let _stage = span!("encode", format = format.extension());
        let bytes = encoder.encode(&image, settings, attached)?;
        if let Err(error) = LimitError::check("bytes of the result", len(&bytes), limits.result_bytes) {
            refused = refused.or(Some(error.into()));
            continue;
        }
        let rank = |format: Format, bytes: &[u8]| (bytes.len(), candidates.iter().position(|(c, _)| *c == format));
        if best.as_ref().is_none_or(|(other, held)| rank(format, &bytes) < rank(*other, held)) {
            best = Some((format, bytes));
        }
    }
    match best {
        Some((format, bytes)) => Ok(Encoded::new(Bytes::from(bytes), format, size)),
        None => Err(refused.unwrap_or(Error::Pixels {
            code: ErrorCode::Unidentified,
            message: "there is no format to write".to_owned(),
        })),
    }
}

/// Returns the encoder of a format, if it can write this image.
///
/// # Errors
/// This build has no encoder for the format, or the image exceeds a limit.
fn able(
    format: Format,
    encoder: Option<&'static dyn Encoder>,
    image: &Image,
    settings: &Settings,
    limits: &Limits,
) -> Result<&'static dyn Encoder, Error> {
    let encoder = encoder.ok_or_else(|| unsupported(format!("this build cannot write {format}")))?;
    let size = image.size();
    let alpha = matches!(image, Image::Raster(raster) if raster.channels() == Channels::Rgba);
    encoder.longest_side(limits).check(size)?;
    encoder.cost(size, alpha, settings).holding(image.bytes()).check(limits)?;
    Ok(encoder)
}
