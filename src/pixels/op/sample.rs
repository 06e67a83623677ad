//! Reading between pixels.

use super::level;
use crate::plan::Size;

/// Where pixels are read from.
pub(super) struct Source<'a, const N: usize> {
    /// All of them, row by row.
    pub(super) pixels: &'a [[u8; N]],
    /// The size of the picture.
    pub(super) size: Size,
    /// What lies around it, premultiplied.
    pub(super) outside: [f64; 4],
}

impl<const N: usize> Source<'_, N> {
    /// The mean of the four pixels around a point, weighed by their nearness and, for colour, alpha.
    pub(super) fn sample(&self, x: f64, y: f64) -> [u8; N] {
        straight(self.point(x, y))
    }

    /// The same, premultiplied.
    pub(super) fn point(&self, x: f64, y: f64) -> [f64; 4] {
        let (left, top) = (x.floor(), y.floor());
        let (right_share, low_share) = (x - left, y - top);
        let mut sum = [0.0; 4];
        for (dx, dy, weight) in [
            (0.0, 0.0, (1.0 - right_share) * (1.0 - low_share)),
            (1.0, 0.0, right_share * (1.0 - low_share)),
            (0.0, 1.0, (1.0 - right_share) * low_share),
            (1.0, 1.0, right_share * low_share),
        ] {
            let tap = self.tap(left + dx, top + dy);
            for (sum, value) in sum.iter_mut().zip(tap) {
                *sum += value * weight;
            }
        }
        sum
    }

    /// One pixel, premultiplied.
    fn tap(&self, x: f64, y: f64) -> [f64; 4] {
        let (width, height) = (f64::from(self.size.width), f64::from(self.size.height));
        if x < 0.0 || y < 0.0 || x >= width || y >= height {
            return self.outside;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole numbers inside the picture, which is in memory"
        )]
        let at = y as usize * self.size.width as usize + x as usize;
        let mut straight = [0, 0, 0, u8::MAX];
        for (to, from) in straight.iter_mut().zip(self.pixels.get(at).into_iter().flatten()) {
            *to = *from;
        }
        premultiplied(straight)
    }
}

/// Colour times alpha; alpha stays from 0 to 255.
pub(super) fn premultiplied([r, g, b, a]: [u8; 4]) -> [f64; 4] {
    let a = f64::from(a);
    let share = a / 255.0;
    [f64::from(r) * share, f64::from(g) * share, f64::from(b) * share, a]
}

/// Back to a straight pixel.
pub(super) fn straight<const N: usize>([r, g, b, a]: [f64; 4]) -> [u8; N] {
    let share = if a > 0.0 { 255.0 / a } else { 0.0 };
    let mut out = [0; N];
    for (to, value) in out.iter_mut().zip([r * share, g * share, b * share, a]) {
        *to = level(value);
    }
    out
}
