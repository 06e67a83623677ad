//! Putting a colour behind transparent pixels.

use crate::pixels::color::pixel;
use crate::pixels::raster::{Raster, over};
use crate::transform::Color;

/// Draws the image over this colour, in place. Over an opaque colour the result has no alpha.
pub(crate) fn flatten(mut image: Raster, color: Color) -> Raster {
    let behind = pixel(color);
    if color.opacity >= 100 {
        return image.map_to_rgb(|front| over(front, behind));
    }
    if image.is_transparent() {
        for target in image.samples_mut().as_chunks_mut::<4>().0 {
            *target = over(*target, behind);
        }
    }
    image
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::base::Channels;
    use crate::plan::Size;

    #[test]
    fn an_opaque_colour_leaves_no_alpha() {
        let clear = Raster::filled(Size::new(2, 2), Channels::Rgba, [255, 255, 255, 0]).unwrap();
        let red = Color { rgb: [255, 0, 0], opacity: 100 };
        assert_eq!(
            flatten(clear.clone(), red),
            Raster::filled(Size::new(2, 2), Channels::Rgb, [255, 0, 0, 0]).unwrap()
        );
        let half = flatten(clear, Color { opacity: 40, ..red });
        assert_eq!(half.pixel(0, 0), Some(&[255, 0, 0, 102][..]));
    }
}
