//! PNG: what its chunks say (W3C PNG, 11.2 and 11.3), and writing it.

use std::borrow::Cow;

use png::{BitDepth, Compression, DeflateCompression, EncodingError, Filter, PixelDimensions, Unit};

mod color_type;
mod flat;
pub(crate) mod frames;
mod mend;

pub(crate) use self::mend::{mended, partly};

use self::color_type::{Layout, reduced};
use super::metadata::Attachments;
use super::settings::Settings;
use crate::error::Error;
use crate::pixels::base::error::internal_error;
use crate::pixels::base::memory;
use crate::pixels::raster::Raster;
use crate::plan::Size;

/// What stands before the pixels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Start {
    pub(crate) size: Size,
    /// Dots per inch.
    pub(crate) density: Option<f64>,
}

impl Start {
    /// Reads `IHDR`, which comes first, and looks for `pHYs` among the chunks before the pixels.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let mut start = None;
        for (kind, body) in Chunks::of_file(bytes)?.sound() {
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
        }
        start
    }
}

/// What the decoder may take besides pixels: a few rows, and metadata about as large as the file.
///
/// A colour profile that inflates beyond that is a bomb, and is ignored.
pub(crate) fn bounds(bytes: &[u8], bounds: &image::Limits) -> image::Limits {
    const ROWS: u64 = 8;
    const BYTES_PER_PIXEL: u64 = 8;
    const SMALL: u64 = 64 * 1024;
    let width = Start::read(bytes).map_or(0, |start| u64::from(start.size.width));
    let needed = SMALL + 4 * memory::len(bytes) + ROWS * BYTES_PER_PIXEL * width;
    let mut tight = bounds.clone();
    tight.max_alloc = Some(bounds.max_alloc.map_or(needed, |most| most.min(needed)));
    tight
}

/// What the chunks before the pixels say of colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Spaces {
    /// `cICP`: primaries, transfer, matrix, full range.
    pub(crate) cicp: Option<[u8; 4]>,
    /// `sRGB` is there.
    pub(crate) srgb: bool,
    /// `gAMA`, in 1/100000.
    pub(crate) gamma: Option<u32>,
    /// `cHRM`: white, red, green and blue, x and y of each in 1/100000.
    pub(crate) primaries: Option<[u32; 8]>,
}

impl Spaces {
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let mut spaces = Self::default();
        // Of several the first counts, as in browsers.
        let chunks = Chunks::of_file(bytes).into_iter().flat_map(Chunks::sound);
        for (kind, body) in chunks.take_while(|(kind, _)| *kind != b"IDAT") {
            match kind {
                b"cICP" => spaces.cicp = spaces.cicp.or(body.try_into().ok()),
                b"sRGB" => spaces.srgb = true,
                b"gAMA" => spaces.gamma = spaces.gamma.or(be32(body, 0)),
                b"cHRM" if spaces.primaries.is_none() => {
                    let mut numbers = [0; 8];
                    for (index, number) in numbers.iter_mut().enumerate() {
                        *number = be32(body, index * 4).unwrap_or_default();
                    }
                    spaces.primaries = (body.len() == 32).then_some(numbers);
                }
                _ => {}
            }
        }
        spaces
    }
}

/// Writes a PNG: exactly the picture, in as few bits as hold it.
pub(crate) fn encode(picture: &Raster, settings: &Settings, attached: &Attachments) -> Result<Vec<u8>, Error> {
    /// Up to so many pixels a palette may be longer than what it saves.
    const SMALL: u64 = 128 * 128;
    // A profile for three colours does not go with samples of gray.
    let layout = reduced(picture, picture.profile().is_none());
    let plain = || write(picture, &Layout::plain(picture), settings, attached);
    let bytes = match layout {
        None => plain(),
        Some(layout) => write(picture, &layout, settings, attached).and_then(|small| {
            let other = if picture.size().pixels() <= SMALL { Some(plain()?) } else { None };
            Ok(other.filter(|other| other.len() < small.len()).unwrap_or(small))
        }),
    };
    bytes.map_err(|e| internal_error(e.to_string()))
}

/// How the samples are filtered, and with how much effort they are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effort {
    /// As they are, at level 6. Most drawings, screenshots and gradients are smallest so.
    Plain,
    /// As differences of neighbours, by what looks best for each row, at level 4.
    Filtered,
    /// The same at level 9.
    Most,
}

