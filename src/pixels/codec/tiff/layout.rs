//! [`Layout`]: the validated tags of the first image of a TIFF.

use super::unread;
use crate::cost::Cost;
use crate::error::Error;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::pixels::base::{damaged, memory};
use crate::pixels::codec::metadata::ifd::{Directory, List, Order};
use crate::plan::Size;

/// The description of an image in strips or tiles, before decoding.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) size: Size,
    pub(crate) order: Order,
    /// The number of bits of a sample: 1 to 64.
    pub(crate) bits: u32,
    pub(crate) kind: Kind,
    /// The number of samples of a pixel: 1 to [`MOST_SAMPLES`].
    pub(crate) samples: usize,
    pub(crate) meaning: Meaning,
    /// The opacity among the samples, if there is any.
    pub(crate) alpha: Option<Alpha>,
    pub(crate) compression: Compression,
    /// The predictor: whether and how samples are stored as differences from the previous ones.
    pub(crate) predictor: Predictor,
    /// Whether the bits of each byte are stored in reverse order.
    pub(crate) reversed: bool,
    /// The size in pixels of a strip or tile.
    pub(crate) chunk: Size,
    pub(crate) tiled: bool,
    /// Whether each sample of a pixel is stored in separate strips or tiles.
    pub(crate) planar: bool,
    /// The number of pixels per chroma sample, across and down.
    pub(crate) subsampling: [u32; 2],
    offsets: Option<List>,
    lengths: Option<List>,
}

/// The number format of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Unsigned,
    Signed,
    Float,
}

/// The meaning of the colour samples of a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Gray, where 0 is white.
    Paper,
    /// Gray, where 0 is black.
    Gray,
    Rgb,
    Palette,
    Cmyk,
    YCbCr,
    Lab,
    /// Lab with offsets in place of signs.
    IccLab,
}

/// The opacity among the samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Alpha {
    /// The index of the sample.
    pub(crate) at: usize,
    /// Whether the colours are premultiplied by the opacity.
    pub(crate) associated: bool,
}

/// The compression of a strip or tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    /// ITU-T T.4 without end-of-line codes, T.4 in one or two dimensions, and T.6.
    Fax(Fax),
    Lzw,
    Jpeg,
    /// A whole JPEG file, as in the first draft of TIFF 6.0.
    OldJpeg,
    Deflate,
    PackBits,
    Zstd,
    WebP,
}

/// The variants of facsimile codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fax {
    /// Each row starts at a byte boundary.
    Rows,
    Group3 {
        two_dimensional: bool,
    },
    Group4,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Predictor {
    None,
    Horizontal,
    Float,
}

impl Meaning {
    /// Returns the number of colour samples.
    pub(crate) const fn count(self) -> usize {
        match self {
            Self::Paper | Self::Gray | Self::Palette => 1,
            Self::Rgb | Self::YCbCr | Self::Lab | Self::IccLab => 3,
            Self::Cmyk => 4,
        }
    }

    fn of(number: Option<u32>, samples: usize) -> Result<Self, Error> {
        Ok(match number {
            Some(0) => Self::Paper,
            Some(1) => Self::Gray,
            Some(2) => Self::Rgb,
            Some(3) => Self::Palette,
            Some(5) => Self::Cmyk,
            Some(6) => Self::YCbCr,
            Some(8) => Self::Lab,
            Some(9) => Self::IccLab,
            // As in libtiff.
            None => {
                if samples < 3 {
                    Self::Gray
                } else {
                    Self::Rgb
                }
            }
            Some(4) => return Err(unread("a mask in place of colours")),
            Some(10) => return Err(unread("ITU L*a*b* colours")),
            Some(32803 | 34892) => return Err(unread("raw data of a camera")),
            Some(32844 | 32845) => return Err(unread("LogLuv colours")),
            Some(_) => return Err(unread("colours that have no name")),
        })
    }
}

