//! The samples of one row of units.

use std::ops::Range;

use super::layout::{Layout, Part};
use super::{ReadError, idct, zeros};
use crate::geometry::Size;

/// A component's samples of a row of units, in whole units.
#[derive(Debug)]
pub(super) struct Strip {
    samples: Vec<u8>,
    stride: usize,
    /// The columns of the strip that belong to the result.
    columns: Range<usize>,
    /// The height of the strip, in samples.
    high: u32,
    /// The rows of the plane that belong to the result.
    wanted: Range<u32>,
}

impl Strip {
    /// Returns the number of bytes of the strip.
    pub(super) fn bytes(layout: &Layout, part: &Part) -> u64 {
        Self::size(layout, part).pixels()
    }

    /// Returns the size of the strip in samples. Blocks are written from left to right, and the surplus samples of a
    /// block are overwritten by the next. Only the last block needs extra room.
    fn size(layout: &Layout, part: &Part) -> Size {
        let Size { width, height } = part.strip(layout.wide());
        Size::new(width + idct::BEYOND, height)
    }

    pub(super) fn new(layout: &Layout, part: &Part) -> Result<Self, ReadError> {
        let size = Self::size(layout, part);
        let region = part.region;
        let left = region.x - layout.columns.start * part.across * part.wide;
        let mut samples = zeros(size.pixels())?;
        // Components without a scan stay gray.
        samples.fill(128);
        Ok(Self {
            samples,
            stride: size.width as usize,
            columns: left as usize..(left + region.width) as usize,
            high: size.height,
            wanted: region.y..region.y + region.height,
        })
    }

    /// Returns the number of bytes held.
    #[cfg(test)]
    pub(super) fn taken(&self) -> u64 {
        self.samples.capacity() as u64
    }

    /// Returns the samples from position (`x`, `y`) on, and the distance between rows.
    #[inline(always)]
    pub(super) fn at(&mut self, x: u32, y: u32) -> (&mut [u8], usize) {
        let start = y as usize * self.stride + x as usize;
        (self.samples.get_mut(start..).unwrap_or_default(), self.stride)
    }

    /// Iterates over the rows of the result that the strip holds for this row of units.
    pub(super) fn rows(&self, row: u32) -> impl Iterator<Item = &[u8]> {
        let first = row * self.high;
        let (from, to) = (self.wanted.start.max(first) - first, self.wanted.end.min(first + self.high) - first);
        let rows = self.samples.chunks_exact(self.stride);
        rows.take(to as usize).skip(from as usize).map(|row| row.get(self.columns.clone()).unwrap_or_default())
    }
}
