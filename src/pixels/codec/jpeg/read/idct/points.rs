//! Transforms of 1 to 8 coefficients to as many samples, in fixed point.
//!
//! Samples that are mirrored at the middle share their sums: even coefficients are added to both, odd ones with
//! opposite signs. Products are computed as sums of two, for which x86 has an instruction.

use crate::pixels::codec::jpeg::cosines::{C1, C2, C3, C5, C6, C7, ONE};

/// The type that implements the transforms of all lengths.
pub(super) struct Length;

/// A transform from the first `FROM` coefficients of a transform of length `TO` to its samples.
pub(super) trait Transform<const FROM: usize, const TO: usize> {
    fn points(coefficients: [i16; FROM]) -> [i32; TO];
}

impl Transform<1, 1> for Length {
    #[inline(always)]
    fn points([x0]: [i16; 1]) -> [i32; 1] {
        [one(x0, ONE)]
    }
}

impl Transform<2, 2> for Length {
    #[inline(always)]
    fn points([x0, x1]: [i16; 2]) -> [i32; 2] {
        [two([x0, x1], [ONE, ONE]), two([x0, x1], [ONE, -ONE])]
    }
}

impl Transform<3, 3> for Length {
    #[inline(always)]
    fn points([x0, x1, x2]: [i16; 3]) -> [i32; 3] {
        let (e0, e1) = (two([x0, x2], [ONE, HALF]), two([x0, x2], [ONE, -ROOT]));
        let d0 = one(x1, SIXTH);
        [e0 + d0, e1, e0 - d0]
    }
}

impl Transform<4, 4> for Length {
    #[inline(always)]
    fn points([x0, x1, x2, x3]: [i16; 4]) -> [i32; 4] {
        let ([e0, e1], [d0, d1]) = quarter([x0, x2], [x1, x3]);
        [e0 + d0, e1 + d1, e1 - d1, e0 - d0]
    }
}

impl Transform<5, 5> for Length {
    #[inline(always)]
    fn points([x0, x1, x2, x3, x4]: [i16; 5]) -> [i32; 5] {
        /// The factor for `k` tenths of pi.
        const F1: i32 = 11018;
        const F2: i32 = 9373;
        const F3: i32 = 6810;
        const F4: i32 = 3580;
        let even = [x0, x2];
        let e0 = two(even, [ONE, F2]) + one(x4, F4);
        let e1 = two(even, [ONE, -F4]) - one(x4, F2);
        let e2 = two(even, [ONE, -ROOT]) + one(x4, ROOT);
        let (d0, d1) = (two([x1, x3], [F1, F3]), two([x1, x3], [F3, -F1]));
        [e0 + d0, e1 + d1, e2, e1 - d1, e0 - d0]
    }
}

impl Transform<6, 6> for Length {
    #[inline(always)]
    fn points([x0, x1, x2, x3, x4, x5]: [i16; 6]) -> [i32; 6] {
        // The even coefficients form a transform of half the length.
        let [e0, e1, e2] = Self::points([x0, x2, x4]);
        let odd = [x1, x5];
        let third = one(x3, ONE);
        let (d0, d1, d2) = (two(odd, [T1, T5]) + third, two(odd, [ONE, -ONE]) - third, two(odd, [T5, T1]) - third);
        [e0 + d0, e1 + d1, e2 + d2, e2 - d2, e1 - d1, e0 - d0]
    }
}

impl Transform<7, 7> for Length {
    #[inline(always)]
    fn points([x0, x1, x2, x3, x4, x5, x6]: [i16; 7]) -> [i32; 7] {
        /// The factor for `k` fourteenths of pi.
        const S1: i32 = 11295;
        const S2: i32 = 10438;
        const S3: i32 = 9058;
        const S4: i32 = 7223;
        const S5: i32 = 5027;
        const S6: i32 = 2578;
        let (low, high) = ([x0, x2], [x4, x6]);
        let e0 = two(low, [ONE, S2]) + two(high, [S4, S6]);
        let e1 = two(low, [ONE, S6]) + two(high, [-S2, -S4]);
        let e2 = two(low, [ONE, -S4]) + two(high, [-S6, S2]);
        let e3 = two(low, [ONE, -ROOT]) + two(high, [ROOT, -ROOT]);
        let odd = [x1, x3];
        let d0 = two(odd, [S1, S3]) + one(x5, S5);
        let d1 = two(odd, [S3, -S5]) - one(x5, S1);
        let d2 = two(odd, [S5, -S1]) + one(x5, S3);
        [e0 + d0, e1 + d1, e2 + d2, e3, e2 - d2, e1 - d1, e0 - d0]
    }
}

