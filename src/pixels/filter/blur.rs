//! Gaussian blur.

use super::downsampled_blur::convolve_coarsely;
use super::gauss::{Kernel, Rows, Samples, convolve};
use crate::error::Error;
use crate::pixels::raster::Raster;
use crate::stop::Stop;

/// Blurs by a Gaussian with a standard deviation of `sigma` pixels. Edges are repeated outwards.
///
/// The Gaussian is cut off below a fifth of its peak, as in ImageKit's images (measured).
pub(crate) fn blur(mut image: Raster, sigma: f64, stop: &Stop) -> Result<Raster, Error> {
    blur_samples(&mut Samples::of(&mut image), sigma, stop)?;
    Ok(image)
}

/// Blurs any samples in the same way.
pub(crate) fn blur_samples(samples: &mut Samples<'_>, sigma: f64, stop: &Stop) -> Result<(), Error> {
    let radius = (sigma * REACH).floor();
    if radius >= 1.0 { gaussian(samples, sigma, radius, stop) } else { Ok(()) }
}

/// The distance, in sigmas, at which a Gaussian has fallen to a fifth: the square root of 2 ln 5.
const REACH: f64 = 1.794_122_577_994_101;

/// Convolves with a Gaussian of this sigma that is cut off at this radius, directly or on a coarse grid.
pub(crate) fn gaussian(rows: &mut impl Rows, sigma: f64, radius: f64, stop: &Stop) -> Result<(), Error> {
    // If a radius cuts the Gaussian off, cells must also be small compared to the radius.
    let cell = (sigma / FINE).min(radius / EDGE).floor();
    let short = radius < 2.0 * sigma && radius < 2.0 * EDGE;
    if cell < 2.0 || short {
        let kernel = Kernel::new(sigma, radius);
        return convolve(rows, &kernel, &kernel, stop);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float to integer casts saturate")]
    convolve_coarsely(rows, sigma, radius, cell as u16, stop)
}

/// The minimum sigma in cells. A pattern of stripes that is too fine for the cells leaves a trace of less than 0.02 /
/// FINE^2 (the first zero of the tent's spectrum times that of the Gaussian, at its maximum).
const FINE: f64 = 2.5;
/// The minimum radius in cells, if the kernel ends in a sharp edge.
const EDGE: f64 = 16.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::base::Channels;
    use crate::plan::Size;

    #[test]
    fn images_smaller_than_the_kernel_are_fine() {
        for (width, height) in [(1, 1), (2, 3), (1, 40), (40, 1), (7, 7), (33, 2)] {
            for sigma in [0.01, 0.3, 1.0, 4.9, 5.0, 8.0, 9.0, 100.0] {
                for channels in [Channels::Rgb, Channels::Rgba] {
                    let image = Raster::filled(Size::new(width, height), channels, [10, 200, 77, 255]).unwrap();
                    assert_eq!(blur(image.clone(), sigma, &Stop::new()).unwrap(), image, "{width}x{height} by {sigma}");
                }
            }
        }
    }

    #[test]
    fn a_radius_cuts_the_gaussian_off() {
        // One white pixel: the result is the kernel, and nothing beyond the radius.
        let side = 401_u32;
        for (sigma, radius, reach) in [(3.0, 1.2, 2), (30.0, 10.0, 10), (100.0, 65.0, 65), (2.0, 50.0, 7)] {
            let mut samples = vec![0.0; (side * side) as usize];
            samples[(side * side / 2) as usize] = 255.0;
            let mut seen = Seen { samples, stride: side as usize };
            gaussian(&mut seen, sigma, radius, &Stop::new()).unwrap();
            let middle = &seen.samples[(side / 2 * side) as usize..][..side as usize];
            let own = middle[(side / 2) as usize];
            assert!(own > 0.0);
            for (x, value) in (0..side).zip(middle) {
                let away = x.abs_diff(side / 2);
                // Cells end within a sixteenth of the radius.
                let outside = f64::from(away) > f64::from(reach) * 1.15;
                assert!(!outside || value.abs() < own * 1e-4, "{sigma} {radius}: {value} at {away}");
                let inside = f64::from(away) < f64::from(reach) * 0.85;
                let want = (-0.5 * (f64::from(away) / sigma).powi(2)).exp();
                assert!(!inside || (f64::from(value / own) - want).abs() < 0.03, "{sigma} {radius}: {value} at {away}");
            }
        }
    }

    /// Rows of numbers.
    struct Seen {
        samples: Vec<f32>,
        stride: usize,
    }

    impl Rows for Seen {
        fn stride(&self) -> usize {
            self.stride
        }
        fn count(&self) -> usize {
            1
        }
        fn height(&self) -> usize {
            self.samples.len() / self.stride
        }
        fn read(&mut self, y: usize, into: &mut [f32]) {
            into.copy_from_slice(&self.samples[y * self.stride..][..self.stride]);
        }
        fn finish(&mut self, y: usize, means: &[f32]) {
            self.samples[y * self.stride..][..self.stride].copy_from_slice(means);
        }
    }
}
