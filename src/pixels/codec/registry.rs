//! The table of formats: the only place that knows all of them.

#[cfg(feature = "avif")]
use super::avif;
use super::encoder::Encoder;
use super::reader::Reader;
#[cfg(feature = "svg")]
use super::svg;
use super::{Codec, bmp, gif, ico, jpeg, png, tiff, webp};
use crate::code::ErrorCode;
use crate::error::Error;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::pixels::base::unsupported;

/// Returns the codec of a format, or `None` if this build has none.
const fn codec(format: Format) -> Option<&'static dyn Codec> {
    Some(match format {
        Format::Jpeg => &jpeg::Jpeg,
        Format::Png => &png::Png,
        Format::WebP => &webp::WebP,
        Format::Gif => &gif::Gif,
        Format::Bmp => &bmp::Bmp,
        Format::Tiff => &tiff::Tiff,
        Format::Ico => &ico::Ico,
        #[cfg(feature = "avif")]
        Format::Avif => &avif::Avif,
        #[cfg(feature = "qoi")]
        Format::Qoi => &super::qoi::Qoi,
        #[cfg(feature = "svg")]
        Format::Svg => &svg::Svg,
        // Formats that are only recognised, or whose feature is disabled.
        _ => return None,
    })
}

/// Reads the header of a file. `format` is the format determined from its first bytes.
///
/// # Errors
/// The file is not an image, is not supported by this build, or exceeds a limit.
pub(crate) fn open<'a>(
    file: &'a [u8],
    format: Option<Format>,
    limits: &'a Limits,
) -> Result<Box<dyn Reader + 'a>, Error> {
    let length = u64::try_from(file.len()).unwrap_or(u64::MAX);
    LimitError::check("bytes in the source", length, limits.source_bytes)?;
    let Some(format) = format else {
        return Err(Error::Pixels { code: ErrorCode::Format, message: "the source is not an image".to_owned() });
    };
    codec(format).ok_or_else(|| unread(format))?.open(file, limits)
}

/// Returns the encoder of a format, or `None` if this build cannot write it.
pub(crate) fn encoder(format: Format) -> Option<&'static dyn Encoder> {
    codec(format)?.encoder()
}

fn unread(format: Format) -> Error {
    if matches!(format, Format::Avif | Format::Svg | Format::Qoi) {
        return unsupported(format!(
            "this build cannot read {format}: it needs the feature `{format}`, or a decoder (`Extensions::decoder`)"
        ));
    }
    let name = format.extension().to_ascii_uppercase();
    unsupported(format!("{name} sources need a decoder: register one with `Extensions::decoder`"))
}
