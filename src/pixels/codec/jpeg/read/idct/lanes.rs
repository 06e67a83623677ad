//! Transforms along one direction, for all lanes of the other direction in parallel.

use super::points::{Length, Transform};

/// Computes `TO` samples from the first `FROM` coefficients in each lane, and passes them through `end`.
///
/// Lanes are adjacent in memory, so that compilers generate vector code for the loop.
#[inline(always)]
pub(super) fn transform<const FROM: usize, const TO: usize, const L: usize, T>(
    input: &[[i16; L]; FROM],
    out: &mut [[T; L]; TO],
    end: impl Fn(i32) -> T,
) where
    Length: Transform<FROM, TO>,
{
    for lane in 0..L {
        let coefficients = input.each_ref().map(|lanes| lanes.get(lane).copied().unwrap_or_default());
        for (lanes, sample) in out.iter_mut().zip(Length::points(coefficients)) {
            if let Some(slot) = lanes.get_mut(lane) {
                *slot = end(sample);
            }
        }
    }
}

/// Transposes rows to columns by repeated perfect shuffles, one for each halving down to single rows. The contents of
/// `rows` are lost.
///
/// Both numbers are powers of two up to 8.
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

/// Interleaves the first half of the numbers with the second.
///
/// A separate call compiles to one instruction for eight numbers. If it is inlined together with the next, compilers
/// see a permutation that they build from single numbers. If they know the count, they read the numbers back with a
/// different width than they were written, which stalls.
#[inline(never)]
fn shuffle(from: &[i16], to: &mut [i16]) {
    let (first, second) = from.split_at(from.len() / 2);
    for (to, (first, second)) in to.as_chunks_mut().0.iter_mut().zip(first.iter().zip(second)) {
        *to = [*first, *second];
    }
}
