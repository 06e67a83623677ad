//! Cropping to a rectangle.

use crate::error::Error;
use crate::pixels::base::{index, internal_error};
use crate::pixels::raster::Raster;
use crate::plan::Rect;

/// Keeps this rectangle, in place: rows only move towards the start.
pub(crate) fn crop(image: Raster, rect: Rect) -> Result<Raster, Error> {
    let (size, channels, stride) = (image.size(), image.channels(), image.stride());
    if !rect.fits(size) {
        return Err(internal_error("a crop outside the image"));
    }
    if rect.size() == size {
        return Ok(image);
    }
    let mut samples = image.into_samples();
    let wide = index(rect.width)? * channels.count();
    let left = index(rect.x)? * channels.count();
    let (top, high) = (index(rect.y)?, index(rect.height)?);
    for row in 0..high {
        let start = (top + row) * stride + left;
        // In bounds, because the rectangle fits.
        samples.copy_within(start..start + wide, row * wide);
    }
    samples.truncate(high * wide);
    samples.shrink_to_fit();
    Raster::new(rect.size(), channels, samples)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::base::Channels;
    use crate::plan::Size;

    #[test]
    fn keeps_the_rectangle_and_nothing_else() {
        let samples: Vec<u8> = (0..4 * 3 * 3).collect();
        let image = Raster::new(Size::new(4, 3), Channels::Rgb, samples).unwrap();
        let cut = crop(image.clone(), Rect { x: 1, y: 1, width: 2, height: 2 }).unwrap();
        assert_eq!(cut.samples(), [15, 16, 17, 18, 19, 20, 27, 28, 29, 30, 31, 32]);
        assert!(crop(image, Rect { x: 3, y: 0, width: 2, height: 1 }).is_err());
    }
}
