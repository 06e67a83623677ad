//! Oklab: a colour space in which distances correspond to perceived differences, and a shade of a colour is a multiple
//! of it.
//!
//! Björn Ottosson, *A perceptual color space for image processing* (2020); the numbers are from CSS Color 4.

use super::lab::linear;
use super::transfer::from_light;
use crate::math;
use crate::pixels::base::level;

/// Lightness from 0 to 1, and two colour axes on which grey is zero.
pub(crate) type Lab = [f32; 3];

/// Table-based conversion from and to sRGB samples.
pub(crate) struct Space {
    /// The linear value of each sample, 0 to 1.
    lights: Vec<f32>,
    /// The sample for each linear value, in [`STEPS`] steps.
    samples: Vec<u8>,
}

impl Space {
    pub(crate) fn new() -> Self {
        let lights = (0..=u8::MAX).map(linear).collect();
        let steps = (0..=STEPS).map(|v| f64::from(v) / f64::from(STEPS));
        Self { lights, samples: steps.map(|v| level(from_light(v) * 255.0)).collect() }
    }

    /// Converts sRGB samples to Oklab.
    pub(crate) fn lab(&self, rgb: [u8; 3]) -> Lab {
        let [r, g, b] = rgb.map(|sample| self.lights.get(usize::from(sample)).copied().unwrap_or_default());
        let cones = [
            0.412_221_46 * r + 0.536_332_54 * g + 0.051_445_995 * b,
            0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b,
            0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b,
        ];
        let [l, m, s] = cones.map(math::cbrt_f32);
        [
            0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
            1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
            0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
        ]
    }

    /// Converts Oklab to sRGB samples. A colour outside sRGB is moved towards the grey of its lightness until it is
    /// inside.
    pub(crate) fn samples(&self, [lightness, a, b]: Lab) -> [u8; 3] {
        let lightness = lightness.clamp(0.0, 1.0);
        let cones = [
            lightness + 0.396_337_78 * a + 0.215_803_76 * b,
            lightness - 0.105_561_346 * a - 0.063_854_17 * b,
            lightness - 0.089_484_18 * a - 1.291_485_5 * b,
        ];
        let [l, m, s] = cones.map(|cone| cone * cone * cone);
        let light = [
            4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
            -1.268_438 * l + 2.609_757_4 * m - 0.341_319_38 * s,
            -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
        ];
        let grey = lightness * lightness * lightness;
        let kept = light.into_iter().fold(1.0_f32, |kept, value| {
            let room = if value > 1.0 {
                (1.0 - grey) / (value - grey)
            } else if value < 0.0 {
                grey / (grey - value)
            } else {
                1.0
            };
            kept.min(room)
        });
        light.map(|value| {
            let value = grey + (value - grey) * kept;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "float to integer casts saturate"
            )]
            let step = (value * f32::from(STEPS) + 0.5) as usize;
            self.samples.get(step.min(STEPS.into())).copied().unwrap_or(u8::MAX)
        })
    }
}

/// Enough steps that each sample has distinct ones, including dark samples.
const STEPS: u16 = 16_384;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_survive_the_way_there_and_back() {
        let space = Space::new();
        for r in (0..=255).step_by(5) {
            for g in (0..=255).step_by(3) {
                for b in (0..=255).step_by(5) {
                    assert_eq!(space.samples(space.lab([r, g, b])), [r, g, b]);
                }
            }
        }
    }

    #[test]
    fn known_colours_have_known_values() {
        let space = Space::new();
        for (rgb, want) in [
            ([255, 255, 255], [1.0, 0.0, 0.0]),
            ([0, 0, 0], [0.0, 0.0, 0.0]),
            // Values of CSS Color 4.
            ([255, 0, 0], [0.627_96, 0.224_86, 0.125_85]),
            ([0, 128, 0], [0.519_75, -0.140_30, 0.107_68]),
        ] {
            for (found, want) in space.lab(rgb).into_iter().zip(want) {
                assert!((found - want).abs() < 1e-4, "{rgb:?}: {:?}", space.lab(rgb));
            }
        }
        // More blue than sRGB can show: the lightness is kept.
        let [lightness, ..] = space.lab(space.samples([0.4, 0.0, -0.5]));
        assert!((lightness - 0.4).abs() < 0.03, "{lightness}");
    }
}
