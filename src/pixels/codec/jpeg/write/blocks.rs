//! Forward transform and quantisation: blocks of samples to coefficients (ITU-T T.81, A.3).
//!
//! The transform is the reverse of the reader's. It treats eight lanes alike, with products in sums of two, so that
//! compilers generate vector code.

use crate::pixels::codec::jpeg::cosines::{C1, C2, C3, C5, C6, C7, FRACTION, ONE};
use crate::pixels::codec::jpeg::quality::{CHROMA, LUMA, scaled};

/// The coefficients of a block divided by their quantisation steps, with a mask of the non-zero ones.
#[derive(Debug, Clone)]
pub(crate) struct Coefficients {
    /// The coefficients in zigzag order.
    pub(crate) values: [i16; 64],
    /// A mask with a bit for each coefficient, from the lowest; set if it is not zero.
    pub(crate) nonzero: u64,
}

impl Coefficients {
    /// Returns the DC coefficient.
    pub(crate) const fn dc(&self) -> i16 {
        let [dc, ..] = self.values;
        dc
    }
}

/// Quantisation steps in zigzag order, and the reciprocal factors in the order in which the transform leaves
/// coefficients.
#[derive(Debug, Clone)]
pub(crate) struct Steps {
    pub(crate) zigzag: [u8; 64],
    factors: [f32; 64],
}

impl Steps {
    /// Returns the tables of T.81, annex K.1, for luma or chroma, scaled to a quality from 1 to 100 as in libjpeg.
    pub(crate) fn new(chroma: bool, quality: u8) -> Self {
        let table = if chroma { &CHROMA } else { &LUMA };
        let zigzag = table.map(|base| u8::try_from(scaled(base, quality)).unwrap_or(u8::MAX));
        let step = |number: u8| zigzag.get(usize::from(number)).copied().unwrap_or(1);
        Self { zigzag, factors: ZIGZAG.map(|number| 1.0 / (SCALE * f32::from(step(number)))) }
    }
}

/// Transforms a block of samples, which are centred around zero, and divides it by the steps.
pub(crate) fn quantise(samples: &[[i16; 8]; 8], steps: &Steps) -> Coefficients {
    let mut between = [[0; 8]; 8];
    first(samples, &mut between);
    let turned = transpose(&between);
    let mut out = [[0.0; 8]; 8];
    second(&turned, &mut out);
    // The result is stored column by column: the first pass transforms rows, the second the transposed columns. Most
    // later columns are zero.
    let mut block = Coefficients { values: [0; 64], nonzero: 0 };
    let columns = out.iter().zip(steps.factors.as_chunks::<8>().0).zip(ZIGZAG.as_chunks::<8>().0);
    for ((column, factors), places) in columns {
        let mut divided = [0; 8];
        for ((to, value), factor) in divided.iter_mut().zip(column).zip(factors) {
            *to = nearest((value * factor).clamp(-1023.0, 1023.0));
        }
        if divided == [0; 8] {
            continue;
        }
        for (value, place) in divided.iter().zip(places) {
            block.nonzero |= u64::from(*value != 0) << (place & 63);
            if let Some(slot) = block.values.get_mut(usize::from(*place)) {
                *slot = *value;
            }
        }
    }
    block
}

/// Rounds to the nearest integer.
#[inline(always)]
fn nearest(value: f32) -> i16 {
    // At 3 * 2^22 adjacent `f32` values differ by one. The sum is therefore rounded to an integer, and its low bytes
    // hold the result. Unlike a cast, this compiles to vector code.
    const WHOLE: f32 = 12_582_912.0;
    let [low, high, ..] = (value + WHOLE).to_bits().to_le_bytes();
    i16::from_le_bytes([low, high])
}

#[inline(never)]
fn first(rows: &[[i16; 8]; 8], out: &mut [[i16; 8]; 8]) {
    #[expect(clippy::cast_possible_truncation, reason = "eight samples of 8 bits with two bits of fraction")]
    lanes(rows, out, |sum| ((sum + (1 << (FRACTION - KEPT - 1))) >> (FRACTION - KEPT)) as i16);
}

#[inline(never)]
fn second(rows: &[[i16; 8]; 8], out: &mut [[f32; 8]; 8]) {
    #[expect(clippy::cast_precision_loss, reason = "the nearest")]
    lanes(rows, out, |sum| sum as f32);
}

/// Transforms eight lanes, each from the first row to the last.
#[inline(always)]
fn lanes<T>(
    [x0, x1, x2, x3, x4, x5, x6, x7]: &[[i16; 8]; 8],
    [o0, o1, o2, o3, o4, o5, o6, o7]: &mut [[T; 8]; 8],
    end: impl Fn(i32) -> T,
) {
    let mut sums = [[0_i16; 8]; 4];
    let mut differences = [[0_i16; 8]; 4];
    for ((sum, difference), (a, b)) in
        sums.iter_mut().zip(&mut differences).zip([(x0, x7), (x1, x6), (x2, x5), (x3, x4)])
    {
        for (((sum, difference), a), b) in sum.iter_mut().zip(difference).zip(a).zip(b) {
            (*sum, *difference) = (a + b, a - b);
        }
    }
    let [s0, s1, s2, s3] = &sums;
    let even = s0.iter().zip(s1).zip(s2.iter().zip(s3));
    for (((s0, s1), (s2, s3)), ((o0, o4), (o2, o6))) in even.zip(o0.iter_mut().zip(o4).zip(o2.iter_mut().zip(o6))) {
        let (inner, outer) = ([s0 + s3, s1 + s2], [s0 - s3, s1 - s2]);
        (*o0, *o4) = (end(sum(inner, [ONE, ONE])), end(sum(inner, [ONE, -ONE])));
        (*o2, *o6) = (end(sum(outer, [C2, C6])), end(sum(outer, [C6, -C2])));
    }
    let [d0, d1, d2, d3] = &differences;
    let odd = d0.iter().zip(d1).zip(d2.iter().zip(d3));
    for (((d0, d1), (d2, d3)), ((o1, o3), (o5, o7))) in odd.zip(o1.iter_mut().zip(o3).zip(o5.iter_mut().zip(o7))) {
        let (low, high) = ([*d0, *d1], [*d2, *d3]);
        *o1 = end(sum(low, [C1, C3]) + sum(high, [C5, C7]));
        *o3 = end(sum(low, [C3, -C7]) + sum(high, [-C1, -C5]));
        *o5 = end(sum(low, [C5, -C1]) + sum(high, [C7, C3]));
        *o7 = end(sum(low, [C7, -C5]) + sum(high, [C3, -C1]));
    }
}

