//! WebP encoding, by libwebp or, without the feature `webp-lossy`, losslessly by the `image` crate.

use super::animated;
use super::chunks::{Chunks, write_chunk};
#[cfg(feature = "webp-lossy")]
use super::lossy;
use super::still::{self, encode_image};
use crate::cost::Cost;
use crate::error::Error;
use crate::limits::Limits;
use crate::pixels::base::{Channels, internal_error};
use crate::pixels::codec::attachments::Attachments;
use crate::pixels::codec::encoder::{AnimationEncoder, Encoder, Settings, Side};
use crate::pixels::raster::Image;
use crate::plan::Size;

/// The WebP encoder.
pub(super) struct WebPEncoder;

impl Encoder for WebPEncoder {
    fn longest_side(&self, limits: &Limits) -> Side {
        Side("pixels on a side of a WebP", limits.webp_side)
    }

    fn cost(&self, size: Size, alpha: bool, settings: &Settings) -> Cost {
        still::cost(size, alpha, settings)
    }

    fn takes_planes(&self, settings: &Settings) -> bool {
        cfg!(feature = "webp-lossy") && !settings.lossless
    }

    fn holds_profile(&self) -> bool {
        true
    }

    fn encode(&self, image: &Image, settings: &Settings, attached: &Attachments) -> Result<Vec<u8>, Error> {
        #[cfg(feature = "webp-lossy")]
        if let (Image::Planes(planes), true) = (image, self.takes_planes(settings)) {
            let file = lossy::encode_planes(planes, settings)?;
            let profile = planes.profile().map(|profile| profile.icc());
            return with_extras(file, planes.size(), false, profile, attached);
        }
        let image = image.pixels()?;
        let alpha = image.channels() == Channels::Rgba;
        let file = encode_image(&image, settings)?;
        with_extras(file, image.size(), alpha, image.profile().map(|profile| profile.icc()), attached)
    }

    fn animated(&self) -> Option<&dyn AnimationEncoder> {
        Some(&animated::AnimatedWebP)
    }
}

/// Adds the profile and other attachments to a file, if there are any.
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

/// Converts a file of one image to the extended container (RFC 9649, 2.7). The profile comes before the image, the
/// other attachments after it.
fn extended(file: &[u8], size: Size, alpha: bool, extras: [(&[u8; 4], Option<&[u8]>); 3]) -> Option<Vec<u8>> {
    const ALPHA: u8 = 0x10;
    let mut flags = if alpha { ALPHA } else { 0 };
    for ((_, extra), flag) in extras.iter().zip([0x20, 0x08, 0x04]) {
        flags |= if extra.is_some() { flag } else { 0 };
    }
    let mut out = b"RIFF\0\0\0\0WEBP".to_vec();
    let mut canvas = vec![flags, 0, 0, 0];
    for side in [size.width, size.height] {
        // Stored minus one, in three bytes.
        canvas.extend(side.checked_sub(1)?.to_le_bytes().into_iter().take(3));
    }
    write_chunk(&mut out, b"VP8X", &canvas);
    let [profile, behind @ ..] = extras;
    if let (kind, Some(body)) = profile {
        write_chunk(&mut out, kind, body);
    }
    // Alpha is a separate chunk of a lossy image, and part of a lossless one.
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
