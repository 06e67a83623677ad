//! Factors of the cosine transforms of eight points, forth and back: cosines times the square root of 2, in whole
//! numbers.

/// Bits of the fraction of a factor.
pub(crate) const FRACTION: u32 = 13;
/// Of `k` sixteenths of pi.
pub(crate) const C1: i32 = 11363;
pub(crate) const C2: i32 = 10703;
pub(crate) const C3: i32 = 9633;
pub(crate) const C5: i32 = 6436;
pub(crate) const C6: i32 = 4433;
pub(crate) const C7: i32 = 2260;
/// Of a quarter, which is one.
pub(crate) const ONE: i32 = 1 << FRACTION;
