//! The frame header and what stands around it (T.81, B.2.2), checked once and for all.

use super::{Damaged, ReadError, Unusual};
use crate::geometry::Size;

/// What a frame header says, of the kinds that this reader takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    /// In pixels, neither side zero.
    pub(crate) size: Size,
    pub(crate) progressive: bool,
    /// One for gray, three for luma and chroma.
    pub(crate) components: Vec<Component>,
}

/// A component of the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Component {
    pub(super) id: u8,
    /// Blocks of a minimum coded unit from left to right.
    pub(crate) across: u8,
    /// Blocks of a minimum coded unit from top to bottom.
    pub(crate) down: u8,
    /// Which quantisation table.
    pub(super) table: u8,
}

impl Header {
    /// Reads the payload of a start of frame.
    pub(super) fn read(marker: u8, payload: &[u8]) -> Result<Self, ReadError> {
        let progressive = match marker {
            SOF0 | SOF1 => false,
            SOF2 => true,
            _ => return Err(Unusual("lossless, hierarchical or arithmetic coding")),
        };
        let (&[precision, h1, h2, w1, w2, count], rest) =
            payload.split_first_chunk().ok_or(Damaged("a frame header cut short"))?;
        if precision != 8 {
            return Err(Unusual("samples of other than 8 bits"));
        }
        let side = |high, low| u32::from(u16::from_be_bytes([high, low]));
        let size = Size::new(side(w1, w2), side(h1, h2));
        if size.width == 0 {
            return Err(Damaged("no columns"));
        }
        if size.height == 0 {
            // The number of lines follows the first scan, in a DNL segment.
            return Err(Unusual("no number of lines"));
        }
        let (entries, rest) = rest.as_chunks::<3>();
        if entries.len() != usize::from(count) || !rest.is_empty() {
            return Err(Damaged("a frame header of the wrong length"));
        }
        let mut components: Vec<Component> = entries
            .iter()
            .map(|&[id, factors, table]| Component { id, across: factors >> 4, down: factors & 15, table })
            .collect();
        if let [only] = components.as_mut_slice() {
            // Alone in its scans it is not interleaved: its factors say nothing.
            (only.across, only.down) = (1, 1);
        }
        check(&components)?;
        Ok(Self { size, progressive, components })
    }

    /// The largest factors: the size of a minimum coded unit in blocks.
    pub(super) fn unit(&self) -> (u8, u8) {
        let most = |factor: fn(&Component) -> u8| self.components.iter().map(factor).max().unwrap_or(1);
        (most(|c| c.across), most(|c| c.down))
    }
}

/// Passes gray, or luma and chroma with luma sampled the most and by whole factors.
fn check(components: &[Component]) -> Result<(), ReadError> {
    let (luma, chroma) = match components {
        [luma] => (luma, None),
        [luma, cb, cr] => (luma, Some([cb, cr])),
        [] => return Err(Damaged("no components")),
        _ => return Err(Unusual("neither gray nor three components")),
    };
    if components.iter().any(|c| !(1..=4).contains(&c.across) || !(1..=4).contains(&c.down) || c.table > 3) {
        return Err(Damaged("factors or tables out of range"));
    }
    let Some([cb, cr]) = chroma else { return Ok(()) };
    if luma.id == cb.id || luma.id == cr.id || cb.id == cr.id {
        return Err(Damaged("two components of one name"));
    }
    if (cb.across, cb.down) != (cr.across, cr.down) {
        return Err(Unusual("chroma planes of two sizes"));
    }
    if luma.across % cb.across != 0 || luma.down % cb.down != 0 {
        return Err(Unusual("chroma that is no whole part of luma"));
    }
    let blocks: u8 = components.iter().map(|c| c.across * c.down).sum();
    if blocks > MOST_BLOCKS { Err(Unusual("more blocks in a unit than allowed")) } else { Ok(()) }
}

/// What application segments say about colour.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Colour {
    jfif: bool,
    adobe: Option<u8>,
}

impl Colour {
    pub(super) fn note(&mut self, marker: u8, payload: &[u8]) {
        match marker {
            APP0 => self.jfif |= payload.starts_with(b"JFIF\0"),
            // Version, two flags of two bytes each, then the transform.
            APP14 if payload.starts_with(b"Adobe") => self.adobe = self.adobe.or(payload.get(11).copied()),
            _ => {}
        }
    }

    /// Passes a frame whose three components are luma and chroma by everything the file says.
    pub(super) fn check(self, header: &Header) -> Result<(), ReadError> {
        let [a, b, c] = *header.components.as_slice() else { return Ok(()) };
        match self.adobe {
            Some(1) => Ok(()),
            Some(_) => Err(Unusual("components other than luma and chroma")),
            None if !self.jfif && [a.id, b.id, c.id] == *b"RGB" => Err(Unusual("components named R, G and B")),
            None => Ok(()),
        }
    }
}

const SOF0: u8 = 0xC0;
const SOF1: u8 = 0xC1;
const SOF2: u8 = 0xC2;
const APP0: u8 = 0xE0;
const APP14: u8 = 0xEE;
/// Blocks that a minimum coded unit may have (T.81, B.2.3).
const MOST_BLOCKS: u8 = 10;
