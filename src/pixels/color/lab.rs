//! CIE L*a*b* (D65, 2 degrees): a colour space in which distances correspond approximately to perceived differences.

use super::transfer::{from_light_f32, to_light_f32};
use crate::math;
use crate::pixels::base::level;

/// The linear value of each sample, so that each power is calculated once.
pub(crate) struct Lights([f32; 256]);

impl Lights {
    pub(crate) fn new() -> Self {
        let mut sample = 0;
        Self([(); 256].map(|()| {
            let light = linear(sample);
            sample = sample.wrapping_add(1);
            light
        }))
    }

    /// Converts an sRGB pixel to lightness (0 to 100), green to red, and blue to yellow.
    pub(crate) fn lab(&self, pixel: [u8; 3]) -> [f32; 3] {
        let [x, y, z] = self.roots(pixel);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    fn roots(&self, pixel: [u8; 3]) -> [f32; 3] {
        roots(pixel.map(|sample| self.0.get(usize::from(sample)).copied().unwrap_or_default()))
    }
}

/// The white point D65.
const WHITE: [f32; 3] = [0.950_47, 1.0, 1.088_83];

/// Converts linear sRGB to X, Y and Z of CIE 1931 (IEC 61966-2-1), as the cube roots of their ratios to white. Near
/// black the root is replaced by a line.
fn roots([r, g, b]: [f32; 3]) -> [f32; 3] {
    let x = 0.412_456_4 * r + 0.357_576_1 * g + 0.180_437_5 * b;
    let y = 0.212_672_9 * r + 0.715_152_2 * g + 0.072_175 * b;
    let z = 0.019_333_9 * r + 0.119_192 * g + 0.950_304_1 * b;
    let root = |value: f32, white: f32| {
        let share = value / white;
        if share > 0.008_856 { math::cbrt_f32(share) } else { 7.787 * share + 16.0 / 116.0 }
    };
    [root(x, WHITE[0]), root(y, WHITE[1]), root(z, WHITE[2])]
}

/// A change of lightness that keeps the other two coordinates.
pub(crate) struct Lighter {
    /// The value that is added to the cube roots.
    shift: f32,
    lights: Lights,
    samples: Samples,
}

impl Lighter {
    /// Makes a change that adds to the lightness, which is 0 to 100.
    pub(crate) fn new(lightness: f32) -> Self {
        Self { shift: lightness / 116.0, lights: Lights::new(), samples: Samples::new() }
    }

    /// Applies the change to an sRGB pixel. Returns the nearest sRGB colour if the result is out of range.
    pub(crate) fn apply(&self, pixel: [u8; 3]) -> [u8; 3] {
        let roots = self.lights.roots(pixel);
        // All three move with the lightness, and stop when it reaches 0 or 100.
        let [_, y, _] = roots;
        let shift = (y + self.shift).clamp(16.0 / 116.0, 1.0) - y;
        from_roots(roots.map(|root| root + shift)).map(|light| self.samples.nearest(light))
    }
}

/// Converts lightness (0 to 100), green to red, and blue to yellow to an sRGB pixel, or to the nearest one if the
/// colour is out of range.
pub(crate) fn from_lab([l, a, b]: [f32; 3]) -> [u8; 3] {
    let y = (l + 16.0) / 116.0;
    from_roots([y + a / 500.0, y, y - b / 200.0]).map(sample)
}

/// Converts the cube roots of X, Y and Z to linear sRGB.
fn from_roots(roots: [f32; 3]) -> [f32; 3] {
    let share = |root: f32| if root > 0.206_89 { root * root * root } else { (root - 16.0 / 116.0) / 7.787 };
    let [x, y, z] = roots.map(share);
    let (x, z) = (x * WHITE[0], z * WHITE[2]);
    let r = 3.240_454_2 * x - 1.537_138_5 * y - 0.498_531_4 * z;
    let g = -0.969_266 * x + 1.876_010_8 * y + 0.041_556 * z;
    let b = 0.055_643_4 * x - 0.204_025_9 * y + 1.057_225_2 * z;
    [r, g, b]
}

/// The samples that are nearest to linear values, without a power for each.
struct Samples {
    /// The linear values halfway between a sample and the next.
    halves: [f32; 256],
    /// The sample for the lowest value of each part of the range.
    lowest: Vec<u8>,
}

impl Samples {
    /// The number of parts of the range: enough that none of them has two halves.
    const PARTS: u16 = 4096;

