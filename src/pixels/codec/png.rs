//! PNG: what its first chunks say (W3C PNG, 11.2 and 11.3), and writing it.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

use crate::error::Error;
use crate::pixels::raster::Channels;
use crate::pixels::{Raster, broken, memory};
use crate::plan::Size;

/// What stands before the pixels.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Start {
    pub(super) size: Size,
    /// Dots per inch.
    pub(super) density: Option<f64>,
}

impl Start {
    /// Reads `IHDR`, which comes first, and looks for `pHYs` among the chunks before the pixels.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.get(8..)?;
        let mut start = None;
        while let Some((kind, body, after)) = chunk(rest) {
            match (kind, &mut start) {
                (b"IHDR", None) => {
                    let size = Size::new(be32(body, 0)?, be32(body, 4)?);
                    start = Some(Self { size, density: None });
                }
                (b"pHYs", Some(start)) => start.density = density(body),
                (_, None) => return None,
                (b"IDAT", _) => break,
                _ => {}
            }
            rest = after;
        }
        start
    }
}

/// What the decoder may take besides pixels: a few rows, and metadata about as large as the file.
///
/// A colour profile that inflates beyond that is a bomb, and is ignored.
pub(super) fn bounds(bytes: &[u8], bounds: &image::Limits) -> image::Limits {
    const ROWS: u64 = 8;
    const BYTES_PER_PIXEL: u64 = 8;
    const SMALL: u64 = 64 * 1024;
    let width = Start::read(bytes).map_or(0, |start| u64::from(start.size.width));
    let needed = SMALL + 4 * memory::len(bytes) + ROWS * BYTES_PER_PIXEL * width;
    let mut tight = bounds.clone();
    tight.max_alloc = Some(bounds.max_alloc.map_or(needed, |most| most.min(needed)));
    tight
}

/// Writes a PNG.
///
/// Level 4 takes a quarter of the time of the usual 6 for about a tenth more bytes on pictures with noise.
pub(super) fn encode(picture: &Raster) -> Result<Vec<u8>, Error> {
    let kind = match picture.channels() {
        Channels::Rgb => ExtendedColorType::Rgb8,
        Channels::Rgba => ExtendedColorType::Rgba8,
    };
    let mut bytes = Vec::new();
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Level(4), FilterType::Adaptive)
        .write_image(picture.samples(), picture.size().width, picture.size().height, kind)
        .map_err(|e| broken(e.to_string()))?;
    Ok(bytes)
}

/// The first chunk: its kind, its body, and what follows it.
fn chunk(bytes: &[u8]) -> Option<(&[u8; 4], &[u8], &[u8])> {
    let length = usize::try_from(be32(bytes, 0)?).ok()?;
    let (kind, rest) = bytes.get(4..)?.split_first_chunk()?;
    let (body, rest) = rest.split_at_checked(length)?;
    Some((kind, body, rest.get(4..)?))
}

/// Dots per inch from a `pHYs` chunk, which counts in metres.
fn density(body: &[u8]) -> Option<f64> {
    const INCH: f64 = 0.0254;
    let per_metre = f64::from(be32(body, 0)?);
    (body.get(8) == Some(&1) && per_metre > 0.0).then_some(per_metre * INCH)
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_be_bytes(*b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_size_and_density() {
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        for (kind, body) in [
            (b"IHDR", &b"\0\0\0\x05\0\0\0\x04\x08\x02\0\0\0"[..]),
            (b"pHYs", b"\0\0\x0B\x13\0\0\x0B\x13\x01"),
            (b"IDAT", b""),
        ] {
            file.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
            file.extend([&kind[..], body, b"crc!"].concat());
        }
        let start = Start::read(&file).unwrap();
        assert_eq!(start.size, Size::new(5, 4));
        assert_eq!(start.density.map(f64::round), Some(72.0));
        assert_eq!(Start::read(&file[..20]), None);
    }
}
