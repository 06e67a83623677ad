//! Factors of the cosine transforms of eight points, forth and back: cosines times the square root of 2, in whole
//! numbers.

/// Bits of the fraction of a factor.
pub(super) const FRACTION: u32 = 13;
/// Of `k` sixteenths of pi.
pub(super) const C1: i32 = 11363;
pub(super) const C2: i32 = 10703;
pub(super) const C3: i32 = 9633;
pub(super) const C5: i32 = 6436;
pub(super) const C6: i32 = 4433;
pub(super) const C7: i32 = 2260;
/// Of a quarter, which is one.
pub(super) const ONE: i32 = 1 << FRACTION;
