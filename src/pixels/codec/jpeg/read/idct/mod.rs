//! Inverse cosine transforms to 1 to 8 samples per side of a block.
//!
//! The low frequencies of an 8x8 block, transformed back by a shorter transform, give the reduced block: each sample is
//! the mean of the samples that it replaces, except for the omitted frequencies. The length is chosen separately for
//! each direction. In a transform of length `n`, scaled so that the mean is preserved, sample `i` is
//!
//! ```text
//! X0 + sqrt 2 * sum over 0 < u < n of Xu * cos((2i + 1) u pi / 2n)
//! ```
//!
//! in 32-bit fixed point. No 16-bit input overflows: the factors of one sample sum up to less than 7.5.
//!
//! Every step treats all lanes of the other direction alike, and the number of lanes is always a power of two, so that
//! compilers generate vector code. The contents of surplus lanes do not matter.

mod lanes;
mod points;

use self::lanes::{transform, transpose};
use self::points::{Length, Transform};
use super::block::Block;
use crate::pixels::codec::jpeg::cosines::FRACTION;

/// Computes the samples of a block. `met` is the bitwise or of the places of its coefficients, except for the first and
/// those that are zero. The samples are written to `rows`, with a distance of `stride` from one row to the next. In
/// each row, up to [`BEYOND`] samples after them are overwritten.
pub(super) type Reduce = fn(block: &Block, met: u8, rows: &mut [u8], stride: usize);

/// The maximum number of surplus lanes.
pub(super) const BEYOND: u32 = 3;

/// Returns the number of lanes for a number of samples. This is also the distance between the columns of a [`Block`].
pub(super) const fn lanes(samples: u32) -> u32 {
    samples.next_power_of_two()
}

/// Returns the transform to `across` by `down` samples.
pub(super) fn reduce_to(across: u32, down: u32) -> Reduce {
    /// All heights for a small width: each number of samples with its lanes.
    macro_rules! short {
        ($across:literal, $lanes:literal) => {
            match down {
                1 => reduce::<$across, $lanes, 1, 1>,
                2 => reduce::<$across, $lanes, 2, 2>,
                3 => reduce::<$across, $lanes, 3, 4>,
                4 => reduce::<$across, $lanes, 4, 4>,
                5 => reduce::<$across, $lanes, 5, 8>,
                6 => reduce::<$across, $lanes, 6, 8>,
                7 => reduce::<$across, $lanes, 7, 8>,
                _ => reduce::<$across, $lanes, 8, 8>,
            }
        };
    }
    /// All heights for a large width.
    macro_rules! long {
        ($across:literal, $lanes:literal) => {
            match down {
                1 => reduce::<$across, 8, 1, 1>,
                2 => reduce::<$across, 8, 2, 2>,
                3 => reduce::<$across, 8, 3, 4>,
                4 => reduce::<$across, 8, 4, 4>,
                5 => reduce_most::<$across, 5, $lanes>,
                6 => reduce_most::<$across, 6, $lanes>,
                7 => reduce_most::<$across, 7, $lanes>,
                _ => reduce_most::<$across, 8, $lanes>,
            }
        };
    }
    match across {
        1 => short!(1, 1),
        2 => short!(2, 2),
        3 => short!(3, 4),
        4 => short!(4, 4),
        // Compilers generate no vector code for five samples in four lanes.
        5 => long!(5, 8),
        6 => long!(6, 4),
        7 => long!(7, 4),
        _ => long!(8, 4),
    }
}

/// Reduces a block to more than 4 samples each way. This is the most common case, and often the later half of the
/// columns and rows is zero. Then only `LANES` of the rows are transformed, at least the first four.
fn reduce_most<const ACROSS: usize, const DOWN: usize, const LANES: usize>(
    block: &Block,
    met: u8,
    rows: &mut [u8],
    stride: usize,
) where
    Length: Transform<ACROSS, ACROSS> + Transform<DOWN, DOWN> + Transform<4, ACROSS> + Transform<4, DOWN>,
{
    if met == 0 || met & LATER != 0 {
        return reduce::<ACROSS, 8, DOWN, 8>(block, met, rows, stride);
    }
    let mut few = [[0; LANES]; 4];
    for (few, column) in few.iter_mut().zip(block.as_chunks::<8>().0) {
        if let Some(column) = column.first_chunk() {
            *few = *column;
        }
    }
    let mut between = [[0; LANES]; 8];
    if let Some(lines) = between.first_chunk_mut() {
        first::<4, ACROSS, LANES>(&few, lines);
    }
    let mut turned = [[0; 8]; LANES];
    transpose(&mut between, &mut turned);
    let mut out = [[0; 8]; DOWN];
    let Some(lines) = turned.first_chunk() else { return };
    second::<4, DOWN, 8>(lines, &mut out);
    write(rows, stride, &out);
}

