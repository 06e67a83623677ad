//! Image file directories (TIFF 6.0, section 2): what EXIF blocks and TIFF files are made of.

use std::ops::Range;

/// A directory, as the places of its values.
///
/// No pointer is followed but the one that is asked for, so that one which leads back costs nothing.
#[derive(Debug)]
pub(super) struct Directory {
    order: Order,
    values: Vec<Value>,
    /// Where the offset of the next directory stands.
    next: usize,
}

/// The order of bytes in a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

/// Where a value stands, and how it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Value {
    tag: u16,
    kind: u16,
    place: Range<usize>,
}

impl Directory {
    /// The first directory of a block.
    pub(super) fn first(block: &[u8]) -> Option<Self> {
        let order = match block.first_chunk()? {
            b"II*\0" => Order::Little,
            b"MM\0*" => Order::Big,
            _ => return None,
        };
        Self::read(block, order, order.long(block, 4)?)
    }

    /// The one behind it.
    pub(super) fn next(&self, block: &[u8]) -> Option<Self> {
        Self::read(block, self.order, self.order.long(block, self.next)?)
    }

    fn read(block: &[u8], order: Order, offset: u32) -> Option<Self> {
        let start = usize::try_from(offset).ok().filter(|at| *at > 0)?;
        let count = usize::from(order.short(block, start)?);
        let first = start.checked_add(2)?;
        let next = first.checked_add(count.checked_mul(ENTRY)?)?;
        // Of entries that are cut short, those that are there count.
        let values = block.get(first..)?.chunks_exact(ENTRY).take(count).zip((first..).step_by(ENTRY));
        let values = values.filter_map(|(_, at)| Value::read(block, order, at)).collect();
        Some(Self { order, values, next })
    }

    /// Where the value of a tag stands.
    pub(super) fn place(&self, tag: u16) -> Option<Range<usize>> {
        self.find(tag).map(|value| value.place.clone())
    }

    /// A whole number.
    pub(super) fn number(&self, block: &[u8], tag: u16) -> Option<u32> {
        let value = self.find(tag)?;
        match value.kind {
            SHORT => self.order.short(block, value.place.start).map(u32::from),
            LONG => self.order.long(block, value.place.start),
            _ => None,
        }
    }

    /// A single 16-bit number. Values of other kinds, and several, are none.
    pub(super) fn short(&self, block: &[u8], tag: u16) -> Option<u16> {
        let value =
            self.values.iter().find(|value| value.tag == tag && value.kind == SHORT && value.place.len() == 2)?;
        self.order.short(block, value.place.start)
    }

    /// A fraction above zero.
    pub(super) fn fraction(&self, block: &[u8], tag: u16) -> Option<f64> {
        let at = self.find(tag).filter(|value| value.kind == FRACTION)?.place.start;
        let value = f64::from(self.order.long(block, at)?) / f64::from(self.order.long(block, at + 4)?);
        (value.is_finite() && value > 0.0).then_some(value)
    }

    /// Writes a 16-bit number over the one that is there, if one is.
    pub(super) fn set_short(&self, block: &mut [u8], tag: u16, number: u16) {
        let place = self.find(tag).filter(|value| value.kind == SHORT).map(|value| value.place.start);
        if let Some(bytes) = place.and_then(|at| block.get_mut(at..at + 2)) {
            bytes.copy_from_slice(&self.order.of(u32::from(number), 2));
        }
    }

    /// Writes a fraction over the one that is there, if one is.
    pub(super) fn set_fraction(&self, block: &mut [u8], tag: u16, above: u32, below: u32) {
        let place = self.find(tag).filter(|value| value.kind == FRACTION).map(|value| value.place.start);
        if let Some(bytes) = place.and_then(|at| block.get_mut(at..at + 8)) {
            bytes.copy_from_slice(&[self.order.of(above, 4), self.order.of(below, 4)].concat());
        }
    }

    /// Makes this directory the last.
    pub(super) fn end_here(&self, block: &mut [u8]) {
        if let Some(offset) = block.get_mut(self.next..self.next + 4) {
            offset.fill(0);
        }
    }

    fn find(&self, tag: u16) -> Option<&Value> {
        self.values.iter().find(|value| value.tag == tag)
    }
}

impl Value {
    /// `None` for one that lies outside the block, and for kinds nobody knows.
    fn read(block: &[u8], order: Order, at: usize) -> Option<Self> {
        let (tag, kind) = (order.short(block, at)?, order.short(block, at + 2)?);
        let size = match kind {
            1 | 2 | 6 | 7 => 1_usize,
            SHORT | 8 => 2,
            LONG | 9 | 11 => 4,
            FRACTION | 10 | 12 => 8,
            _ => return None,
        };
        let length = usize::try_from(order.long(block, at + 4)?).ok()?.checked_mul(size)?;
        // Up to four bytes stand in the place of an offset.
        let start = if length <= 4 { at + 8 } else { usize::try_from(order.long(block, at + 8)?).ok()? };
        let place = start..start.checked_add(length)?;
        block.get(place.clone()).filter(|bytes| !bytes.is_empty())?;
        Some(Self { tag, kind, place })
    }
}

impl Order {
    fn short(self, block: &[u8], at: usize) -> Option<u16> {
        let bytes = *block.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        })
    }

    fn long(self, block: &[u8], at: usize) -> Option<u32> {
        let bytes = *block.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        })
    }

    /// A number in so many bytes, of which it needs no more.
    fn of(self, number: u32, bytes: usize) -> Vec<u8> {
        match self {
            Self::Little => number.to_le_bytes().into_iter().take(bytes).collect(),
            Self::Big => number.to_be_bytes().into_iter().skip(4 - bytes.min(4)).collect(),
        }
    }
}

/// Bytes of an entry: tag, kind, count, and the value or its offset.
const ENTRY: usize = 12;
const SHORT: u16 = 3;
const LONG: u16 = 4;
const FRACTION: u16 = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_lies_is_left_alone() {
        // One entry: orientation 6. Then the offset of the next directory: this one.
        let good = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\x08";
        let directory = Directory::first(good).unwrap();
        assert_eq!(directory.number(good, 0x112), Some(6));
        assert_eq!(directory.next(good).unwrap().number(good, 0x112), Some(6));
        for end in 0..good.len() {
            // An entry that is cut short is none.
            let found = Directory::first(&good[..end]).map(|directory| directory.short(good, 0x112));
            assert_eq!(found, (end >= 10).then_some((end >= 22).then_some(6)), "{end}");
        }
        for at in 4..good.len() {
            for byte in [0, 1, 0x7F, 0xFF] {
                let mut bad = good.to_vec();
                bad[at] = byte;
                if let Some(directory) = Directory::first(&bad) {
                    directory.set_short(&mut bad, 0x112, 1);
                    directory.set_fraction(&mut bad, 0x112, 1, 1);
                    directory.end_here(&mut bad);
                }
                assert_eq!(bad.len(), good.len());
            }
        }
    }
}
