//! Wide Gaussians, computed on a coarse image.

use super::gauss::{Kernel, Rows, convolve, floats, repeat_ends};
use crate::error::Error;
use crate::pixels::base::unless_stopped;
use crate::stop::Stop;

/// Convolves with a wide Gaussian, up to a radius. Each row is read and finished once, however wide it is.
///
/// A wide Gaussian removes all detail that a coarser image could not hold. The coarse image has pixels, the cells, at a
/// distance of `cell` pixels. Each cell is the mean of its surroundings, weighted by a tent, which falls linearly to
/// zero at the next cell. The cells are convolved, and the result is interpolated linearly between the cells, which is
/// a tent again. The variances of convolved kernels add up, so the variance of the two tents is subtracted from that of
/// the Gaussian.
pub(crate) fn convolve_coarsely(
    rows: &mut impl Rows,
    sigma: f64,
    radius: f64,
    cell: u16,
    stop: &Stop,
) -> Result<(), Error> {
    let cell = cell.max(1);
    let scale = f64::from(cell);
    // The variance of a tent is (cell^2 - 1) / 6.
    let rest = (sigma * sigma - (scale * scale - 1.0) / 3.0).max(0.0).sqrt() / scale;
    let kernel = Kernel::new(rest, (radius / scale).round());
    match rows.count() {
        1 => on_cells::<1>(rows, &kernel, cell, stop),
        3 => on_cells::<3>(rows, &kernel, cell, stop),
        _ => on_cells::<4>(rows, &kernel, cell, stop),
    }
}

fn on_cells<const N: usize>(rows: &mut impl Rows, kernel: &Kernel, cell: u16, stop: &Stop) -> Result<(), Error> {
    let (stride, height) = (rows.stride(), rows.height());
    if stride < N || height == 0 {
        return Ok(());
    }
    let tent = Tent::new(cell);
    let mut coarse = Coarse::<N>::new(tent.cells(stride / N), tent.cells(height))?;
    shrink(rows, &mut coarse, &tent, stop)?;
    convolve(&mut coarse, kernel, kernel, stop)?;
    enlarge(rows, &coarse, &tent, stop)
}

/// The weights of the pixels around a cell.
struct Tent {
    cell: usize,
    /// The positions of pixels between two cells, as shares of their distance.
    shares: Vec<f32>,
    /// The weights of these pixels in the previous cell and in the next cell.
    slope: Vec<(f32, f32)>,
}

impl Tent {
    fn new(cell: u16) -> Self {
        let scale = f32::from(cell);
        let shares: Vec<f32> = (0..cell).map(|x| f32::from(x) / scale).collect();
        let slope = shares.iter().map(|share| ((1.0 - share) / scale, share / scale)).collect();
        Self { cell: cell.into(), shares, slope }
    }

    fn share(&self, pixel: usize) -> f32 {
        self.shares.get(pixel).copied().unwrap_or_default()
    }

    /// Returns the number of cells along `length` pixels. The first one is `cell` before the first pixel, and the last
    /// one is far enough after the last pixel that both contain only repeated pixels.
    fn cells(&self, length: usize) -> usize {
        (length + self.cell - 2).div_ceil(self.cell) + 2
    }
}

/// The cells, row by row.
struct Coarse<const N: usize> {
    samples: Vec<f32>,
    width: usize,
}

impl<const N: usize> Coarse<N> {
    fn new(width: usize, height: usize) -> Result<Self, Error> {
        Ok(Self { samples: floats(width * height * N)?, width })
    }

    fn row(&self, y: usize) -> &[[f32; N]] {
        let start = y * self.width * N;
        self.samples.get(start..start + self.width * N).unwrap_or_default().as_chunks().0
    }

    fn row_mut(&mut self, y: usize) -> &mut [f32] {
        let start = y * self.width * N;
        self.samples.get_mut(start..start + self.width * N).unwrap_or_default()
    }
}

impl<const N: usize> Rows for Coarse<N> {
    fn stride(&self) -> usize {
        self.width * N
    }
    fn count(&self) -> usize {
        N
    }
    fn height(&self) -> usize {
        self.samples.len() / self.stride().max(1)
    }
    fn read(&mut self, y: usize, into: &mut [f32]) {
        into.copy_from_slice(self.row_mut(y));
    }
    fn finish(&mut self, y: usize, means: &[f32]) {
        self.row_mut(y).copy_from_slice(means);
    }
}

