//! Inverse cosine transforms that make 1, 2, 4 or 8 samples of a block's side.
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
//! Everything is done for all lanes of the other direction alike, and products come as sums of two:
//! compilers make vector code of that, on x86 an instruction for each such sum of four lanes.

mod lanes;

use self::lanes::{Length, Transform, transpose};
use super::block::Block;

/// Makes samples of a block, whose coefficients other than the first were met at these places. They go
/// to the start of each of these rows.
pub(super) type Reduce = fn(block: &Block, met: u8, rows: &mut [u8], stride: usize);

/// The transform to so many samples.
pub(super) fn reduce_to(across: u32, down: u32) -> Reduce {
    match (across, down) {
        (1, 1) => reduce::<1, 1>,
        (1, 2) => reduce::<1, 2>,
        (1, 4) => reduce::<1, 4>,
        (1, 8) => reduce::<1, 8>,
        (2, 1) => reduce::<2, 1>,
        (2, 2) => reduce::<2, 2>,
        (2, 4) => reduce::<2, 4>,
        (2, 8) => reduce::<2, 8>,
        (4, 1) => reduce::<4, 1>,
        (4, 2) => reduce::<4, 2>,
        (4, 4) => reduce::<4, 4>,
        (4, 8) => reduce::<4, 8>,
        (8, 1) => reduce::<8, 1>,
        (8, 2) => reduce::<8, 2>,
        (8, 4) => reduce::<8, 4>,
        _ => whole,
    }
}

/// A whole block: the most common, and often without half of its columns and rows.
fn whole(block: &Block, met: u8, rows: &mut [u8], stride: usize) {
    const LATER: u8 = 0b100_100;
    let Some(few) = block.as_chunks::<8>().0.first_chunk::<4>().filter(|_| met & LATER == 0 && met != 0) else {
        return reduce::<8, 8>(block, met, rows, stride);
    };
    let mut between = [[0; 8]; 8];
    first(few, &mut between);
    let mut turned = [[0; 8]; 8];
    transpose(&mut between, &mut turned);
    let mut out = [[0; 8]; 8];
    if let Some(few) = turned.first_chunk::<4>() {
        second(few, &mut out);
    }
    write(rows, stride, &out);
}

fn reduce<const ACROSS: usize, const DOWN: usize>(block: &Block, met: u8, rows: &mut [u8], stride: usize)
where
    Length: Transform<ACROSS, ACROSS> + Transform<DOWN, DOWN>,
{
    if met == 0 {
        let [dc, ..] = *block;
        write(rows, stride, &[[mean(dc); ACROSS]; DOWN]);
        return;
    }
    let Some(input) = block.as_chunks().0.first_chunk() else { return };
    let mut between = [[0; DOWN]; ACROSS];
    first::<ACROSS, ACROSS, DOWN>(input, &mut between);
    let mut turned = [[0; ACROSS]; DOWN];
    transpose(&mut between, &mut turned);
    let mut out = [[0; ACROSS]; DOWN];
    second::<DOWN, DOWN, ACROSS>(&turned, &mut out);
    write(rows, stride, &out);
}

#[inline(always)]
fn write<const ACROSS: usize, const DOWN: usize>(mut rows: &mut [u8], stride: usize, samples: &[[u8; ACROSS]; DOWN]) {
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
    Length::lanes(input, out, |sample| {
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
    Length::lanes(input, out, level::<{ FRACTION + KEPT }>);
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
