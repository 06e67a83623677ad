//! Samples of one row of units.

use std::ops::Range;

use super::layout::{Layout, Part};
use super::{ReadError, idct, zeros};
use crate::geometry::Size;

/// A component's samples of a row of units, in full units.
#[derive(Debug)]
pub(super) struct Strip {
    samples: Vec<u8>,
    stride: usize,
    /// The columns that come out.
    columns: Range<usize>,
    /// The rows of the image that the strip's first one and those behind it are.
    high: u32,
    wanted: Range<u32>,
}

impl Strip {
    /// Bytes of the strip.
    pub(super) fn bytes(layout: &Layout, part: &Part) -> u64 {
        Self::size(layout, part).pixels()
    }

    /// Blocks are written from left to right: what is lost behind one is written again with the next, but
    /// for the last.
    fn size(layout: &Layout, part: &Part) -> Size {
        let Size { width, height } = part.strip(layout.wide());
        Size::new(width + idct::BEYOND, height)
    }

    pub(super) fn new(layout: &Layout, part: &Part) -> Result<Self, ReadError> {
        let size = Self::size(layout, part);
        let region = part.region;
        let left = region.x - layout.columns.start * part.across * part.wide;
        let mut samples = zeros(size.pixels())?;
        // Gray stays where there is no scan.
        samples.fill(128);
        Ok(Self {
            samples,
            stride: size.width as usize,
            columns: left as usize..(left + region.width) as usize,
            high: size.height,
            wanted: region.y..region.y + region.height,
        })
    }

    /// Bytes that are held.
    #[cfg(test)]
    pub(super) fn taken(&self) -> u64 {
        self.samples.capacity() as u64
    }

    /// The samples from this place on, and how many there are from one row to the next.
    #[inline(always)]
    pub(super) fn at(&mut self, x: u32, y: u32) -> (&mut [u8], usize) {
        let start = y as usize * self.stride + x as usize;
        (self.samples.get_mut(start..).unwrap_or_default(), self.stride)
    }

    /// The rows that come out of the strip when it holds this row of units.
    pub(super) fn rows(&self, row: u32) -> impl Iterator<Item = &[u8]> {
        let first = row * self.high;
        let (from, to) = (self.wanted.start.max(first) - first, self.wanted.end.min(first + self.high) - first);
        let rows = self.samples.chunks_exact(self.stride);
        rows.take(to as usize).skip(from as usize).map(|row| row.get(self.columns.clone()).unwrap_or_default())
    }
}
