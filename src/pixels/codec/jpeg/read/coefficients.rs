//! Coefficients kept until the last scan of a file: only the requested ones, of the requested blocks.

use std::ops::Range;

use super::block::Block;
use super::layout::{Layout, Part};
use super::strip::Strip;
use super::{ReadError, idct, zeros};

/// The coefficients of a component.
#[derive(Debug)]
pub(super) struct Coefficients {
    /// The coefficients, block by block and row by row. Within a block they are stored column by column.
    values: Vec<i16>,
    /// For every block of the component, including blocks that are not kept, a mask of the coefficients that are not
    /// zero. Empty if no scan needs it.
    pub(super) nonzero: Vec<u64>,
    /// The columns of blocks that are kept.
    columns: Range<u32>,
    rows: Range<u32>,
    /// The place of each coefficient in a kept block, or [`NOWHERE`].
    places: [u8; 64],
    part: Part,
    /// The quantisation steps, by place.
    steps: [i16; 64],
}

/// The place of a coefficient that is not kept.
const NOWHERE: u8 = 255;

impl Coefficients {
    /// Returns the number of bytes that [`new`](Self::new) allocates.
    pub(super) fn bytes(layout: &Layout, part: &Part, refined: bool) -> u64 {
        let (columns, rows) = kept(layout, part);
        let blocks = u64::from(columns.end - columns.start) * u64::from(rows.end - rows.start);
        blocks * u64::from(part.kept()) * 2 + if refined { part.blocks.pixels() * 8 } else { 0 }
    }

    pub(super) fn new(layout: &Layout, part: Part, refined: bool, zigzag: &[u16; 64]) -> Result<Self, ReadError> {
        let (columns, rows) = kept(layout, &part);
        let blocks = u64::from(columns.end - columns.start) * u64::from(rows.end - rows.start);
        let places = part.places().map(|place| place.unwrap_or(NOWHERE));
        let nonzero = zeros(if refined { part.blocks.pixels() } else { 0 })?;
        let mut steps = [0; 64];
        for (place, step) in places.iter().zip(zigzag) {
            if let Some(to) = steps.get_mut(usize::from(*place)) {
                *to = *step as i16;
            }
        }
        let values = zeros(blocks * u64::from(part.kept()))?;
        Ok(Self { values, nonzero, columns, rows, places, part, steps })
    }

    /// Returns the number of bytes held.
    #[cfg(test)]
    pub(super) fn taken(&self) -> u64 {
        (self.values.capacity() * size_of::<i16>() + self.nonzero.capacity() * size_of::<u64>()) as u64
    }

    /// Returns the end of the rows of blocks that are kept.
    pub(super) const fn end(&self) -> u32 {
        self.rows.end
    }

    pub(super) const fn part(&self) -> &Part {
        &self.part
    }

    /// Returns the mask of non-zero coefficients of a block, or zero if no scan needs it.
    #[inline(always)]
    pub(super) fn known(&self, column: u32, row: u32) -> u64 {
        self.nonzero.get((row * self.part.blocks.width + column) as usize).copied().unwrap_or_default()
    }

    /// Returns the kept coefficients of a block, and its mask of non-zero coefficients.
    #[inline(always)]
    pub(super) fn block(&mut self, column: u32, row: u32) -> (Kept<'_>, Option<&mut u64>) {
        let known = self.nonzero.get_mut((row * self.part.blocks.width + column) as usize);
        let kept = self.columns.contains(&column) && self.rows.contains(&row);
        let values = if kept {
            let wide = self.columns.end - self.columns.start;
            let size = self.part.kept() as usize;
            let start = ((row - self.rows.start) * wide + column - self.columns.start) as usize * size;
            self.values.get_mut(start..).and_then(|rest| rest.get_mut(..size)).unwrap_or_default()
        } else {
            &mut []
        };
        (Kept { values, places: &self.places }, known)
    }

    /// Computes the samples of a row of units.
    pub(super) fn reduce(&self, row: u32, strip: &mut Strip) {
        let Part { down, wide, high, .. } = self.part;
        let reduce = idct::reduce_to(wide, high);
        let size = self.part.kept() as usize;
        let kept = (self.columns.end - self.columns.start) as usize;
        let mut block: Block = [0; 128];
        for y in 0..down {
            let Some(line) = (row * down + y).checked_sub(self.rows.start) else { continue };
            let blocks = self.values.chunks_exact(size).skip(line as usize * kept).take(kept);
            for (x, values) in (0..).zip(blocks) {
                for (to, (value, step)) in block.iter_mut().zip(values.iter().zip(&self.steps)) {
                    *to = value.wrapping_mul(*step);
                }
                let (samples, stride) = strip.at(x * wide, y * high);
                reduce(&block, idct::met(values, high), samples, stride);
            }
        }
    }
}

/// The coefficients of a block that are kept.
#[derive(Debug)]
pub(super) struct Kept<'a> {
    values: &'a mut [i16],
    places: &'a [u8; 64],
}

impl Kept<'_> {
    /// Returns no coefficients, for a block that is only padding.
    pub(super) const fn none() -> Self {
        Self { values: &mut [], places: &[NOWHERE; 64] }
    }

    /// Returns the coefficient `number`, which is below 64, if it is kept.
    #[inline(always)]
    pub(super) fn at(&mut self, number: usize) -> Option<&mut i16> {
        let place = self.places.get(number & 63)?;
        self.values.get_mut(usize::from(*place))
    }
}

/// Returns the columns and rows of blocks that are kept: those of the requested units, without padding.
fn kept(layout: &Layout, part: &Part) -> (Range<u32>, Range<u32>) {
    let (columns, rows) = (&layout.columns, &layout.rows);
    let columns = columns.start * part.across..(columns.end * part.across).min(part.blocks.width);
    let rows = rows.start * part.down..(rows.end * part.down).min(part.blocks.height);
    (columns, rows)
}
