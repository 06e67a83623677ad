//! Larger canvases: padding and borders.

use crate::error::Error;
use crate::pixels::base::{Channels, index, internal_error};
use crate::pixels::color::pixel;
use crate::pixels::raster::Raster;
use crate::plan::{Point, Size};
use crate::transform::Color;

/// Puts the image on a canvas of this size and colour.
///
/// The colour fills only the area around the image. Transparent pixels of the image stay transparent.
pub(crate) fn extend(image: Raster, to: Size, at: Point, fill: Color) -> Result<Raster, Error> {
    let size = image.size();
    let fits = |at: i64, length: u32, all: u32| at >= 0 && at.saturating_add(length.into()) <= i64::from(all);
    if !fits(at.x, size.width, to.width) || !fits(at.y, size.height, to.height) {
        return Err(internal_error("an image that sticks out of its canvas"));
    }
    if size == to {
        return Ok(image);
    }
    let image = if fill.opacity < 100 { image.with_alpha()? } else { image };
    let channels: Channels = image.channels();
    let mut canvas = Raster::filled(to, channels, pixel(fill))?;
    // Inside the canvas, as checked above.
    let offset = |at: i64| u32::try_from(at).map_err(|_| internal_error("an image that sticks out of its canvas"));
    let (left, top) = (index(offset(at.x)?)? * channels.count(), index(offset(at.y)?)?);
    let stride = canvas.stride();
    for (target, row) in canvas.samples_mut().chunks_exact_mut(stride).skip(top).zip(image.rows()) {
        if let Some(target) = target.get_mut(left..left + row.len()) {
            target.copy_from_slice(row);
        }
    }
    Ok(canvas)
}

/// Draws a border of this width around the image.
pub(crate) fn border(image: Raster, width: u32, color: Color) -> Result<Raster, Error> {
    let size = image.size();
    let grown = |side: u32| width.checked_mul(2).and_then(|both| side.checked_add(both));
    let (Some(w), Some(h)) = (grown(size.width), grown(size.height)) else {
        return Err(internal_error("a border wider than any image"));
    };
    extend(image, Size::new(w, h), Point { x: width.into(), y: width.into() }, color)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: Color = Color { rgb: [255, 0, 0], opacity: 100 };

    #[test]
    fn the_colour_fills_the_rest() {
        let dot = Raster::filled(Size::new(1, 1), Channels::Rgba, [1, 2, 3, 0]).unwrap();
        let canvas = extend(dot.clone(), Size::new(3, 2), Point { x: 2, y: 1 }, RED).unwrap();
        assert_eq!(canvas.pixel(2, 1), Some(&[1, 2, 3, 0][..]));
        assert_eq!(canvas.pixel(1, 1), Some(&[255, 0, 0, 255][..]));
        assert!(extend(dot.clone(), Size::new(3, 2), Point { x: 3, y: 1 }, RED).is_err());
        assert!(extend(dot, Size::new(3, 2), Point { x: -1, y: 0 }, RED).is_err());
    }

    #[test]
    fn a_frame_grows_the_image_on_all_sides() {
        let dot = Raster::filled(Size::new(1, 1), Channels::Rgb, [9; 4]).unwrap();
        let framed = border(dot.clone(), 2, RED).unwrap();
        assert_eq!((framed.size(), framed.channels()), (Size::new(5, 5), Channels::Rgb));
        assert_eq!(framed.pixel(2, 2), Some(&[9, 9, 9][..]));
        assert_eq!(framed.rows().flatten().filter(|s| **s == 255).count(), 24);
        let clear = border(dot.clone(), 1, Color { opacity: 0, ..RED }).unwrap();
        assert_eq!(clear.pixel(0, 0), Some(&[255, 0, 0, 0][..]));
        assert_eq!(border(dot.clone(), 0, RED).unwrap(), dot);
        assert!(border(dot, u32::MAX, RED).is_err());
    }
}