impl Compression {
    fn of(directory: &Directory, file: &[u8]) -> Result<Self, Error> {
        Ok(match directory.number(file, COMPRESSION).unwrap_or(1) {
            1 => Self::None,
            2 => Self::Fax(Fax::Rows),
            3 => {
                let options = directory.number(file, T4_OPTIONS).unwrap_or(0);
                if options & 2 != 0 {
                    return Err(unread("the uncompressed mode of CCITT T.4"));
                }
                Self::Fax(Fax::Group3 { two_dimensional: options & 1 != 0 })
            }
            4 => Self::Fax(Fax::Group4),
            5 => Self::Lzw,
            6 => Self::OldJpeg,
            7 => Self::Jpeg,
            8 | 32946 => Self::Deflate,
            32773 => Self::PackBits,
            50000 => Self::Zstd,
            50001 => Self::WebP,
            number => {
                return Err(unread(match number {
                    32766 => "NeXT compression",
                    32809 => "ThunderScan compression",
                    34661 => "JBIG compression",
                    33003 | 33005 | 34712 => "JPEG 2000 compression",
                    34676 | 34677 => "SGILog compression",
                    34887 => "LERC compression",
                    34892 => "lossy DNG compression",
                    34925 => "LZMA compression",
                    50002 | 52546 => "JPEG XL compression",
                    _ => "a compression that has no name",
                }));
            }
        })
    }
}

impl Layout {
    /// Reads and validates the tags. Allocates no memory for pixels.
    pub(crate) fn read(file: &[u8], directory: &Directory, limits: &Limits) -> Result<Self, Error> {
        let broken = || damaged(Format::Tiff);
        let number = |tag| directory.number(file, tag);
        let size = Size::new(number(WIDTH).ok_or_else(broken)?, number(HEIGHT).ok_or_else(broken)?);
        if size.pixels() == 0 {
            return Err(broken());
        }
        LimitError::check("pixels", size.pixels(), limits.pixels)?;
        let samples = usize::try_from(number(SAMPLES).unwrap_or(1)).unwrap_or(usize::MAX);
        if !(1..=MOST_SAMPLES).contains(&samples) {
            return Err(unread("more samples for a pixel than colours have"));
        }
        let compression = Compression::of(directory, file)?;
        let meaning = Meaning::of(number(PHOTOMETRIC), samples)?;
        if samples < meaning.count() {
            return Err(broken());
        }
        let bits = number(BITS).unwrap_or(1);
        let list = directory.list(BITS);
        if list.is_some_and(|list| (1..samples.min(list.len())).any(|n| list.get(file, n) != Some(bits.into()))) {
            return Err(unread("samples of different sizes"));
        }
        let kind = match number(SAMPLE_FORMAT) {
            Some(2) => Kind::Signed,
            Some(3) => Kind::Float,
            Some(5 | 6) => return Err(unread("complex numbers")),
            _ => Kind::Unsigned,
        };
        match (kind, bits) {
            (Kind::Float, 16 | 32 | 64) | (Kind::Unsigned, 1..=32 | 64) | (Kind::Signed, 8 | 16 | 32 | 64) => {}
            _ => return Err(unread("samples of a size that is not read")),
        }
        if meaning == Meaning::Palette && (bits > 16 || kind != Kind::Unsigned) {
            return Err(unread("a palette of more than 65536 colours"));
        }
        let (tiled, chunk) = match (number(TILE_WIDTH), number(TILE_HEIGHT)) {
            (Some(width), Some(height)) => (true, Size::new(width, height)),
            _ => (false, Size::new(size.width, number(ROWS).unwrap_or(u32::MAX).clamp(1, size.height))),
        };
        // A single JPEG file holds all strips.
        let (tiled, chunk) = if compression == Compression::OldJpeg { (false, size) } else { (tiled, chunk) };
        let planar = samples > 1 && number(PLANAR) == Some(2);
        let subsampled = meaning == Meaning::YCbCr && !matches!(compression, Compression::Jpeg | Compression::OldJpeg);
        // The default is 2, 2 (TIFF 6.0).
        let factors = directory.list(SUBSAMPLING).map_or([2, 2], |list| [0, 1].map(|n| list.get(file, n).unwrap_or(1)));
        let subsampling = factors.map(|factor| if subsampled { u32::try_from(factor).unwrap_or(0) } else { 1 });
        if !subsampling.iter().all(|factor| matches!(factor, 1 | 2 | 4)) {
            return Err(broken());
        }
        if subsampling != [1, 1] && (planar || bits != 8 || samples != 3) {
            return Err(unread("chroma of this form"));
        }
        let layout = Self {
            size,
            order: directory.order(),
            bits,
            kind,
            samples,
            meaning,
            alpha: alpha(directory, file, samples, meaning),
            compression,
            predictor: predictor(number(PREDICTOR), compression, bits, kind)?,
            reversed: number(FILL_ORDER) == Some(2),
            chunk,
            tiled,
            planar,
            subsampling,
            offsets: directory.list(if tiled { TILE_OFFSETS } else { STRIP_OFFSETS }),
            lengths: directory.list(if tiled { TILE_LENGTHS } else { STRIP_LENGTHS }),
        };
        layout.check(limits)?;
        Ok(layout)
    }

