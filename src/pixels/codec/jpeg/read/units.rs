//! The order of the blocks of a scan (T.81, A.2).

use super::layout::{Layout, Part};
use super::scan::Scan;
use super::{Damaged, ReadError};

/// The units of a scan, down to the last requested row.
#[derive(Debug)]
pub(super) struct Units {
    pub(super) wide: u32,
    pub(super) high: u32,
    blocks: Vec<Block>,
}

/// A block within each unit.
#[derive(Debug, Clone, Copy)]
struct Block {
    part: usize,
    component: usize,
    shape: Part,
    x: u32,
    y: u32,
}

/// A block of a particular unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The index of its component in the scan.
    pub(super) part: usize,
    /// The index of its component in the frame.
    pub(super) component: usize,
    pub(super) column: u32,
    pub(super) row: u32,
    /// Whether the block holds samples of the image, rather than padding.
    pub(super) real: bool,
}

impl Units {
    pub(super) fn new(scan: &Scan<'_>, layout: &Layout) -> Result<Self, ReadError> {
        let mut parts = Vec::with_capacity(scan.parts.len());
        for part in &scan.parts {
            let shape = *layout.parts.get(part.component).ok_or(Damaged("a component without a place"))?;
            parts.push((part.component, shape));
        }
        // In a scan that is not interleaved, units are single blocks, without padding to whole units.
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

    /// Iterates over the blocks of a unit.
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
