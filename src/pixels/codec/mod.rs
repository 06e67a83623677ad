//! Files to pixels and back, by the `image` crate and three encoders.
//!
//! A file's format is told by its bytes, never by a header that came with it. Sizes are checked by
//! arithmetic on the file's header before a decoder takes memory for pixels.

mod animated_webp;
mod animation;
mod changes;
mod decode;
mod gif;
mod huffman;
mod jpeg;
mod palette;
mod png;
mod quantise;
mod webp;
mod writer;

pub(crate) use self::animation::Animation;
pub(crate) use self::decode::{decode, probe};
pub(crate) use self::writer::Writer;

use super::{Raster, memory};
use crate::code::ErrorCode;
use crate::error::Error;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::plan::Size;

/// How a file is written. Metadata never is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// 1 to 100, for lossy formats.
    pub(crate) quality: u8,
    /// WebP without loss. PNG has none anyway.
    pub(crate) lossless: bool,
    /// Nothing was resampled or blended: a GIF keeps the colours of its source.
    pub(crate) exact: bool,
    /// JPEG that appears as a whole, then sharpens.
    pub(crate) progressive: bool,
    /// JPEG with halved chroma planes.
    pub(crate) chroma_420: bool,
}

/// Why this picture cannot be written in this format: the format has no encoder, or it would pass a limit.
pub(crate) fn refusal(picture: &Raster, format: Format, settings: &Settings, limits: &Limits) -> Option<Error> {
    let Some((side, work)) = bounds(format, settings, limits) else {
        return Some(unsupported(format!("this build cannot write {format}")));
    };
    let size = picture.size();
    let needed = memory::len(picture.samples()).saturating_add(size.pixels().saturating_mul(work));
    side.check(size).and_then(|()| memory::check(needed, limits)).err().map(Error::from)
}

/// How long a side may be in a format.
struct Side(&'static str, u32);

impl Side {
    fn check(&self, size: Size) -> Result<(), LimitError> {
        LimitError::check(self.0, size.width.max(size.height).into(), self.1.into())
    }
}

/// How long the sides of a picture may be, and how many bytes its encoder takes for a pixel; `None` if it has none.
const fn bounds(format: Format, settings: &Settings, limits: &Limits) -> Option<(Side, u64)> {
    /// Sides are stored in 16 bits.
    const SIDE_16: u32 = u16::MAX as u32;
    Some(match format {
        // Coefficients of two bytes for each sample, or symbols of four bytes.
        Format::Jpeg => (Side("pixels on a side of a JPEG", SIDE_16), 6),
        Format::Png => (Side("pixels on a side of a PNG", i32::MAX.unsigned_abs()), 4),
        // libwebp's own copy, and for lossless the tables of its backward references.
        Format::WebP => {
            (Side("pixels on a side of a WebP", limits.webp_side), if settings.lossless { 20 } else { 8 })
        }
        // Four bytes a pixel, and the number of its colour.
        Format::Gif => (Side("pixels on a side of a GIF", SIDE_16), 6),
        _ => return None,
    })
}

/// Writes a file. A format without transparency wants a picture without alpha.
pub(crate) fn encode(picture: &Raster, format: Format, settings: &Settings) -> Result<Vec<u8>, Error> {
    match format {
        Format::Jpeg => jpeg::encode(picture, settings),
        Format::Png => png::encode(picture),
        Format::WebP => webp::encode(picture, settings),
        Format::Gif => gif::encode(picture, settings),
        _ => Err(unsupported(format!("this build cannot write {format}"))),
    }
}

fn unsupported(message: String) -> Error {
    Error::Pixels { code: ErrorCode::Unsupported, message }
}
