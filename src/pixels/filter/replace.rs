//! Replacing a colour (`cr`).

use super::dominant;
use crate::math;
use crate::pixels::color::oklab::{Lab, Space};
use crate::pixels::raster::Raster;
use crate::transform::Color;

/// Replaces colours near `from`, or near the most frequent colour, by the corresponding shades of `to`.
///
/// A shade of one colour becomes the same shade of the other: half as light stays half as light, and halfway to white
/// stays halfway to white; differences of hue and strength are kept. The distance of colours is measured in Oklab with
/// the colour axes doubled (as in CSS Color HDR's difference); a tolerance of 100 is the distance from black to white.
/// Beyond three quarters of the tolerance the change fades out. `to` is mixed in according to its opacity, and the
/// image's own alpha stays. All of this is chosen: only the parameters are documented.
pub(crate) fn replace(mut image: Raster, to: Color, tolerance: u8, from: Option<Color>) -> Raster {
    let space = Space::new();
    let from = from.map_or_else(|| dominant::dominant(&image), |color| color.rgb);
    let change = Change {
        from: space.lab(from),
        to: space.lab(to.rgb),
        reach: f32::from(tolerance) / 100.0,
        share: f32::from(to.opacity.min(100)) / 100.0,
    };
    // Neighbouring pixels often have the same colour.
    let (mut last, mut replaced) = (from, change.of(&space, from));
    for color in image.colors_mut() {
        if *color != last {
            (last, replaced) = (*color, change.of(&space, *color));
        }
        *color = replaced;
    }
    image
}

struct Change {
    from: Lab,
    to: Lab,
    reach: f32,
    share: f32,
}

impl Change {
    fn of(&self, space: &Space, color: [u8; 3]) -> [u8; 3] {
        let own = space.lab(color);
        let share = self.share * self.nearness(own);
        if share <= 0.0 {
            return color;
        }
        let mut mixed = color;
        for (sample, new) in mixed.iter_mut().zip(space.samples(self.moved(own))) {
            let old = f32::from(*sample);
            *sample = super::gauss::narrow(old + (f32::from(new) - old) * share);
        }
        mixed
    }

    /// Returns 1 for a near colour, 0 for one out of reach.
    fn nearness(&self, [lightness, a, b]: Lab) -> f32 {
        let [from_lightness, from_a, from_b] = self.from;
        let (across, along) = (math::length_f32(a - from_a, b - from_b), lightness - from_lightness);
        let distance = math::length_f32(2.0 * across, along);
        let solid = self.reach * SOLID;
        if distance <= solid {
            return 1.0;
        }
        let left = ((self.reach - distance) / (self.reach - solid).max(f32::MIN_POSITIVE)).clamp(0.0, 1.0);
        left * left * (3.0 - 2.0 * left)
    }

    fn moved(&self, [lightness, a, b]: Lab) -> Lab {
        let ([from, from_a, from_b], [to, to_a, to_b]) = (self.from, self.to);
        // The distance of the shade from black, or from white, relative to the colour itself.
        let (shade, moved) = if lightness <= from {
            let shade = if from > 0.0 { lightness / from } else { 1.0 };
            (shade, to * shade)
        } else {
            let shade = ((1.0 - lightness) / (1.0 - from)).max(0.0);
            (shade, 1.0 - (1.0 - to) * shade)
        };
        [moved, a + (to_a - from_a) * shade, b + (to_b - from_b) * shade]
    }
}

/// The part of the tolerance within which the replacement is complete.
const SOLID: f32 = 0.75;
