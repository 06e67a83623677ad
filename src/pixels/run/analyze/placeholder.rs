//! Placeholders: a blurred preview of an image in a few bytes, for a page to show while the image loads.

use crate::math;
use crate::pixels::base::index;
use std::f64::consts::PI;

use crate::error::Error;
use crate::pixels::base::internal_error;
use crate::pixels::color::{from_light, lab};
use crate::pixels::filter;
use crate::pixels::raster::Raster;

/// Returns the BlurHash of an image with 4x3 components, or 3x4 if it is higher than wide.
///
/// It follows the description by Wolt (<https://github.com/woltapp/blurhash/blob/master/Algorithm.md>). The image
/// should be small, because no detail finer than a quarter of a side is kept. A BlurHash has no transparency:
/// transparent pixels get the mean colour of the others.
pub(crate) fn blur_hash(small: &Raster) -> Result<String, Error> {
    let size = small.size();
    let (across, down) = if size.width >= size.height { (4, 3) } else { (3, 4) };
    let (width, height) = (index(size.width)?, index(size.height)?);
    let light: Vec<[f64; 3]> =
        over_average(small).map(|[r, g, b]| [r, g, b].map(|sample| f64::from(lab::linear(sample)))).collect();
    let waves = |count: usize, length: usize| (0..count).map(|of| wave(of, length)).collect::<Vec<_>>();
    let (rows, columns) = (waves(down, height), waves(across, width));
    let factors: Vec<[f64; 3]> =
        rows.iter().flat_map(|row| columns.iter().map(|column| factor(&light, row, column))).collect();
    let (mean, details) = factors.split_first().ok_or_else(|| internal_error("an image without pixels"))?;
    let largest = details.iter().flatten().map(|value| (2.0 * value).abs()).fold(0.0, f64::max);
    let scale = whole(largest * 166.0 - 0.5).min(82);
    let strongest = f64::from(scale + 1) / 166.0;
    let mut hash = String::with_capacity(28);
    digits(if across == 4 { 3 + 2 * 9 } else { 2 + 3 * 9 }, 1, &mut hash);
    digits(scale, 1, &mut hash);
    let [r, g, b] = mean.map(sample);
    digits(r << 16 | g << 8 | b, 4, &mut hash);
    for detail in details {
        let [r, g, b] = detail.map(|value| {
            let share = 2.0 * value / strongest;
            whole(share.abs().sqrt().copysign(share) * 9.0 + 9.5).min(18)
        });
        digits((r * 19 + g) * 19 + b, 2, &mut hash);
    }
    Ok(hash)
}

/// Returns the ThumbHash of an image (<https://evanw.github.io/thumbhash/>), which includes transparency and the aspect
/// ratio. It is computed from at most 100 pixels per side.
pub(crate) fn thumb_hash(small: &Raster) -> Result<Vec<u8>, Error> {
    let small = filter::shrink(small, THUMB_HASH_SIDE)?.with_alpha()?;
    let size = small.size();
    Ok(thumbhash::rgba_to_thumb_hash(index(size.width)?, index(size.height)?, small.samples()))
}

/// The crate `thumbhash` panics above this side.
const THUMB_HASH_SIDE: u32 = 100;

/// Returns a cosine wave with `of` half periods over a length.
fn wave(of: usize, length: usize) -> Vec<f64> {
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let at = |x: usize| math::cos(PI * of as f64 * x as f64 / length.max(1) as f64);
    (0..length).map(at).collect()
}

