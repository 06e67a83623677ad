//! Drawing a linear gradient over the image.

use super::sample::{premultiplied, straight};
use crate::pixels::color::pixel;
use crate::pixels::raster::{Raster, over};
use crate::plan::GradientMask;

/// Draws the gradient over the image, including its transparent parts.
///
/// Colours are mixed in premultiplied alpha, as in CSS: a white that fades to transparent black becomes more
/// transparent, not darker.
pub(crate) fn gradient(mut image: Raster, gradient: GradientMask) -> Raster {
    let (from, to) = (premultiplied(pixel(gradient.from)), premultiplied(pixel(gradient.to)));
    let ((x0, y0), (x1, y1)) = (gradient.start, gradient.end);
    let (dx, dy) = (x1 - x0, y1 - y0);
    let square = (dx * dx + dy * dy).max(f64::MIN_POSITIVE);
    let (count, stride) = (image.channels().count(), image.stride());
    for (y, row) in (0_u32..).zip(image.samples_mut().chunks_exact_mut(stride)) {
        let down = (f64::from(y) + 0.5 - y0) * dy;
        for (x, target) in (0_u32..).zip(row.chunks_exact_mut(count)) {
            #[expect(clippy::cast_possible_truncation, reason = "a share of one")]
            let way = (((f64::from(x) + 0.5 - x0) * dx + down) / square).clamp(0.0, 1.0) as f32;
            let mut mixed = from;
            for (sample, to) in mixed.iter_mut().zip(to) {
                *sample += (to - *sample) * way;
            }
            let behind = match *target {
                [r, g, b, a] => [r, g, b, a],
                [r, g, b] => [r, g, b, u8::MAX],
                _ => continue,
            };
            let drawn = over(straight(mixed), behind);
            target.iter_mut().zip(drawn).for_each(|(sample, drawn)| *sample = drawn);
        }
    }
    image
}
