//! Transforms in one direction, of all lanes of the other.

use super::FRACTION;

/// Carries the transforms of all lengths.
pub(super) struct Length;

/// Makes `TO` samples of the first `FROM` coefficients in each lane, and passes them through `end`.
pub(super) trait Transform<const FROM: usize, const TO: usize> {
    fn lanes<const L: usize, T>(input: &[[i16; L]; FROM], out: &mut [[T; L]; TO], end: impl Fn(i32) -> T);
}

impl Transform<1, 1> for Length {
    #[inline(always)]
    fn lanes<const L: usize, T>([x0]: &[[i16; L]; 1], [out]: &mut [[T; L]; 1], end: impl Fn(i32) -> T) {
        for (out, x0) in out.iter_mut().zip(x0) {
            *out = end(i32::from(*x0) * ONE);
        }
    }
}

impl Transform<2, 2> for Length {
    #[inline(always)]
    fn lanes<const L: usize, T>([x0, x1]: &[[i16; L]; 2], [o0, o1]: &mut [[T; L]; 2], end: impl Fn(i32) -> T) {
        for ((x0, x1), (o0, o1)) in x0.iter().zip(x1).zip(o0.iter_mut().zip(o1)) {
            let x = [*x0, *x1];
            (*o0, *o1) = (end(sum(x, [ONE, ONE])), end(sum(x, [ONE, -ONE])));
        }
    }
}

impl Transform<4, 4> for Length {
    #[inline(always)]
    fn lanes<const L: usize, T>(
        [x0, x1, x2, x3]: &[[i16; L]; 4],
        [o0, o1, o2, o3]: &mut [[T; L]; 4],
        end: impl Fn(i32) -> T,
    ) {
        let inputs = x0.iter().zip(x2).zip(x1.iter().zip(x3));
        let outs = o0.iter_mut().zip(o3).zip(o1.iter_mut().zip(o2));
        for (((x0, x2), (x1, x3)), ((o0, o3), (o1, o2))) in inputs.zip(outs) {
            let ([e0, e1], [d0, d1]) = quarter([*x0, *x2], [*x1, *x3]);
            (*o0, *o1, *o2, *o3) = (end(e0 + d0), end(e1 + d1), end(e1 - d1), end(e0 - d0));
        }
    }
}

impl Transform<8, 8> for Length {
    #[inline(always)]
    fn lanes<const L: usize, T>(
        [x0, x1, x2, x3, x4, x5, x6, x7]: &[[i16; L]; 8],
        [o0, o1, o2, o3, o4, o5, o6, o7]: &mut [[T; L]; 8],
        end: impl Fn(i32) -> T,
    ) {
        let inputs = x0.iter().zip(x4).zip(x2.iter().zip(x6)).zip(x1.iter().zip(x3).zip(x5.iter().zip(x7)));
        let outs =
            (o0.iter_mut().zip(o7).zip(o1.iter_mut().zip(o6))).zip(o2.iter_mut().zip(o5).zip(o3.iter_mut().zip(o4)));
        for (input, (((o0, o7), (o1, o6)), ((o2, o5), (o3, o4)))) in inputs.zip(outs) {
            let (((x0, x4), (x2, x6)), ((x1, x3), (x5, x7))) = input;
            // The even coefficients are a transform of half the length.
            let ([a0, a1], [b0, b1]) = quarter([*x0, *x4], [*x2, *x6]);
            let (e0, e1, e2, e3) = (a0 + b0, a1 + b1, a1 - b1, a0 - b0);
            let (low, high) = ([*x1, *x3], [*x5, *x7]);
            let d0 = sum(low, [C1, C3]) + sum(high, [C5, C7]);
            let d1 = sum(low, [C3, -C7]) + sum(high, [-C1, -C5]);
            let d2 = sum(low, [C5, -C1]) + sum(high, [C7, C3]);
            let d3 = sum(low, [C7, -C5]) + sum(high, [C3, -C1]);
            (*o0, *o1, *o2, *o3) = (end(e0 + d0), end(e1 + d1), end(e2 + d2), end(e3 + d3));
            (*o7, *o6, *o5, *o4) = (end(e0 - d0), end(e1 - d1), end(e2 - d2), end(e3 - d3));
        }
    }
}

