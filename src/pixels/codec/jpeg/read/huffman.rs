//! Huffman tables for decoding (T.81, annex C and F.2.2), with lookups for short codes.
//!
//! A table has three levels. Nearly every symbol is found by the next bits of the window alone. For coefficients, the
//! lookup returns the value itself, from code and extra bits together ([`Values`]). For coefficients that are skipped,
//! it returns the distance to skip, for several symbols together ([`Skips`]). Longer codes are compared with the
//! largest code of each length ([`Symbols`]).

use std::cell::Cell;

use super::bits::Window;
use super::tables::Codes;
use super::{Damaged, ReadError};

/// The longest code, in bits, that is looked up.
const SHORT: u32 = 9;

/// Codes and their symbols.
#[derive(Debug)]
pub(super) struct Symbols {
    /// An entry for each value of the next [`SHORT`] bits: the length of the code in the low byte, the symbol in the
    /// high byte. Zero if the code is longer.
    short: Box<[u16; 1 << SHORT]>,
    /// For each length, the first 16-bit window beyond its codes, and the offset from a code to the index of its
    /// symbol.
    long: [(u32, i32); 17],
    symbols: Box<[u8; 256]>,
    /// Whether an invalid code was met. It is read as symbol zero, as in libjpeg.
    pub(super) failed: Cell<bool>,
}

impl Symbols {
    pub(super) fn new(codes: Codes<'_>) -> Result<Self, ReadError> {
        let (short, symbols) = (Box::new([0; 1 << SHORT]), Box::new([0; 256]));
        let mut table = Self { short, long: [(0, 0); 17], symbols, failed: Cell::new(false) };
        if codes.symbols.len() > 256 {
            return Err(Damaged("a Huffman table of more than 256 symbols"));
        }
        for (slot, symbol) in table.symbols.iter_mut().zip(codes.symbols) {
            *slot = *symbol;
        }
        let (mut next, mut index) = (0_u32, 0_i32);
        let mut symbols = codes.symbols.iter();
        for (length, (count, long)) in (1_u32..).zip(codes.counts.iter().zip(table.long.iter_mut().skip(1))) {
            let first = next;
            next += u32::from(*count);
            if next > 1 << length {
                return Err(Damaged("a Huffman table with too many codes"));
            }
            *long = (next << (16 - length), index.wrapping_sub_unsigned(first));
            index += i32::from(*count);
            for (code, symbol) in (first..next).zip(symbols.by_ref()) {
                if length <= SHORT {
                    let start = (code << (SHORT - length)) as usize;
                    let entry = u16::from_be_bytes([*symbol, length.to_le_bytes()[0]]);
                    for slot in table.short.iter_mut().skip(start).take(1 << (SHORT - length)) {
                        *slot = entry;
                    }
                }
            }
            next <<= 1;
        }
        Ok(table)
    }

    /// Returns the table of a scan's DC coefficients, whose symbols are numbers of bits.
    pub(super) fn of_dc(codes: Codes<'_>) -> Result<Self, ReadError> {
        if codes.symbols.iter().any(|size| *size > 15) {
            return Err(Damaged("a difference out of range"));
        }
        Self::new(codes)
    }

    /// Reads the next symbol. The window must hold 17 bits.
    #[inline(always)]
    pub(super) fn read(&self, window: &mut Window) -> u8 {
        let [symbol, length] = self.short.get(window.peek::<SHORT>()).map_or([0; 2], |entry| entry.to_be_bytes());
        if length == 0 {
            let (symbol, after) = self.read_long(*window);
            *window = after;
            return symbol;
        }
        window.skip(u32::from(length));
        symbol
    }

    /// Reads a symbol whose code is longer than [`SHORT`]. The window must hold 17 bits.
    #[cold]
    fn read_long(&self, mut window: Window) -> (u8, Window) {
        let next = window.peek::<16>() as u32;
        let (shorter, longer) = self.long.split_at(SHORT as usize + 1);
        let beyond = longer.iter().filter(|(beyond, _)| next >= *beyond).count();
        let length = (shorter.len() + beyond) as u32;
        let symbol = longer.get(beyond).and_then(|(_, offset)| {
            let index = usize::try_from((next >> (16 - length)).wrapping_add_signed(*offset)).ok()?;
            self.symbols.get(index).copied()
        });
        window.skip(length);
        self.failed.set(self.failed.get() || symbol.is_none());
        (symbol.unwrap_or_default(), window)
    }