    fn new() -> Self {
        let mut half = -0.5;
        let mut halves = [(); 256].map(|()| {
            half += 1.0;
            to_light_f32(half / 255.0)
        });
        halves[255] = f32::INFINITY;
        let parts = (0..=Self::PARTS).map(|part| f32::from(part) / f32::from(Self::PARTS));
        let below = |light: f32| u8::try_from(halves.partition_point(|half| *half <= light)).unwrap_or(u8::MAX);
        Self { halves, lowest: parts.map(below).collect() }
    }

    /// Returns the sample that is nearest to a linear value.
    fn nearest(&self, light: f32) -> u8 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float to integer casts saturate")]
        let part = (light * f32::from(Self::PARTS)) as usize;
        let lowest = self.lowest.get(part).copied().unwrap_or(u8::MAX);
        let half = self.halves.get(usize::from(lowest)).copied().unwrap_or(f32::INFINITY);
        lowest.saturating_add(u8::from(light >= half))
    }
}

/// Returns the sample that is nearest to a linear value.
pub(crate) fn sample(linear: f32) -> u8 {
    level(f64::from(from_light_f32(linear)) * 255.0)
}

/// Returns the linear value of a sample, 0 to 1.
pub(crate) fn linear(sample: u8) -> f32 {
    to_light_f32(f32::from(sample) / 255.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::color::transfer::from_light;

    #[test]
    fn lightness_moves_alone() {
        for (pixel, lightness, want) in [
            ([0, 0, 0], 0.0, [0, 0, 0]),
            ([12, 200, 77], 0.0, [12, 200, 77]),
            // A lightness of 53.59 plus 15.
            ([128, 128, 128], 15.0, [167, 167, 167]),
            ([128, 128, 128], -15.0, [91, 91, 91]),
            ([255, 255, 255], 15.0, [255, 255, 255]),
            ([255, 255, 255], -100.0, [0, 0, 0]),
            ([0, 0, 0], 100.0, [255, 255, 255]),
        ] {
            assert_eq!(Lighter::new(lightness).apply(pixel), want, "{pixel:?} {lightness}");
        }
        let lights = Lights::new();
        let before = lights.lab([60, 90, 140]);
        let after = lights.lab(Lighter::new(15.0).apply([60, 90, 140]));
        assert!((after[0] - before[0] - 15.0).abs() < 0.3, "{before:?} {after:?}");
        assert!((after[1] - before[1]).abs() < 1.0 && (after[2] - before[2]).abs() < 1.0, "{before:?} {after:?}");
    }

    #[test]
    fn the_table_has_the_nearest_samples() {
        let samples = Samples::new();
        for light in (-1000..101_000).map(|n| n as f32 / 100_000.0) {
            // Halfway between two samples, either may be the nearest.
            let exact = 255.0 * from_light(light.clamp(0.0, 1.0).into());
            assert!((f64::from(samples.nearest(light)) - exact).abs() < 0.500_1, "{light}");
        }
        let all: Vec<u8> = (0..=u8::MAX).map(|n| samples.nearest(linear(n))).collect();
        assert_eq!(all, (0..=u8::MAX).collect::<Vec<_>>());
    }

    #[test]
    fn known_colours_are_where_they_belong() {
        // Results of Bruce Lindbloom's calculator.
        for (rgb, want) in [
            ([255, 255, 255], [100.0, 0.0, 0.0]),
            ([0, 0, 0], [0.0, 0.0, 0.0]),
            ([255, 0, 0], [53.24, 80.09, 67.20]),
            ([0, 255, 0], [87.73, -86.18, 83.18]),
            ([0, 0, 255], [32.30, 79.19, -107.86]),
            ([128, 128, 128], [53.59, 0.0, 0.0]),
        ] {
            let got = Lights::new().lab(rgb);
            assert!(got.iter().zip(want).all(|(a, b)| (a - b).abs() < 0.05), "{rgb:?}: {got:?}");
        }
    }
}
