//! The transfer curve of sRGB (IEC 61966-2-1) and its inverse, for values between 0 and 1.

use crate::math;

/// Defines both directions of the curve for a number type.
macro_rules! curve {
    ($number:ty, $pow:path, $to_light:ident, $from_light:ident) => {
        /// Returns the linear value of a sample.
        #[cfg_attr(not(feature = "svg"), allow(dead_code, reason = "one of them is for the colours of SVG"))]
        pub(crate) fn $to_light(sample: $number) -> $number {
            if sample <= 0.040_45 { sample / 12.92 } else { $pow((sample + 0.055) / 1.055, 2.4) }
        }

        /// Returns the sample of a linear value.
        pub(crate) fn $from_light(light: $number) -> $number {
            if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * $pow(light, 1.0 / 2.4) - 0.055 }
        }
    };
}

curve!(f64, math::pow, to_light, from_light);
// For many pixels, if full precision is not needed.
curve!(f32, math::pow_f32, to_light_f32, from_light_f32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_undoes_the_other() {
        for sample in (0..=255).map(|sample| f64::from(sample) / 255.0) {
            assert!((from_light(to_light(sample)) - sample).abs() < 1e-7, "{sample}");
        }
        assert_eq!([to_light(0.0), to_light(1.0), from_light(0.0)], [0.0, 1.0, 0.0]);
    }
}