/// Returns the correlation of an image with the product of two waves.
fn factor(light: &[[f64; 3]], row: &[f64], column: &[f64]) -> [f64; 3] {
    let mut sum = [0.0; 3];
    for (line, down) in light.chunks_exact(column.len().max(1)).zip(row) {
        for (pixel, across) in line.iter().zip(column) {
            for (sum, value) in sum.iter_mut().zip(pixel) {
                *sum += value * across * down;
            }
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a small image")]
    let count = light.len().max(1) as f64;
    sum.map(|sum| sum / count)
}

/// Returns the colours composited over the mean colour.
fn over_average(small: &Raster) -> impl Iterator<Item = [u8; 3]> {
    let mut sums = [0_u64; 4];
    for [r, g, b, a] in small.pixels() {
        let weighted = [r, g, b, u8::MAX].map(|sample| u64::from(sample) * u64::from(a));
        sums.iter_mut().zip(weighted).for_each(|(sum, value)| *sum += value);
    }
    let [r, g, b, all] = sums;
    let mean = [r, g, b].map(|sum| (sum * 255 + all / 2).checked_div(all).unwrap_or_default());
    small.pixels().map(move |[r, g, b, a]| {
        let over = |own: u8, mean: u64| {
            let mixed = (u64::from(own) * u64::from(a) + mean * (255 - u64::from(a)) + 127) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        let [red, green, blue] = mean;
        [over(r, red), over(g, green), over(b, blue)]
    })
}

/// Converts a linear value to a sample.
fn sample(light: f64) -> u32 {
    let value = light.clamp(0.0, 1.0);
    whole(from_light(value) * 255.0 + 0.5)
}

/// Rounds down to a whole number, at least zero.
fn whole(value: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float casts saturate, NaN is zero")]
    let whole = value as u32;
    whole
}

/// Appends a number in base 83, most significant digit first.
fn digits(value: u32, count: u32, out: &mut String) {
    const DIGITS: &[u8; 83] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";
    for place in (0..count).rev() {
        let digit = value / 83_u32.pow(place) % 83;
        let letter = usize::try_from(digit).ok().and_then(|digit| DIGITS.get(digit));
        out.extend(letter.copied().map(char::from));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::base::Channels;
    use crate::plan::Size;

    fn draw(name: &str, x: u32, y: u32) -> [u32; 4] {
        match name {
            "slope" => [x * 5, y * 7, 128, 255],
            "checks" if (x / 4 + y / 4) % 2 == 1 => [240, 200, 40, 255],
            "checks" => [20, 40, 120, 255],
            "disc" if x.abs_diff(20).pow(2) + y.abs_diff(12).pow(2) < 64 => [220, 60, 40, 255],
            "disc" => [90, 110, 130, 255],
            _ => [200, x * 6, 40, x * 8 % 256],
        }
    }

    fn image(name: &str, width: u32, height: u32) -> Raster {
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let samples = pixels.flat_map(|(x, y)| draw(name, x, y).map(|s| u8::try_from(s).unwrap())).collect();
        Raster::new(Size::new(width, height), Channels::Rgba, samples).unwrap()
    }

    /// The results of Wolt's encoder in C and of the npm package `thumbhash` 0.1.1 for the same images. Wolt's encoder
    /// in TypeScript ignores that coefficients may be negative when it searches for the largest, and clips the others.
    #[test]
    fn agrees_with_the_reference_encoders() {
        for (name, width, height, blur, thumb) in [
            ("slope", 32, 24, "LMAm*{2twxX9l~WEjte=gJfjfQfj", "WPYFJZBwd4dweHh3iHiIh4BwB/eI"),
            ("slope", 24, 32, "Ti7:zsOXo1hqagfQgJfjfQjJa|fQ", "mJYJNRZzd3B4eIh4iId4h4NwOPh4"),
            ("checks", 32, 24, "L5KTVD^ifQ^i~9E9fQ9$fQfQfQfQ", "WxkCDYB4eIg4KAh3h4hxh4gIiHeA"),
            ("checks", 24, 32, "T5KTVD~9fQ^iE9fQfQfQfQ^i9$fQ", "WxkCDQB4eDcYh3eIcnd3gHgHiHeA"),
            ("disc", 32, 24, "LRF}4?B:3C[VogfRfQfR3C#l+uK5", "GzgCJYztgZd4h4dfpHeIeBKHIHEI"),
            ("disc", 24, 32, "TPE.3N3Ws9;MK5n%7M+uW;B:+]jZ", "2xcCLQxvlqR32IO5hYeIh5BbArkl"),
            ("glass", 32, 24, "", "3puCFIY30Jd3d4d3CI13L3cHd4eIeIiIBw=="),
            ("glass", 24, 32, "", "XNuCDAQl4Id3eHiIB454H4gHd4eHeIiICA=="),
        ] {
            let image = image(name, width, height);
            if !blur.is_empty() {
                assert_eq!(blur_hash(&image).unwrap(), blur, "{name} {width}x{height}");
            }
            // A coefficient of zero is between two levels and may be rounded either way.
            let levels = |bytes: &[u8]| bytes.iter().flat_map(|byte| [byte & 15, byte >> 4]).collect::<Vec<_>>();
            let (found, want) = (levels(&thumb_hash(&image).unwrap()), levels(&crate::base64::decode(thumb).unwrap()));
            let head = |levels: &[u8]| levels.iter().take(10).copied().collect::<Vec<_>>();
            assert_eq!(head(&found), head(&want), "{name} {width}x{height}");
            assert_eq!(found.len(), want.len());
            assert!(found.iter().zip(&want).all(|(a, b)| a.abs_diff(*b) <= 1), "{name} {width}x{height}");
        }
    }

    #[test]
    fn transparent_pixels_have_no_colour_of_their_own() {
        let half = |hidden: [u8; 3]| {
            let [r, g, b] = hidden;
            let row = [[200, 30, 60, 255].repeat(8), [r, g, b, 0].repeat(8)].concat();
            Raster::new(Size::new(16, 8), Channels::Rgba, row.repeat(8)).unwrap()
        };
        let hash = blur_hash(&half([0, 0, 0])).unwrap();
        assert_eq!(hash, blur_hash(&half([255, 255, 255])).unwrap());
        let plain = Raster::filled(Size::new(16, 8), Channels::Rgb, [200, 30, 60, 255]).unwrap();
        assert_eq!(hash, blur_hash(&plain).unwrap());
        let clear = Raster::filled(Size::new(3, 3), Channels::Rgba, [9, 9, 9, 0]).unwrap();
        assert_eq!(blur_hash(&clear).unwrap().len(), 28);
    }
}
