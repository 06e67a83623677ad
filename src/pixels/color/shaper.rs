//! [`Shaper`]: profiles with a curve for each channel and a matrix (ICC.1:2022, F.3), as nearly all profiles of screens
//! and cameras. They are converted here in floating point, with tables that are cheap to make.

use moxcms::{ColorProfile, DataColorSpace, ToneReprCurve};

use super::curve::Curve;
use super::transfer::from_light_f32;
use crate::pixels::base::level;

/// A conversion from three channels to sRGB.
#[derive(Debug)]
pub(crate) struct Shaper {
    /// Linear values by channel, for equal steps from zero to the maximum.
    curves: [Vec<f32>; 3],
    /// The matrix from linear values to those of sRGB, by rows.
    matrix: [[f32; 3]; 3],
    /// Levels of sRGB for equal steps of the square root of the linear value, which approximates the eye.
    levels: Vec<u8>,
}

impl Shaper {
    /// Makes a conversion for 8-bit samples.
    pub(crate) fn new(profile: &ColorProfile) -> Option<Self> {
        Self::with_steps(profile, u8::MAX.into())
    }

    /// Makes a conversion for samples of more than 8 bits.
    pub(crate) fn deep(profile: &ColorProfile) -> Option<Self> {
        Self::with_steps(profile, STEPS)
    }

    /// Returns `None` if the profile has colour tables, which take precedence over curves, or lacks a curve.
    fn with_steps(profile: &ColorProfile, steps: u16) -> Option<Self> {
        let tables = [&profile.lut_a_to_b_perceptual, &profile.lut_a_to_b_colorimetric, &profile.lut_a_to_b_saturation];
        if profile.pcs != DataColorSpace::Xyz || tables.iter().any(|table| table.is_some()) {
            return None;
        }
        let table = |curve: &Option<ToneReprCurve>| -> Option<Vec<f32>> {
            let curve = Curve::of(curve.as_ref()?)?;
            #[expect(clippy::cast_possible_truncation, reason = "the nearest f32")]
            let light = |step: u16| curve.light(f64::from(step) / f64::from(steps)) as f32;
            Some((0..=steps).map(light).collect())
        };
        let (curves, matrix) = if profile.color_space == DataColorSpace::Gray {
            // Gray is a multiple of white.
            let curve = table(&profile.gray_trc)?;
            ([curve.clone(), curve.clone(), curve], [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
        } else {
            if !profile.is_matrix_shaper() {
                return None;
            }
            let [red, green, blue] = [&profile.red_trc, &profile.green_trc, &profile.blue_trc].map(table);
            ([red?, green?, blue?], profile.transform_matrix(&ColorProfile::new_srgb()).to_f32().v)
        };
        let sample = |step: u16| {
            let root = f32::from(step) / f32::from(STEPS);
            level(f64::from(from_light_f32(root * root) * 255.0))
        };
        Some(Self { curves, matrix, levels: (0..=STEPS).map(sample).collect() })
    }

    /// Converts a pixel of 8-bit samples.
    pub(crate) fn convert(&self, pixel: [u8; 3]) -> [u8; 3] {
        let mut light = [0.0; 3];
        for ((light, curve), sample) in light.iter_mut().zip(&self.curves).zip(pixel) {
            *light = curve.get(usize::from(sample)).copied().unwrap_or_default();
        }
        self.mix(light)
    }

    /// Converts a pixel of samples between 0 and 1.
    pub(crate) fn convert_deep(&self, pixel: [f32; 3]) -> [u8; 3] {
        let mut light = [0.0; 3];
        for ((light, curve), sample) in light.iter_mut().zip(&self.curves).zip(pixel) {
            let place = sample.clamp(0.0, 1.0) * f32::from(STEPS);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most STEPS")]
            let step = place as u16;
            *light = match curve.get(usize::from(step)..) {
                Some([below, above, ..]) => below + (above - below) * (place - f32::from(step)),
                Some([last]) => *last,
                _ => 0.0,
            };
        }
        self.mix(light)
    }

    /// Converts linear values to levels. A value outside sRGB becomes the nearest level of its channel.
    fn mix(&self, [r, g, b]: [f32; 3]) -> [u8; 3] {
        self.matrix.map(|[from_r, from_g, from_b]| {
            let light = (r * from_r + g * from_g + b * from_b).clamp(0.0, 1.0);
            let step = light.sqrt() * f32::from(STEPS) + 0.5;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float casts saturate")]
            let step = step as usize;
            self.levels.get(step).copied().unwrap_or_default()
        })
    }
}

/// The number of steps of the square root; with it no level is off by more than a twentieth before it is rounded.
const STEPS: u16 = 4096;
