//! Fusing: plans that make the same picture with less work, or a better one.
//!
//! The plan as it was made is the specification: each pass is compared with it (`tests/fusion.rs`).

#[cfg(feature = "pixels")]
mod rasterise;
#[cfg(feature = "pixels")]
mod shrink_on_load;

#[cfg(feature = "pixels")]
pub(crate) use self::rasterise::rasterise;
#[cfg(feature = "pixels")]
pub(crate) use self::shrink_on_load::shrink_on_load;
