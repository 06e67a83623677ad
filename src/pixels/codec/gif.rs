//! GIF: writing one still frame.

use image::ExtendedColorType;
use image::codecs::gif::GifEncoder;

use crate::error::Error;
use crate::pixels::raster::Channels;
use crate::pixels::{Raster, broken};

/// Writes a GIF of one frame with a palette of its own.
pub(super) fn encode(picture: &Raster) -> Result<Vec<u8>, Error> {
    /// From 1, best, to 30, fastest: what the encoder recommends.
    const SPEED: i32 = 10;
    let kind = match picture.channels() {
        Channels::Rgb => ExtendedColorType::Rgb8,
        Channels::Rgba => ExtendedColorType::Rgba8,
    };
    let mut bytes = Vec::new();
    GifEncoder::new_with_speed(&mut bytes, SPEED)
        .encode(picture.samples(), picture.size().width, picture.size().height, kind)
        .map_err(|e| broken(e.to_string()))?;
    Ok(bytes)
}
