//! Smaller colour types for PNG: grayscale and palettes, if they represent the image exactly.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use png::{BitDepth, ColorType};

use crate::pixels::base::Channels;
use crate::pixels::raster::Raster;

/// The layout of the samples of a PNG.
#[derive(Debug)]
pub(crate) struct Layout<'a> {
    pub(crate) color: ColorType,
    pub(crate) depth: BitDepth,
    /// Red, green and blue of each palette entry.
    pub(crate) palette: Option<Vec<u8>>,
    /// The opacity of the first palette entries. The remaining ones are opaque.
    pub(crate) opacities: Option<Vec<u8>>,
    /// The samples, in rows of whole bytes.
    pub(crate) samples: Cow<'a, [u8]>,
}

impl<'a> Layout<'a> {
    /// Returns the layout of the image without conversion.
    pub(crate) fn plain(image: &'a Raster) -> Self {
        let color = match image.channels() {
            Channels::Rgb => ColorType::Rgb,
            Channels::Rgba => ColorType::Rgba,
        };
        let samples = Cow::Borrowed(image.samples());
        Self { color, depth: BitDepth::Eight, palette: None, opacities: None, samples }
    }
}

/// Returns a layout with fewer bits that holds the same image, or `None` if there is none.
pub(crate) fn reduced(image: &Raster, gray_is_allowed: bool) -> Option<Layout<'static>> {
    let found = Found::look(image, gray_is_allowed)?;
    let gray_depth = found.gray.then(|| gray_depth(&found)).flatten();
    let palette_depth = (found.colors.len() <= MOST).then(|| depth(found.colors.len()));
    match (gray_depth, palette_depth) {
        (Some(gray), palette) if palette.is_none_or(|palette| gray as u8 <= palette as u8) => {
            // The levels of lower bit depths are the upper bits of deeper ones.
            let shift = 8 - gray as u8;
            let values = pixels(image).map(|[level, ..]| level >> shift);
            Some(layout(ColorType::Grayscale, gray, pack(values, image, gray)))
        }
        (_, Some(depth)) => Some(with_palette(image, &found, depth)),
        // Gray with partial transparency, in more than 256 combinations.
        (None, None) if found.gray => {
            let samples = pixels(image).flat_map(|[level, .., opacity]| [level, opacity]).collect();
            Some(layout(ColorType::GrayscaleAlpha, BitDepth::Eight, samples))
        }
        _ => None,
    }
}

/// The statistics of an image.
struct Found {
    /// The colours found. Counting stops at one more than [`MOST`].
    colors: Numbers,
    gray: bool,
    opaque: bool,
    /// Whether all gray levels are determined by their upper 1, 2 or 4 bits.
    shallow: [bool; 3],
}

impl Found {
    /// Examines pixels until no smaller layout is possible.
    fn look(image: &Raster, gray_is_allowed: bool) -> Option<Self> {
        let mut found = Self { colors: Numbers::default(), gray: gray_is_allowed, opaque: true, shallow: [true; 3] };
        let mut last = None;
        for pixel in pixels(image) {
            // Most neighbouring pixels are equal.
            if last == Some(pixel) {
                continue;
            }
            last = Some(pixel);
            let [r, g, b, a] = pixel;
            found.gray &= r == g && g == b;
            found.opaque &= a == u8::MAX;
            for (shallow, step) in found.shallow.iter_mut().zip([255, 85, 17]) {
                *shallow &= r % step == 0;
            }
            if found.colors.len() <= MOST {
                found.colors.insert(u32::from_be_bytes(pixel), 0);
            }
            if !found.gray && found.colors.len() > MOST {
                return None;
            }
        }
        Some(found)
    }
}

/// Returns the bit depth for opaque grayscale.
fn gray_depth(found: &Found) -> Option<BitDepth> {
    let [one, two, four] = found.shallow;
    found.opaque.then_some(match () {
        () if one => BitDepth::One,
        () if two => BitDepth::Two,
        () if four => BitDepth::Four,
        () => BitDepth::Eight,
    })
}

/// Returns the bit depth of indices for this number of colours.
fn depth(colors: usize) -> BitDepth {
    match colors {
        0..=2 => BitDepth::One,
        3..=4 => BitDepth::Two,
        5..=16 => BitDepth::Four,
        _ => BitDepth::Eight,
    }
}

/// Builds a palette. Transparent colours come first, so that few opacities are written; the rest is sorted from dark to
/// light.
fn with_palette(image: &Raster, found: &Found, depth: BitDepth) -> Layout<'static> {
    let mut colors: Vec<[u8; 4]> = found.colors.keys().map(|color| color.to_be_bytes()).collect();
    colors.sort_unstable_by_key(|[r, g, b, a]| (*a, u32::from(*r) * 2 + u32::from(*g) * 4 + u32::from(*b), *r, *g));
    let numbers: Numbers = colors.iter().map(|color| u32::from_be_bytes(*color)).zip(0..=u8::MAX).collect();
    let mut last = None;
    let values = pixels(image).map(|pixel| match last {
        Some((same, number)) if same == pixel => number,
        _ => {
            let number = numbers.get(&u32::from_be_bytes(pixel)).copied().unwrap_or_default();
            last = Some((pixel, number));
            number
        }
    });
    let samples = pack(values, image, depth);
    let opacities: Vec<u8> = colors.iter().map(|[.., a]| *a).take_while(|a| *a < u8::MAX).collect();
    Layout {
        palette: Some(colors.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]).collect()),
        opacities: (!opacities.is_empty()).then_some(opacities),
        ..layout(ColorType::Indexed, depth, samples)
    }
}

