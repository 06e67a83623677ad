//! Measuring the rectangle to keep after borders of one colour are cut off.

use crate::pixels::raster::Raster;
use crate::plan::Rect;

/// Returns the rectangle to keep after cutting off outer rows and columns that consist of background.
///
/// A pixel is background if it differs from the top left pixel by at most `threshold` percent in each channel, or if it
/// is transparent. If all pixels are background, the whole image is kept.
pub(crate) fn trim(image: &Raster, threshold: u8) -> Rect {
    let whole = Rect::full(image.size());
    let Some(corner) = image.pixel(0, 0) else { return whole };
    let background = Background::new(corner, threshold);
    let count = image.channels().count();

    let mut seen: Option<Rect> = None;
    for (y, row) in (0_u32..).zip(image.rows()) {
        let mut pixels = (0..whole.width).zip(row.chunks_exact(count)).filter(|(_, pixel)| !background.is(pixel));
        let Some((first, _)) = pixels.next() else { continue };
        let last = pixels.next_back().map_or(first, |(x, _)| x);
        let row = Rect { x: first, y, width: last - first + 1, height: 1 };
        seen = Some(seen.map_or(row, |seen| seen.union(row)));
    }
    seen.unwrap_or(whole)
}

/// The background colour and the tolerance.
struct Background {
    color: [u8; 4],
    /// The tolerance in percent.
    threshold: u32,
}

impl Background {
    fn new(corner: &[u8], threshold: u8) -> Self {
        Self { color: with_alpha(corner), threshold: threshold.into() }
    }

    fn is(&self, pixel: &[u8]) -> bool {
        let pixel = with_alpha(pixel);
        let near = |(a, b): (u8, u8)| u32::from(a.abs_diff(b)) * 100 <= self.threshold * 255;
        let ([.., alpha], [.., corner]) = (pixel, self.color);
        // A transparent corner has no colour to compare with.
        alpha == 0 || near((alpha, corner)) && (corner == 0 || pixel.into_iter().zip(self.color).all(near))
    }
}

fn with_alpha(pixel: &[u8]) -> [u8; 4] {
    match *pixel {
        [r, g, b, a] => [r, g, b, a],
        [r, g, b] => [r, g, b, u8::MAX],
        _ => [0; 4],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::base::Channels;
    use crate::plan::Size;

    /// A canvas of one colour with a rectangle of another.
    fn drawn(back: [u8; 4], front: [u8; 4], rect: Rect) -> Raster {
        let mut samples = Vec::new();
        for y in 0..20 {
            for x in 0..30 {
                let inside = (rect.x..rect.x + rect.width).contains(&x) && (rect.y..rect.y + rect.height).contains(&y);
                samples.extend(if inside { front } else { back });
            }
        }
        Raster::new(Size::new(30, 20), Channels::Rgba, samples).unwrap()
    }

    #[test]
    fn finds_what_differs() {
        let white = [255; 4];
        let rect = Rect { x: 4, y: 3, width: 20, height: 9 };
        let whole = Rect { x: 0, y: 0, width: 30, height: 20 };
        for (back, front, threshold, want) in [
            (white, [0, 0, 0, 255], 10, rect),
            // 25 of 255 is below 10 percent, 26 is above.
            (white, [255, 230, 255, 255], 10, whole),
            (white, [255, 229, 255, 255], 10, rect),
            // Transparent pixels are background whatever their colour.
            (white, [0, 0, 0, 0], 10, whole),
            ([7, 7, 7, 0], [200, 0, 0, 20], 10, whole),
            ([7, 7, 7, 0], [7, 7, 7, 40], 10, rect),
            (white, white, 1, whole),
        ] {
            assert_eq!(trim(&drawn(back, front, rect), threshold), want, "{front:?} on {back:?}");
        }
        let dot = Rect { x: 29, y: 19, width: 1, height: 1 };
        assert_eq!(trim(&drawn(white, [0, 0, 0, 255], dot), 10), dot);
    }
}
