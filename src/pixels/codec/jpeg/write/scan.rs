//! A scan: coefficients are converted to symbols and counted first, then written (ITU-T T.81, F.1.2 and G.1.2).

use super::blocks::Coefficients;
use super::huffman::{Code, Table};
use crate::error::Error;
use crate::pixels::base::internal_error;

/// The number of tables in a scan: DC of luma and chroma, then AC of luma and chroma.
pub(crate) const SLOTS: usize = 4;

/// A symbol with its extra bits.
#[derive(Debug, Clone, Copy)]
struct Token {
    slot: u8,
    symbol: u8,
    extra: u16,
}

/// All symbols of a scan, with the number of occurrences of each.
#[derive(Debug)]
pub(crate) struct Scan {
    /// Completed pieces. Tokens are stored in pieces, so that growing copies nothing.
    full: Vec<Vec<Token>>,
    tokens: Vec<Token>,
    counts: Box<[[u32; 256]; SLOTS]>,
}

impl Scan {
    pub(crate) fn new() -> Result<Self, Error> {
        Ok(Self { full: Vec::new(), tokens: piece()?, counts: Box::new([[0; 256]; SLOTS]) })
    }

    #[inline(always)]
    fn push(&mut self, slot: u8, symbol: u8, extra: u16) {
        self.tokens.push(Token { slot, symbol, extra });
        if let Some(count) = self.counts.get_mut(usize::from(slot)).and_then(|c| c.get_mut(usize::from(symbol))) {
            *count += 1;
        }
    }

    /// Appends a block. `before` is the DC coefficient of the previous block of the component.
    pub(crate) fn block(&mut self, block: &Coefficients, chroma: bool, before: i16) -> Result<(), Error> {
        self.make_room()?;
        let ac = if chroma { 3 } else { 2 };
        let [first, rest @ ..] = &block.values;
        self.push_dc(first.wrapping_sub(before), chroma);
        let mut at = 0;
        let mut left = block.nonzero >> 1;
        while left != 0 {
            let next = left.trailing_zeros();
            let mut run = next - at;
            while run > 15 {
                self.push(ac, 0xF0, 0);
                run -= 16;
            }
            let value = usize::try_from(next).ok().and_then(|next| rest.get(next)).copied().unwrap_or_default();
            let (size, extra) = magnitude(value);
            let [run, ..] = run.to_le_bytes();
            self.push(ac, run << 4 | size, extra);
            at = next + 1;
            left &= left - 1;
        }
        if at < 63 {
            self.push(ac, 0, 0);
        }
        Ok(())
    }

    /// Appends the DC coefficient of a block, as the difference from the previous one.
    pub(crate) fn dc(&mut self, difference: i16, chroma: bool) -> Result<(), Error> {
        self.make_room()?;
        self.push_dc(difference, chroma);
        Ok(())
    }

    fn push_dc(&mut self, difference: i16, chroma: bool) {
        let (size, extra) = magnitude(difference);
        self.push(u8::from(chroma), size, extra);
    }

    /// Appends the coefficients of a block in a band, given by its first and last number in zigzag order. `ended`
    /// counts consecutive blocks without further coefficients in the band.
    pub(crate) fn band(
        &mut self,
        block: &Coefficients,
        (first, last): (u8, u8),
        chroma: bool,
        ended: &mut u16,
    ) -> Result<(), Error> {
        /// The largest count that a symbol can express.
        const MOST: u16 = 0x7FFF;
        self.make_room()?;
        let ac = if chroma { 3 } else { 2 };
        let mut left = block.nonzero & (u64::MAX << first) & (u64::MAX >> (63 - last));
        if left != 0 {
            self.end(ended, chroma);
        }
        let mut at = u32::from(first);
        while left != 0 {
            let next = left.trailing_zeros();
            let mut run = next - at;
            while run > 15 {
                self.push(ac, 0xF0, 0);
                run -= 16;
            }
            let value = usize::try_from(next).ok().and_then(|next| block.values.get(next)).copied().unwrap_or_default();
            let (size, extra) = magnitude(value);
            let [run, ..] = run.to_le_bytes();
            self.push(ac, run << 4 | size, extra);
            at = next + 1;
            left &= left - 1;
        }
        if at <= u32::from(last) {
            *ended += 1;
            if *ended == MOST {
                self.end(ended, chroma);
            }
        }
        Ok(())
    }

    /// Appends the number of blocks that have ended (T.81, G.1.2.2).
    pub(crate) fn end(&mut self, ended: &mut u16, chroma: bool) {
        let count = std::mem::take(ended);
        if let Some(bits) = count.checked_ilog2() {
            let [bits, ..] = bits.to_le_bytes();
            self.push(if chroma { 3 } else { 2 }, bits << 4, count & !(1 << bits));
        }
    }