/// Fills the cells: each row of cells is summed from top to bottom, then from left to right.
fn shrink<const N: usize>(rows: &mut impl Rows, coarse: &mut Coarse<N>, tent: &Tent, stop: &Stop) -> Result<(), Error> {
    let (stride, height) = (rows.stride(), rows.height());
    let mut row = floats(stride)?;
    let mut wide = floats(stride + 6 * tent.cell * N)?;
    let (mut above, mut below) = (Sum::new(stride)?, Sum::new(stride)?);
    let mut filled = 0;
    let mut fill = |cells: &[f32], coarse: &mut Coarse<N>| {
        across::<N>(cells, &mut wide, coarse.row_mut(filled), tent);
        filled += 1;
        filled
    };
    for (y, (own, next)) in (0..height).zip(tent.slope.iter().copied().cycle()) {
        unless_stopped(stop)?;
        rows.read(y, &mut row);
        if y == 0 {
            // Above the image its first row is repeated.
            fill(&row, coarse);
            above.add(&row, tent.slope.iter().map(|(_, next)| next).sum());
        } else if y % tent.cell == 0 {
            fill(&above.values, coarse);
            std::mem::swap(&mut above, &mut below);
            below.clear();
        }
        above.add(&row, own);
        below.add(&row, next);
    }
    // Below the image its last row is repeated.
    for mut sum in [above, below] {
        sum.add(&row, sum.lacks);
        fill(&sum.values, coarse);
    }
    while fill(&row, coarse) < coarse.height() {}
    Ok(())
}

/// A weighted sum of rows.
struct Sum {
    values: Vec<f32>,
    /// One minus the sum of the weights.
    lacks: f32,
}

impl Sum {
    fn new(stride: usize) -> Result<Self, Error> {
        Ok(Self { values: floats(stride)?, lacks: 1.0 })
    }

    fn clear(&mut self) {
        self.values.fill(0.0);
        self.lacks = 1.0;
    }

    fn add(&mut self, row: &[f32], weight: f32) {
        self.values.iter_mut().zip(row).for_each(|(sum, sample)| *sum += sample * weight);
        self.lacks -= weight;
    }
}

/// Fills one row of cells.
fn across<const N: usize>(row: &[f32], wide: &mut [f32], cells: &mut [f32], tent: &Tent) {
    // The first cell and its tent start two cells before the first pixel, and the last one ends three cells after the
    // last.
    let side = 3 * tent.cell * N;
    if let Some(own) = wide.get_mut(side..side + row.len()) {
        own.copy_from_slice(row);
    }
    repeat_ends(wide, side, row.len(), N);
    let pixels = wide.as_chunks::<N>().0;
    for (n, cell) in cells.as_chunks_mut::<N>().0.iter_mut().enumerate() {
        let from = |cell: usize| pixels.get(cell * tent.cell..).unwrap_or_default();
        let rising = from(n + 1).iter().zip(tent.slope.iter().map(|(_, next)| next));
        let falling = from(n + 2).iter().zip(tent.slope.iter().map(|(own, _)| own));
        let mut sums = [0.0; N];
        for (pixel, weight) in rising.chain(falling) {
            sums.iter_mut().zip(pixel).for_each(|(sum, sample)| *sum += sample * weight);
        }
        *cell = sums;
    }
}

/// Finishes all rows by linear interpolation between the cells.
fn enlarge<const N: usize>(rows: &mut impl Rows, coarse: &Coarse<N>, tent: &Tent, stop: &Stop) -> Result<(), Error> {
    let stride = rows.stride();
    let (mut above, mut below, mut out) = (floats(stride)?, floats(stride)?, floats(stride)?);
    spread(coarse.row(1), &mut below, tent);
    for y in 0..rows.height() {
        unless_stopped(stop)?;
        let (cell, next) = (y / tent.cell + 1, y % tent.cell);
        if next == 0 {
            std::mem::swap(&mut above, &mut below);
            spread(coarse.row(cell + 1), &mut below, tent);
        }
        let share = tent.share(next);
        for ((out, above), below) in out.iter_mut().zip(&above).zip(&below) {
            *out = above + (below - above) * share;
        }
        rows.finish(y, &out);
    }
    Ok(())
}

/// Interpolates a row of pixels between cells.
fn spread<const N: usize>(cells: &[[f32; N]], row: &mut [f32], tent: &Tent) {
    let pairs = cells.iter().skip(1).zip(cells.iter().skip(2));
    for (pixels, (left, right)) in row.as_chunks_mut::<N>().0.chunks_mut(tent.cell).zip(pairs) {
        for (pixel, share) in pixels.iter_mut().zip(&tent.shares) {
            for ((sample, left), right) in pixel.iter_mut().zip(left).zip(right) {
                *sample = left + (right - left) * share;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_reach_beyond_all_pixels() {
        for cell in 1..9_u16 {
            let tent = Tent::new(cell);
            let sum: f32 = tent.slope.iter().map(|(own, next)| own + next).sum();
            assert!((sum - 1.0).abs() < 1e-6);
            for length in 1..40 {
                let last = (tent.cells(length) - 2) * usize::from(cell);
                assert!(last + 1 >= length + usize::from(cell) - 1, "{length} in cells of {cell}");
            }
        }
    }
}
