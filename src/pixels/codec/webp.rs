//! WebP: whether it is complete, and writing it, by libwebp or, without feature `webp-lossy`, lossless by `image`.

use super::Settings;
use crate::error::Error;
use crate::pixels::raster::Channels;
use crate::pixels::{Raster, broken, memory};

/// Is all there that the container announces (RFC 9649, 2.3)? Orientation may come last.
pub(super) fn is_complete(bytes: &[u8]) -> bool {
    let announced = bytes.get(4..).and_then(|rest| rest.first_chunk()).map(|size| u32::from_le_bytes(*size));
    announced.is_some_and(|size| u64::from(size) + 8 <= memory::len(bytes))
}

/// Writes a WebP.
#[cfg(feature = "webp-lossy")]
pub(super) fn encode(picture: &Raster, settings: &Settings) -> Result<Vec<u8>, Error> {
    use webp::{Encoder, PixelLayout, WebPConfig};

    /// Effort from 0 to 6: libwebp's default.
    const METHOD: i32 = 4;
    /// For lossless files quality is effort too: libwebp's default.
    const LOSSLESS_EFFORT: f32 = 75.0;
    let layout = match picture.channels() {
        Channels::Rgb => PixelLayout::Rgb,
        Channels::Rgba => PixelLayout::Rgba,
    };
    let mut config = WebPConfig::new().map_err(|()| broken("no WebP encoder"))?;
    config.method = METHOD;
    config.lossless = settings.lossless.into();
    config.quality = if settings.lossless { LOSSLESS_EFFORT } else { settings.quality.min(100).into() };
    let size = picture.size();
    let file = Encoder::new(picture.samples(), layout, size.width, size.height)
        .encode_advanced(&config)
        .map_err(|e| broken(format!("WebP encoder: {e:?}")))?;
    Ok(file.to_vec())
}

/// Writes a WebP without loss, whatever the settings: there is no lossy encoder in this build.
#[cfg(not(feature = "webp-lossy"))]
pub(super) fn encode(picture: &Raster, _: &Settings) -> Result<Vec<u8>, Error> {
    use image::ExtendedColorType;
    use image::codecs::webp::WebPEncoder;

    let kind = match picture.channels() {
        Channels::Rgb => ExtendedColorType::Rgb8,
        Channels::Rgba => ExtendedColorType::Rgba8,
    };
    let mut bytes = Vec::new();
    WebPEncoder::new_lossless(&mut bytes)
        .encode(picture.samples(), picture.size().width, picture.size().height, kind)
        .map_err(|e| broken(e.to_string()))?;
    Ok(bytes)
}
