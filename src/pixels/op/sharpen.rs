//! Sharpening by an unsharp mask.

use super::blur::blur;
use super::level;
use crate::error::Error;
use crate::pixels::Raster;
use crate::plan::Sharpening;

/// Adds to each sample `amount` times its difference from the blurred picture, where that is above the
/// threshold. Alpha stays.
pub(super) fn sharpen(mut picture: Raster, mask: Sharpening) -> Result<Raster, Error> {
    let mut blurred = blur(picture.copy()?, mask.sigma)?;
    let least = mask.threshold * 255.0;
    for (color, soft) in picture.colors_mut().zip(blurred.colors_mut()) {
        for (sample, soft) in color.iter_mut().zip(soft) {
            let difference = f64::from(*sample) - f64::from(*soft);
            if difference.abs() > least {
                *sample = level(f64::from(*sample) + mask.amount * difference);
            }
        }
    }
    Ok(picture)
}