impl Effort {
    /// Tries both on a few rows, and takes filters where they save something in spite of the lower level.
    ///
    /// On twelve pictures 300 to 900 pixels wide, beside level 6 of zlib-ng without filters as libvips writes: plain
    /// takes 0.99 to 1.00 of the bytes everywhere; filtered takes 0.75 to 0.96, mostly in less time, for photographs
    /// and noise, and 1.03 to 1.35 for drawings and smooth gradients.
    fn of(picture: &Raster, layout: &Layout<'_>) -> Self {
        /// As high as patterns are that matter, and few, for this is done besides the work.
        const STRIP: usize = 8;
        const STRIPS: usize = 3;
        // Numbers of colours, and pixels that share a byte, say nothing about their neighbours.
        if layout.palette.is_some() || layout.depth != BitDepth::Eight {
            return Self::Plain;
        }
        let Ok(rows) = usize::try_from(picture.size().height) else { return Self::Plain };
        let row = layout.samples.len() / rows.max(1);
        let starts = (1..=STRIPS).map(|strip| rows.saturating_sub(STRIP) * strip / (STRIPS + 1));
        let strips = starts.filter_map(|start| layout.samples.get(start * row..(start + STRIP.min(rows)) * row));
        let sample = strips.collect::<Vec<_>>().concat();
        let height = u32::try_from(sample.len() / row.max(1)).unwrap_or(0);
        let length = |effort: Self| {
            let mut info = png::Info::with_size(picture.size().width, height);
            (info.color_type, info.bit_depth) = (layout.color, layout.depth);
            effort.write(info, &sample, None).map_or(usize::MAX, |file| file.len())
        };
        let (plain, filtered) = (length(Self::Plain), length(Self::Filtered));
        if filtered < plain - plain / 32 { Self::Filtered } else { Self::Plain }
    }

    fn write(self, info: png::Info<'_>, samples: &[u8], xmp: Option<String>) -> Result<Vec<u8>, EncodingError> {
        let (filter, level) = match self {
            Self::Plain => (Filter::NoFilter, 6),
            Self::Filtered => (Filter::Adaptive, 4),
            Self::Most => (Filter::Adaptive, 9),
        };
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::with_info(&mut bytes, info)?;
        encoder.set_compression(Compression::Fast);
        encoder.set_deflate_compression(DeflateCompression::Level(level));
        encoder.set_filter(filter);
        if let Some(packet) = xmp {
            encoder.add_itxt_chunk("XML:com.adobe.xmp".to_owned(), packet)?;
        }
        let mut writer = encoder.write_header()?;
        writer.write_image_data(samples)?;
        writer.finish()?;
        Ok(bytes)
    }
}

/// Writes a PNG in this layout.
pub(crate) fn write(
    picture: &Raster,
    layout: &Layout<'_>,
    settings: &Settings,
    attached: &Attachments,
) -> Result<Vec<u8>, EncodingError> {
    let mut info = png::Info::with_size(picture.size().width, picture.size().height);
    info.icc_profile = picture.profile().map(|profile| Cow::Borrowed(profile.icc()));
    info.exif_metadata = attached.exif.as_deref().map(Cow::Borrowed);
    info.pixel_dims = attached.density.map(|density| {
        let per_metre = per_metre(density);
        PixelDimensions { xppu: per_metre, yppu: per_metre, unit: Unit::Meter }
    });
    info.palette = layout.palette.as_deref().map(Cow::Borrowed);
    info.trns = layout.opacities.as_deref().map(Cow::Borrowed);
    info.color_type = layout.color;
    info.bit_depth = layout.depth;
    let xmp = attached.xmp.as_ref().and_then(|packet| String::from_utf8(packet.clone()).ok());
    if settings.smallest {
        // The level counts for little beside what the filters do.
        let plain = Effort::Plain.write(info.clone(), &layout.samples, xmp.clone())?;
        let filtered = Effort::Most.write(info, &layout.samples, xmp)?;
        return Ok(if filtered.len() < plain.len() { filtered } else { plain });
    }
    Effort::of(picture, layout).write(info, &layout.samples, xmp)
}