impl Transform<4, 8> for Length {
    #[inline(always)]
    fn lanes<const L: usize, T>(
        [x0, x1, x2, x3]: &[[i16; L]; 4],
        [o0, o1, o2, o3, o4, o5, o6, o7]: &mut [[T; L]; 8],
        end: impl Fn(i32) -> T,
    ) {
        let inputs = x0.iter().zip(x2).zip(x1.iter().zip(x3));
        let outs =
            (o0.iter_mut().zip(o7).zip(o1.iter_mut().zip(o6))).zip(o2.iter_mut().zip(o5).zip(o3.iter_mut().zip(o4)));
        for (((x0, x2), (x1, x3)), (((o0, o7), (o1, o6)), ((o2, o5), (o3, o4)))) in inputs.zip(outs) {
            let (even, odd) = ([*x0, *x2], [*x1, *x3]);
            let (e0, e1) = (sum(even, [ONE, C2]), sum(even, [ONE, C6]));
            let (e2, e3) = (sum(even, [ONE, -C6]), sum(even, [ONE, -C2]));
            let (d0, d1) = (sum(odd, [C1, C3]), sum(odd, [C3, -C7]));
            let (d2, d3) = (sum(odd, [C5, -C1]), sum(odd, [C7, -C5]));
            (*o0, *o1, *o2, *o3) = (end(e0 + d0), end(e1 + d1), end(e2 + d2), end(e3 + d3));
            (*o7, *o6, *o5, *o4) = (end(e0 - d0), end(e1 - d1), end(e2 - d2), end(e3 - d3));
        }
    }
}

/// The even part and the odd part of a transform of four, the first half of each.
#[inline(always)]
fn quarter(even: [i16; 2], odd: [i16; 2]) -> ([i32; 2], [i32; 2]) {
    ([sum(even, [ONE, ONE]), sum(even, [ONE, -ONE])], [sum(odd, [C2, C6]), sum(odd, [C6, -C2])])
}

/// The sum of two products.
#[inline(always)]
fn sum([a, b]: [i16; 2], [by_a, by_b]: [i32; 2]) -> i32 {
    i32::from(a) * by_a + i32::from(b) * by_b
}

/// Rows to columns: shuffled like cards as often as halving leads to single rows. The rows are lost.
#[inline(always)]
pub(super) fn transpose<const N: usize, const L: usize>(rows: &mut [[i16; L]; N], columns: &mut [[i16; N]; L]) {
    let (rows, columns) = (rows.as_flattened_mut(), columns.as_flattened_mut());
    match N {
        2 => shuffle(rows, columns),
        4 => {
            shuffle(rows, columns);
            shuffle(columns, rows);
            columns.clone_from_slice(rows);
        }
        8 => {
            shuffle(rows, columns);
            shuffle(columns, rows);
            shuffle(rows, columns);
        }
        _ => columns.clone_from_slice(rows),
    }
}

/// Takes numbers from the first half and the second in turn.
///
/// Alone it is an instruction for eight numbers. Together with the next, compilers see a permutation
/// that they make from single numbers.
#[inline(never)]
fn shuffle(from: &[i16], to: &mut [i16]) {
    let (first, second) = from.split_at(from.len() / 2);
    for (to, (first, second)) in to.as_chunks_mut().0.iter_mut().zip(first.iter().zip(second)) {
        *to = [*first, *second];
    }
}

/// The square root of 2 times the cosine of `k` sixteenths of pi.
const C1: i32 = 11363;
const C2: i32 = 10703;
const C3: i32 = 9633;
const C5: i32 = 6436;
const C6: i32 = 4433;
const C7: i32 = 2260;
/// And of four sixteenths.
const ONE: i32 = 1 << FRACTION;
