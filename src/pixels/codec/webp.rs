//! WebP: its container (RFC 9649), and writing it, by libwebp or, without feature `webp-lossy`, lossless by `image`.

use super::Settings;
use super::metadata::Attachments;
use crate::error::Error;
use crate::pixels::raster::Channels;
use crate::pixels::{Raster, broken, memory};
use crate::plan::Size;

/// Is all there that the container announces (RFC 9649, 2.3)? Orientation may come last.
pub(super) fn is_complete(bytes: &[u8]) -> bool {
    let announced = bytes.get(4..).and_then(|rest| rest.first_chunk()).map(|size| u32::from_le_bytes(*size));
    announced.is_some_and(|size| u64::from(size) + 8 <= memory::len(bytes))
}

/// The body of the first chunk of a kind.
pub(super) fn chunk<'a>(bytes: &'a [u8], wanted: &[u8; 4]) -> Option<&'a [u8]> {
    let mut rest = bytes.get(12..)?;
    loop {
        let (kind, after) = rest.split_first_chunk::<4>()?;
        let (length, after) = after.split_first_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let body = after.get(..length)?;
        if kind == wanted {
            return Some(body);
        }
        // Bodies are padded to an even length.
        rest = after.get(length.checked_add(length % 2)?..)?;
    }
}

/// Writes a WebP, with what else there is around the picture.
pub(super) fn encode(picture: &Raster, settings: &Settings, attached: &Attachments) -> Result<Vec<u8>, Error> {
    let file = encode_picture(picture, settings)?;
    let profile = picture.profile().map(|profile| profile.icc());
    let extras = [(b"ICCP", profile), (b"EXIF", attached.exif.as_deref()), (b"XMP ", attached.xmp.as_deref())];
    if extras.iter().all(|(_, extra)| extra.is_none()) {
        return Ok(file);
    }
    let alpha = picture.channels() == Channels::Rgba;
    extended(&file, picture.size(), alpha, extras).ok_or_else(|| broken("a WebP larger than its container"))
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
    let mut put = |kind: &[u8; 4], body: &[u8]| {
        out.extend_from_slice(kind);
        out.extend_from_slice(&u32::try_from(body.len()).ok()?.to_le_bytes());
        out.extend_from_slice(body);
        out.resize(out.len().next_multiple_of(2), 0);
        Some(())
    };
    put(b"VP8X", &canvas)?;
    let [profile, behind @ ..] = extras;
    if let (kind, Some(body)) = profile {
        put(kind, body)?;
    }
    // Alpha is apart from a lossy picture, and part of a lossless one.
    for kind in [b"ALPH", b"VP8 ", b"VP8L"] {
        if let Some(body) = chunk(file, kind) {
            put(kind, body)?;
        }
    }
    for (kind, body) in behind {
        if let Some(body) = body {
            put(kind, body)?;
        }
    }
    let length = u32::try_from(out.len().checked_sub(8)?).ok()?;
    out.get_mut(4..8)?.copy_from_slice(&length.to_le_bytes());
    Some(out)
}

#[cfg(feature = "webp-lossy")]
fn encode_picture(picture: &Raster, settings: &Settings) -> Result<Vec<u8>, Error> {
    use webp::{Encoder, PixelLayout, WebPConfig};

    /// Effort from 0 to 6: libwebp's default.
    const METHOD: i32 = 4;
    /// For lossless files quality is effort too: libwebp's default.
    const LOSSLESS_EFFORT: f32 = 75.0;
    let layout = match picture.channels() {
        Channels::Rgb => PixelLayout::Rgb,
        Channels::Rgba => PixelLayout::Rgba,
    };
    let mut config = WebPConfig::new().map_err(|()| broken("no WebP encoder"))?;
    config.method = METHOD;
    config.lossless = settings.lossless.into();
    config.quality = if settings.lossless { LOSSLESS_EFFORT } else { settings.quality.min(100).into() };
    let size = picture.size();
    let file = Encoder::new(picture.samples(), layout, size.width, size.height)
        .encode_advanced(&config)
        .map_err(|e| broken(format!("WebP encoder: {e:?}")))?;
    Ok(file.to_vec())
}

/// Without loss, whatever the settings: there is no lossy encoder in this build.
#[cfg(not(feature = "webp-lossy"))]
fn encode_picture(picture: &Raster, _: &Settings) -> Result<Vec<u8>, Error> {
    use image::ExtendedColorType;
    use image::codecs::webp::WebPEncoder;

    let kind = match picture.channels() {
        Channels::Rgb => ExtendedColorType::Rgb8,
        Channels::Rgba => ExtendedColorType::Rgba8,
    };
    let mut bytes = Vec::new();
    WebPEncoder::new_lossless(&mut bytes)
        .encode(picture.samples(), picture.size().width, picture.size().height, kind)
        .map_err(|e| broken(e.to_string()))?;
    Ok(bytes)
}
