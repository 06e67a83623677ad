//! Fusing: plans that make the same picture with less work, or a better one.

mod rasterise;

#[cfg_attr(not(feature = "svg"), expect(unused_imports, reason = "nothing else can be drawn at any size"))]
pub(crate) use self::rasterise::rasterise;
