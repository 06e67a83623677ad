//! WebP: its container (RFC 9649), and writing it, by libwebp or, without feature `webp-lossy`, lossless by `image`.

pub(crate) mod animated;
pub(crate) mod frames;
#[cfg(feature = "webp-lossy")]
mod lossy;
mod mend;
#[cfg(feature = "webp-lossy")]
mod scaled;

#[cfg(feature = "webp-lossy")]
pub(crate) use self::lossy::encode_picture;
#[cfg(feature = "webp-lossy")]
pub(crate) use self::lossy::encode_planes;
pub(crate) use self::mend::{extra, mended};
#[cfg(feature = "webp-lossy")]
pub(crate) use self::scaled::{partly, reading, reduced, shrinks};

use super::metadata::Attachments;
use super::settings::Settings;
use crate::error::Error;
use crate::pixels::base::channels::Channels;
use crate::pixels::base::error::internal_error;
use crate::pixels::base::memory;
use crate::pixels::raster::Raster;
use crate::plan::Size;

/// Is all there that the container announces (RFC 9649, 2.3)? Orientation may come last.
pub(crate) fn is_complete(bytes: &[u8]) -> bool {
    let announced = bytes.get(4..).and_then(|rest| rest.first_chunk()).map(|size| u32::from_le_bytes(*size));
    announced.is_some_and(|size| u64::from(size) + 8 <= memory::len(bytes))
}

/// Does the file end inside a chunk, or before one that it promises? A length that is only too large is no harm.
pub(crate) fn is_cut_short(bytes: &[u8]) -> bool {
    let Some(mut chunks) = Chunks::of_file(bytes).filter(|_| !is_complete(bytes)) else { return false };
    while chunks.next().is_some() {}
    !chunks.0.is_empty() || mend::promises_more(bytes)
}

/// The chunks of a file, kind and body, up to the first that is cut short.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chunks<'a>(&'a [u8]);

