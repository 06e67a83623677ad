//! A shadow below the visible part of an image.

use super::blur::gaussian;
use super::gauss::Samples;
use crate::error::Error;
use crate::pixels::base::{Channels, index, level, memory};
use crate::pixels::raster::{Raster, over};
use crate::plan::DropShadow;
use crate::stop::Stop;

/// Draws a black copy of the image's alpha below it: weaker, moved and blurred.
///
/// The canvas keeps its size, so a shadow that extends beyond it is cut off. An opaque image hides its shadow.
pub(crate) fn shadow(mut image: Raster, shadow: DropShadow, stop: &Stop) -> Result<Raster, Error> {
    if image.channels() == Channels::Rgb {
        return Ok(image);
    }
    let mut below = cast(&image, shadow)?;
    if shadow.sigma > 0.0 {
        gaussian(&mut Samples::plane(&mut below, index(image.size().width)?), shadow.sigma, f64::INFINITY, stop)?;
    }
    for (pixel, alpha) in image.samples_mut().as_chunks_mut::<4>().0.iter_mut().zip(below) {
        *pixel = over(*pixel, [0, 0, 0, alpha]);
    }
    Ok(image)
}

/// Returns the alpha of the shadow alone, with sharp edges.
fn cast(image: &Raster, shadow: DropShadow) -> Result<Vec<u8>, Error> {
    let size = image.size();
    let mut samples = memory::zeros(size.pixels())?;
    let ((skip_x, take_x), (skip_y, take_y)) = (shift(shadow.offset.x)?, shift(shadow.offset.y)?);
    let rows = samples.chunks_exact_mut(index(size.width)?).skip(skip_y).zip(image.rows().skip(take_y));
    for (target, row) in rows {
        let pixels = target.iter_mut().skip(skip_x);
        for (target, [.., alpha]) in pixels.zip(row.as_chunks::<4>().0.iter().skip(take_x)) {
            *target = level(f64::from(*alpha) * f64::from(shadow.strength) / 100.0);
        }
    }
    Ok(samples)
}

/// Returns the number of pixels to skip at the start of the target and of the source.
fn shift(offset: i64) -> Result<(usize, usize), Error> {
    let distance = index(u32::try_from(offset.unsigned_abs()).unwrap_or(u32::MAX))?;
    Ok(if offset < 0 { (0, distance) } else { (distance, 0) })
}
