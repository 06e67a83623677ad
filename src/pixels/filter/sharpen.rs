//! Sharpening by an unsharp mask.

use super::blur::gaussian;
use super::gauss::{Rows, Samples, divided, narrow};
use crate::error::Error;
use crate::pixels::base::Channels;
use crate::pixels::raster::Raster;
use crate::plan::Sharpening;
use crate::stop::Stop;

/// Adds to each sample `amount` times its difference from the blurred image, if the difference is above the threshold.
/// Alpha stays.
pub(crate) fn sharpen(mut image: Raster, mask: Sharpening, stop: &Stop) -> Result<Raster, Error> {
    #[expect(clippy::cast_possible_truncation, reason = "the nearest f32")]
    let (amount, least) = (mask.amount as f32, (mask.threshold * 255.0) as f32);
    let mut sharp = Sharp { samples: Samples::of(&mut image), amount, least };
    gaussian(&mut sharp, mask.sigma, mask.radius.unwrap_or(f64::INFINITY), stop)?;
    Ok(image)
}

/// Samples that are moved away from the means of their surroundings instead of being replaced by them.
///
/// The means are not rounded: an amount of ten would turn a rounding error of one step into ten steps.
struct Sharp<'a> {
    samples: Samples<'a>,
    amount: f32,
    /// The minimum difference, in steps of 255.
    least: f32,
}

impl Rows for Sharp<'_> {
    fn stride(&self) -> usize {
        self.samples.stride()
    }
    fn count(&self) -> usize {
        self.samples.count()
    }
    fn height(&self) -> usize {
        self.samples.height()
    }
    fn read(&mut self, y: usize, into: &mut [f32]) {
        self.samples.read(y, into);
    }
    fn finish(&mut self, y: usize, means: &[f32]) {
        let Self { amount, least, .. } = *self;
        let moved = |sample: u8, mean: f32| {
            let own = f32::from(sample);
            let difference = own - mean;
            narrow(own + if difference.abs() > least { amount * difference } else { 0.0 })
        };
        let alpha = self.count() == Channels::Rgba.count();
        let row = self.samples.row(y);
        if alpha {
            for (pixel, mean) in row.as_chunks_mut::<4>().0.iter_mut().zip(means.as_chunks::<4>().0) {
                let [r, g, b, alpha] = *pixel;
                let [mean_r, mean_g, mean_b, _] = divided(*mean);
                *pixel = [moved(r, mean_r), moved(g, mean_g), moved(b, mean_b), alpha];
            }
        } else {
            row.iter_mut().zip(means).for_each(|(sample, mean)| *sample = moved(*sample, *mean));
        }
    }
}
