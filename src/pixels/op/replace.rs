//! Replacing a colour (`cr`).

use crate::pixels::raster::Channels;
use crate::pixels::{Raster, palette};
use crate::transform::Color;

/// Replaces colours that are near `from`, or near the most frequent one, by as much as `to` differs from it.
///
/// What was a shade lighter stays a shade lighter, and hues keep their distances. How near a colour is counts
/// in chroma, with brightness for half as much, so that the shadows of a thing go with it. Beyond four fifths
/// of the tolerance the change fades out. All of this is chosen: only the parameters are documented.
pub(super) fn replace(mut picture: Raster, to: Color, tolerance: u8, from: Option<Color>) -> Raster {
    let from = from.map_or_else(|| palette::dominant(&picture), |color| color.rgb).map(f64::from);
    let change = [0, 1, 2].map(|i: usize| f64::from(to.rgb.get(i).copied().unwrap_or(0)) - from.get(i).unwrap_or(&0.0));
    let radius = f64::from(tolerance) / 100.0 * 255.0;
    let solid = radius * SOLID;
    let fade = f64::from(100 - to.opacity.min(100)) / 100.0;
    let share = |pixel: [f64; 3]| {
        let distance = distance(pixel, from);
        if distance <= solid {
            1.0
        } else if distance < radius {
            (radius - distance) / (radius - solid)
        } else {
            0.0
        }
    };
    let apply = |pixel: &mut [u8; 3]| {
        let share = share(pixel.map(f64::from));
        if share > 0.0 {
            for (sample, change) in pixel.iter_mut().zip(change) {
                *sample = super::level(f64::from(*sample) + change * share);
            }
        }
        share
    };
    if picture.channels() == Channels::Rgba {
        for [r, g, b, alpha] in picture.samples_mut().as_chunks_mut::<4>().0 {
            let mut color = [*r, *g, *b];
            let share = apply(&mut color);
            [*r, *g, *b] = color;
            *alpha = super::level(f64::from(*alpha) * (1.0 - share * fade));
        }
    } else {
        picture.colors_mut().for_each(|pixel| _ = apply(pixel));
    }
    picture
}

/// In YCbCr of BT.601, brightness halved.
fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    let [r, g, b] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    let luma = 0.299 * r + 0.587 * g + 0.114 * b;
    let (blue, red) = ((b - luma) * 0.564, (r - luma) * 0.713);
    (luma * luma / 4.0 + blue * blue + red * red).sqrt()
}

/// The part of the tolerance within which all is replaced.
const SOLID: f64 = 0.8;