    fn check(&self, limits: &Limits) -> Result<(), Error> {
        /// The number of pixels that tiles may have in excess of the pixel limit.
        const ROOM: u64 = 1 << 24;
        /// The maximum number of strips and tiles of an image. Each takes time, however small it is.
        const MOST_CHUNKS: u64 = 1 << 18;
        /// The maximum number of strips and tiles that are images with their own header and tables.
        const MOST_IMAGES: u64 = 1 << 14;
        if self.chunk.pixels() == 0 {
            return Err(damaged(Format::Tiff));
        }
        let padded = self.chunk.pixels().saturating_mul(self.across().saturating_mul(self.down()));
        LimitError::check("pixels with those of tiles", padded, limits.pixels.saturating_add(ROOM))?;
        let needs_bytes = match self.compression {
            Compression::Jpeg | Compression::OldJpeg | Compression::WebP => {
                self.bits == 8 && self.kind == Kind::Unsigned
            }
            Compression::Fax(_) => self.bits == 1 && self.samples == 1,
            _ => true,
        };
        if !needs_bytes || (self.compression == Compression::WebP && (self.planar || !matches!(self.samples, 3 | 4))) {
            return Err(unread("samples that its compression cannot hold"));
        }
        let most = match self.compression {
            Compression::Jpeg | Compression::OldJpeg | Compression::WebP => MOST_IMAGES,
            _ => MOST_CHUNKS,
        };
        let chunks = self.across().saturating_mul(self.down()).saturating_mul(self.planes());
        LimitError::check("strips and tiles", chunks, most)?;
        memory::check(self.memory(), limits)?;
        Ok(())
    }

    /// Returns the maximum number of compressed bytes of all strips and tiles together. Strips may share their bytes,
    /// but the time to read them has to stay in proportion to the size of the file and of the image.
    pub(crate) fn most_bytes(&self, file: &[u8]) -> u64 {
        let pixels = self.chunk.pixels().saturating_mul(self.across().saturating_mul(self.down()));
        let bytes = pixels.saturating_mul(self.samples as u64).saturating_mul(self.bits.into()) / 8;
        memory::len(file).saturating_mul(16).saturating_add(bytes.saturating_mul(2))
    }

    /// Returns the number of strips or tiles at each position.
    pub(crate) const fn planes(&self) -> u64 {
        if self.planar { self.samples as u64 } else { 1 }
    }

    /// Returns the cost of decoding, including the memory of the result. Embedded images are counted when they are
    /// read.
    pub(crate) fn cost(&self) -> Cost {
        /// Units of computing for a sample: decompression, and conversion of its bits.
        const SAMPLE: u64 = 20;
        let chunks = self.across().saturating_mul(self.down());
        let samples = self.chunk.pixels().saturating_mul(chunks).saturating_mul(self.samples as u64);
        Cost::new(self.memory(), samples.saturating_mul(SAMPLE))
    }

    fn memory(&self) -> u64 {
        /// The tables of decoders, and the samples of a row as numbers.
        const TABLES: u64 = 1024 * 1024;
        let result = self.size.pixels().saturating_mul(if self.alpha.is_some() { 4 } else { 3 });
        let rows = u64::from(self.chunk.width).saturating_mul(8 * (self.samples as u64 + 4));
        // The decompressed samples, including those of other planes, and the same amount for a decoder of embedded
        // images.
        let chunk = self.chunk.pixels().saturating_mul(self.samples as u64).saturating_mul(self.bits.into()) / 8;
        let each = match self.compression {
            Compression::None => 2,
            Compression::Jpeg | Compression::OldJpeg | Compression::WebP => 12,
            _ => 3,
        };
        [result, rows, chunk.saturating_mul(each), TABLES].into_iter().fold(0, u64::saturating_add)
    }

