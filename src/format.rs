//! [`Format`]: the image formats that the crate has names for, and their detection by the first bytes of a file.

pub(crate) mod xml;

use std::fmt;

/// An image format, as detected from the first bytes of a file or requested with `f-`.
///
/// A variant for a format does not mean that this build can read or write it. A format that cannot be decoded or
/// encoded is refused by name.
///
/// ```
/// use originkit::Format;
/// assert_eq!(Format::sniff(b"\x89PNG\r\n\x1a\n...."), Some(Format::Png));
/// assert_eq!(Format::sniff(b"<!doctype html>"), None);
/// assert_eq!(Format::WebP.content_type(), "image/webp");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG, including animated PNG.
    Png,
    /// WebP.
    WebP,
    /// GIF.
    Gif,
    /// AVIF.
    Avif,
    /// Windows bitmap.
    Bmp,
    /// TIFF.
    Tiff,
    /// SVG.
    Svg,
    /// HEIC and HEIF.
    Heic,
    /// Photoshop document.
    Psd,
    /// PDF.
    Pdf,
    /// Windows icons and cursors.
    Ico,
    /// Quite OK Image.
    Qoi,
}

impl Format {
    /// Detects a format by the first bytes of a file.
    ///
    /// The `Content-Type` of the origin server is not used: the result is `None` for a page that was served as
    /// `image/png`.
    #[must_use]
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        let has = |at: usize, what: &[u8]| bytes.get(at..).is_some_and(|rest| rest.starts_with(what));
        if has(0, b"\xFF\xD8\xFF") || has(0, b"\xFF\xD8") && begins_jpeg(bytes) {
            Some(Self::Jpeg)
        } else if has(0, b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if has(0, b"RIFF") && has(8, b"WEBP") {
            Some(Self::WebP)
        } else if has(0, b"GIF87a") || has(0, b"GIF89a") {
            Some(Self::Gif)
        } else if has(4, b"ftyp") {
            match bytes.get(8..12)? {
                b"avif" | b"avis" => Some(Self::Avif),
                b"mif1" | b"msf1" if names_avif(bytes) => Some(Self::Avif),
                b"heic" | b"heix" | b"hevc" | b"hevx" | b"heim" | b"heis" | b"mif1" | b"msf1" => Some(Self::Heic),
                _ => None,
            }
        } else if has(0, b"BM") && bytes.len() >= 26 {
            Some(Self::Bmp)
        } else if [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"].iter().any(|start| has(0, *start)) {
            Some(Self::Tiff)
        } else if begins_icon(bytes) {
            Some(Self::Ico)
        } else if has(0, b"8BPS") {
            Some(Self::Psd)
        } else if has(0, b"%PDF-") {
            Some(Self::Pdf)
        } else if has(0, b"qoif") {
            Some(Self::Qoi)
        } else {
            xml::has_svg_root(bytes).then_some(Self::Svg)
        }
    }

    /// Returns `true` for an image format, which browsers never show as a document.
    pub(crate) const fn is_image(self) -> bool {
        !matches!(self, Self::Pdf)
    }

    /// Returns `true` if a file starts like a video.
    pub(crate) fn is_video(bytes: &[u8]) -> bool {
        /// The major brands of ISO/IEC 14496-12 that belong to video, by their first letters.
        const BRANDS: [&[u8]; 14] = [
            b"iso", b"mp4", b"mp7", b"avc", b"qt  ", b"M4V", b"M4P", b"3gp", b"3g2", b"dash", b"mmp4", b"f4v", b"MSNV",
            b"NDSC",
        ];
        let has = |at: usize, what: &[u8]| bytes.get(at..).is_some_and(|rest| rest.starts_with(what));
        let quicktime = [b"moov", b"mdat", b"wide"].iter().any(|kind| has(4, *kind));
        let packets = has(0, b"\x47") && bytes.len() > 376 && has(188, b"\x47") && has(376, b"\x47");
        (has(4, b"ftyp") && BRANDS.iter().any(|brand| has(8, brand)))
            || quicktime
            || packets
            // Matroska and WebM, AVI, Ogg, Flash, MPEG program streams, ASF.
            || has(0, b"\x1A\x45\xDF\xA3")
            || (has(0, b"RIFF") && has(8, b"AVI "))
            || has(0, b"OggS")
            || has(0, b"FLV\x01")
            || has(0, b"\0\0\x01\xBA")
            || has(0, b"\0\0\x01\xB3")
            || has(0, b"\x30\x26\xB2\x75\x8E\x66\xCF\x11")
    }

    /// Returns the media type, such as `image/jpeg`.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
            Self::Avif => "image/avif",
            Self::Bmp => "image/bmp",
            Self::Tiff => "image/tiff",
            Self::Svg => "image/svg+xml",
            Self::Heic => "image/heic",
            Self::Psd => "image/vnd.adobe.photoshop",
            Self::Pdf => "application/pdf",
            Self::Ico => "image/vnd.microsoft.icon",
            Self::Qoi => "image/qoi",
        }
    }

    /// Returns the usual file name extension, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Gif => "gif",
            Self::Avif => "avif",
            Self::Bmp => "bmp",
            Self::Tiff => "tiff",
            Self::Svg => "svg",
            Self::Heic => "heic",
            Self::Psd => "psd",
            Self::Pdf => "pdf",
            Self::Ico => "ico",
            Self::Qoi => "qoi",
        }
    }

    /// Returns the format with this extension, which must be in lower case.
    pub(crate) fn of_extension(extension: &str) -> Option<Self> {
        let extension = match extension {
            "jpeg" | "jpe" | "jfif" | "pjpeg" | "pjp" => "jpg",
            "tif" => "tiff",
            "apng" => "png",
            "heif" | "hif" => "heic",
            "avifs" => "avif",
            "dib" => "bmp",
            "psb" => "psd",
            "cur" => "ico",
            other => other,
        };
        let all = [
            Self::Jpeg,
            Self::Png,
            Self::WebP,
            Self::Gif,
            Self::Avif,
            Self::Bmp,
            Self::Tiff,
            Self::Svg,
            Self::Heic,
            Self::Psd,
            Self::Pdf,
            Self::Ico,
            Self::Qoi,
        ];
        all.into_iter().find(|format| format.extension() == extension)
    }

    /// Returns `true` if a file of this format can have transparent pixels.
    #[must_use]
    pub const fn has_alpha(self) -> bool {
        !matches!(self, Self::Jpeg | Self::Bmp | Self::Pdf)
    }
}

