//! Colour spaces that are described without a profile, and sRGB, which needs none.

use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, DataColorSpace, MatrixCoefficients,
    ToneReprCurve, TransferCharacteristics,
};

use super::curve::Curve;
use super::transfer::from_light_f32;

/// Returns `true` if a profile is equivalent to sRGB, so that there is nothing to convert.
///
/// The function compares the primaries and a few points of the curves. The error is at most one level.
pub(crate) fn is_srgb(color: &ColorProfile) -> bool {
    /// The tolerance in the space of ICC profiles. Files round to 1/65536, and some authors more coarsely.
    const NEAR: f64 = 0.0015;
    let same_curve = |curve: &Option<ToneReprCurve>| {
        let Some(curve) = curve.as_ref().and_then(Curve::of) else { return false };
        #[expect(clippy::cast_possible_truncation, reason = "the nearest f32")]
        let sample = |x: f32| from_light_f32(curve.light(x.into()) as f32);
        (0..=32_u8).map(|n| f32::from(n) / 32.0).all(|x| (sample(x) - x).abs() < 0.6 / 255.0)
    };
    let tables = [&color.lut_a_to_b_perceptual, &color.lut_a_to_b_colorimetric, &color.lut_a_to_b_saturation];
    if tables.iter().any(|table| table.is_some()) {
        return false;
    }
    match color.color_space {
        DataColorSpace::Gray => same_curve(&color.gray_trc),
        DataColorSpace::Rgb => {
            let (found, srgb) = (color.colorant_matrix().v, ColorProfile::new_srgb().colorant_matrix().v);
            let near = |(a, b): (&f64, &f64)| (a - b).abs() < NEAR;
            found.as_flattened().iter().zip(srgb.as_flattened()).all(near)
                && [&color.red_trc, &color.green_trc, &color.blue_trc].into_iter().all(same_curve)
        }
        _ => false,
    }
}

/// Reads `cICP` (ITU-T H.273): primaries and transfer by number.
///
/// PQ and HLG count as absent, because their highlights would have to be compressed.
pub(crate) fn from_code_points([primaries, transfer, matrix, full_range]: [u8; 4]) -> Option<ColorProfile> {
    let transfer_characteristics = TransferCharacteristics::try_from(transfer).ok()?;
    let color_primaries = CicpColorPrimaries::try_from(primaries).ok()?;
    let high = matches!(transfer_characteristics, TransferCharacteristics::Smpte2084 | TransferCharacteristics::Hlg);
    if high || (matrix, full_range) != (0, 1) {
        return None;
    }
    let profile = ColorProfile::new_from_cicp(CicpProfile {
        color_primaries,
        transfer_characteristics,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    });
    // Undefined numbers leave the profile incomplete.
    profile.is_matrix_shaper().then_some(profile)
}

/// Reads `gAMA` in 1/100000, and `cHRM`: white, red, green and blue, x and y of each in 1/100000.
///
/// A gamma of 1/2.2 means the curve of sRGB, because writers without more exact information used this value.
pub(crate) fn from_gamma(gamma: u32, primaries: Option<[u32; 8]>) -> Option<ColorProfile> {
    const ONE: f32 = 100_000.0;
    if !(10_000..=500_000).contains(&gamma) {
        return None;
    }
    let mut profile = ColorProfile::new_srgb();
    if gamma.abs_diff(45_455) > 500 {
        #[expect(clippy::cast_precision_loss, reason = "it has six digits")]
        let curve = ToneReprCurve::Parametric(vec![ONE / gamma as f32]);
        profile.red_trc = Some(curve.clone());
        profile.green_trc = Some(curve.clone());
        profile.blue_trc = Some(curve);
    }
    if let Some(numbers) = primaries {
        #[expect(clippy::cast_precision_loss, reason = "below 100001")]
        let [wx, wy, rx, ry, gx, gy, bx, by] = numbers.map(|n| n.min(100_000) as f32 / ONE);
        if [wy, ry, gy, by].into_iter().any(|y| y < 0.001) {
            return None;
        }
        let [white, red, green, blue] = [(wx, wy), (rx, ry), (gx, gy), (bx, by)].map(|(x, y)| Chromaticity::new(x, y));
        profile.update_rgb_colorimetry(white.to_xyyb(), ColorPrimaries { red, green, blue });
    }
    let sane = profile.colorant_matrix().v.as_flattened().iter().all(|n| n.is_finite() && n.abs() < 4.0);
    sane.then_some(profile)
}
