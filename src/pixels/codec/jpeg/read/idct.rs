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
//! Lanes lie innermost in every array, and every step is the same for all lanes.

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
        _ => reduce::<8, 8>,
    }
}

/// A transform to `ACROSS` by `DOWN` samples, written to the start of each of these rows.
fn reduce<const ACROSS: usize, const DOWN: usize>(block: &Block, met: u8, rows: &mut [u8], stride: usize)
where
    Length<ACROSS>: Transform<ACROSS>,
    Length<DOWN>: Transform<DOWN>,
{
    if met == 0 {
        let [dc, ..] = *block;
        for row in rows.chunks_mut(stride).take(DOWN) {
            if let Some(row) = row.first_chunk_mut::<ACROSS>() {
                *row = [mean(dc); ACROSS];
            }
        }
        return;
    }
    let (columns, _) = block.as_chunks::<8>();
    let mut input = [[0_i16; DOWN]; ACROSS];
    for (to, from) in input.iter_mut().zip(columns) {
        for (to, from) in to.iter_mut().zip(from) {
            *to = *from;
        }
    }
    let across = Length::<ACROSS>::lanes(&input);
    let mut between = [[0_i16; ACROSS]; DOWN];
    for (x, column) in across.iter().enumerate() {
        for (row, sample) in between.iter_mut().zip(column) {
            if let Some(to) = row.get_mut(x) {
                let rounded = (sample + (1 << (FRACTION - KEPT - 1))) >> (FRACTION - KEPT);
                *to = rounded.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16;
            }
        }
    }
    let down = Length::<DOWN>::lanes(&between);
    for (row, samples) in rows.chunks_mut(stride).zip(&down) {
        if let Some(row) = row.first_chunk_mut::<ACROSS>() {
            for (to, sample) in row.iter_mut().zip(samples) {
                *to = level::<{ FRACTION + KEPT }>(*sample);
            }
        }
    }
}

/// The one sample of a block of which only the mean is wanted.
pub(super) const fn mean(dc: i16) -> u8 {
    level::<0>(dc as i32)
}

/// Takes the eightfold of the sample off, and the fraction, and the shift by half the range.
#[inline(always)]
const fn level<const BITS: u32>(sample: i32) -> u8 {
    let shifted = (sample + (1 << (BITS + 2)) + (128 << (BITS + 3))) >> (BITS + 3);
    if shifted < 0 {
        0
    } else if shifted > 255 {
        255
    } else {
        shifted as u8
    }
}

/// Bits of the fraction of a factor.
const FRACTION: u32 = 13;
/// Bits of fraction that are kept between the two directions.
const KEPT: u32 = 2;

/// The square root of 2 times the cosine of `k` sixteenths of pi.
const C1: i32 = 11363;
const C2: i32 = 10703;
const C3: i32 = 9633;
const C5: i32 = 6436;
const C6: i32 = 4433;
const C7: i32 = 2260;

/// A length of a transform.
pub(super) struct Length<const N: usize>;

/// A transform in one direction, of as many lanes at a time as the other direction has.
pub(super) trait Transform<const N: usize> {
    fn lanes<const L: usize>(input: &[[i16; L]; N]) -> [[i32; L]; N];
}

impl Transform<1> for Length<1> {
    #[inline(always)]
    fn lanes<const L: usize>([x0]: &[[i16; L]; 1]) -> [[i32; L]; 1] {
        [x0.map(|x| i32::from(x) << FRACTION)]
    }
}

impl Transform<2> for Length<2> {
    #[inline(always)]
    fn lanes<const L: usize>([x0, x1]: &[[i16; L]; 2]) -> [[i32; L]; 2] {
        let mut out = [[0; L]; 2];
        let [o0, o1] = &mut out;
        for (((o0, o1), x0), x1) in o0.iter_mut().zip(o1).zip(x0).zip(x1) {
            let (x0, x1) = (i32::from(*x0), i32::from(*x1));
            (*o0, *o1) = ((x0 + x1) << FRACTION, (x0 - x1) << FRACTION);
        }
        out
    }
}

impl Transform<4> for Length<4> {
    #[inline(always)]
    fn lanes<const L: usize>([x0, x1, x2, x3]: &[[i16; L]; 4]) -> [[i32; L]; 4] {
        let mut out = [[0; L]; 4];
        let [o0, o1, o2, o3] = &mut out;
        let inputs = x0.iter().zip(x1).zip(x2.iter().zip(x3));
        let outputs = o0.iter_mut().zip(o1).zip(o2.iter_mut().zip(o3));
        for (((o0, o1), (o2, o3)), ((x0, x1), (x2, x3))) in outputs.zip(inputs) {
            let (x0, x1, x2, x3) = (i32::from(*x0), i32::from(*x1), i32::from(*x2), i32::from(*x3));
            let (sum, difference) = ((x0 + x2) << FRACTION, (x0 - x2) << FRACTION);
            let (outer, inner) = (x1 * C2 + x3 * C6, x1 * C6 - x3 * C2);
            (*o0, *o1, *o2, *o3) = (sum + outer, difference + inner, difference - inner, sum - outer);
        }
        out
    }
}

impl Transform<8> for Length<8> {
    #[inline(always)]
    fn lanes<const L: usize>([x0, x1, x2, x3, x4, x5, x6, x7]: &[[i16; L]; 8]) -> [[i32; L]; 8] {
        let mut out = [[0; L]; 8];
        let [o0, o1, o2, o3, o4, o5, o6, o7] = &mut out;
        let inputs = x0.iter().zip(x1).zip(x2.iter().zip(x3)).zip(x4.iter().zip(x5).zip(x6.iter().zip(x7)));
        let first = o0.iter_mut().zip(o1).zip(o2.iter_mut().zip(o3));
        let last = o4.iter_mut().zip(o5).zip(o6.iter_mut().zip(o7));
        for ((((o0, o1), (o2, o3)), ((o4, o5), (o6, o7))), (((x0, x1), (x2, x3)), ((x4, x5), (x6, x7)))) in
            first.zip(last).zip(inputs)
        {
            let (x0, x1, x2, x3) = (i32::from(*x0), i32::from(*x1), i32::from(*x2), i32::from(*x3));
            let (x4, x5, x6, x7) = (i32::from(*x4), i32::from(*x5), i32::from(*x6), i32::from(*x7));
            let (sum, difference) = ((x0 + x4) << FRACTION, (x0 - x4) << FRACTION);
            let (outer, inner) = (x2 * C2 + x6 * C6, x2 * C6 - x6 * C2);
            let (e0, e1, e2, e3) = (sum + outer, difference + inner, difference - inner, sum - outer);
            let d0 = x1 * C1 + x3 * C3 + x5 * C5 + x7 * C7;
            let d1 = x1 * C3 - x3 * C7 - x5 * C1 - x7 * C5;
            let d2 = x1 * C5 - x3 * C1 + x5 * C7 + x7 * C3;
            let d3 = x1 * C7 - x3 * C5 + x5 * C3 - x7 * C1;
            (*o0, *o1, *o2, *o3) = (e0 + d0, e1 + d1, e2 + d2, e3 + d3);
            (*o4, *o5, *o6, *o7) = (e3 - d3, e2 - d2, e1 - d1, e0 - d0);
        }
        out
    }
}
