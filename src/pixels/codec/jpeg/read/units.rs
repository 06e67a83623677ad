//! The order of the blocks of a scan (T.81, A.2).

use super::layout::{Layout, Part};
use super::scan::Scan;
use super::{Damaged, ReadError};

/// The units of a scan, as far down as they are wanted.
#[derive(Debug)]
pub(super) struct Units {
    pub(super) wide: u32,
    pub(super) high: u32,
    blocks: Vec<Block>,
}

/// A block of every unit.
#[derive(Debug, Clone, Copy)]
struct Block {
    part: usize,
    component: usize,
    shape: Part,
    x: u32,
    y: u32,
}

/// A block of a unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The number of its component in the scan.
    pub(super) part: usize,
    /// And in the frame.
    pub(super) component: usize,
    pub(super) column: u32,
    pub(super) row: u32,
    /// It does not only fill up a unit.
    pub(super) real: bool,
}

impl Units {
    pub(super) fn new(scan: &Scan<'_>, layout: &Layout) -> Result<Self, ReadError> {
        let mut parts = Vec::with_capacity(scan.parts.len());
        for part in &scan.parts {
            let shape = *layout.parts.get(part.component).ok_or(Damaged("a component without a place"))?;
            parts.push((part.component, shape));
        }
        // Not interleaved, units are single blocks, without those that would fill up units.
        let (wide, high) = match parts.as_mut_slice() {
            [(_, shape)] => {
                let high = (layout.rows.end * shape.down).min(shape.blocks.height);
                (shape.across, shape.down) = (1, 1);
                (shape.blocks.width, high)
            }
            _ => (layout.units.width, layout.rows.end),
        };
        let blocks = parts.into_iter().enumerate().flat_map(|(part, (component, shape))| {
            let places = (0..shape.down).flat_map(move |y| (0..shape.across).map(move |x| (x, y)));
            places.map(move |(x, y)| Block { part, component, shape, x, y })
        });
        Ok(Self { wide, high, blocks: blocks.collect() })
    }

    /// The blocks of a unit.
    #[inline(always)]
    pub(super) fn blocks(&self, column: u32, row: u32) -> impl Iterator<Item = Place> {
        self.blocks.iter().map(move |block| {
            let Block { part, component, ref shape, x, y } = *block;
            let (column, row) = (column * shape.across + x, row * shape.down + y);
            let real = column < shape.blocks.width && row < shape.blocks.height;
            Place { part, component, column, row, real }
        })
    }
}
