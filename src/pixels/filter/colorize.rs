//! Tints: applying the hue and strength of one colour to all pixels.

use super::tone::luma;
use crate::pixels::base::level;
use crate::pixels::raster::Raster;
use crate::transform::Color;

/// Mixes a tint into each pixel, with a share of 0 to 1: the hue of the colour at the brightness of the pixel.
///
/// The tint is the blend mode *color* of W3C's Compositing and Blending, section 10, with the luma of this crate.
pub(crate) fn colorize(mut image: Raster, color: Color, share: f64) -> Raster {
    // There are only 256 brightness levels, and therefore as many tints.
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

/// Returns the colour at this brightness: shifted along the grey axis, then moved towards grey until it is valid.
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