/// Returns the sum of two products.
#[inline(always)]
fn sum([a, b]: [i16; 2], [by_a, by_b]: [i32; 2]) -> i32 {
    i32::from(a) * by_a + i32::from(b) * by_b
}

fn transpose(rows: &[[i16; 8]; 8]) -> [[i16; 8]; 8] {
    std::array::from_fn(|x| rows.map(|row| row.get(x).copied().unwrap_or_default()))
}

/// The number of fraction bits kept between the two passes.
const KEPT: u32 = 2;
/// The scale of the output relative to a coefficient: 8 for both passes, times the fractions.
const SCALE: f32 = 8.0 * (1 << (FRACTION + KEPT)) as f32;

/// The position in a block for each coefficient in zigzag order (T.81, figure 5). Blocks are stored column by column,
/// as the transform leaves them.
const NATURAL: [u8; 64] = [
    0, 8, 1, 2, 9, 16, 24, 17, 10, 3, 4, 11, 18, 25, 32, 40, 33, 26, 19, 12, 5, 6, 13, 20, 27, 34, 41, 48, 56, 49, 42,
    35, 28, 21, 14, 7, 15, 22, 29, 36, 43, 50, 57, 58, 51, 44, 37, 30, 23, 31, 38, 45, 52, 59, 60, 53, 46, 39, 47, 54,
    61, 62, 55, 63,
];

/// The number in zigzag order for each position in a block that is stored column by column.
const ZIGZAG: [u8; 64] = {
    let mut zigzag = [0; 64];
    let mut number = 0;
    let mut rest: &[u8] = &NATURAL;
    while let Some((place, others)) = rest.split_first() {
        // The inverse permutation of `NATURAL`.
        if let Some((_, from)) = zigzag.split_at_mut_checked(*place as usize)
            && let Some(slot) = from.first_mut()
        {
            *slot = number;
        }
        number += 1;
        rest = others;
    }
    zigzag
};

#[cfg(test)]
mod tests {
    use super::*;

    /// Computes one coefficient by the formula of T.81, A.3.3.
    fn exact(samples: &[[i16; 8]; 8], u: usize, v: usize) -> f64 {
        let c = |k: usize| if k == 0 { 0.5_f64.sqrt() } else { 1.0 };
        let cosine = |x: usize, k: usize| ((2 * x + 1) as f64 * k as f64 * std::f64::consts::PI / 16.0).cos();
        let mut all = 0.0;
        for (y, row) in samples.iter().enumerate() {
            for (x, sample) in row.iter().enumerate() {
                all += f64::from(*sample) * cosine(x, u) * cosine(y, v);
            }
        }
        all * c(u) * c(v) / 4.0
    }

    #[test]
    fn coefficients_are_those_of_the_formula() {
        let steps = Steps { zigzag: [1; 64], factors: [1.0 / SCALE; 64] };
        let mut seed = 1_u32;
        for kind in 0..20 {
            let samples: [[i16; 8]; 8] = std::array::from_fn(|y| {
                std::array::from_fn(|x| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    match kind {
                        0 => 127,
                        1 => -128,
                        2 => {
                            if (x + y) % 2 == 0 {
                                127
                            } else {
                                -128
                            }
                        }
                        3 => {
                            if x < 4 {
                                127
                            } else {
                                -128
                            }
                        }
                        _ => i16::try_from(seed >> 24).unwrap() - 128,
                    }
                })
            });
            let got = quantise(&samples, &steps);
            let got_nonzero = got.nonzero;
            for (number, (at, got)) in NATURAL.iter().zip(got.values).enumerate() {
                assert_eq!(got_nonzero >> number & 1 == 1, got != 0);
                let want = exact(&samples, usize::from(at / 8), usize::from(at % 8)).clamp(-1023.0, 1023.0);
                assert!((f64::from(got) - want).abs() < 0.8, "{kind} at {at}: {got} for {want}");
            }
        }
    }

    #[test]
    fn quality_scales_steps_as_libjpeg_does() {
        assert_eq!(Steps::new(false, 50).zigzag[..6], [16, 11, 12, 14, 12, 10]);
        assert_eq!(Steps::new(true, 50).zigzag[..6], [17, 18, 18, 24, 21, 24]);
        assert_eq!(Steps::new(false, 80).zigzag[..4], [6, 4, 5, 6]);
        assert_eq!(Steps::new(false, 100).zigzag, [1; 64]);
        assert_eq!(Steps::new(false, 1).zigzag, [255; 64]);
    }
}
