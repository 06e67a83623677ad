//! Decoding and resampling in one: what is not needed is not decoded.

use crate::error::Error;
use crate::format::Format;
use crate::limits::Limits;
use crate::pixels::base::channels::Channels;
use crate::pixels::base::memory;
use crate::pixels::codec::decode;
use crate::pixels::codec::decode::Colors;
use crate::pixels::codec::jpeg;
use crate::pixels::codec::profile::profile_of;
#[cfg(feature = "webp-lossy")]
use crate::pixels::codec::webp;
use crate::pixels::filter;
use crate::pixels::filter::cost;
use crate::pixels::raster::Scratch;
use crate::pixels::raster::{Picture, Raster};
use crate::plan::{Op, Region, Thumbnail};
#[cfg(feature = "webp-lossy")]
use crate::plan::{Rect, reduced};
#[cfg(feature = "webp-lossy")]
use image::ColorType;

/// Can a file be decoded in part, and at less than its size?
pub(crate) fn shrinks(bytes: &[u8]) -> bool {
    match Format::sniff(bytes) {
        Some(Format::Jpeg) => jpeg::shrinks(bytes),
        #[cfg(feature = "webp-lossy")]
        Some(Format::WebP) => webp::shrinks(bytes),
        _ => false,
    }
}

/// Reads a region of a file at the size that is wanted.
///
/// Files of unusual kinds are decoded whole.
///
/// # Errors
/// As [`decode`](decode::decode).
pub(crate) fn thumbnail(
    bytes: &[u8],
    wanted: &Thumbnail,
    colors: Colors,
    scratch: &Scratch,
    limits: &Limits,
) -> Result<Picture, Error> {
    if Format::sniff(bytes) == Some(Format::Jpeg) {
        // Planes, and the red, green and blue that may be made of them.
        let colors_too = memory::bytes(wanted.to, Channels::Rgb);
        memory::check(jpeg::reading(bytes, wanted).unwrap_or_default().saturating_add(colors_too), limits)?;
        if let Some(planes) = jpeg::thumbnail(bytes, wanted, colors, scratch, limits)? {
            return Ok(planes.into());
        }
    }
    #[cfg(feature = "webp-lossy")]
    if wanted.eighths < 8 && webp::shrinks(bytes) && webp::is_complete(bytes) {
        return scaled(bytes, wanted, colors, limits).map(Picture::from);
    }
    let request = decode::Request { page: 0, size: wanted.size, colors };
    let picture = decode::decode(bytes, request, limits)?;
    cut_and_resampled(picture, wanted, limits).map(Picture::from)
}

/// Bytes that reading it takes, the picture included.
///
/// # Errors
/// As [`probe`](crate::pixels::codec::decode::probe()).
pub(crate) fn thumbnailing(bytes: &[u8], wanted: &Thumbnail, limits: &Limits) -> Result<u64, Error> {
    /// A picture in planes is turned into one of red, green and blue.
    const COLORS: u64 = 6;
    let to = wanted.to.pixels().saturating_mul(COLORS);
    let reading = match jpeg::reading(bytes, wanted) {
        Some(reading) => reading,
        #[cfg(feature = "webp-lossy")]
        None if wanted.eighths < 8 && webp::shrinks(bytes) => {
            let size = reduced(wanted.size, wanted.eighths);
            let resize = Op::Resize { from: wanted.from, to: wanted.to };
            webp::reading(bytes, size).unwrap_or_default() + cost::needed(&resize, size, Channels::Rgb)
        }
        // What a crop leaves, and resampling what is left.
        None => {
            let part = wanted.part.size();
            let resize = Op::Resize { from: wanted.from, to: wanted.to };
            let cut = memory::bytes(part, Channels::Rgba) + cost::needed(&resize, part, Channels::Rgba);
            decode::decoding(bytes, wanted.size, limits)?.saturating_add(cut)
        }
    };
    Ok(reading.saturating_add(to))
}

/// A WebP, read at so many eighths.
#[cfg(feature = "webp-lossy")]
fn scaled(bytes: &[u8], wanted: &Thumbnail, colors: Colors, limits: &Limits) -> Result<Raster, Error> {
    let size = reduced(wanted.size, wanted.eighths);
    let picture = webp::reduced(bytes, size, limits)?;
    let profile = profile_of(bytes, Format::WebP, limits).filter(|profile| profile.fits(ColorType::Rgb8));
    let picture = picture.with_profile(profile.map(|profile| colors.of(profile)));
    // Whole pixels around what was whole pixels before, and the region to the fraction.
    let scale = |to: u32, from: u32| f64::from(to) / f64::from(from);
    let (across, down) = (scale(size.width, wanted.size.width), scale(size.height, wanted.size.height));
    let (x, width) = around(wanted.part.x, wanted.part.width, across, size.width);
    let (y, height) = around(wanted.part.y, wanted.part.height, down, size.height);
    let Region { x: left, y: top, width: wide, height: high } = wanted.from;
    let from = Region { x: left * across, y: top * down, width: wide * across, height: high * down };
    cut_and_resampled(picture, &Thumbnail { part: Rect { x, y, width, height }, from, ..*wanted }, limits)
}

/// A stretch at another scale, to whole pixels.
#[cfg(feature = "webp-lossy")]
fn around(at: u32, length: u32, scale: f64, all: u32) -> (u32, u32) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float casts saturate")]
    let (first, last) = ((f64::from(at) * scale) as u32, ((f64::from(at) + f64::from(length)) * scale).ceil() as u32);
    let first = first.min(all.saturating_sub(1));
    (first, last.clamp(first + 1, all) - first)
}

fn cut_and_resampled(mut picture: Raster, wanted: &Thumbnail, limits: &Limits) -> Result<Raster, Error> {
    let Thumbnail { part, from, to, .. } = *wanted;
    let from = Region { x: from.x - f64::from(part.x), y: from.y - f64::from(part.y), ..from };
    let notes = picture.take_notes();
    let made = [Op::Crop(part), Op::Resize { from, to }].iter().try_fold(picture, |picture, op| {
        cost::check_op(op, &picture, 0, limits)?;
        // Moving pixels and making them fewer leaves their meaning alone.
        let profile = picture.profile().cloned();
        filter::apply(op, picture).map(|picture| picture.with_profile(profile))
    });
    made.map(|picture| picture.noting(notes))
}
