//! Elementary functions with the same result, to the last bit, on every machine.
//!
//! Those of the standard library are the system's. They differ in the last bit between systems, and between processors
//! of one system (glibc has variants with fused multiply-add); a pixel or a rounded side follows. Square roots, and
//! everything else that IEEE 754 defines exactly, need no replacement.

#[allow(unused_imports, reason = "each feature takes what it needs")]
pub(crate) use libm::{atan2, cbrt, cos, exp, hypot, pow, sin, tan};
#[allow(unused_imports, reason = "each feature takes what it needs")]
pub(crate) use libm::{cbrtf as cbrt_f32, hypotf as hypot_f32, powf as pow_f32};

/// Returns the sine and the cosine of an angle in radians.
pub(crate) fn sin_cos(angle: f64) -> (f64, f64) {
    libm::sincos(angle)
}
