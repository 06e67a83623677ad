//! What stands in a file besides pixels: found in sources, and gathered for results.
//!
//! Nothing of a source goes into a result unless it was asked for: `cp-true` keeps the colour profile,
//! `md-true` keeps EXIF, XMP and the profile. What is larger than its limit is as if absent.

pub(crate) mod exif;
pub(crate) mod ifd;

use std::io::Read as _;

use flate2::read::ZlibDecoder;

use super::jpeg;
use super::jpeg::{SOS, segments};
use super::{bmp, png, webp};
use crate::format::Format;
use crate::limits::Limits;
use crate::pixels::base::memory;
use crate::plan::{Op, Orientation, Plan, SourceInfo};
use crate::transform::Density;

/// What is written into a file besides pixels and their colour profile.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Attachments {
    /// From `II` or `MM` on.
    pub(crate) exif: Option<Vec<u8>>,
    pub(crate) xmp: Option<Vec<u8>>,
    /// Dots per inch.
    pub(crate) density: Option<f64>,
}

impl Attachments {
    /// What a plan lets through from its source, made true for its result.
    pub(crate) fn of(file: &[u8], source: &SourceInfo, plan: &Plan, limits: &Limits) -> Self {
        let wanted = match plan.output.density {
            Some(Density::Dpi(density)) => Some(f64::from(density)),
            // Planning leaves no expression behind.
            Some(Density::Expr(_)) | None => None,
        };
        let density = wanted.or(source.density);
        if plan.output.metadata != Some(true) {
            return Self { density, ..Self::default() };
        }
        let turned = plan.ops.iter().any(|op| matches!(op, Op::Orient(_)));
        let upright = turned || source.orientation == Orientation::Upright;
        let xmp = xmp(file, source.format, limits);
        Self {
            exif: exif(file, source.format, limits).map(|block| exif::adapted(block, upright, wanted)),
            xmp: if upright { xmp.map(exif::upright_xmp) } else { xmp },
            density,
        }
    }
}

/// The colour profile.
pub(crate) fn icc(file: &[u8], format: Format, limits: &Limits) -> Option<Vec<u8>> {
    let most = limits.profile_bytes;
    match format {
        Format::Jpeg => jpeg_icc(file, most),
        Format::Png => {
            let mut chunks = png::Chunks::of_file(file)?.sound().take_while(|(kind, _)| *kind != b"IDAT");
            let (_, body) = chunks.find(|(kind, _)| *kind == b"iCCP")?;
            // A name of 1 to 79 bytes, a zero, and the method: there is only one.
            let (name, rest) = split(body)?;
            if !(1..=79).contains(&name.len()) {
                return None;
            }
            inflate(rest.strip_prefix(&[0])?, most)
        }
        Format::WebP => within(webp::extra(file, b"ICCP")?, most),
        Format::Tiff => within(tag(file, TIFF_ICC)?, most),
        Format::Bmp => within(bmp::icc(file, limits)?, most),
        _ => None,
    }
}

/// The EXIF block. That of a TIFF is the file, and not taken.
pub(crate) fn exif(file: &[u8], format: Format, limits: &Limits) -> Option<Vec<u8>> {
    let found = match format {
        // The last byte of the name is filling, and the first block counts.
        Format::Jpeg => application(file, 1, b"Exif\0")?.get(1..)?,
        Format::Png => png::Chunks::of_file(file)?.sound().find(|(kind, _)| *kind == b"eXIf")?.1,
        Format::WebP => webp::extra(file, b"EXIF")?,
        _ => return None,
    };
    // Some writers of other formats take over what JPEG has in front.
    within(found.strip_prefix(EXIF).unwrap_or(found), limits.metadata_bytes)
}

