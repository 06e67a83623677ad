//! Gaussian blur.

use image::{DynamicImage, RgbImage, RgbaImage};

use super::resize::resize;
use crate::error::Error;
use crate::pixels::raster::Channels;
use crate::pixels::{Raster, broken};
use crate::plan::{Region, Size, round};

/// Blurs by a gaussian whose standard deviation is `sigma` pixels; what lies beyond an edge is as the edge.
///
/// A wide gaussian leaves no detail that a smaller picture could not hold. So the picture is shrunk,
/// blurred and enlarged again: the time does not grow with sigma.
pub(super) fn blur(picture: Raster, sigma: f64) -> Result<Raster, Error> {
    if sigma < LEAST {
        return Ok(picture);
    }
    if sigma <= DIRECT {
        return convolve(picture, sigma);
    }
    let size = picture.size();
    let factor = (sigma / FINE).floor();
    let small = Size::new(round(f64::from(size.width) / factor), round(f64::from(size.height) / factor));
    let shrunk = resize(picture, Region::full(size), small)?;
    resize(convolve(shrunk, sigma / factor)?, Region::full(small), size)
}

/// Two passes of a gaussian, in premultiplied alpha.
fn convolve(picture: Raster, sigma: f64) -> Result<Raster, Error> {
    let (size, channels) = (picture.size(), picture.channels());
    let mut samples = picture.into_samples();
    let image = match channels {
        Channels::Rgb => RgbImage::from_raw(size.width, size.height, samples).map(DynamicImage::ImageRgb8),
        Channels::Rgba => {
            samples.as_chunks_mut().0.iter_mut().for_each(premultiply);
            RgbaImage::from_raw(size.width, size.height, samples).map(DynamicImage::ImageRgba8)
        }
    };
    #[expect(clippy::cast_possible_truncation, reason = "between the least sigma and DIRECT")]
    let blurred = image.ok_or_else(|| broken("a picture with a wrong size"))?.blur(sigma as f32);
    let mut samples = blurred.into_bytes();
    if channels == Channels::Rgba {
        samples.as_chunks_mut().0.iter_mut().for_each(divide);
    }
    Raster::new(size, channels, samples)
}

fn premultiply([color @ .., alpha]: &mut [u8; 4]) {
    let all = u16::from(*alpha);
    for sample in color {
        *sample = u8::try_from((u16::from(*sample) * all + 127) / 255).unwrap_or(u8::MAX);
    }
}

fn divide([color @ .., alpha]: &mut [u8; 4]) {
    let all = u16::from(*alpha);
    for sample in color {
        // Nothing is left of the colour of what cannot be seen.
        let straight = (u16::from(*sample) * 255 + all / 2).checked_div(all).unwrap_or_default();
        *sample = u8::try_from(straight).unwrap_or(u8::MAX);
    }
}

/// Below this the neighbours of a pixel weigh nothing: exp(-50).
const LEAST: f64 = 0.1;
/// The largest sigma that is applied to the picture as it is (chosen, by time).
const DIRECT: f64 = 8.0;
/// The least sigma on a smaller picture: it lets pass 10^-34 of what is finer than a pixel.
const FINE: f64 = 4.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_smaller_than_the_kernel_are_fine() {
        for (width, height) in [(1, 1), (2, 3), (1, 40), (40, 1), (7, 7)] {
            for sigma in [0.01, 0.3, 1.0, 5.0, 8.0, 9.0, 100.0] {
                for channels in [Channels::Rgb, Channels::Rgba] {
                    let picture = Raster::filled(Size::new(width, height), channels, [10, 200, 77, 255]).unwrap();
                    let blurred = blur(picture.clone(), sigma).unwrap();
                    let same = blurred.samples().iter().zip(picture.samples()).all(|(a, b)| a.abs_diff(*b) <= 1);
                    assert!(same && blurred.size() == picture.size(), "{width}x{height} by {sigma}");
                }
            }
        }
    }
}
