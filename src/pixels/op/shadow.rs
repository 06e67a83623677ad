//! A shadow below the visible part of a picture.

use super::blur::blur;
use super::flatten::over;
use super::{index, level};
use crate::error::Error;
use crate::pixels::raster::Channels;
use crate::pixels::{Raster, memory};
use crate::plan::Shadow;

/// Draws a black copy of the picture's alpha below it: weaker, moved and blurred.
///
/// The canvas stays, so a shadow that leaves it is cut off. An opaque picture hides its shadow.
pub(super) fn shadow(mut picture: Raster, shadow: Shadow) -> Result<Raster, Error> {
    if picture.channels() == Channels::Rgb {
        return Ok(picture);
    }
    let below = blur(cast(&picture, shadow)?, shadow.sigma)?;
    let (below, _) = below.samples().as_chunks::<4>();
    for (pixel, below) in picture.samples_mut().as_chunks_mut::<4>().0.iter_mut().zip(below) {
        *pixel = over(*pixel, *below);
    }
    Ok(picture)
}

/// The shadow alone, with sharp edges.
fn cast(picture: &Raster, shadow: Shadow) -> Result<Raster, Error> {
    let (size, stride) = (picture.size(), picture.stride());
    let mut samples = memory::zeros(memory::bytes(size, Channels::Rgba))?;
    let ((skip_x, take_x), (skip_y, take_y)) = (shift(shadow.offset.x)?, shift(shadow.offset.y)?);
    let rows = samples.chunks_exact_mut(stride).skip(skip_y).zip(picture.rows().skip(take_y));
    for (target, row) in rows {
        let pixels = target.as_chunks_mut::<4>().0.iter_mut().skip(skip_x);
        for ([.., target], [.., alpha]) in pixels.zip(row.as_chunks::<4>().0.iter().skip(take_x)) {
            *target = level(f64::from(*alpha) * f64::from(shadow.strength) / 100.0);
        }
    }
    Raster::new(size, Channels::Rgba, samples)
}

/// How many pixels are left out at the start of the target and of the source.
fn shift(offset: i64) -> Result<(usize, usize), Error> {
    let distance = index(u32::try_from(offset.unsigned_abs()).unwrap_or(u32::MAX))?;
    Ok(if offset < 0 { (0, distance) } else { (distance, 0) })
}
