//! Changing the opacity of the whole image.

use crate::error::Error;
use crate::pixels::base::level;
use crate::pixels::raster::Raster;

/// Multiplies alpha by this percentage.
pub(crate) fn fade(image: Raster, percent: u8) -> Result<Raster, Error> {
    let faded: [u8; 256] = std::array::from_fn(|alpha| {
        #[expect(clippy::cast_precision_loss, reason = "a byte")]
        let alpha = alpha as f64;
        level(alpha * f64::from(percent) / 100.0)
    });
    let mut image = image.with_alpha()?;
    for [.., alpha] in image.samples_mut().as_chunks_mut::<4>().0 {
        *alpha = faded.get(usize::from(*alpha)).copied().unwrap_or(*alpha);
    }
    Ok(image)
}
