//! Convolution with a Gaussian, row by row.

use crate::error::Error;
use crate::math;
use crate::pixels::base::{Channels, internal_error, unless_stopped};
use crate::pixels::raster::Raster;
use crate::stop::Stop;

/// A truncated Gaussian, normalised to a sum of one: the weight of the centre, and the weights of one side.
#[derive(Debug, Clone)]
pub(crate) struct Kernel {
    middle: f32,
    side: Vec<f32>,
}

impl Kernel {
    /// Makes a Gaussian of this sigma, as far as it is visible and at most `radius` pixels from its centre.
    pub(crate) fn new(sigma: f64, radius: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float to integer casts saturate")]
        let radius = (radius.min(sigma * REACH).ceil() as u32).min(Self::LONGEST);
        let weight = |x: u32| math::exp(-0.5 * (f64::from(x) / sigma.max(f64::MIN_POSITIVE)).powi(2));
        let sum = 1.0 + 2.0 * (1..=radius).map(weight).sum::<f64>();
        #[expect(clippy::cast_possible_truncation, reason = "the nearest f32")]
        let share = |weight: f64| (weight / sum) as f32;
        Self { middle: share(1.0), side: (1..=radius).map(weight).map(share).collect() }
    }

    /// Returns the number of pixels on each side.
    pub(crate) fn radius(&self) -> usize {
        self.side.len()
    }

    /// The maximum length of one side of a kernel.
    pub(crate) const LONGEST: u32 = 64;
}

/// The source and the target of rows.
pub(crate) trait Rows {
    /// Returns the number of samples of a row.
    fn stride(&self) -> usize;
    /// Returns the number of samples of a pixel.
    fn count(&self) -> usize;
    /// Returns the number of rows.
    fn height(&self) -> usize;
    /// Fills in a row. It is called once per row, from the top, before the first row that needs it is finished.
    fn read(&mut self, y: usize, into: &mut [f32]);
    /// Receives the means of a row.
    fn finish(&mut self, y: usize, means: &[f32]);
}

/// Computes the weighted mean of the surroundings of each pixel, with one kernel per axis.
///
/// Edges are repeated outwards.
pub(crate) fn convolve(rows: &mut impl Rows, across: &Kernel, down: &Kernel, stop: &Stop) -> Result<(), Error> {
    let (stride, count, height) = (rows.stride(), rows.count(), rows.height());
    if stride == 0 || height == 0 {
        return Ok(());
    }
    let (side, reach) = (across.radius() * count, down.radius());
    // The length of a row is a multiple of a block, so that all arithmetic is done in blocks.
    let padded = stride.next_multiple_of(BLOCK);
    let kept = (2 * reach + 1).min(height);
    let mut wide = floats(padded + 2 * side)?;
    let mut ring = floats(padded * kept)?;
    let mut out = floats(padded)?;
    let mut read = 0;
    for y in 0..height {
        unless_stopped(stop)?;
        while read < height && read <= y + reach {
            if let Some(own) = wide.get_mut(side..side + stride) {
                rows.read(read, own);
            }
            repeat_ends(&mut wide, side, stride, count);
            if let Some(kept) = ring.get_mut(read % kept * padded..).and_then(|ring| ring.get_mut(..padded)) {
                weigh(kept, across, |away| {
                    let start = side.checked_add_signed(away * count.cast_signed()).unwrap_or_default();
                    wide.get(start..).unwrap_or_default()
                });
            }
            read += 1;
        }
        weigh(&mut out, down, |away| {
            let y = y.saturating_add_signed(away).min(height - 1);
            ring.get(y % kept * padded..).unwrap_or_default()
        });
        rows.finish(y, out.get(..stride).unwrap_or_default());
    }
    Ok(())
}

/// Computes a weighted sum of rows, which are addressed by their distance from the middle one.
fn weigh<'a>(out: &mut [f32], kernel: &Kernel, row: impl Fn(isize) -> &'a [f32]) {
    let middle = row(0);
    let sides: Vec<_> =
        (1..).zip(&kernel.side).map(|(away, weight): (isize, _)| (row(-away), row(away), *weight)).collect();
    for (n, out) in out.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
        let block = |row: &'a [f32]| row.get(n * BLOCK..).and_then(|rest| rest.first_chunk::<BLOCK>());
        let Some(middle) = block(middle) else { break };
        let mut sums = [0.0; BLOCK];
        for (sum, middle) in sums.iter_mut().zip(middle) {
            *sum = middle * kernel.middle;
        }
        for (before, after, weight) in &sides {
            let (Some(before), Some(after)) = (block(before), block(after)) else { break };
            for ((sum, before), after) in sums.iter_mut().zip(before).zip(after) {
                *sum += (before + after) * weight;
            }
        }
        *out = sums;
    }
}

