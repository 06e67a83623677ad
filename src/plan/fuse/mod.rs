//! Fusing: plans that make the same picture with less work, or a better one.

#[cfg(feature = "pixels")]
mod rasterise;

#[cfg(feature = "pixels")]
pub(crate) use self::rasterise::rasterise;
