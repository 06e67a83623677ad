//! The coefficients of one block of a sequential scan (T.81, F.2.2).

use super::bits::{Data, Window};
use super::huffman::{Skip, Skips, Values, extended};
use super::{Damaged, ReadError};

/// Coefficients times their steps, column by column.
pub(super) type Block = [i16; 64];

/// For each coefficient in zigzag order its place in a [`Block`], and its step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) place: u8,
    pub(super) step: u16,
}

/// For coefficients in zigzag order: where each stands in a block that is stored column by column.
pub(super) const PLACES: [u8; 64] = places();

/// Reads the AC coefficients up to number `last` of the zigzag order and passes over the others.
///
/// Gives the places met, or'ed: a row or a column that is in none of them is empty.
#[inline(always)]
pub(super) fn read_ac(
    window: &mut Window,
    data: &Data,
    values: &Values,
    skips: Option<&Skips>,
    steps: &[Step; 64],
    last: usize,
    block: &mut Block,
) -> Result<u8, ReadError> {
    let mut met = 0;
    let mut at = 0;
    let mut put = |at: usize, value: i32| {
        // `at` is below 64 wherever this is called.
        if let Some(step) = steps.get(at & 63) {
            met |= step.place;
            if let Some(slot) = block.get_mut(usize::from(step.place & 63)) {
                *slot = value.wrapping_mul(i32::from(step.step)) as i16;
            }
        }
    };
    'block: while at < last {
        window.refill(data);
        // Five times ten bits are there.
        for _ in 0..4 {
            let entry = values.peek(*window);
            let next = at + entry.advance();
            if next <= last {
                put(next, entry.value());
                window.skip(entry.length());
                at = next;
                if at == last {
                    break 'block;
                }
                continue;
            }
            if entry.is_end() {
                window.skip(entry.length());
                return Ok(met);
            }
            if entry.is_plain() {
                // Beyond what is wanted: left to the skips.
                break 'block;
            }
            let before = *window;
            let (advance, value) = if let Some(symbol) = entry.symbol() {
                // At most ten bits for the code and fifteen for the value are there.
                window.skip(entry.length());
                (usize::from(symbol >> 4) + 1, extended(window, u32::from(symbol & 15)))
            } else {
                let (advance, value, after) = values.read_long(*window, data)?;
                *window = after;
                if advance >= Skip::END {
                    return Ok(met);
                }
                (advance, value)
            };
            if at + advance > last {
                *window = before;
                break 'block;
            }
            at += advance;
            put(at, value);
            continue 'block;
        }
    }
    if at < 63 {
        let Some(skips) = skips else { return Err(Damaged("a run beyond the end of a block")) };
        skip_ac(window, data, values, skips, at)?;
    }
    Ok(met)
}

/// Passes over all AC coefficients behind number `at` of the zigzag order.
#[inline(always)]
pub(super) fn skip_ac(
    window: &mut Window,
    data: &Data,
    values: &Values,
    skips: &Skips,
    mut at: usize,
) -> Result<(), ReadError> {
    loop {
        window.refill(data);
        // Twice twelve bits for codes and fifteen behind the last are there.
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
                return Ok(());
            }
            // A long code, or several symbols of which some belong to the next block.
            let (advance, _, after) = values.read_long(*window, data)?;
            *window = after;
            at += advance;
            if at == 63 || advance >= Skip::END {
                return Ok(());
            }
            if at > 63 {
                return Err(Damaged("a run beyond the end of a block"));
            }
            break;
        }
    }
}

/// The zigzag (T.81, figure A.6) for blocks stored column by column.
const fn places() -> [u8; 64] {
    let mut places = [0; 64];
    let (mut column, mut row, mut up) = (0_u8, 0_u8, true);
    let mut rest: &mut [u8] = &mut places;
    while let Some((place, others)) = rest.split_first_mut() {
        *place = column * 8 + row;
        rest = others;
        // Along a diagonal; at an edge of the block to the next one, which goes the other way.
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