    /// Makes room for a symbol per coefficient and two end-of-band symbols.
    fn make_room(&mut self) -> Result<(), Error> {
        if self.tokens.capacity() - self.tokens.len() < 66 {
            self.full.push(std::mem::replace(&mut self.tokens, piece()?));
        }
        Ok(())
    }

    /// Returns the optimal tables for the symbols of the scan.
    pub(crate) fn tables(&self) -> [Table; SLOTS] {
        std::array::from_fn(|slot| self.counts.get(slot).map_or_else(|| Table::fitting(&[0; 256]), Table::fitting))
    }

    /// Appends the entropy-coded data.
    pub(crate) fn write(&self, tables: &[Table; SLOTS], out: &mut Vec<u8>) {
        let codes: [[Code; 256]; SLOTS] = tables.each_ref().map(Table::codes_by_symbol);
        let mut writer = BitWriter { out, bits: 0, count: 0 };
        for token in self.full.iter().flatten().chain(&self.tokens) {
            let code = codes.get(usize::from(token.slot & 3)).and_then(|codes| codes.get(usize::from(token.symbol)));
            let code = code.copied().unwrap_or_default();
            writer.put(u32::from(code.bits) << code.extra | u32::from(token.extra), code.length + code.extra);
        }
        writer.finish();
    }
}

/// Allocates room for a piece of tokens.
fn piece() -> Result<Vec<Token>, Error> {
    const TOKENS: usize = 1 << 14;
    let mut taken = Vec::new();
    taken.try_reserve_exact(TOKENS).map_err(|_| internal_error("out of memory"))?;
    Ok(taken)
}

/// Returns the number of bits of a value, and these bits. Negative values use the bits of the value minus one (T.81,
/// F.1.2.1).
fn magnitude(value: i16) -> (u8, u16) {
    let size = u16::BITS - value.unsigned_abs().leading_zeros();
    let [low, ..] = size.to_le_bytes();
    let bits = value.wrapping_sub(i16::from(value < 0)).cast_unsigned();
    (low, bits & ((1_u16 << (size & 15)).wrapping_sub(1)))
}

/// A writer of bits, most significant first. It stuffs a zero byte after each `0xFF`.
struct BitWriter<'a> {
    out: &'a mut Vec<u8>,
    bits: u64,
    count: u8,
}

impl BitWriter<'_> {
    /// Appends `count` bits, at most 31.
    #[inline(always)]
    fn put(&mut self, bits: u32, count: u8) {
        self.bits = self.bits << count | u64::from(bits);
        self.count += count;
        if self.count >= 32 {
            self.count -= 32;
            let [.., a, b, c, d] = (self.bits >> self.count).to_be_bytes();
            let word = u32::from_be_bytes([a, b, c, d]);
            if has_no_ones(word) {
                self.out.extend_from_slice(&[a, b, c, d]);
            } else {
                for byte in [a, b, c, d] {
                    self.byte(byte);
                }
            }
        }
    }

    fn byte(&mut self, byte: u8) {
        self.out.push(byte);
        if byte == 0xFF {
            self.out.push(0);
        }
    }

    /// Pads the last byte with ones.
    fn finish(mut self) {
        let padding = (8 - self.count % 8) % 8;
        self.bits = self.bits << padding | ((1 << padding) - 1);
        self.count += padding;
        while self.count >= 8 {
            self.count -= 8;
            let [.., byte] = (self.bits >> self.count).to_be_bytes();
            self.byte(byte);
        }
    }
}

/// Returns `true` if no byte of the word is `0xFF`.
#[inline(always)]
const fn has_no_ones(word: u32) -> bool {
    const LOW: u32 = 0x0101_0101;
    // Subtracting one from a zero byte borrows into its highest bit.
    let opposite = !word;
    opposite.wrapping_sub(LOW) & word & (LOW << 7) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_bits() {
        for (value, want) in [
            (0, (0, 0)),
            (1, (1, 1)),
            (-1, (1, 0)),
            (2, (2, 0b10)),
            (-3, (2, 0b00)),
            (-2, (2, 0b01)),
            (1023, (10, 1023)),
            (-1023, (10, 0)),
            (2047, (11, 2047)),
        ] {
            assert_eq!(magnitude(value), want, "{value}");
        }
    }

    #[test]
    fn bytes_of_all_ones_are_stuffed() {
        let mut out = Vec::new();
        let mut writer = BitWriter { out: &mut out, bits: 0, count: 0 };
        for (bits, count) in [(0x7F, 7), (1, 1), (0, 8), (0xFF, 8), (0x12_3456, 24), (1, 1)] {
            writer.put(bits, count);
        }
        writer.finish();
        assert_eq!(out, [0xFF, 0, 0, 0xFF, 0, 0x12, 0x34, 0x56, 0xFF, 0]);
        assert!(has_no_ones(0xFEFE_0000) && !has_no_ones(0x00FF_0000) && !has_no_ones(0x1234_56FF));
    }
}
