//! Encoding of still images, without attachments.

use crate::cost::Cost;
use crate::geometry::Size;
use crate::pixels::codec::encoder::Settings;

#[cfg(feature = "webp-lossy")]
pub(super) use super::lossy::encode_image;

#[cfg(not(feature = "webp-lossy"))]
use crate::error::Error;
#[cfg(not(feature = "webp-lossy"))]
use crate::pixels::base::Channels;
#[cfg(not(feature = "webp-lossy"))]
use crate::pixels::base::internal_error;
#[cfg(not(feature = "webp-lossy"))]
use crate::pixels::raster::Raster;

/// Returns the cost of encoding: libwebp's copy of the image and its symbols, of which noise has most, and for lossless
/// files the tables of backward references. Opacity is always lossless.
pub(super) fn cost(size: Size, alpha: bool, settings: &Settings) -> Cost {
    let is_lossless = settings.lossless || cfg!(not(feature = "webp-lossy"));
    let (bytes, units) = match (is_lossless, alpha) {
        (true, _) => (64, 620),
        (false, true) => (52, 280),
        (false, false) => (36, 210),
    };
    Cost::each(size.pixels(), bytes, if settings.smallest { units * 2 } else { units })
}

/// Writes a lossless file, regardless of the settings: this build has no lossy encoder.
#[cfg(not(feature = "webp-lossy"))]
pub(super) fn encode_image(image: &Raster, _: &Settings) -> Result<Vec<u8>, Error> {
    use image::ExtendedColorType;
    use image::codecs::webp::WebPEncoder;

    let kind = match image.channels() {
        Channels::Rgb => ExtendedColorType::Rgb8,
        Channels::Rgba => ExtendedColorType::Rgba8,
    };
    let mut bytes = Vec::new();
    WebPEncoder::new_lossless(&mut bytes)
        .encode(image.samples(), image.size().width, image.size().height, kind)
        .map_err(|e| internal_error(e.to_string()))?;
    Ok(bytes)
}