    /// Returns the number of strips or tiles across the image.
    pub(crate) fn across(&self) -> u64 {
        u64::from(self.size.width.div_ceil(self.chunk.width.max(1)))
    }

    /// Returns the number of strips or tiles from top to bottom.
    pub(crate) fn down(&self) -> u64 {
        u64::from(self.size.height.div_ceil(self.chunk.height.max(1)))
    }

    /// Returns the number of samples of a pixel that are stored together.
    pub(crate) const fn together(&self) -> usize {
        if self.planar { 1 } else { self.samples }
    }

    /// Returns the plane of a sample, and the index of the sample in a row of the plane.
    pub(crate) const fn place(&self, sample: usize, x: usize) -> (usize, usize) {
        if self.planar { (sample, x) } else { (0, x.saturating_mul(self.samples).saturating_add(sample)) }
    }

    /// Returns the number of bytes of a row of a strip or tile.
    pub(crate) fn stride(&self) -> u64 {
        let samples = u64::from(self.chunk.width).saturating_mul(self.together() as u64);
        samples.saturating_mul(self.bits.into()).div_ceil(8)
    }

    /// Returns the compressed bytes of a strip or tile, as far as the file has them, and `true` if they are complete.
    pub(crate) fn data<'a>(&self, file: &'a [u8], index: u64) -> Option<(&'a [u8], bool)> {
        let index = usize::try_from(index).ok()?;
        let start = usize::try_from(self.offsets.as_ref()?.get(file, index)?).ok()?;
        let rest = file.get(start..)?;
        // Some writers store a length of zero if they did not know it.
        let length = self.lengths.as_ref().and_then(|list| list.get(file, index)).filter(|length| *length > 0);
        let length = length.map_or(rest.len(), |length| usize::try_from(length).unwrap_or(usize::MAX));
        Some((rest.get(..length).unwrap_or(rest), length <= rest.len()))
    }
}

/// Finds the opacity: the first extra sample that is declared as opacity, otherwise the first extra sample, as in
/// libvips.
fn alpha(directory: &Directory, file: &[u8], samples: usize, meaning: Meaning) -> Option<Alpha> {
    let extra = samples.saturating_sub(meaning.count());
    let kinds = directory.list(EXTRA);
    let kind = |n: usize| kinds.as_ref().and_then(|list| list.get(file, n)).unwrap_or(0);
    let first = (0..extra).find(|n| matches!(kind(*n), 1 | 2)).or((extra > 0).then_some(0))?;
    Some(Alpha { at: meaning.count() + first, associated: kind(first) == 1 })
}

fn predictor(number: Option<u32>, compression: Compression, bits: u32, kind: Kind) -> Result<Predictor, Error> {
    if !matches!(compression, Compression::Lzw | Compression::Deflate | Compression::Zstd) {
        return Ok(Predictor::None);
    }
    match (number, bits) {
        (None | Some(0 | 1), _) => Ok(Predictor::None),
        (Some(2), 8 | 16 | 32 | 64) => Ok(Predictor::Horizontal),
        (Some(3), 16 | 32 | 64) if kind == Kind::Float => Ok(Predictor::Float),
        (Some(2 | 3), _) => Err(unread("differences of samples of this size")),
        _ => Err(damaged(Format::Tiff)),
    }
}

/// The maximum number of samples of a pixel: more than any colour with all kinds of opacity has.
const MOST_SAMPLES: usize = 16;

const WIDTH: u16 = 256;
const HEIGHT: u16 = 257;
const BITS: u16 = 258;
const COMPRESSION: u16 = 259;
const PHOTOMETRIC: u16 = 262;
const FILL_ORDER: u16 = 266;
const STRIP_OFFSETS: u16 = 273;
const SAMPLES: u16 = 277;
const ROWS: u16 = 278;
const STRIP_LENGTHS: u16 = 279;
const PLANAR: u16 = 284;
const T4_OPTIONS: u16 = 292;
const PREDICTOR: u16 = 317;
const TILE_WIDTH: u16 = 322;
const TILE_HEIGHT: u16 = 323;
const TILE_OFFSETS: u16 = 324;
const TILE_LENGTHS: u16 = 325;
const EXTRA: u16 = 338;
const SAMPLE_FORMAT: u16 = 339;
const SUBSAMPLING: u16 = 530;