/// How the stored pixels are turned, if the EXIF of a JPEG or WebP says so.
pub(crate) fn orientation(file: &[u8], format: Format, limits: &Limits) -> Orientation {
    let block = match format {
        // As browsers: what stands behind the pixels of a PNG comes too late.
        Format::Png => {
            let mut chunks = png::Chunks::of_file(file).into_iter().flat_map(png::Chunks::sound);
            let found = chunks.by_ref().take_while(|(kind, _)| *kind != b"IDAT").find(|(kind, _)| *kind == b"eXIf");
            found.and_then(|(_, body)| within(body, limits.metadata_bytes))
        }
        format => exif(file, format, limits),
    };
    block.map_or(Orientation::Upright, |block| exif::orientation(&block))
}

/// The packet of XMP.
pub(crate) fn xmp(file: &[u8], format: Format, limits: &Limits) -> Option<Vec<u8>> {
    let most = limits.metadata_bytes;
    match format {
        Format::Jpeg => within(application(file, 1, XMP)?, most),
        Format::Png => {
            let mut texts = png::Chunks::of_file(file)?.sound().filter(|(kind, _)| *kind == b"iTXt");
            let rest = texts.find_map(|(_, body)| body.strip_prefix(PNG_XMP))?;
            // Is it compressed, and how; language and keyword, each ended by a zero.
            let (&[compressed, _], rest) = rest.split_first_chunk()?;
            let (_, rest) = split(rest)?;
            let (_, text) = split(rest)?;
            if compressed == 1 { inflate(text, most) } else { within(text, most) }
        }
        Format::WebP => within(webp::extra(file, b"XMP ")?, most),
        Format::Tiff => within(tag(file, TIFF_XMP)?, most),
        _ => None,
    }
}

/// Dots per inch: what the file's own header says counts before what is said in EXIF.
pub(crate) fn density(file: &[u8], format: Format, header: Option<f64>, limits: &Limits) -> Option<f64> {
    header.or_else(|| match format {
        Format::Tiff => exif::density(file),
        _ => exif::density(&exif(file, format, limits)?),
    })
}

/// Joins the parts of a profile, which are numbered from one (ICC.1:2022, B.4).
fn jpeg_icc(file: &[u8], most: u64) -> Option<Vec<u8>> {
    let mut parts: Vec<(u8, u8, &[u8])> = before_scan(file)
        .filter(|segment| segment.marker == jpeg::APP0 + 2)
        .filter_map(|segment| {
            let (&[number, count], part) = segment.payload.strip_prefix(ICC)?.split_first_chunk()?;
            Some((number, count, part))
        })
        .collect();
    parts.sort_unstable_by_key(|(number, ..)| *number);
    let complete = (1..=u8::MAX)
        .zip(&parts)
        .all(|(want, (number, count, _))| want == *number && usize::from(*count) == parts.len());
    let length: u64 = parts.iter().map(|(.., part)| memory::len(part)).sum();
    (complete && (1..=most).contains(&length)).then(|| parts.iter().flat_map(|(.., part)| *part).copied().collect())
}

/// The first segment of an application that starts with this name.
fn application<'a>(file: &'a [u8], number: u8, name: &[u8]) -> Option<&'a [u8]> {
    before_scan(file)
        .filter(|segment| segment.marker == jpeg::APP0 + number)
        .find_map(|segment| segment.payload.strip_prefix(name))
}

fn before_scan(file: &[u8]) -> impl Iterator<Item = jpeg::Segment<'_>> {
    segments(file).take_while(|segment| segment.marker != SOS)
}

/// The value of a tag of a TIFF.
fn tag(file: &[u8], tag: u16) -> Option<&[u8]> {
    file.get(ifd::Directory::first(file)?.place(tag)?)
}

/// A copy of something that is not too long.
fn within(bytes: &[u8], most: u64) -> Option<Vec<u8>> {
    (memory::len(bytes) <= most).then(|| bytes.to_vec())
}

/// Inflates as much as is allowed, and nothing that would be more.
fn inflate(bytes: &[u8], most: u64) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    ZlibDecoder::new(bytes).take(most.saturating_add(1)).read_to_end(&mut out).ok()?;
    (memory::len(&out) <= most).then_some(out)
}

/// What stands before the first zero, and behind it.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|byte| *byte == 0)?;
    Some((bytes.get(..at)?, bytes.get(at + 1..)?))
}

