//! Where the samples of a reduced and cropped picture come from: arithmetic on the header alone.

use std::ops::Range;

use super::block::PLACES;
use super::header::Header;
use super::{Request, Scale};
use crate::geometry::{Rect, Size};

/// The geometry of one reading.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// Minimum coded units of the whole picture.
    pub(super) units: Size,
    /// Those that are wanted.
    pub(super) columns: Range<u32>,
    pub(super) rows: Range<u32>,
    /// The samples of luma that come out, in the coordinates of the whole reduced picture.
    pub(super) region: Rect,
    pub(super) parts: Vec<Part>,
}

/// A component's share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// Blocks of a unit.
    pub(super) across: u32,
    pub(super) down: u32,
    /// Samples made of a block.
    pub(super) wide: u32,
    pub(super) high: u32,
    /// Blocks of the whole component, where those that only fill up units are not counted.
    pub(super) blocks: Size,
    /// How many samples of luma one sample stands for, in each direction.
    pub(super) ratio: (u32, u32),
}

impl Layout {
    pub(super) fn new(header: &Header, request: &Request) -> Self {
        let (most_across, most_down) = header.unit();
        let (most_across, most_down) = (u32::from(most_across), u32::from(most_down));
        let Size { width, height } = header.size;
        let units = Size::new(width.div_ceil(8 * most_across), height.div_ceil(8 * most_down));
        let side = request.scale.side();
        let parts: Vec<Part> = header
            .components
            .iter()
            .map(|c| {
                let (across, down) = (u32::from(c.across), u32::from(c.down));
                let (wide, high) = match request.chroma {
                    Chroma::Kept => (side, side),
                    Chroma::Equal => (nearest(side, most_across / across), nearest(side, most_down / down)),
                };
                let blocks =
                    Size::new((width * across).div_ceil(8 * most_across), (height * down).div_ceil(8 * most_down));
                // Luma is sampled the most, and chroma by a whole part of it.
                let ratio = (most_across * side / (across * wide), most_down * side / (down * high));
                Part { across, down, wide, high, blocks, ratio }
            })
            .collect();
        let (step_x, step_y) = parts.iter().fold((1, 1), |(x, y), part| (x.max(part.ratio.0), y.max(part.ratio.1)));
        let crop = request.crop.unwrap_or(Rect::full(header.size));
        let (left, right) = reduced(crop.x, crop.width, width, side, step_x);
        let (top, bottom) = reduced(crop.y, crop.height, height, side, step_y);
        let region = Rect { x: left, y: top, width: right - left, height: bottom - top };
        let unit = Size::new(most_across * side, most_down * side);
        Self {
            units,
            columns: left / unit.width..right.div_ceil(unit.width),
            rows: top / unit.height..bottom.div_ceil(unit.height),
            region,
            parts,
        }
    }

    /// The samples of a component that come out, in the coordinates of the whole component.
    pub(super) fn region_of(&self, part: &Part) -> Rect {
        let (across, down) = part.ratio;
        let Rect { x, y, width, height } = self.region;
        Rect { x: x / across, y: y / down, width: width.div_ceil(across), height: height.div_ceil(down) }
    }
}

impl Part {
    /// Samples of a row of units, as many columns of units as there are.
    pub(super) const fn strip(&self, columns: u32) -> Size {
        Size::new(columns * self.across * self.wide, self.down * self.high)
    }

    /// For each coefficient in zigzag order its place in a block that only has those wanted, if it has one.
    pub(super) fn places(&self) -> [Option<u8>; 64] {
        PLACES.map(|place| {
            let (column, row) = (u32::from(place >> 3), u32::from(place & 7));
            (column < self.wide && row < self.high).then_some((column * self.high + row) as u8)
        })
    }

    /// The coefficients needed, each a bit by its number in zigzag order.
    pub(super) fn wanted(&self) -> u64 {
        self.places().iter().rev().fold(0, |all, place| all << 1 | u64::from(place.is_some()))
    }

    /// The last coefficient needed, in zigzag order.
    pub(super) fn last(&self) -> usize {
        63 - (self.wanted() | 1).leading_zeros() as usize
    }
}

/// Whether chroma is brought to the size of luma.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chroma {
    /// As far as blocks have the samples: halved planes are whole from one half on, and need no other
    /// enlarging.
    Equal,
    /// Stored planes are reduced as luma is.
    #[allow(dead_code, reason = "for an encoder that takes planes; there is none yet")]
    Kept,
}

/// The samples of a block's side that bring a component to luma's size, if a transform has so many.
const fn nearest(side: u32, factor: u32) -> u32 {
    match side * factor {
        wanted @ (1 | 2 | 4 | 8) => wanted,
        // A third has no transform; and no block has more than 8.
        wanted if wanted > 8 && factor.is_power_of_two() => 8,
        _ => side,
    }
}

/// What a stretch is in the reduced picture: from its first to behind its last sample, the first at a
/// whole sample of chroma.
fn reduced(at: u32, length: u32, all: u32, side: u32, step: u32) -> (u32, u32) {
    let end = (all * side).div_ceil(8);
    let first = (at * side / 8).min(end.saturating_sub(1)) / step * step;
    let last = (at.saturating_add(length).min(all) * side).div_ceil(8).clamp(first + 1, end);
    (first, last)
}

impl Scale {
    /// Samples made of a block's side.
    pub(crate) const fn side(self) -> u32 {
        match self {
            Self::Full => 8,
            Self::Half => 4,
            Self::Quarter => 2,
            Self::Eighth => 1,
        }
    }
}