    /// Reads the difference between a DC coefficient and the previous one.
    #[inline(always)]
    pub(super) fn read_difference(&self, window: &mut Window) -> i32 {
        let size = self.read(window);
        extended(window, u32::from(size & 15))
    }
}

/// Reads the next `size` bits as a signed number (T.81, F.12): numbers that begin with a zero bit are negative.
#[inline(always)]
pub(super) fn extended(window: &mut Window, size: u32) -> i32 {
    let negative = !((window.bits() as i64) >> 63) as i32;
    let raw = window.take(size) as i32;
    raw + (negative & (1 - (1 << size)))
}

/// A lookup table from bits to AC coefficients.
#[derive(Debug)]
pub(super) struct Values {
    entries: Box<[Value; 1 << Value::BITS]>,
    pub(super) symbols: Symbols,
}

/// The result of a lookup: up to two coefficients, or one coefficient and the end of the block.
///
/// A single coefficient is stored twice, at the same place, so that callers need no check.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value {
    /// The first and the second coefficient.
    pub(super) values: [i16; 2],
    /// The distance from the previous coefficient to the first.
    pub(super) first: u8,
    /// The distance from the previous coefficient to the last. It is at least 64 in special cases, which is beyond the
    /// end of every block.
    pub(super) last: u8,
    /// The number of bits of the first coefficient.
    pub(super) first_length: u8,
    /// The number of bits of the whole entry.
    pub(super) length: u8,
}

impl Value {
    pub(super) const BITS: u32 = 10;
    /// The code fits into the lookup, but its extra bits do not: the first value is the symbol.
    pub(super) const SYMBOL: u8 = 64;
    /// The code does not fit into the lookup.
    pub(super) const LONG: u8 = 65;
    /// The block ends at this distance. The end counts as one, since it takes a place where a coefficient could be.
    pub(super) const END: u8 = 128;
    /// A distance beyond the end of every block.
    const NOWHERE: u8 = 64;

    const NONE: Self = Self { values: [0; 2], first: Self::NOWHERE, last: Self::LONG, first_length: 0, length: 0 };

    /// Decodes one symbol, with its extra bits from the window.
    fn new(symbol: u8, code: u32, window: u32) -> Self {
        let (run, size) = (symbol >> 4, u32::from(symbol & 15));
        let length = (code + size) as u8;
        let plain =
            |advance, value| Self { values: [value; 2], first: advance, last: advance, first_length: length, length };
        match (run, size) {
            // A run of sixteen zeros.
            (15, 0) => plain(16, 0),
            (0, 0) => Self { last: Self::END + 1, first: Self::NOWHERE, ..plain(0, 0) },
            // The end of several blocks, in a progressive file.
            (_, 0) => Self { last: Self::SYMBOL, ..plain(Self::NOWHERE, i16::from(symbol)) },
            _ if code + size > Self::BITS => {
                Self { last: Self::SYMBOL, length: code as u8, ..plain(Self::NOWHERE, i16::from(symbol)) }
            }
            _ => {
                let raw = (window >> (Self::BITS - code - size)) as i32 & ((1 << size) - 1);
                let value = if raw >> (size - 1) == 0 { raw + 1 - (1 << size) } else { raw };
                plain(run + 1, value as i16)
            }
        }
    }

    /// Appends the next entry, if both fit.
    fn then(self, next: Self) -> Self {
        let length = self.length + next.length;
        let plain = next.last < Self::SYMBOL;
        if self.last >= Self::SYMBOL || u32::from(length) > Self::BITS || !(plain || next.last == Self::END + 1) {
            return self;
        }
        let values = if plain { [self.values[0], next.values[0]] } else { self.values };
        Self { values, last: self.last + next.last, length, ..self }
    }
}