/// The highest bits of column and row in a place, in blocks with eight lanes. They are set from the fifth column or row
/// on.
const LATER: u8 = 0b100_100;

/// Returns the value of `met` for [`Reduce`], for callers that did not track it while reading.
pub(super) fn met(values: &[i16], high: u32) -> u8 {
    let any = |values: &[i16]| values.iter().fold(0, |any, value| any | value) != 0;
    if !any(values.get(1..).unwrap_or_default()) {
        return 0;
    }
    let (columns, rest) = values.as_chunks::<8>();
    if lanes(high) < 8 || !rest.is_empty() {
        return u8::MAX;
    }
    let below = columns.iter().fold([0; 4], |mut below, [_, _, _, _, later @ ..]| {
        below.iter_mut().zip(later).for_each(|(any, value)| *any |= value);
        below
    });
    if any(&below) || any(values.get(32..).unwrap_or_default()) { LATER } else { 1 }
}

/// Reduces a block. `LANES` is the number of lanes for `ACROSS`, `HIGH` that for `DOWN`.
fn reduce<const ACROSS: usize, const LANES: usize, const DOWN: usize, const HIGH: usize>(
    block: &Block,
    met: u8,
    rows: &mut [u8],
    stride: usize,
) where
    Length: Transform<ACROSS, ACROSS> + Transform<DOWN, DOWN>,
{
    if met == 0 {
        let [dc, ..] = *block;
        write(rows, stride, &[[mean(dc); LANES]; DOWN]);
        return;
    }
    let mut between = [[0; HIGH]; LANES];
    let (Some(input), Some(lines)) = (block.as_chunks().0.first_chunk(), between.first_chunk_mut()) else { return };
    first::<ACROSS, ACROSS, HIGH>(input, lines);
    let mut turned = [[0; LANES]; HIGH];
    transpose(&mut between, &mut turned);
    let mut out = [[0; LANES]; DOWN];
    let Some(lines) = turned.first_chunk() else { return };
    second::<DOWN, DOWN, LANES>(lines, &mut out);
    write(rows, stride, &out);
}

/// Writes the samples. All lanes are written, as one number, although the last may not hold samples.
#[inline(always)]
fn write<const LANES: usize>(mut rows: &mut [u8], stride: usize, samples: &[[u8; LANES]]) {
    for samples in samples {
        if let Some(row) = rows.first_chunk_mut() {
            *row = *samples;
        }
        rows = rows.get_mut(stride..).unwrap_or_default();
    }
}

/// Transforms rows, each in a lane.
///
/// Each direction has its own function: compilers vectorise one direction, but not both inlined together.
#[inline(never)]
fn first<const FROM: usize, const TO: usize, const L: usize>(input: &[[i16; L]; FROM], out: &mut [[i16; L]; TO])
where
    Length: Transform<FROM, TO>,
{
    transform(input, out, |sample| {
        let rounded = (sample + (1 << (FRACTION - KEPT - 1))) >> (FRACTION - KEPT);
        rounded.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
    });
}

/// Transforms columns, each in a lane.
#[inline(never)]
fn second<const FROM: usize, const TO: usize, const L: usize>(input: &[[i16; L]; FROM], out: &mut [[u8; L]; TO])
where
    Length: Transform<FROM, TO>,
{
    transform(input, out, level::<{ FRACTION + KEPT }>);
}

/// Returns the only sample of a block that is reduced to its mean.
pub(super) fn mean(dc: i16) -> u8 {
    level::<0>(i32::from(dc))
}

/// Converts a sum to a sample: divides by eight, removes `BITS` bits of fraction, and adds half the range.
#[inline(always)]
fn level<const BITS: u32>(sample: i32) -> u8 {
    let shifted = (sample + (1 << (BITS + 2)) + (128 << (BITS + 3))) >> (BITS + 3);
    shifted.clamp(0, 255) as u8
}

/// The number of fraction bits kept between the two passes.
const KEPT: u32 = 2;
