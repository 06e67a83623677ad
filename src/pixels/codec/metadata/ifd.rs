//! Image file directories (TIFF 6.0, section 2), which are used in EXIF blocks and TIFF files.

use std::ops::Range;

/// A directory, as the positions of its values.
///
/// Only a requested pointer is followed, so pointers that form a loop cost nothing.
#[derive(Debug)]
pub(crate) struct Directory {
    order: Order,
    /// Whether counts and offsets have eight bytes rather than four (`BigTIFF`).
    wide: bool,
    values: Vec<Value>,
    /// The position of the offset of the next directory.
    next: usize,
}

/// The byte order of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

/// The type and the position of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Value {
    tag: u16,
    kind: u16,
    place: Range<usize>,
}

/// The integers of a tag, read one by one.
#[derive(Debug, Clone)]
pub(crate) struct List {
    order: Order,
    kind: u16,
    place: Range<usize>,
}

impl List {
    /// Returns the number of integers.
    pub(crate) fn len(&self) -> usize {
        self.place.len() / size_of(self.kind).unwrap_or(1)
    }

    /// Returns the integer at this index, counted from zero.
    pub(crate) fn get(&self, block: &[u8], index: usize) -> Option<u64> {
        let size = size_of(self.kind)?;
        let at = self.place.start.checked_add(index.checked_mul(size)?)?;
        if at >= self.place.end {
            return None;
        }
        match size {
            1 => block.get(at).map(|byte| u64::from(*byte)),
            2 => self.order.short(block, at).map(u64::from),
            4 => self.order.long(block, at).map(u64::from),
            _ => self.order.wide(block, at),
        }
    }
}

impl Directory {
    /// Returns the first directory of a block.
    pub(crate) fn first(block: &[u8]) -> Option<Self> {
        let (order, wide) = match block.first_chunk()? {
            b"II*\0" => (Order::Little, false),
            b"MM\0*" => (Order::Big, false),
            b"II+\0" => (Order::Little, true),
            b"MM\0+" => (Order::Big, true),
            _ => return None,
        };
        // BigTIFF states the number of bytes of an offset. Only 8 is valid.
        if wide && order.short(block, 4)? != 8 {
            return None;
        }
        Self::read(block, order, wide, order.offset(block, if wide { 8 } else { 4 }, wide)?)
    }

    /// Returns the next directory.
    pub(crate) fn next(&self, block: &[u8]) -> Option<Self> {
        Self::read(block, self.order, self.wide, self.order.offset(block, self.next, self.wide)?)
    }

    fn read(block: &[u8], order: Order, wide: bool, offset: u64) -> Option<Self> {
        let start = usize::try_from(offset).ok().filter(|at| *at > 0)?;
        let (count, first) = if wide {
            (usize::try_from(order.wide(block, start)?).ok()?, start.checked_add(8)?)
        } else {
            (usize::from(order.short(block, start)?), start.checked_add(2)?)
        };
        let entry = if wide { WIDE_ENTRY } else { ENTRY };
        let next = first.checked_add(count.checked_mul(entry)?)?;
        // If the directory is cut short, the complete entries count.
        let values = block.get(first..)?.chunks_exact(entry).take(count).zip((first..).step_by(entry));
        let values = values.filter_map(|(_, at)| Value::read(block, order, wide, at)).collect();
        Some(Self { order, wide, values, next })
    }

    /// Returns the byte order of the file.
    pub(crate) const fn order(&self) -> Order {
        self.order
    }

    /// Returns the integers of a tag.
    pub(crate) fn list(&self, tag: u16) -> Option<List> {
        let value = self.find(tag)?;
        let whole = matches!(value.kind, BYTE | SHORT | LONG | DIRECTORY | WIDE | WIDE_DIRECTORY);
        whole.then(|| List { order: self.order, kind: value.kind, place: value.place.clone() })
    }

    /// Returns `count` fractions of a tag, or an empty list if it has a different number.
    pub(crate) fn fractions(&self, block: &[u8], tag: u16, count: usize) -> Vec<f32> {
        let value = self.find(tag).filter(|value| value.kind == FRACTION && value.place.len() == 8 * count);
        let parts = value.map_or(0..0, |value| value.place.clone()).step_by(8);
        #[expect(clippy::cast_precision_loss, reason = "the nearest is near enough")]
        let part = |at: usize| Some(self.order.long(block, at)? as f32 / self.order.long(block, at + 4)? as f32);
        parts.filter_map(part).collect()
    }

    /// Returns the position of the value of a tag.
    pub(crate) fn place(&self, tag: u16) -> Option<Range<usize>> {
        self.find(tag).map(|value| value.place.clone())
    }

    /// Returns the first integer of a tag.
    pub(crate) fn number(&self, block: &[u8], tag: u16) -> Option<u32> {
        self.list(tag)?.get(block, 0).and_then(|number| u32::try_from(number).ok())
    }

