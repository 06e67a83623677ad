//! Inverse cosine transforms that make 1 to 8 samples of a block's side.
//!
//! An 8x8 block's low frequencies alone, taken back by a shorter transform, are the block reduced: each
//! sample the mean of what it stands for, but for the frequencies left out. Both directions choose
//! their length for themselves. Of a transform of length `n`, scaled so that the mean stays what it is,
//! sample `i` is
//!
//! ```text
//! X0 + sqrt 2 * sum over 0 < u < n of Xu * cos((2i + 1) u pi / 2n)
//! ```
//!
//! in 32-bit fixed point. No 16-bit input overflows: the factors of one sample sum up to less than 7.5.
//!
//! Everything is done for all lanes of the other direction alike, and of these there are always a power
//! of two: compilers make vector code of that. What the lanes that are too many hold is of no account.

mod lanes;
mod points;

use self::lanes::{transform, transpose};
use self::points::{Length, Transform};
use super::block::Block;
use crate::pixels::codec::jpeg::cosines::FRACTION;

/// Makes samples of a block, whose coefficients other than the first were met at these places. They go
/// to the start of each of these rows. Up to [`BEYOND`] samples behind them are lost.
pub(super) type Reduce = fn(block: &Block, met: u8, rows: &mut [u8], stride: usize);

/// The most lanes that hold no samples.
pub(super) const BEYOND: u32 = 3;

/// The lanes that so many samples take, and with it how far it is from column to column of a [`Block`].
pub(super) const fn lanes(samples: u32) -> u32 {
    samples.next_power_of_two()
}

/// The transform to so many samples.
pub(super) fn reduce_to(across: u32, down: u32) -> Reduce {
    /// All heights for one width of few samples: each number of samples with its lanes.
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
    /// And for one width of many.
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
        // Of five samples in four lanes compilers make no vector code.
        5 => long!(5, 8),
        6 => long!(6, 4),
        7 => long!(7, 4),
        _ => long!(8, 4),
    }
}

/// A block of more than 4 samples each way: the most common, and often without the later half of its
/// columns and rows. Then `LANES` of the rows are transformed, at least the first four.
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

/// The places in columns or rows from the fifth on, of blocks with eight lanes: the highest bit of each.
const LATER: u8 = 0b100_100;

/// Where coefficients other than the first are, for who has not kept count while they came.
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

/// `LANES` are those of `ACROSS`, `HIGH` those of `DOWN`.
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

/// All lanes are written, as one number, though the last may hold no samples.
#[inline(always)]
fn write<const LANES: usize>(mut rows: &mut [u8], stride: usize, samples: &[[u8; LANES]]) {
    for samples in samples {
        if let Some(row) = rows.first_chunk_mut() {
            *row = *samples;
        }
        rows = rows.get_mut(stride..).unwrap_or_default();
    }
}

/// Rows are transformed, each a lane.
///
/// A call for each direction: compilers find the lanes of one, and lose them in both together.
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

/// Columns are transformed, each a lane.
#[inline(never)]
fn second<const FROM: usize, const TO: usize, const L: usize>(input: &[[i16; L]; FROM], out: &mut [[u8; L]; TO])
where
    Length: Transform<FROM, TO>,
{
    transform(input, out, level::<{ FRACTION + KEPT }>);
}

/// The one sample of a block of which only the mean is wanted.
pub(super) fn mean(dc: i16) -> u8 {
    level::<0>(i32::from(dc))
}

/// Takes the eightfold of the sample off, and the fraction, and the shift by half the range.
#[inline(always)]
fn level<const BITS: u32>(sample: i32) -> u8 {
    let shifted = (sample + (1 << (BITS + 2)) + (128 << (BITS + 3))) >> (BITS + 3);
    shifted.clamp(0, 255) as u8
}

/// Bits of fraction that are kept between the two directions.
const KEPT: u32 = 2;
