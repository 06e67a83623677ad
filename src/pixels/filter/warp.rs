//! Bending images: each pixel of the result is read from where it comes from.

use super::sample::{Source, straight};
use crate::error::Error;
use crate::pixels::base::{Channels, index, memory, unless_stopped};
use crate::pixels::raster::Raster;
use crate::plan::Size;
use crate::stop::Stop;

/// Where a pixel comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin {
    /// The point of the source that its centre shows, in pixels from the source's corner.
    pub(crate) at: (f64, f64),
    /// The parallelogram of the source that it shows, by two of its sides.
    pub(crate) sides: [(f64, f64); 2],
    /// How much of the pixel the source covers, 0 to 1.
    pub(crate) cover: f64,
}

/// Draws an image on a transparent canvas of this size. `origin` gets the centres of its pixels.
///
/// Where the source is enlarged, its pixels are mixed by nearness; where it is made smaller, all of those
/// that a pixel shows have their part in it. So the time goes with the pixels of both, not their product.
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

/// The mean of what a pixel shows, premultiplied.
fn seen<const N: usize>(source: &Source<'_, N>, origin: &Origin) -> [f32; 4] {
    let (x, y) = origin.at;
    let [a, b] = origin.sides;
    let (long, short) = if a.0.hypot(a.1) >= b.0.hypot(b.1) { (a, b) } else { (b, a) };
    let length = long.0.hypot(long.1);
    // What the short side adds besides running along the long one.
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
            // Few points fall between pixels, many hit all of them.
            let tap = if lines * points <= BETWEEN { source.between(x, y) } else { source.nearest(x, y) };
            sum.iter_mut().zip(tap).for_each(|(sum, tap)| *sum += tap);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "at most MOST^2")]
    let all = (lines * points) as f32;
    sum.map(|sum| sum / all)
}

/// How many points are read along such a distance: one a pixel.
fn steps(distance: f64) -> u32 {
    // A little more than a pixel is still one: rounding is not to cost twice the time.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float to integer casts saturate")]
    let steps = (distance - 0.05).ceil() as u32;
    steps.clamp(1, MOST)
}

/// Where the middle of one of so many parts lies, from -1/2 to 1/2.
fn middle(part: u32, parts: u32) -> f64 {
    (f64::from(part) + 0.5) / f64::from(parts) - 0.5
}

/// With more points than this it makes no difference whether they lie between pixels.
const BETWEEN: u32 = 64;
/// More points than this are never read along a side: of what is made this small nothing is seen.
const MOST: u32 = 64;
