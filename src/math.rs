//! Elementary functions with the same result, to the last bit, on every machine.
//!
//! Those of the standard library are the system's. They differ in the last bit between systems, and between processors
//! of one system (glibc has variants with fused multiply-add); a pixel or a rounded side follows. Square roots, and
//! everything else that IEEE 754 defines exactly, need no replacement.

#[allow(unused_imports, reason = "each feature takes what it needs")]
pub(crate) use libm::{atan2, cbrt, cos, exp, pow, sin, tan};
#[allow(unused_imports, reason = "each feature takes what it needs")]
pub(crate) use libm::{cbrtf as cbrt_f32, powf as pow_f32};

/// Returns the sine and the cosine of an angle in radians.
pub(crate) fn sin_cos(angle: f64) -> (f64, f64) {
    libm::sincos(angle)
}

/// Returns the length of a vector. Unlike `hypot`, which is several times as slow, it is infinite above some 1e154, and
/// no coordinate is that large.
pub(crate) fn length(x: f64, y: f64) -> f64 {
    (x * x + y * y).sqrt()
}

/// Returns the length of a vector, whose squares are sums without overflow in twice as many bits.
#[cfg_attr(not(feature = "pixels"), allow(dead_code, reason = "for pixels, texts and drawings"))]
pub(crate) fn length_f32(x: f32, y: f32) -> f32 {
    #[expect(clippy::cast_possible_truncation, reason = "the nearest f32")]
    let length = length(x.into(), y.into()) as f32;
    length
}