impl Values {
    pub(super) fn new(codes: Codes<'_>) -> Result<Self, ReadError> {
        let symbols = Symbols::new(codes)?;
        let mut single = Box::new([Value::NONE; 1 << Value::BITS]);
        let mut slots = (0..).zip(single.iter_mut());
        for (length, symbol) in codes.in_order().take_while(|(length, _)| *length <= Value::BITS) {
            for (window, slot) in slots.by_ref().take(1 << (Value::BITS - length)) {
                *slot = Value::new(symbol, length, window);
            }
        }
        let mut entries = single.clone();
        for (window, entry) in (0_usize..).zip(entries.iter_mut()) {
            let next = single.get((window << entry.length) & ((1 << Value::BITS) - 1));
            *entry = next.map_or(*entry, |next| entry.then(*next));
        }
        Ok(Self { entries, symbols })
    }

    /// Returns the entry for the next [`Value::BITS`] bits.
    #[inline(always)]
    pub(super) fn peek(&self, window: Window) -> &Value {
        self.entries.get(window.peek::<{ Value::BITS }>()).unwrap_or(&Value::NONE)
    }

    /// Reads the symbol of a longer code. Returns it with the window after the code.
    #[inline(never)]
    pub(super) fn read_long(&self, window: Window) -> (u8, Window) {
        self.symbols.read_long(window)
    }
}

/// A lookup table for skipping AC coefficients.
#[derive(Debug)]
pub(super) struct Skips(Box<[Skip; 1 << Skip::BITS]>);

/// The number of bits to skip in the low byte, the number of coefficients in the high byte.
#[derive(Debug, Clone, Copy)]
pub(super) struct Skip(u16);

impl Skip {
    pub(super) const BITS: u32 = 12;
    /// A flag in the high byte: the block ends. The end itself counts as one, since it takes a place where a
    /// coefficient could be.
    pub(super) const END: usize = 128;
    /// An entry that goes beyond the end of every block.
    const LONG: Self = Self(64 << 8);

    #[inline(always)]
    pub(super) const fn length(self) -> u32 {
        self.0 as u32 & 0xFF
    }

    #[inline(always)]
    pub(super) const fn advance(self) -> usize {
        (self.0 >> 8) as usize
    }
}

impl Skips {
    pub(super) fn new(codes: Codes<'_>) -> Self {
        let mut entries = Box::new([Skip::LONG; 1 << Skip::BITS]);
        // One symbol per entry first: the length of its code, this length with the extra bits, the number of
        // coefficients, and whether it ends the block.
        let lengths = codes.in_order().take_while(|(length, _)| *length <= Skip::BITS);
        let mut single = Box::new([(0, 0, 0, false); 1 << Skip::BITS]);
        let mut slots = single.iter_mut();
        for (length, symbol) in lengths {
            let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            let (advance, end) = match (run, size) {
                (15, 0) => (16, false),
                (_, 0) => (1, true),
                _ => (run + 1, false),
            };
            for slot in slots.by_ref().take(1 << (Skip::BITS - length)) {
                *slot = (length, length + size, advance, end);
            }
        }
        for (window, entry) in (0_usize..).zip(entries.iter_mut()) {
            let (mut length, mut advance, mut end) = (0, 0, false);
            // The code of the last symbol has to fit into the lookup; its extra bits need not fit.
            while let Some(&(code, more, further, last)) = single.get((window << length) & ((1 << Skip::BITS) - 1)) {
                if end || code == 0 || length + code > Skip::BITS || advance + further > 63 {
                    break;
                }
                (length, advance, end) = (length + more, advance + further, last);
                if length >= Skip::BITS {
                    break;
                }
            }
            if length > 0 {
                *entry = Skip((length | advance << 8 | u32::from(end) << 15) as u16);
            }
        }
        Self(entries)
    }

    #[inline(always)]
    pub(super) fn peek(&self, window: Window) -> Skip {
        self.0.get(window.peek::<{ Skip::BITS }>()).copied().unwrap_or(Skip::LONG)
    }
}

impl<'a> Codes<'a> {
    /// Iterates over the length of each code and its symbol, from the smallest code.
    fn in_order(self) -> impl Iterator<Item = (u32, u8)> + 'a {
        let lengths =
            (1_u32..).zip(self.counts).flat_map(|(length, count)| std::iter::repeat_n(length, (*count).into()));
        lengths.zip(self.symbols.iter().copied())
    }
}
