//! Decoding of one block of a sequential scan (T.81, F.2.2).

use super::bits::{Data, Window};
use super::huffman::{Skip, Skips, Symbols, Value, Values, extended};

/// Dequantised coefficients, column by column, with only the requested columns and rows.
///
/// Coefficients that are not requested are written to the second half.
pub(super) type Block = [i16; 128];

/// The place and the quantisation step of each coefficient in zigzag order, and of those beyond the end of a block.
pub(super) type Steps = [Step; 128];

/// The place of a coefficient in a [`Block`], and its quantisation step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) place: u8,
    pub(super) step: i16,
}

impl Step {
    /// A coefficient that is not requested.
    pub(super) const NONE: Self = Self { place: 64, step: 0 };
}

/// The place of each coefficient, in zigzag order, in a block that is stored column by column.
pub(super) const PLACES: [u8; 64] = places();

/// The reason why reading stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The block has ended.
    End,
    /// The block has ended, and further blocks of a progressive scan with it: two to this power, plus the value of this
    /// number of extra bits.
    Run(u32),
    /// Reading stopped at this coefficient: it is the last requested one, or the next one is beyond it.
    At(usize),
}

/// Reads AC coefficients after number `at` of the zigzag order, up to number `last`. The block, or its band, ends at
/// number `end`, which is below 64.
///
/// Numbers passed to `put` are below 128. Numbers from 64 on and zero values are to be ignored.
#[inline(always)]
pub(super) fn read_ac(
    window: &mut Window,
    data: &Data,
    values: &Values,
    mut at: usize,
    (last, end): (usize, usize),
    mut put: impl FnMut(usize, i16),
) -> Stop {
    while at < last {
        window.refill(data);
        // The window holds at least five codes of ten bits.
        for _ in 0..4 {
            let entry = values.peek(*window);
            let [first, second] = entry.values;
            let next = at + usize::from(entry.last);
            if next < last {
                put(at + usize::from(entry.first), first);
                put(next, second);
                window.skip(u32::from(entry.length));
                at = next;
                continue;
            }
            let one = at + usize::from(entry.first);
            if entry.last >= Value::END {
                if next <= usize::from(Value::END) + end {
                    put(one, first);
                    window.skip(u32::from(entry.length));
                    return Stop::End;
                }
            } else if entry.last >= Value::SYMBOL {
                let (symbol, mut after) = if entry.last == Value::SYMBOL {
                    let mut after = *window;
                    after.skip(u32::from(entry.length));
                    (first as u8, after)
                } else {
                    values.read_long(*window)
                };
                let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
                if size == 0 && run < 15 {
                    *window = after;
                    return if run == 0 { Stop::End } else { Stop::Run(run as u32) };
                }
                if at + run + 1 > last {
                    return Stop::At(at);
                }
                // The window may not hold these bits after sixteen bits of code and thirty bits of earlier
                // coefficients.
                after.refill(data);
                at += run + 1;
                put(at, extended(&mut after, size) as i16);
                *window = after;
                break;
            }
            // The first of two coefficients, or the only one.
            if one > last {
                return Stop::At(at);
            }
            put(one, first);
            window.skip(u32::from(entry.first_length));
            at = one;
            if at == last {
                return Stop::At(at);
            }
        }
    }
    Stop::At(at)
}

/// Reads a coefficient beyond the end of its block or band, which only occurs in corrupt data. A value is stored at the
/// last place of the block at most, as in libjpeg, and nothing follows it.
#[cold]
#[inline(never)]
pub(super) fn read_beyond(mut window: Window, data: &Data, symbols: &Symbols, at: usize) -> (Window, usize, i16) {
    window.refill(data);
    let symbol = symbols.read(&mut window);
    let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
    symbols.failed.set(true);
    // A run without a value stores nothing: places beyond a block are discarded.
    let place = if size > 0 { (at + run + 1).min(63) } else { 64 };
    let value = extended(&mut window, size) as i16;
    (window, place, value)
}

/// Skips all AC coefficients after number `at` of the zigzag order.
#[inline(always)]
pub(super) fn skip_ac(window: &mut Window, data: &Data, symbols: &Symbols, skips: &Skips, mut at: usize) {
    loop {
        window.refill(data);
        // The window holds two codes of twelve bits, and fifteen extra bits after the second.
        for _ in 0..2 {
            let entry = skips.peek(*window);
            let next = at + entry.advance();
            if next < 63 {
                window.skip(entry.length());
                at = next;
                continue;
            }
            if next == 63 || (Skip::END..=Skip::END + 63).contains(&next) {
                window.skip(entry.length());
                return;
            }
            // A long code, or several symbols of which the last belong to the next block.
            window.refill(data);
            let symbol = symbols.read(window);
            let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
            window.skip(size);
            if size == 0 && run < 15 {
                return;
            }
            at += run + 1;
            if at >= 63 {
                symbols.failed.set(symbols.failed.get() || at > 63);
                return;
            }
            break;
        }
    }
}

/// Returns the zigzag order (T.81, figure A.6) for blocks that are stored column by column.
const fn places() -> [u8; 64] {
    let mut places = [0; 64];
    let (mut column, mut row, mut up) = (0_u8, 0_u8, true);
    let mut rest: &mut [u8] = &mut places;
    while let Some((place, others)) = rest.split_first_mut() {
        *place = column * 8 + row;
        rest = others;
        // Follows a diagonal. At an edge of the block it moves to the next diagonal, in the opposite direction.
        match (up, column, row) {
            (true, 7, _) => (row, up) = (row + 1, false),
            (true, _, 0) => (column, up) = (column + 1, false),
            (true, ..) => (column, row) = (column + 1, row - 1),
            (false, _, 7) => (column, up) = (column + 1, true),
            (false, 0, _) => (row, up) = (row + 1, true),
            (false, ..) => (column, row) = (column - 1, row + 1),
        }
    }
    places
}