impl<'a> Chunks<'a> {
    /// All chunks; `None` for what is no WebP.
    pub(crate) fn of_file(bytes: &'a [u8]) -> Option<Self> {
        (bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"))
            .then(|| Self::new(bytes.get(12..).unwrap_or_default()))
    }

    /// All chunks, and the beginning of one that is cut short.
    #[cfg(feature = "webp-lossy")]
    pub(crate) fn with_rest(self) -> impl Iterator<Item = (&'a [u8; 4], &'a [u8])> {
        let mut chunks = self;
        let mut is_over = false;
        std::iter::from_fn(move || {
            if let Some(chunk) = chunks.next() {
                return Some(chunk);
            }
            let (kind, rest) = chunks.0.split_first_chunk::<4>().filter(|_| !is_over)?;
            is_over = true;
            rest.get(4..).map(|body| (kind, body))
        })
    }

    /// Chunks inside another.
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = (&'a [u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, rest) = self.0.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let (body, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        // Bodies of odd length are padded; of the last one the padding may be missing.
        self.0 = rest.get(body.len() % 2..).unwrap_or_default();
        Some((kind, body))
    }
}

/// Appends a chunk.
pub(crate) fn write_chunk(out: &mut Vec<u8>, kind: &[u8; 4], body: &[u8]) {
    out.extend_from_slice(kind);
    out.extend(u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(body);
    out.extend(std::iter::repeat_n(0, body.len() % 2));
}

/// A file of a still picture made of the chunks of a frame (RFC 9649, 2.7.1.1); `None` if that is damaged.
pub(crate) fn still(size: Size, frame: &[u8]) -> Option<Vec<u8>> {
    const ALPHA: u8 = 0x10;
    let find = |wanted: &[u8; 4]| Chunks::new(frame).find(|(kind, _)| *kind == wanted);
    let mut chunks = Vec::new();
    if let Some((kind, body)) = find(b"VP8L") {
        write_chunk(&mut chunks, kind, body);
    } else {
        let (kind, body) = find(b"VP8 ")?;
        if let Some((kind, alpha)) = find(b"ALPH") {
            let [width, height] = [size.width, size.height].map(|side| side.saturating_sub(1).to_le_bytes());
            let head = [&[ALPHA, 0, 0, 0][..], width.get(..3)?, height.get(..3)?].concat();
            write_chunk(&mut chunks, b"VP8X", &head);
            write_chunk(&mut chunks, kind, alpha);
        }
        write_chunk(&mut chunks, kind, body);
    }
    let length = u32::try_from(chunks.len()).ok()?.checked_add(4)?;
    Some([&b"RIFF"[..], &length.to_le_bytes(), b"WEBP", &chunks].concat())
}

/// Writes a WebP, with what else there is around the picture.
pub(crate) fn encode(picture: &Raster, settings: &Settings, attached: &Attachments) -> Result<Vec<u8>, Error> {
    let file = encode_picture(picture, settings)?;
    let alpha = picture.channels() == Channels::Rgba;
    with_extras(file, picture.size(), alpha, picture.profile().map(|profile| profile.icc()), attached)
}

/// A file with a profile and what else is attached, if anything is.
fn with_extras(
    file: Vec<u8>,
    size: Size,
    alpha: bool,
    profile: Option<&[u8]>,
    attached: &Attachments,
) -> Result<Vec<u8>, Error> {
    let extras = [(b"ICCP", profile), (b"EXIF", attached.exif.as_deref()), (b"XMP ", attached.xmp.as_deref())];
    if extras.iter().all(|(_, extra)| extra.is_none()) {
        return Ok(file);
    }
    extended(&file, size, alpha, extras).ok_or_else(|| internal_error("a WebP larger than its container"))
}

/// Puts a file of one picture into the extended container (RFC 9649, 2.7): the profile before the picture, the
/// rest behind it.
fn extended(file: &[u8], size: Size, alpha: bool, extras: [(&[u8; 4], Option<&[u8]>); 3]) -> Option<Vec<u8>> {
    const ALPHA: u8 = 0x10;
    let mut flags = if alpha { ALPHA } else { 0 };
    for ((_, extra), flag) in extras.iter().zip([0x20, 0x08, 0x04]) {
        flags |= if extra.is_some() { flag } else { 0 };
    }
    let mut out = b"RIFF\0\0\0\0WEBP".to_vec();
    let mut canvas = vec![flags, 0, 0, 0];
    for side in [size.width, size.height] {
        // One less, in three bytes.
        canvas.extend(side.checked_sub(1)?.to_le_bytes().into_iter().take(3));
    }
    write_chunk(&mut out, b"VP8X", &canvas);
    let [profile, behind @ ..] = extras;
    if let (kind, Some(body)) = profile {
        write_chunk(&mut out, kind, body);
    }
    // Alpha is apart from a lossy picture, and part of a lossless one.
    for kind in [b"ALPH", b"VP8 ", b"VP8L"] {
        if let Some((_, body)) = Chunks::of_file(file)?.find(|(found, _)| *found == kind) {
            write_chunk(&mut out, kind, body);
        }
    }
    for (kind, body) in behind {
        if let Some(body) = body {
            write_chunk(&mut out, kind, body);
        }
    }
    let length = u32::try_from(out.len().checked_sub(8)?).ok()?;
    out.get_mut(4..8)?.copy_from_slice(&length.to_le_bytes());
    Some(out)
}

/// Without loss, whatever the settings: there is no lossy encoder in this build.
#[cfg(not(feature = "webp-lossy"))]
pub(crate) fn encode_picture(picture: &Raster, _: &Settings) -> Result<Vec<u8>, Error> {
    use image::ExtendedColorType;
    use image::codecs::webp::WebPEncoder;

    let kind = match picture.channels() {
        Channels::Rgb => ExtendedColorType::Rgb8,
        Channels::Rgba => ExtendedColorType::Rgba8,
    };
    let mut bytes = Vec::new();
    WebPEncoder::new_lossless(&mut bytes)
        .encode(picture.samples(), picture.size().width, picture.size().height, kind)
        .map_err(|e| internal_error(e.to_string()))?;
    Ok(bytes)
}