pub(crate) const EXIF: &[u8] = b"Exif\0\0";
pub(crate) const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const ICC: &[u8] = b"ICC_PROFILE\0";
const PNG_XMP: &[u8] = b"XML:com.adobe.xmp\0";
const TIFF_XMP: u16 = 700;
const TIFF_ICC: u16 = 34675;

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg(parts: &[(u8, u8, &[u8])]) -> Vec<u8> {
        let mut out = b"\xFF\xD8".to_vec();
        for (number, count, part) in parts {
            let body = [ICC, &[*number, *count], part].concat();
            out.extend([&b"\xFF\xE2"[..], &u16::try_from(body.len() + 2).unwrap().to_be_bytes(), &body].concat());
        }
        out.extend(b"\xFF\xDA\0\x02");
        out
    }

    #[test]
    fn parts_of_a_profile_are_joined_in_their_order() {
        let limits = Limits::default();
        for (parts, want) in [
            (&[(1, 1, &b"one"[..])][..], Some(&b"one"[..])),
            (&[(2, 2, b"b"), (1, 2, b"a")], Some(b"ab")),
            (&[(1, 2, b"a")], None),
            (&[(1, 2, b"a"), (1, 2, b"b")], None),
            (&[(0, 1, b"a")], None),
            (&[(1, 1, b"")], None),
            (&[], None),
        ] {
            assert_eq!(icc(&jpeg(parts), Format::Jpeg, &limits).as_deref(), want, "{parts:?}");
        }
    }

    #[test]
    fn the_first_block_of_exif_says_how_pixels_are_turned() {
        let turned =
            |value: u8| [&b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"[..], &[value, 0, 0, 0, 0, 0, 0]].concat();
        let empty = b"MM\0*\0\0\0\x08\0\0\0\0\0\0".to_vec();
        let named = |name: &[u8], block: &[u8]| [name, block].concat();
        let limits = Limits::default();
        for (blocks, want) in [
            (vec![named(EXIF, &turned(6))], 6),
            (vec![named(EXIF, &turned(6)), named(EXIF, &turned(1))], 6),
            (vec![named(EXIF, &turned(1)), named(EXIF, &turned(6))], 1),
            (vec![named(EXIF, &empty), named(EXIF, &turned(6))], 1),
            (vec![named(XMP, b"<a/>"), named(EXIF, &turned(6))], 6),
            (vec![named(b"Exif\0\xFF", &turned(6))], 6),
            (vec![named(b"Exif", &turned(6))], 1),
            (vec![], 1),
        ] {
            let mut file = b"\xFF\xD8".to_vec();
            for block in &blocks {
                file.extend([&b"\xFF\xE1"[..], &u16::try_from(block.len() + 2).unwrap().to_be_bytes(), block].concat());
            }
            file.extend(b"\xFF\xDA\0\x02");
            assert_eq!(orientation(&file, Format::Jpeg, &limits).to_exif(), want, "{blocks:?}");
        }
        // In a WebP the header has to announce it; some writers put the name in front there, too.
        for (flags, name, want) in [(8, &b""[..], 6), (8, EXIF, 6), (0, b"", 1)] {
            let mut body = b"WEBP".to_vec();
            webp::write_chunk(&mut body, b"VP8X", &[flags, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            webp::write_chunk(&mut body, b"EXIF", &named(name, &turned(6)));
            let file = [b"RIFF", &u32::try_from(body.len()).unwrap().to_le_bytes()[..], &body].concat();
            assert_eq!(orientation(&file, Format::WebP, &limits).to_exif(), want, "{flags}");
        }
    }

    #[test]
    fn one_byte_too_many_is_nothing() {
        let mut limits = Limits::default();
        let file = jpeg(&[(1, 2, b"abc"), (2, 2, b"de")]);
        limits.profile_bytes = 5;
        assert!(icc(&file, Format::Jpeg, &limits).is_some());
        limits.profile_bytes = 4;
        assert!(icc(&file, Format::Jpeg, &limits).is_none());
        assert_eq!(within(b"abc", 2), None);
    }
}
