//! Elementary functions with the same result, to the last bit, on every machine.
//!
//! The functions of the standard library are the system's. Their last bits differ between systems, and between processors
//! of one system (glibc has variants with fused multiply-add), and so do pixels and rounded sides. Square roots, and
//! everything else that IEEE 754 defines exactly, need no replacement.

#[allow(unused_imports, reason = "each feature takes what it needs")]
pub(crate) use libm::powf as pow_f32;
#[allow(unused_imports, reason = "each feature takes what it needs")]
pub(crate) use libm::{atan2, cbrt, cos, exp, pow, sin, tan};

/// Returns the sine and the cosine of an angle in radians.
pub(crate) fn sin_cos(angle: f64) -> (f64, f64) {
    libm::sincos(angle)
}

/// Returns the length of a vector. Unlike `hypot`, which is several times as slow, it is infinite above some 1e154, and
/// no coordinate is that large.
pub(crate) fn length(x: f64, y: f64) -> f64 {
    (x * x + y * y).sqrt()
}

/// Returns the length of a vector. It is calculated in `f64`, in which no square of an `f32` overflows.
#[cfg_attr(not(feature = "pixels"), allow(dead_code, reason = "for pixels, texts and drawings"))]
pub(crate) fn length_f32(x: f32, y: f32) -> f32 {
    #[expect(clippy::cast_possible_truncation, reason = "the nearest f32")]
    let length = length(x.into(), y.into()) as f32;
    length
}

/// Returns the cube root, or 0 for what is not positive: an estimate from the bits of the exponent, accurate to a few
/// percent, and two Halley steps.
#[cfg_attr(not(feature = "pixels"), allow(dead_code, reason = "for the colours of pixels"))]
pub(crate) fn cbrt_f32(value: f32) -> f32 {
    const ONE_THIRD_OF_THE_BIAS_TIMES_TWO: u32 = 709_921_077;
    if value <= 0.0 {
        return 0.0;
    }
    let mut root = f32::from_bits(value.to_bits() / 3 + ONE_THIRD_OF_THE_BIAS_TIMES_TWO);
    for _ in 0..2 {
        let cube = root * root * root;
        root *= (cube + 2.0 * value) / (2.0 * cube + value);
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_cube_roots_are_accurate() {
        assert_eq!((length(3.0, -4.0), length_f32(3e38, 0.0), length_f32(0.0, 1e-38)), (5.0, 3e38, 1e-38));
        assert_eq!((cbrt_f32(0.0), cbrt_f32(-1.0)), (0.0, 0.0));
        for value in (1..20_000).map(|n| n as f32 / 10_000.0) {
            let want = f64::from(value).cbrt();
            assert!((f64::from(cbrt_f32(value)) / want - 1.0).abs() < 3e-7, "{value}");
        }
    }
}
