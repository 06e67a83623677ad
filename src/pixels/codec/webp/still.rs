//! An image in a file of its own, without what goes with it.

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

/// Bytes that an encoder takes for each pixel: libwebp's own copy, and where there is no loss the tables of its backward
/// references: opacity has none.
pub(super) fn cost(alpha: bool, settings: &Settings) -> u64 {
    let work = if settings.lossless || cfg!(not(feature = "webp-lossy")) { 64 } else { 12 };
    if alpha && work < 40 { 40 } else { work }
}

/// Without loss, whatever the settings: there is no lossy encoder in this build.
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
