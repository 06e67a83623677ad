//! Factors of the forward and inverse cosine transforms of eight points: cosines times the square root of 2, as
//! fixed-point integers.

/// The number of fraction bits of a factor.
pub(crate) const FRACTION: u32 = 13;
/// The factor for `k` sixteenths of pi, where `k` is the number in the name.
pub(crate) const C1: i32 = 11363;
pub(crate) const C2: i32 = 10703;
pub(crate) const C3: i32 = 9633;
pub(crate) const C5: i32 = 6436;
pub(crate) const C6: i32 = 4433;
pub(crate) const C7: i32 = 2260;
/// The factor for a quarter of pi, which is exactly one.
pub(crate) const ONE: i32 = 1 << FRACTION;