    /// Returns a single 16-bit number. Values of other types, and several values, are ignored.
    pub(crate) fn short(&self, block: &[u8], tag: u16) -> Option<u16> {
        let value =
            self.values.iter().find(|value| value.tag == tag && value.kind == SHORT && value.place.len() == 2)?;
        self.order.short(block, value.place.start)
    }

    /// Returns a fraction above zero.
    pub(crate) fn fraction(&self, block: &[u8], tag: u16) -> Option<f64> {
        let at = self.find(tag).filter(|value| value.kind == FRACTION)?.place.start;
        let value = f64::from(self.order.long(block, at)?) / f64::from(self.order.long(block, at + 4)?);
        (value.is_finite() && value > 0.0).then_some(value)
    }

    /// Overwrites an existing 16-bit number.
    pub(crate) fn set_short(&self, block: &mut [u8], tag: u16, number: u16) {
        let place = self.find(tag).filter(|value| value.kind == SHORT).map(|value| value.place.start);
        if let Some(bytes) = place.and_then(|at| block.get_mut(at..at + 2)) {
            bytes.copy_from_slice(&self.order.of(u32::from(number), 2));
        }
    }

    /// Overwrites an existing fraction.
    pub(crate) fn set_fraction(&self, block: &mut [u8], tag: u16, above: u32, below: u32) {
        let place = self.find(tag).filter(|value| value.kind == FRACTION).map(|value| value.place.start);
        if let Some(bytes) = place.and_then(|at| block.get_mut(at..at + 8)) {
            bytes.copy_from_slice(&[self.order.of(above, 4), self.order.of(below, 4)].concat());
        }
    }

    /// Makes this directory the last.
    pub(crate) fn end_here(&self, block: &mut [u8]) {
        let bytes = if self.wide { 8 } else { 4 };
        if let Some(offset) = self.next.checked_add(bytes).and_then(|end| block.get_mut(self.next..end)) {
            offset.fill(0);
        }
    }

    fn find(&self, tag: u16) -> Option<&Value> {
        self.values.iter().find(|value| value.tag == tag)
    }
}

impl Value {
    /// Reads an entry. Returns `None` if its value is outside the block, or if its type is unknown.
    fn read(block: &[u8], order: Order, wide: bool, at: usize) -> Option<Self> {
        let (tag, kind) = (order.short(block, at)?, order.short(block, at + 2)?);
        let (inside, at) = if wide { (8, at + 12) } else { (4, at + 8) };
        let count = usize::try_from(order.offset(block, at - inside, wide)?).ok()?;
        let length = count.checked_mul(size_of(kind)?)?;
        // Values that fit are stored in place of the offset.
        let start = if length <= inside { at } else { usize::try_from(order.offset(block, at, wide)?).ok()? };
        let place = start..start.checked_add(length)?;
        block.get(place.clone()).filter(|bytes| !bytes.is_empty())?;
        Some(Self { tag, kind, place })
    }
}

/// Returns the number of bytes of a value of some type.
const fn size_of(kind: u16) -> Option<usize> {
    Some(match kind {
        BYTE | 2 | 6 | 7 => 1,
        SHORT | 8 => 2,
        LONG | 9 | 11 | DIRECTORY => 4,
        FRACTION | 10 | 12 | WIDE..=WIDE_DIRECTORY => 8,
        _ => return None,
    })
}

impl Order {
    /// Reads an offset or a count, of four or eight bytes.
    fn offset(self, block: &[u8], at: usize, wide: bool) -> Option<u64> {
        if wide { self.wide(block, at) } else { self.long(block, at).map(u64::from) }
    }

    fn wide(self, block: &[u8], at: usize) -> Option<u64> {
        let bytes = *block.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u64::from_le_bytes(bytes),
            Self::Big => u64::from_be_bytes(bytes),
        })
    }

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

    /// Returns a number in `bytes` bytes, into which it has to fit.
    fn of(self, number: u32, bytes: usize) -> Vec<u8> {
        match self {
            Self::Little => number.to_le_bytes().into_iter().take(bytes).collect(),
            Self::Big => number.to_be_bytes().into_iter().skip(4 - bytes.min(4)).collect(),
        }
    }
}

/// The number of bytes of an entry: tag, type, count, and the value or its offset.
const ENTRY: usize = 12;
const WIDE_ENTRY: usize = 20;
const BYTE: u16 = 1;
const SHORT: u16 = 3;
const LONG: u16 = 4;
const FRACTION: u16 = 5;
const DIRECTORY: u16 = 13;
const WIDE: u16 = 16;
const WIDE_DIRECTORY: u16 = 18;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_lies_is_left_alone() {
        // One entry: orientation 6. The offset of the next directory refers to this one.
        let good = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\x08";
        let directory = Directory::first(good).unwrap();
        assert_eq!(directory.number(good, 0x112), Some(6));
        assert_eq!(directory.next(good).unwrap().number(good, 0x112), Some(6));
        for end in 0..good.len() {
            // An entry that is cut short is ignored.
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
