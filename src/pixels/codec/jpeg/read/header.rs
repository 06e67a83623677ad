//! Frame headers (T.81, B.2.2) and colour information, validated on reading.

use super::{Damaged, ReadError, Unsupported};
use crate::geometry::Size;

/// A frame header of a supported kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    /// The size in pixels; neither side is zero.
    pub(crate) size: Size,
    pub(crate) progressive: bool,
    /// Whether arithmetic coding is used in place of Huffman codes.
    pub(crate) arithmetic: bool,
    pub(crate) color: Color,
    /// The components: one, three or four.
    pub(crate) components: Vec<Component>,
}

/// A component of the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Component {
    pub(super) id: u8,
    /// The number of blocks in a minimum coded unit, from left to right.
    pub(crate) across: u8,
    /// The number of blocks in a minimum coded unit, from top to bottom.
    pub(crate) down: u8,
    /// The number of the quantisation table.
    pub(super) table: u8,
}

/// The meaning of the components.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Color {
    Gray,
    /// Luma and chroma.
    YCbCr,
    Rgb,
    /// The paper that each ink leaves uncovered: the inverse of the inks.
    Cmyk,
    /// Like CMYK, but the inverse of the first three components is stored as luma and chroma.
    Ycck,
}

impl Header {
    /// Reads the payload of a start of frame. The colour of the components is determined later.
    pub(super) fn read(marker: u8, payload: &[u8]) -> Result<Self, ReadError> {
        match marker {
            0xC3 | 0xCB => return Err(Unsupported("lossless")),
            0xC5..=0xC7 | 0xCD..=0xCF => return Err(HIERARCHICAL),
            _ => {}
        }
        let (progressive, arithmetic) = (marker & 3 == 2, marker & 8 != 0);
        let (&[precision, h1, h2, w1, w2, count], rest) =
            payload.split_first_chunk().ok_or(Damaged("a frame header cut short"))?;
        match precision {
            8 => {}
            12 => return Err(Unsupported("12 bits for each sample")),
            _ => return Err(Damaged("a precision that does not exist")),
        }
        let side = |high, low| u32::from(u16::from_be_bytes([high, low]));
        let size = Size::new(side(w1, w2), side(h1, h2));
        if size.width == 0 {
            return Err(Damaged("no columns"));
        }
        if size.height == 0 {
            // The number of lines would follow the first scan, in a DNL segment.
            return Err(Unsupported("no number of lines in its header"));
        }
        let (entries, rest) = rest.as_chunks::<3>();
        if entries.len() != usize::from(count) || !rest.is_empty() {
            return Err(Damaged("a frame header of the wrong length"));
        }
        let mut components: Vec<Component> = entries
            .iter()
            .map(|&[id, factors, table]| Component { id, across: factors >> 4, down: factors & 15, table })
            .collect();
        if components.iter().any(|c| !(1..=4).contains(&c.across) || !(1..=4).contains(&c.down) || c.table > 3) {
            return Err(Damaged("factors or tables out of range"));
        }
        if let [only] = components.as_mut_slice() {
            // A component alone in its scans is not interleaved: its sampling factors have no meaning.
            (only.across, only.down) = (1, 1);
        }
        Ok(Self { size, progressive, arithmetic, color: Color::Gray, components })
    }

    /// Returns the largest sampling factors: the size of a minimum coded unit in blocks.
    pub(super) fn unit(&self) -> (u8, u8) {
        let most = |factor: fn(&Component) -> u8| self.components.iter().map(factor).max().unwrap_or(1);
        (most(|c| c.across), most(|c| c.down))
    }

    /// Returns `true` if coefficients have to be kept until all scans are read.
    pub(super) const fn keeps_coefficients(&self) -> bool {
        self.progressive || self.arithmetic
    }
}

/// The colour information of application segments.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Colour {
    jfif: bool,
    adobe: Option<u8>,
}

impl Colour {
    pub(super) fn note(&mut self, marker: u8, payload: &[u8]) {
        match marker {
            APP0 if payload.len() >= 14 => self.jfif |= payload.starts_with(b"JFIF\0"),
            // A version and two flags, of two bytes each, precede the transform.
            APP14 if payload.starts_with(b"Adobe") => self.adobe = payload.get(11).copied().or(self.adobe),
            _ => {}
        }
    }

    /// Determines the meaning of a frame's components. The rules are those of libjpeg, which all browsers follow, in
    /// its order (`default_decompress_parms`): JFIF takes precedence over Adobe, and both over the identifiers of
    /// components.
    pub(super) fn of(self, header: &Header) -> Result<Color, ReadError> {
        let names: Vec<u8> = header.components.iter().map(|component| component.id).collect();
        Ok(match (names.as_slice(), self.adobe) {
            ([_], _) => Color::Gray,
            ([_, _, _], _) if self.jfif => Color::YCbCr,
            ([_, _, _], Some(0)) => Color::Rgb,
            (b"RGB", None) => Color::Rgb,
            ([_, _, _], _) => Color::YCbCr,
            ([_, _, _, _], None | Some(0)) => Color::Cmyk,
            ([_, _, _, _], Some(_)) => Color::Ycck,
            ([], _) => return Err(Damaged("no components")),
            _ => return Err(Unsupported("a number of components that has no meaning")),
        })
    }
}

pub(super) const HIERARCHICAL: ReadError = Unsupported("hierarchical coding");

const APP0: u8 = 0xE0;
const APP14: u8 = 0xEE;