fn layout(color: ColorType, depth: BitDepth, samples: Vec<u8>) -> Layout<'static> {
    Layout { color, depth, palette: None, opacities: None, samples: Cow::Owned(samples) }
}

/// Packs values into bytes, the first into the highest bits. Each row starts with a new byte.
fn pack(values: impl Iterator<Item = u8>, image: &Raster, depth: BitDepth) -> Vec<u8> {
    let bits = depth as u8;
    let width = u64::from(image.size().width);
    let mut out = Vec::new();
    let (mut byte, mut filled, mut column) = (0_u8, 0, 0);
    for value in values {
        filled += bits;
        byte |= value << (8 - filled);
        column += 1;
        if filled == 8 || column == width {
            out.push(byte);
            (byte, filled) = (0, 0);
        }
        if column == width {
            column = 0;
        }
    }
    out
}

fn pixels(image: &Raster) -> impl Iterator<Item = [u8; 4]> {
    image.samples().chunks_exact(image.channels().count()).map(|pixel| match *pixel {
        [r, g, b, a] => [r, g, b, a],
        [r, g, b] => [r, g, b, u8::MAX],
        _ => [0; 4],
    })
}

/// Colours with their index in the palette.
type Numbers = HashMap<u32, u8, BuildHasherDefault<Multiply>>;

/// A hasher that spreads colours over a table. It is fast, and sufficient for a few hundred colours.
#[derive(Debug, Default)]
struct Multiply(u64);

impl Hasher for Multiply {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u32(u32::from(*byte)));
    }

    fn write_u32(&mut self, number: u32) {
        let product = (self.0 ^ u64::from(number)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = product ^ product >> 32;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The maximum number of colours in a palette.
const MOST: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::codec::attachments::Attachments;
    use crate::pixels::codec::encoder::Settings;
    use crate::pixels::codec::png::encode;
    use crate::plan::Size;

    fn image(width: u32, height: u32, pixel: impl Fn(u32) -> [u8; 4]) -> Raster {
        let samples = (0..width * height).flat_map(pixel).collect();
        Raster::new(Size::new(width, height), Channels::Rgba, samples).unwrap().without_needless_alpha()
    }

    fn byte(n: u32) -> u8 {
        u8::try_from(n & 0xFF).unwrap()
    }

    #[test]
    fn the_fewest_bits_hold_the_same() {
        use ColorType::{Grayscale, GrayscaleAlpha, Indexed, Rgb, Rgba};
        let gray = |level: u8| [level, level, level, 255];
        let cases: [(&str, Raster, (ColorType, u8)); 14] = [
            ("black and white", image(203, 200, |n| gray(byte(n % 2) * 255)), (Grayscale, 1)),
            ("four grays", image(203, 200, |n| gray(byte(n % 4) * 85)), (Grayscale, 2)),
            ("sixteen grays", image(203, 200, |n| gray(byte(n % 16) * 17)), (Grayscale, 4)),
            ("two other grays", image(203, 200, |n| gray(byte(n % 2) + 100)), (Indexed, 1)),
            ("all grays", image(203, 200, |n| gray(byte(n))), (Grayscale, 8)),
            ("one gray", image(203, 200, |_| gray(77)), (Indexed, 1)),
            ("one colour", image(203, 200, |_| [1, 2, 3, 255]), (Indexed, 1)),
            ("three colours", image(203, 200, |n| [byte(n % 3), 9, 1, 255]), (Indexed, 2)),
            ("16 colours", image(203, 200, |n| [byte(n % 16), 9, 1, 255]), (Indexed, 4)),
            ("512 colours", image(203, 200, |n| [byte(n), 9, byte(n / 2), 255]), (Rgb, 8)),
            ("256 colours and opacities", image(203, 200, |n| [byte(n % 16), 9, 1, byte(n / 16) | 15]), (Indexed, 8)),
            (
                "gray in all opacities",
                image(203, 200, |n| [byte(n), byte(n), byte(n), byte(n / 256)]),
                (GrayscaleAlpha, 8),
            ),
            ("257 colours", image(203, 200, |n| [byte(n % 257), byte(n % 257 / 256), 0, 255]), (Rgb, 8)),
            ("257 opacities", image(203, 200, |n| [byte(n), byte(n / 256), 0, byte(n / 2)]), (Rgba, 8)),
        ];
        let settings = Settings::usual();
        for (name, image, want) in cases {
            let file = encode::encode(&image, &settings, &Attachments::default()).unwrap();
            let plain = encode::write(&image, &Layout::plain(&image), &settings, &Attachments::default()).unwrap();
            assert!(file.len() <= plain.len(), "{name}");
            let decoder = ::png::Decoder::new(std::io::Cursor::new(&file)).read_info().unwrap();
            assert_eq!((decoder.info().color_type, decoder.info().bit_depth as u8), want, "{name}");
            let read = image::load_from_memory(&file).unwrap();
            let same = match image.channels() {
                Channels::Rgb => read.to_rgb8().into_raw() == image.samples(),
                Channels::Rgba => read.to_rgba8().into_raw() == image.samples(),
            };
            assert!(same, "{name}");
        }
    }
}
