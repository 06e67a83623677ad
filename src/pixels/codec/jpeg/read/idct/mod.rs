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

/// Makes samples of a block, whose coefficients other than the first were met at these places. They go
/// to the start of each of these rows.
pub(super) type Reduce = fn(block: &Block, met: u8, rows: &mut [u8], stride: usize);

/// The lanes that so many samples take, and with it how far it is from column to column of a [`Block`].
pub(super) const fn lanes(samples: u32) -> u32 {
    samples.next_power_of_two()
}

/// The transform to so many samples.
pub(super) fn reduce_to(across: u32, down: u32) -> Reduce {
    /// All heights for one width: each number of samples with its lanes.
    macro_rules! column {
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
    match across {
        1 => column!(1, 1),
        2 => column!(2, 2),
        3 => column!(3, 4),
        4 => column!(4, 4),
        5 => column!(5, 8),
        6 => column!(6, 8),
        7 => column!(7, 8),
        _ if down < 8 => column!(8, 8),
        _ => whole,
    }
}

/// A whole block: the most common, and often without half of its columns and rows.
fn whole(block: &Block, met: u8, rows: &mut [u8], stride: usize) {
    const LATER: u8 = 0b100_100;
    if met & LATER != 0 || met == 0 {
        return reduce::<8, 8, 8, 8>(block, met, rows, stride);
    }
    let mut few = [[0; 4]; 4];
    for (few, column) in few.iter_mut().zip(block.as_chunks::<8>().0) {
        if let Some(column) = column.first_chunk() {
            *few = *column;
        }
    }
    let mut between = [[0; 4]; 8];
    first(&few, &mut between);
    let mut turned = [[0; 8]; 4];
    transpose(&mut between, &mut turned);
    let mut out = [[0; 8]; 8];
    second(&turned, &mut out);
    write::<8, 8>(rows, stride, &out);
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
        write::<ACROSS, ACROSS>(rows, stride, &[[mean(dc); ACROSS]; DOWN]);
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
    write::<ACROSS, LANES>(rows, stride, &out);
}

/// The first `ACROSS` samples of each lane go to a row.
#[inline(always)]
fn write<const ACROSS: usize, const LANES: usize>(mut rows: &mut [u8], stride: usize, samples: &[[u8; LANES]]) {
    for samples in samples {
        if let (Some(row), Some(samples)) = (rows.first_chunk_mut::<ACROSS>(), samples.first_chunk()) {
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

/// Bits of the fraction of a factor.
const FRACTION: u32 = 13;
/// Bits of fraction that are kept between the two directions.
const KEPT: u32 = 2;
