//! Tints: one colour's hue and strength given to all pixels.

use super::tone::luma;
use crate::pixels::base::level;
use crate::pixels::raster::Raster;
use crate::transform::Color;

/// Mixes this share, 0 to 1, of a tint into each pixel: the colour's hue at the pixel's own brightness.
///
/// The tint is the blend mode *color* of W3C's Compositing and Blending, section 10, with our luma.
pub(crate) fn colorize(mut image: Raster, color: Color, share: f64) -> Raster {
    // There are only 256 brightnesses, and so many tints.
    let tints: Vec<[f64; 3]> = (0..=u8::MAX).map(|brightness| tint(color.rgb, brightness.into())).collect();
    for pixel in image.colors_mut() {
        let Some(tint) = tints.get(usize::from(level(luma(*pixel)))) else { continue };
        for (sample, tint) in pixel.iter_mut().zip(tint) {
            let own = f64::from(*sample);
            *sample = level(own + (tint - own) * share);
        }
    }
    image
}

/// The colour at this brightness: moved along the greys, then drawn towards grey until it is a colour.
fn tint(color: [u8; 3], brightness: f64) -> [f64; 3] {
    let moved = color.map(|sample| f64::from(sample) + brightness - luma(color));
    let least = moved.into_iter().fold(f64::MAX, f64::min);
    let most = moved.into_iter().fold(f64::MIN, f64::max);
    let mut keep: f64 = 1.0;
    if least < 0.0 {
        keep = keep.min(brightness / (brightness - least));
    }
    if most > 255.0 {
        keep = keep.min((255.0 - brightness) / (most - brightness));
    }
    moved.map(|sample| brightness + (sample - brightness) * keep)
}