/// Prints the short name: `jpeg`, `png`, `webp`, ...
impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "jpeg",
            other => other.extension(),
        })
    }
}

/// Returns `true` if a segment that may come first in a JPEG follows soon, after stray bytes that decoders skip.
fn begins_jpeg(bytes: &[u8]) -> bool {
    const LOOK_AT: usize = 64;
    let head = bytes.get(2..LOOK_AT.min(bytes.len())).unwrap_or_default();
    let mut markers = head.windows(2).filter(|pair| pair.first() == Some(&0xFF));
    // APP0 to APP15, quantisation tables, Huffman tables, comments, and frames.
    markers.any(|pair| matches!(pair, [_, 0xE0..=0xEF | 0xDB | 0xFE | 0xC0..=0xC4 | 0xC9 | 0xCA]))
}

/// Returns `true` for a table of icons or cursors whose first image comes after the table.
fn begins_icon(bytes: &[u8]) -> bool {
    const ENTRY: u32 = 16;
    let (Some([0, 0, 1 | 2, 0, low, high]), Some(offset)) =
        (bytes.first_chunk(), bytes.get(18..).and_then(<[u8]>::first_chunk))
    else {
        return false;
    };
    let count = u32::from(u16::from_le_bytes([*low, *high]));
    count > 0 && u32::from_le_bytes(*offset) >= 6 + count * ENTRY
}

/// Returns `true` if AVIF is among the compatible brands of a file whose major brand is that of an image container
/// (ISO/IEC 14496-12, 4.3).
fn names_avif(bytes: &[u8]) -> bool {
    let size = bytes.first_chunk().map_or(0, |size| u32::from_be_bytes(*size));
    let end = usize::try_from(size).unwrap_or(usize::MAX).min(bytes.len());
    let brands = bytes.get(16..end).unwrap_or_default();
    brands.chunks_exact(4).any(|brand| matches!(brand, b"avif" | b"avis"))
}

#[cfg(test)]
mod tests {
    use super::Format;

    #[test]
    fn tells_videos_by_their_first_bytes() {
        for video in [
            b"\0\0\0\x20ftypisom".as_slice(),
            b"\0\0\0\x18ftypmp42",
            b"\0\0\0\x14ftypqt  ",
            b"\x1A\x45\xDF\xA3\x01",
            b"RIFF\0\0\0\0AVI LIST",
            b"OggS\0",
        ] {
            assert!(Format::is_video(video) && Format::sniff(video).is_none(), "{video:?}");
        }
        for image in [b"\0\0\0\x20ftypavif".as_slice(), b"\0\0\0\x20ftypheic", b"RIFF\0\0\0\0WEBP", b"GIF89a", b""] {
            assert!(!Format::is_video(image), "{image:?}");
        }
    }

    #[test]
    fn tells_formats_by_their_first_bytes() {
        let webp = b"RIFF\x10\0\0\0WEBPVP8 ";
        let cases: [(&[u8], Option<Format>); 21] = [
            (b"\xFF\xD8\xFF\xE0", Some(Format::Jpeg)),
            (b"\xFF\xD8\0\0\0\xFF\xE0", Some(Format::Jpeg)),
            (b"\xFF\xD8\0\0\0\xFF\0", None),
            (webp, Some(Format::WebP)),
            (b"GIF89a", Some(Format::Gif)),
            (b"\0\0\0\x20ftypavif", Some(Format::Avif)),
            (b"\0\0\0\x20ftypheic", Some(Format::Heic)),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", Some(Format::Heic)),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", Some(Format::Avif)),
            (b"\0\0\0\x14ftypmif1\0\0\0\0mif1avif", Some(Format::Heic)),
            (b"\0\0\0\x20ftypisom", None),
            (b"II*\0", Some(Format::Tiff)),
            (b"MM\0+", Some(Format::Tiff)),
            (b"\0\0\x02\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\x16\0\0\0", Some(Format::Ico)),
            // A TGA starts like a cursor.
            (b"\0\0\x02\0\0\0\0\0\0\0\0\0\x40\0\x40\0\x18\0\0\0\0\0", None),
            (b"qoif\0\0\0\x01\0\0\0\x01\x03\0", Some(Format::Qoi)),
            (b"<?xml version=\"1.0\"?><!-- a --><svg/>", Some(Format::Svg)),
            (b"\xEF\xBB\xBF <svg>", Some(Format::Svg)),
            (b"<html><svg>", None),
            (b"", None),
            (b"RIFF", None),
        ];
        for (bytes, want) in cases {
            assert_eq!(Format::sniff(bytes), want, "{:?}", String::from_utf8_lossy(bytes));
        }
    }
}