impl Transform<8, 8> for Length {
    #[inline(always)]
    fn points([x0, x1, x2, x3, x4, x5, x6, x7]: [i16; 8]) -> [i32; 8] {
        // The even coefficients form a transform of half the length.
        let ([a0, a1], [b0, b1]) = quarter([x0, x4], [x2, x6]);
        let (low, high) = ([x1, x3], [x5, x7]);
        let d0 = two(low, [C1, C3]) + two(high, [C5, C7]);
        let d1 = two(low, [C3, -C7]) + two(high, [-C1, -C5]);
        let d2 = two(low, [C5, -C1]) + two(high, [C7, C3]);
        let d3 = two(low, [C7, -C5]) + two(high, [C3, -C1]);
        mirrored([a0 + b0, a1 + b1, a1 - b1, a0 - b0], [d0, d1, d2, d3])
    }
}

impl Transform<4, 8> for Length {
    #[inline(always)]
    fn points([x0, x1, x2, x3]: [i16; 4]) -> [i32; 8] {
        let (even, odd) = ([x0, x2], [x1, x3]);
        let evens = [[ONE, C2], [ONE, C6], [ONE, -C6], [ONE, -C2]].map(|by| two(even, by));
        mirrored(evens, [[C1, C3], [C3, -C7], [C5, -C1], [C7, -C5]].map(|by| two(odd, by)))
    }
}

// Transforms from the first coefficients only. Compilers remove the products with zero.

impl Transform<4, 5> for Length {
    #[inline(always)]
    fn points([x0, x1, x2, x3]: [i16; 4]) -> [i32; 5] {
        Self::points([x0, x1, x2, x3, 0])
    }
}

impl Transform<4, 6> for Length {
    #[inline(always)]
    fn points([x0, x1, x2, x3]: [i16; 4]) -> [i32; 6] {
        let (even, odd) = ([x0, x2], [x1, x3]);
        let (e0, e1, e2) = (two(even, [ONE, SIXTH]), one(x0, ONE), two(even, [ONE, -SIXTH]));
        let (d0, d1, d2) = (two(odd, [T1, ONE]), two(odd, [ONE, -ONE]), two(odd, [T5, -ONE]));
        [e0 + d0, e1 + d1, e2 + d2, e2 - d2, e1 - d1, e0 - d0]
    }
}

impl Transform<4, 7> for Length {
    #[inline(always)]
    fn points([x0, x1, x2, x3]: [i16; 4]) -> [i32; 7] {
        Self::points([x0, x1, x2, x3, 0, 0, 0])
    }
}

/// Combines the even and the odd part of a transform of eight into its samples.
#[inline(always)]
fn mirrored([e0, e1, e2, e3]: [i32; 4], [d0, d1, d2, d3]: [i32; 4]) -> [i32; 8] {
    [e0 + d0, e1 + d1, e2 + d2, e3 + d3, e3 - d3, e2 - d2, e1 - d1, e0 - d0]
}

/// Computes the even and the odd part of a transform of four, the first half of each.
#[inline(always)]
fn quarter(even: [i16; 2], odd: [i16; 2]) -> ([i32; 2], [i32; 2]) {
    ([two(even, [ONE, ONE]), two(even, [ONE, -ONE])], [two(odd, [C2, C6]), two(odd, [C6, -C2])])
}

#[inline(always)]
fn one(a: i16, by: i32) -> i32 {
    i32::from(a) * by
}

/// Returns the sum of two products.
#[inline(always)]
fn two([a, b]: [i16; 2], [by_a, by_b]: [i32; 2]) -> i32 {
    one(a, by_a) + one(b, by_b)
}

// All factors are cosines times the square root of 2.

/// The factors for one and for five twelfths of pi.
const T1: i32 = 11190;
const T5: i32 = 2998;
/// The factors for zero, a sixth and a third of pi.
const ROOT: i32 = 11585;
const SIXTH: i32 = 10033;
const HALF: i32 = 5793;