/// What every file starts with.
pub(crate) const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";

/// The chunks of a file, kind and body, up to the first that is cut short. Checksums are not looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chunks<'a>(&'a [u8]);

impl<'a> Chunks<'a> {
    /// All chunks; `None` for what is no PNG.
    pub(crate) fn of_file(bytes: &'a [u8]) -> Option<Self> {
        bytes.strip_prefix(SIGNATURE).map(Self)
    }

    /// All chunks but the ancillary ones with a wrong checksum, which are to be ignored (W3C PNG, 13.2).
    pub(crate) fn sound(self) -> impl Iterator<Item = (&'a [u8; 4], &'a [u8])> + Clone {
        let mut chunks = self;
        std::iter::from_fn(move || {
            loop {
                let (kind, body, crc) = chunks.step()?;
                let is_critical = kind.first().is_some_and(u8::is_ascii_uppercase);
                if is_critical || checksum(kind, body) == crc {
                    return Some((kind, body));
                }
            }
        })
    }

    /// All chunks, and the beginning of one that is cut short.
    pub(crate) fn with_rest(self) -> impl Iterator<Item = (&'a [u8; 4], &'a [u8])> + Clone {
        let mut chunks = self;
        std::iter::from_fn(move || {
            if let Some(chunk) = chunks.next() {
                return Some(chunk);
            }
            let length = usize::try_from(be32(chunks.0, 0)?).ok()?;
            let (kind, body) = std::mem::take(&mut chunks.0).get(4..)?.split_first_chunk()?;
            Some((kind, body.get(..length).unwrap_or(body)))
        })
    }

    /// Returns `true` if nothing is missing: the end is there, or the file ends behind a whole chunk.
    pub(crate) fn are_complete(self) -> bool {
        let mut chunks = self;
        while let Some((kind, ..)) = chunks.step() {
            if kind == b"IEND" {
                return true;
            }
        }
        chunks.0.is_empty()
    }

    /// The next chunk, with its checksum.
    fn step(&mut self) -> Option<(&'a [u8; 4], &'a [u8], u32)> {
        let length = usize::try_from(be32(self.0, 0)?).ok()?;
        let (kind, rest) = self.0.get(4..)?.split_first_chunk()?;
        let (body, rest) = rest.split_at_checked(length)?;
        let crc = be32(rest, 0)?;
        self.0 = rest.get(4..)?;
        Some((kind, body, crc))
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = (&'a [u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        self.step().map(|(kind, body, _)| (kind, body))
    }
}

/// The checksum of a chunk.
fn checksum(kind: &[u8; 4], body: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(kind);
    crc.update(body);
    crc.finalize()
}

/// Appends a chunk with its length and checksum.
pub(crate) fn write_chunk(out: &mut Vec<u8>, kind: &[u8; 4], body: &[u8]) {
    // Bodies are parts of files, whose bytes are limited.
    out.extend(u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(kind);
    out.extend_from_slice(body);
    out.extend(checksum(kind, body).to_be_bytes());
}

const INCH: f64 = 0.0254;

/// Dots per inch from a `pHYs` chunk, which counts in metres.
fn density(body: &[u8]) -> Option<f64> {
    let per_metre = f64::from(be32(body, 0)?);
    (body.get(8) == Some(&1) && per_metre > 0.0).then_some(per_metre * INCH)
}

/// Dots per metre for a `pHYs` chunk.
fn per_metre(density: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float to integer casts saturate")]
    let nearest = (density / INCH).round() as u32;
    nearest
}

pub(crate) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
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
            write_chunk(&mut file, kind, body);
        }
        let start = Start::read(&file).unwrap();
        assert_eq!(start.size, Size::new(5, 4));
        assert_eq!(start.density.map(f64::round), Some(72.0));
        assert_eq!(Start::read(&file[..20]), None);
        // A chunk with a wrong checksum is ignored.
        let crc = file.len() - 13;
        file[crc] ^= 1;
        assert_eq!(Start::read(&file).unwrap().density, None);
    }

    #[test]
    fn chunks_are_written_with_their_checksum() {
        let mut file = Vec::new();
        write_chunk(&mut file, b"IEND", b"");
        assert_eq!(file, b"\0\0\0\0IEND\xAE\x42\x60\x82");
    }
}
