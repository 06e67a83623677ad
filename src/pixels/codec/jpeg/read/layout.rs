//! The geometry of a reduced and cropped image, computed from the header alone.

use std::ops::Range;

use super::block::PLACES;
use super::header::{Component, Header};
use super::{Chroma, Request, idct};
use crate::geometry::{Rect, Size};

/// The geometry of one read.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// The number of minimum coded units of the whole image.
    pub(super) units: Size,
    /// The requested units.
    pub(super) columns: Range<u32>,
    pub(super) rows: Range<u32>,
    pub(super) parts: Vec<Part>,
}

/// The geometry of a component.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// The number of blocks in a unit, across and down.
    pub(super) across: u32,
    pub(super) down: u32,
    /// The number of samples made from a block, across and down.
    pub(super) wide: u32,
    pub(super) high: u32,
    /// The number of blocks of the whole component, without padding to whole units.
    pub(super) blocks: Size,
    /// The resulting samples, in the coordinates of the whole reduced plane.
    pub(super) region: Rect,
    /// The number of resulting samples for each pixel of the image, across and down.
    pub(super) scale: (f64, f64),
}

impl Layout {
    pub(super) fn new(header: &Header, request: &Request) -> Self {
        let (across, down) = header.unit();
        let most = Size::new(across.into(), down.into());
        let whole = header.size;
        let crop = request.crop.unwrap_or(Rect::full(whole));
        let (columns, rows) = (stretch(crop.x, crop.width, whole.width), stretch(crop.y, crop.height, whole.height));
        let parts = header.components.iter().enumerate();
        let parts =
            parts.map(|(number, c)| Part::new(c, number > 0, request, whole, most, (&columns, &rows))).collect();
        Self {
            units: Size::new(whole.width.div_ceil(8 * most.width), whole.height.div_ceil(8 * most.height)),
            columns: touched(&columns, 1, 8 * most.width),
            rows: touched(&rows, 1, 8 * most.height),
            parts,
        }
    }

    /// Returns the number of columns of requested units.
    pub(super) const fn wide(&self) -> u32 {
        self.columns.end - self.columns.start
    }
}

impl Part {
    fn new(
        component: &Component,
        is_chroma: bool,
        request: &Request,
        whole: Size,
        most: Size,
        (columns, rows): (&Range<u32>, &Range<u32>),
    ) -> Self {
        let (across, down) = (u32::from(component.across), u32::from(component.down));
        let side = u32::from(request.luma).clamp(1, 8);
        // A component with a smaller sampling factor gives proportionally more samples per block.
        let side_for = |most: u32, own: u32| match request.chroma {
            Chroma::Half if is_chroma => (side * most).div_ceil(2 * own).min(8),
            _ => (side * most).div_ceil(own).min(8),
        };
        let (wide, high) = (side_for(most.width, across), side_for(most.height, down));
        // The samples of a unit, and the pixels that it covers.
        let (x, y) = (touched(columns, wide * across, 8 * most.width), touched(rows, high * down, 8 * most.height));
        let scale = |samples: u32, pixels: u32| f64::from(samples) / f64::from(pixels);
        Self {
            across,
            down,
            wide,
            high,
            blocks: Size::new(
                (whole.width * across).div_ceil(8 * most.width),
                (whole.height * down).div_ceil(8 * most.height),
            ),
            region: Rect { x: x.start, y: y.start, width: x.end - x.start, height: y.end - y.start },
            scale: (scale(wide * across, 8 * most.width), scale(high * down, 8 * most.height)),
        }
    }

    /// Returns the size in samples of a row of `columns` units.
    pub(super) const fn strip(&self, columns: u32) -> Size {
        Size::new(columns * self.across * self.wide, self.down * self.high)
    }

    /// Returns the number of coefficients kept of a block, including surplus lanes.
    pub(super) const fn kept(&self) -> u32 {
        self.wide * idct::lanes(self.high)
    }

    /// Returns, for each coefficient in zigzag order, its place in a block of only the requested coefficients; `None`
    /// if it is not requested.
    pub(super) fn places(&self) -> [Option<u8>; 64] {
        PLACES.map(|place| {
            let (column, row) = (u32::from(place >> 3), u32::from(place & 7));
            (column < self.wide && row < self.high).then_some((column * idct::lanes(self.high) + row) as u8)
        })
    }

    /// Returns the requested coefficients as a mask, by number in zigzag order.
    pub(super) fn wanted(&self) -> u64 {
        self.places().iter().rev().fold(0, |all, place| all << 1 | u64::from(place.is_some()))
    }

    /// Returns the last requested coefficient, in zigzag order.
    pub(super) fn last(&self) -> usize {
        63 - (self.wanted() | 1).leading_zeros() as usize
    }
}

/// Returns the range of a crop along one axis, at least one pixel of the image.
fn stretch(at: u32, length: u32, all: u32) -> Range<u32> {
    let start = at.min(all.saturating_sub(1));
    start..at.saturating_add(length).min(all).max(start + 1)
}

/// Returns the range of samples that a range of pixels touches, where `samples` samples cover `of` pixels.
const fn touched(pixels: &Range<u32>, samples: u32, of: u32) -> Range<u32> {
    pixels.start * samples / of..(pixels.end * samples).div_ceil(of)
}
