//! Files to pixels and back, by the `image` crate, libwebp and what they do not offer: see each format.
//!
//! A file's format is told by its bytes, never by a header that came with it. Sizes are checked by
//! arithmetic on the file's header before a decoder takes memory for pixels.

pub(crate) mod animation;
#[cfg(feature = "avif")]
pub(crate) mod avif;
pub(crate) mod bmp;
pub(crate) mod decode;
pub(crate) mod gif;
pub(crate) mod ico;
pub(crate) mod jpeg;
pub(crate) mod metadata;
pub(crate) mod png;
pub(crate) mod profile;
pub(crate) mod settings;
#[cfg(feature = "svg")]
pub(crate) mod svg;
pub(crate) mod tiff;
pub(crate) mod webp;

pub(crate) use self::decode::{Colors, Request, decode, decoding, probe};
pub(crate) use self::metadata::Attachments;
#[cfg(feature = "svg")]
pub(crate) use self::svg::draw;

use crate::error::Error;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::pixels::base::channels::Channels;
use crate::pixels::base::error::unsupported;
use crate::pixels::base::memory;
use crate::pixels::codec::profile::profile_of;
use crate::pixels::codec::settings::Settings;
use crate::pixels::raster::Picture;
use crate::plan::Size;

/// Does a file say that its colours are others than those of sRGB?
pub(crate) fn is_beyond_srgb(bytes: &[u8], limits: &Limits) -> bool {
    let profile = Format::sniff(bytes).and_then(|format| profile_of(bytes, format, limits));
    profile.is_some_and(|profile| !profile.is_srgb())
}

/// The quality a source was written with, 1 to 100; `None` where there is none to be told.
pub(crate) fn quality(bytes: &[u8], format: Format) -> Option<u8> {
    if format == Format::Jpeg { jpeg::quality::estimate(bytes) } else { None }
}

/// Can a file of this format say which colours its numbers mean?
pub(crate) const fn holds_profile(format: Format) -> bool {
    matches!(format, Format::Jpeg | Format::Png | Format::WebP)
}

/// Why this picture cannot be written in this format: the format has no encoder, or it would pass a limit.
pub(crate) fn refusal(picture: &Picture, format: Format, settings: &Settings, limits: &Limits) -> Option<Error> {
    #[cfg(feature = "avif")]
    if format == Format::Avif
        && let Err(error) = LimitError::check("pixels in an AVIF", picture.size().pixels(), limits.avif_pixels)
    {
        return Some(error.into());
    }
    let alpha = matches!(picture, Picture::Raster(raster) if raster.channels() == Channels::Rgba);
    let Some((side, work)) = bounds(format, alpha, settings, limits) else {
        return Some(unsupported(format!("this build cannot write {format}")));
    };
    let size = picture.size();
    let needed = picture.bytes().saturating_add(size.pixels().saturating_mul(work));
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
const fn bounds(format: Format, alpha: bool, settings: &Settings, limits: &Limits) -> Option<(Side, u64)> {
    /// Sides are stored in 16 bits.
    const SIDE_16: u32 = u16::MAX as u32;
    Some(match format {
        // Planes, and for each sample at most a symbol of four bytes, or a coefficient of two.
        Format::Jpeg => (Side("pixels on a side of a JPEG", SIDE_16), if settings.chroma_420 { 9 } else { 18 }),
        Format::Png => (Side("pixels on a side of a PNG", i32::MAX.unsigned_abs()), 4),
        // libwebp's own copy, and where there is no loss the tables of its backward references: opacity has none.
        Format::WebP => {
            let work = if settings.lossless || cfg!(not(feature = "webp-lossy")) { 64 } else { 12 };
            (Side("pixels on a side of a WebP", limits.webp_side), if alpha && work < 40 { 40 } else { work })
        }
        // Four bytes a pixel, and the number of its colour.
        Format::Gif => (Side("pixels on a side of a GIF", SIDE_16), 6),
        // Planes of 16 bits, and what the encoder keeps of each block: it tries many ways.
        #[cfg(feature = "avif")]
        Format::Avif => (Side("pixels on a side of an AVIF", SIDE_16), 64),
        _ => return None,
    })
}

/// Does an encoder take luma and halved chroma as they are?
pub(crate) const fn takes_planes(format: Format, settings: &Settings) -> bool {
    match format {
        Format::Jpeg => settings.chroma_420,
        Format::WebP => cfg!(feature = "webp-lossy") && !settings.lossless,
        _ => false,
    }
}

/// Bytes that an encoder takes besides the picture, the file included.
pub(crate) fn encoding(size: Size, alpha: bool, format: Format, settings: &Settings, limits: &Limits) -> u64 {
    /// Tables that do not depend on the size.
    const TABLES: u64 = 2 * 1024 * 1024;
    let work = bounds(format, alpha, settings, limits).map_or(0, |(_, work)| work);
    size.pixels().saturating_mul(work).saturating_add(TABLES)
}

/// Writes a file. A format without transparency wants a picture without alpha.
///
/// With the picture goes its profile, if it still has one, and what is attached.
pub(crate) fn encode(
    picture: &Picture,
    format: Format,
    settings: &Settings,
    attached: &Attachments,
) -> Result<Vec<u8>, Error> {
    let picture = match picture {
        Picture::Raster(raster) => raster,
        Picture::Planes(planes) => {
            return match format {
                Format::Jpeg => jpeg::encode_planes(planes, settings, attached),
                #[cfg(feature = "webp-lossy")]
                Format::WebP if takes_planes(format, settings) => webp::encode_planes(planes, settings, attached),
                _ => encode(&planes.clone().into_raster()?.into(), format, settings, attached),
            };
        }
    };
    match format {
        Format::Jpeg => jpeg::encode(picture, settings, attached),
        Format::Png => png::encode(picture, settings, attached),
        Format::WebP => webp::encode(picture, settings, attached),
        Format::Gif => gif::write::encode(picture, settings),
        #[cfg(feature = "avif")]
        Format::Avif => avif::encode(picture, settings),
        _ => Err(unsupported(format!("this build cannot write {format}"))),
    }
}