/// Repeats the first and the last pixel of a row on both sides of it.
pub(crate) fn repeat_ends(wide: &mut [f32], side: usize, stride: usize, count: usize) {
    let (first, last) = (side..side + count, side + stride - count..side + stride);
    for at in (0..side).step_by(count) {
        wide.copy_within(first.clone(), at);
        wide.copy_within(last.clone(), last.end + at);
    }
}

/// The samples of an image that is blurred in place.
pub(crate) struct Samples<'a> {
    samples: &'a mut [u8],
    stride: usize,
    count: usize,
}

impl<'a> Samples<'a> {
    /// Makes the samples of an image.
    pub(crate) fn of(image: &'a mut Raster) -> Self {
        let (stride, channels) = (image.stride(), image.channels());
        Self { samples: image.samples_mut(), stride, count: channels.count() }
    }

    /// Makes the samples of a plane with one sample per pixel, in rows of this length.
    pub(crate) fn plane(samples: &'a mut [u8], stride: usize) -> Self {
        Self { samples, stride, count: 1 }
    }

    /// Returns one row.
    pub(crate) fn row(&mut self, y: usize) -> &mut [u8] {
        self.samples.get_mut(y * self.stride..).and_then(|rest| rest.get_mut(..self.stride)).unwrap_or_default()
    }
}

/// Colours are premultiplied by alpha during the convolution.
impl Rows for Samples<'_> {
    fn stride(&self) -> usize {
        self.stride
    }
    fn count(&self) -> usize {
        self.count
    }
    fn height(&self) -> usize {
        self.samples.len().checked_div(self.stride).unwrap_or_default()
    }
    fn read(&mut self, y: usize, into: &mut [f32]) {
        let count = self.count;
        let row = self.row(y);
        if count == Channels::Rgba.count() {
            for (to, [color @ .., alpha]) in into.as_chunks_mut::<4>().0.iter_mut().zip(row.as_chunks::<4>().0) {
                let alpha = f32::from(*alpha);
                let [r, g, b] = color.map(|sample| f32::from(sample) * (alpha / 255.0));
                *to = [r, g, b, alpha];
            }
        } else {
            into.iter_mut().zip(row).for_each(|(to, from)| *to = f32::from(*from));
        }
    }
    fn finish(&mut self, y: usize, means: &[f32]) {
        let count = self.count;
        let row = self.row(y);
        if count == Channels::Rgba.count() {
            for (pixel, mean) in row.as_chunks_mut::<4>().0.iter_mut().zip(means.as_chunks::<4>().0) {
                *pixel = divided(*mean).map(narrow);
            }
        } else {
            row.iter_mut().zip(means).for_each(|(sample, mean)| *sample = narrow(*mean));
        }
    }
}

/// Converts a premultiplied pixel to straight alpha.
pub(crate) fn divided([r, g, b, alpha]: [f32; 4]) -> [f32; 4] {
    // An invisible pixel has no colour.
    let share = if alpha < 0.5 { 0.0 } else { 255.0 / alpha };
    [r * share, g * share, b * share, alpha]
}

/// Returns the nearest sample, or 0 or 255 for a value out of range.
pub(crate) fn narrow(value: f32) -> u8 {
    // At 2^23 the steps of an `f32` are whole numbers, so the sum is rounded, and its last byte is the result. Unlike a
    // cast, this can be vectorised.
    const WHOLE: f32 = 8_388_608.0;
    let [nearest, ..] = (value.clamp(0.0, 255.0) + WHOLE).to_bits().to_le_bytes();
    nearest
}

/// Returns a vector of `count` zeros.
pub(crate) fn floats(count: usize) -> Result<Vec<f32>, Error> {
    let mut taken = Vec::new();
    taken.try_reserve_exact(count).map_err(|_| internal_error("out of memory"))?;
    taken.resize(count, 0.0);
    Ok(taken)
}

/// The number of samples that are summed together: eight registers of four.
const BLOCK: usize = 32;
/// The reach of the kernel in sigmas. 0.05 % of a Gaussian is beyond it, an eighth of a step of 255.
const REACH: f64 = 3.5;
