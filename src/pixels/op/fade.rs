//! Opacity of the whole picture.

use super::level;
use crate::error::Error;
use crate::pixels::Raster;

/// Multiplies alpha by this many percent.
pub(super) fn fade(picture: Raster, percent: u8) -> Result<Raster, Error> {
    let mut picture = picture.with_alpha()?;
    for [.., alpha] in picture.samples_mut().as_chunks_mut::<4>().0 {
        *alpha = level(f64::from(*alpha) * f64::from(percent) / 100.0);
    }
    Ok(picture)
}
