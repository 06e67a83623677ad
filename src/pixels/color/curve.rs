//! [`Curve`]: from a sample to light, as defined for profiles (ICC.1:2022, 10.6 and 10.18).
//!
//! `moxcms` 0.8.1 reads the curves and has its own evaluators, but its power function is approximate, and for exponents
//! between 1 and 2 it returns infinite light for a sample of 0. Therefore they are evaluated here, exactly.

use crate::math;
use moxcms::ToneReprCurve;

/// A curve that can be evaluated.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Curve<'a> {
    Linear,
    Gamma(f64),
    /// Light as 0 to 65535, at equal steps of the sample.
    Table(&'a [u16]),
    /// `(a x + b)^g + e` from `d` on, and `c x + f` below `d`.
    Parametric {
        g: f64,
        a: f64,
        b: f64,
        c: f64,
        d: f64,
        e: f64,
        f: f64,
    },
}

impl<'a> Curve<'a> {
    /// Reads the curve of a profile. Returns `None` if it is not defined.
    pub(crate) fn of(curve: &'a ToneReprCurve) -> Option<Self> {
        match curve {
            ToneReprCurve::Lut(table) => Some(match table.as_slice() {
                [] => Self::Linear,
                // The exponent is in units of 1/256.
                [gamma] => Self::Gamma(f64::from(*gamma) / 256.0),
                table => Self::Table(table),
            }),
            ToneReprCurve::Parametric(numbers) => {
                let numbers: Vec<f64> = numbers.iter().map(|number| f64::from(*number)).collect();
                if !numbers.iter().all(|number| number.is_finite()) {
                    return None;
                }
                let kind = |g, a, b, c, d, e, f| Self::Parametric { g, a, b, c, d, e, f };
                // The start of the power function in the two forms that do not state it.
                let root = |a: f64, b: f64| if a == 0.0 { f64::NEG_INFINITY } else { -b / a };
                Some(match *numbers.as_slice() {
                    [g] => Self::Gamma(g),
                    [g, a, b] => kind(g, a, b, 0.0, root(a, b), 0.0, 0.0),
                    [g, a, b, c] => kind(g, a, b, 0.0, root(a, b), c, c),
                    [g, a, b, c, d] => kind(g, a, b, c, d, 0.0, 0.0),
                    [g, a, b, c, d, e, f] => kind(g, a, b, c, d, e, f),
                    _ => return None,
                })
            }
        }
    }

    /// Returns the light of a sample; both are 0 to 1.
    pub(crate) fn light(&self, sample: f64) -> f64 {
        let light = match self {
            Self::Linear => sample,
            Self::Gamma(gamma) => power(sample, *gamma),
            Self::Table(table) => interpolated(table, sample),
            Self::Parametric { g, a, b, c, d, e, f } => {
                if sample >= *d {
                    power(a * sample + b, *g) + e
                } else {
                    c * sample + f
                }
            }
        };
        // NaN counts as no light.
        if light > 0.0 { light.min(1.0) } else { 0.0 }
    }
}

/// Returns a power, or zero if the base is not above zero, whatever the exponent.
fn power(base: f64, exponent: f64) -> f64 {
    if base > 0.0 { math::pow(base, exponent) } else { 0.0 }
}

/// Interpolates between two entries of a table.
fn interpolated(table: &[u16], sample: f64) -> f64 {
    let last = table.len().saturating_sub(1);
    // The length of the table is limited by the length of the profile.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let place = sample.clamp(0.0, 1.0) * last as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the last place")]
    let below = (place as usize).min(last);
    let value = |at: usize| table.get(at).copied().map_or(0.0, f64::from) / 65535.0;
    let (low, high) = (value(below), value((below + 1).min(last)));
    low + (high - low) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_bends_are_exact() {
        let lut = |table: &[u16]| ToneReprCurve::Lut(table.to_vec());
        let parametric = |numbers: &[f32]| ToneReprCurve::Parametric(numbers.to_vec());
        for (curve, places) in [
            (lut(&[]), vec![(0.0, 0.0), (0.25, 0.25), (1.0, 1.0)]),
            // Generic RGB; zero is where the approximation fails.
            (lut(&[461]), vec![(0.0, 0.0), (1.0 / 255.0, (1.0_f64 / 255.0).powf(461.0 / 256.0)), (1.0, 1.0)]),
            (lut(&[256]), vec![(0.0, 0.0), (0.5, 0.5)]),
            (lut(&[0, 65535]), vec![(0.0, 0.0), (0.3, 0.3), (1.0, 1.0)]),
            (lut(&[65535, 0]), vec![(0.0, 1.0), (0.3, 0.7), (1.0, 0.0)]),
            (lut(&[0, 6553, 65535]), vec![(0.5, 6553.0 / 65535.0), (0.75, 36044.0 / 65535.0)]),
            (parametric(&[1.5]), vec![(0.0, 0.0), (0.25, 0.125), (1.0, 1.0)]),
            (parametric(&[2.0, 1.25, -0.25]), vec![(0.0, 0.0), (0.2, 0.0), (0.6, 0.25), (1.0, 1.0)]),
            (parametric(&[2.0, 1.0, 0.0, 0.5]), vec![(0.0, 0.5), (0.5, 0.75), (1.0, 1.0)]),
            (parametric(&[2.0, 1.0, 0.0, 0.5, 0.25]), vec![(0.0, 0.0), (0.2, 0.1), (0.5, 0.25)]),
            (parametric(&[2.0, 1.0, 0.0, 0.5, 0.25, 0.125, 0.0625]), vec![(0.0, 0.0625), (0.5, 0.375), (1.0, 1.0)]),
            (parametric(&[2.0, 0.0, 0.5]), vec![(0.0, 0.25), (1.0, 0.25)]),
            (parametric(&[-1.0]), vec![(0.0, 0.0), (0.5, 1.0)]),
        ] {
            let curve = Curve::of(&curve).unwrap();
            for (sample, light) in places {
                assert!((curve.light(sample) - light).abs() < 1e-6, "{curve:?} of {sample}: {}", curve.light(sample));
            }
        }
        for numbers in [&[][..], &[1.0, 2.0], &[f32::NAN], &[1.0; 6], &[1.0; 8]] {
            assert_eq!(Curve::of(&parametric(numbers)), None, "{numbers:?}");
        }
    }
}
