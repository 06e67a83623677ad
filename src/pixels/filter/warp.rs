//! Warping images: each pixel of the result is read from its origin in the source.

use super::sample::{Source, straight};
use crate::error::Error;
use crate::math;
use crate::pixels::base::{Channels, index, memory, unless_stopped};
use crate::pixels::raster::Raster;
use crate::plan::Size;
use crate::stop::Stop;

/// The origin of a pixel.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin {
    /// The point of the source at the centre of the pixel, in pixels from the source's corner.
    pub(crate) at: (f64, f64),
    /// The parallelogram of the source that the pixel covers, as two of its sides.
    pub(crate) sides: [(f64, f64); 2],
    /// The share of the pixel that the source covers, 0 to 1.
    pub(crate) cover: f64,
}

/// Draws an image on a transparent canvas of this size. `origin` is called with the centres of its pixels.
///
/// If the source is enlarged, its pixels are interpolated. If it is reduced, all pixels that a result pixel covers
/// contribute to it. The time therefore depends on the sum of the pixels of both images, not on their product.
pub(crate) fn warp(
    image: &Raster,
    to: Size,
    stop: &Stop,
    origin: impl Fn(f64, f64) -> Option<Origin>,
) -> Result<Raster, Error> {
    let samples = match image.channels() {
        Channels::Rgb => warped(&Source::<3>::of(image), to, stop, origin)?,
        Channels::Rgba => warped(&Source::<4>::of(image), to, stop, origin)?,
    };
    Raster::new(to, Channels::Rgba, samples)
}

fn warped<const N: usize>(
    source: &Source<'_, N>,
    to: Size,
    stop: &Stop,
    origin: impl Fn(f64, f64) -> Option<Origin>,
) -> Result<Vec<u8>, Error> {
    let mut out = memory::zeros(memory::bytes(to, Channels::Rgba))?;
    let stride = index(to.width)? * Channels::Rgba.count();
    for (y, row) in (0_u32..).map(|y| f64::from(y) + 0.5).zip(out.chunks_exact_mut(stride)) {
        unless_stopped(stop)?;
        for (x, pixel) in (0_u32..).map(|x| f64::from(x) + 0.5).zip(row.as_chunks_mut::<4>().0) {
            let Some(origin) = origin(x, y).filter(|origin| origin.cover > 0.0) else { continue };
            #[expect(clippy::cast_possible_truncation, reason = "a share of one")]
            let cover = origin.cover.min(1.0) as f32;
            *pixel = straight(seen(source, &origin).map(|sample| sample * cover));
        }
    }
    Ok(out)
}

/// Returns the mean of the source pixels that a pixel covers, premultiplied.
fn seen<const N: usize>(source: &Source<'_, N>, origin: &Origin) -> [f32; 4] {
    let (x, y) = origin.at;
    let [a, b] = origin.sides;
    let lengths = [a, b].map(|side| math::length(side.0, side.1));
    let (long, short) = if lengths[0] >= lengths[1] { (a, b) } else { (b, a) };
    let length = lengths[0].max(lengths[1]);
    // The extent of the short side perpendicular to the long one.
    let breadth = (long.0 * short.1 - long.1 * short.0).abs() / length.max(f64::MIN_POSITIVE);
    let (lines, points) = (steps(breadth), steps(length));
    if lines * points == 1 {
        return source.between(x, y);
    }
    let mut sum = [0.0; 4];
    for line in (0..lines).map(|n| middle(n, lines)) {
        for point in (0..points).map(|n| middle(n, points)) {
            let x = x + long.0 * point + short.0 * line;
            let y = y + long.1 * point + short.1 * line;
            // A few points are interpolated; many points hit all pixels.
            let tap = if lines * points <= BETWEEN { source.between(x, y) } else { source.nearest(x, y) };
            sum.iter_mut().zip(tap).for_each(|(sum, tap)| *sum += tap);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "at most MOST^2")]
    let all = (lines * points) as f32;
    sum.map(|sum| sum / all)
}

/// Returns the number of points to read along a distance: one per pixel.
fn steps(distance: f64) -> u32 {
    // Slightly more than a pixel still counts as one, so that rounding does not double the time.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float to integer casts saturate")]
    let steps = (distance - 0.05).ceil() as u32;
    steps.clamp(1, MOST)
}

/// Returns the centre of one of `parts` parts, from -1/2 to 1/2.
fn middle(part: u32, parts: u32) -> f64 {
    (f64::from(part) + 0.5) / f64::from(parts) - 0.5
}

/// The number of points above which interpolation makes no difference.
const BETWEEN: u32 = 64;
/// The maximum number of points along a side. At such a reduction no detail is visible.
const MOST: u32 = 64;
