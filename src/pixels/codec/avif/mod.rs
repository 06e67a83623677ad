//! AVIF: the container by ourselves, AV1 by `re_rav1d` (in) and `ravif` (out), both Rust without assembly.
//!
//! Read are still images, in one piece or as a grid of tiles, with or without alpha, cropped, turned and mirrored, and
//! sequences of frames. No thread is started.

mod boxes;
mod color;
mod frames;
mod meta;
mod movie;
mod player;
mod properties;
mod still;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use image::ColorType;
use ravif::{Encoder, Img, RGB8, RGBA8};

use self::color::Planes;
use self::frames::Frames;
pub(crate) use self::movie::{Movie, Player};
use self::properties::Meaning;
use self::still::{Still, Tiles};
use super::decode::Colors;
use super::settings::Settings;
use crate::error::Error;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::pixels::base::channels::Channels;
use crate::pixels::base::error::internal_error;
use crate::pixels::base::error::unsupported;
use crate::pixels::base::fence::fenced;
use crate::pixels::base::memory;
use crate::pixels::color::profile::Profile;
use crate::pixels::raster::Raster;
use crate::plan::{Rect, Size, SourceInfo};

/// Reads the tables of the container.
pub(crate) fn probe(bytes: &[u8], limits: &Limits) -> Result<SourceInfo, Error> {
    let mut info = if let Some(movie) = Movie::read(bytes) {
        LimitError::check("pixels", movie.size.pixels(), limits.pixels)?;
        let mut info = SourceInfo::new(movie.size);
        info.orientation = movie.facts.orientation;
        info.alpha = movie.has_alpha();
        info.frames = u32::try_from(movie.frames()).unwrap_or(u32::MAX).min(limits.frames.saturating_add(1));
        info
    } else {
        let still = Still::read(bytes)?;
        LimitError::check("pixels", still.stored.pixels(), limits.pixels)?;
        let mut info = SourceInfo::new(still.shown.size());
        info.orientation = still.facts.orientation;
        info.alpha = still.alpha.is_some();
        info
    };
    info.format = Format::Avif;
    Ok(info)
}

/// Bytes that decoding takes, the image included.
pub(crate) fn decoding(bytes: &[u8]) -> Result<u64, Error> {
    match Movie::read(bytes) {
        Some(movie) => Ok(movie.memory()),
        None => Still::read(bytes).map(|still| still.memory()),
    }
}

/// The pixels of a still image, without orientation.
pub(crate) fn decode(bytes: &[u8], colors: Colors, limits: &Limits) -> Result<Raster, Error> {
    let still = Still::read(bytes)?;
    let (size, shown) = (still.stored, still.shown);
    LimitError::check("pixels", size.pixels(), limits.pixels)?;
    memory::check(still.memory(), limits)?;
    let meaning = &still.facts.meaning;
    let profile = profile(meaning, colors, limits).map(Arc::new);
    // It is as old as C, in part: what it stumbles over is the file's fault, and ends with it.
    let image = fenced(|| {
        let mut samples = together(still.color, size, 3, |planes| planes.to_rgb(meaning))?;
        let mut channels = Channels::Rgb;
        if let Some(tiles) = still.alpha {
            let alpha = together(tiles, size, 1, Planes::gray)?;
            samples = color::with_alpha(&samples, &alpha, still.premultiplied)?;
            channels = Channels::Rgba;
        }
        Raster::new(shown.size(), channels, cropped(samples, size, shown, channels.count())?)
    })?;
    Ok(image.with_profile(profile).without_needless_alpha())
}

/// Decodes tiles one by one, and puts together what is made of each: `count` bytes for a pixel.
fn together(
    tiles: Tiles,
    whole: Size,
    count: usize,
    make: impl Fn(&Planes) -> Result<Vec<u8>, Error>,
) -> Result<Vec<u8>, Error> {
    let side = |side: u32| usize::try_from(side).map_err(|_| internal_error("out of address space"));
    let (wide, high) = (side(tiles.size.width)?, side(tiles.size.height)?);
    let (across, width, height) = (side(tiles.across)?.max(1), side(whole.width)?, side(whole.height)?);
    if tiles.size == whole
        && let [_] = tiles.data.as_slice()
    {
        let data = tiles.data.into_iter().next().unwrap_or_default();
        return make(&Frames::new(tiles.size)?.decode(data)?);
    }
    let mut out = memory::zeros(whole.pixels().saturating_mul(count as u64))?;
    for (number, data) in tiles.data.into_iter().enumerate() {
        let (left, top) = (number % across * wide, number / across * high);
        // One that lies outside as a whole is not looked at.
        if left >= width || top >= height {
            continue;
        }
        let pixels = make(&Frames::new(tiles.size)?.decode(data)?)?;
        let bytes = wide.min(width - left) * count;
        for (y, row) in pixels.chunks_exact(wide * count).enumerate().take(height - top) {
            let at = ((top + y) * width + left) * count;
            if let (Some(to), Some(from)) = (out.get_mut(at..at + bytes), row.get(..bytes)) {
                to.copy_from_slice(from);
            }
        }
    }
    Ok(out)
}

/// The part of an image that is shown.
fn cropped(samples: Vec<u8>, whole: Size, part: Rect, count: usize) -> Result<Vec<u8>, Error> {
    if part == Rect::full(whole) {
        return Ok(samples);
    }
    let side = |side: u32| usize::try_from(side).map_err(|_| internal_error("out of address space"));
    let (from, bytes) = (side(part.x)? * count, side(part.width)? * count);
    let rows = samples.chunks_exact(side(whole.width)? * count).skip(side(part.y)?).take(side(part.height)?);
    let mut out = memory::reserve(part.size().pixels().saturating_mul(count as u64))?;
    rows.for_each(|row| out.extend_from_slice(row.get(from..from + bytes).unwrap_or_default()));
    Ok(out)
}

/// What its colours mean, if that is not sRGB.
fn profile(meaning: &Meaning, colors: Colors, limits: &Limits) -> Option<Profile> {
    let small = meaning.icc.as_ref().filter(|icc| memory::len(icc) <= limits.profile_bytes);
    let icc = small.cloned().and_then(Profile::read).filter(|profile| profile.fits(ColorType::Rgb8));
    if let Some(profile) = icc {
        return Some(if colors == Colors::Kept { profile.keep() } else { profile });
    }
    let [primaries, transfer] = meaning.space?.map(|number| u8::try_from(number).unwrap_or(UNSPECIFIED));
    let primaries = if primaries == UNSPECIFIED { SRGB.0 } else { primaries };
    // The curves of video stand in pictures that are looked at like all others (so do browsers).
    let transfer = if matches!(transfer, 1 | UNSPECIFIED | 6 | 14 | 15) { SRGB.1 } else { transfer };
    if (primaries, transfer) == SRGB { None } else { Profile::from_code_points([primaries, transfer, 0, 1]) }
}

/// Primaries and transfer of sRGB (ITU-T H.273).
const SRGB: (u8, u8) = (1, 13);
const UNSPECIFIED: u8 = 2;

/// The error for a kind of AVIF that is not read.
fn unread(kind: &str) -> Error {
    unsupported(format!("the source is an avif with {kind}, which this build does not read"))
}

/// Writes an AVIF.
pub(crate) fn encode(picture: &Raster, settings: &Settings) -> Result<Vec<u8>, Error> {
    let size = picture.size();
    let side = |side: u32| usize::try_from(side).map_err(|_| internal_error("out of address space"));
    let (width, height) = (side(size.width)?, side(size.height)?);
    let quality = quality(settings.quality);
    let encoder = Encoder::new()
        .with_quality(quality)
        .with_alpha_quality(quality)
        .with_speed(speed(size))
        .with_num_threads(Some(1));
    let samples = picture.samples();
    let file = match picture.channels() {
        Channels::Rgb => {
            let pixels: Vec<RGB8> = samples.chunks_exact(3).filter_map(rgb).collect();
            encoder.encode_rgb(Img::new(&pixels, width, height))
        }
        Channels::Rgba => {
            let pixels: Vec<RGBA8> = samples.chunks_exact(4).filter_map(rgba).collect();
            encoder.encode_rgba(Img::new(&pixels, width, height))
        }
    };
    Ok(file.map_err(|e| internal_error(format!("AVIF encoder: {e}")))?.avif_file)
}

fn rgb(pixel: &[u8]) -> Option<RGB8> {
    let &[r, g, b] = pixel else { return None };
    Some(RGB8::new(r, g, b))
}

fn rgba(pixel: &[u8]) -> Option<RGBA8> {
    let &[r, g, b, a] = pixel else { return None };
    Some(RGBA8::new(r, g, b, a))
}

/// The encoder's quality that looks like this quality of a JPEG.
fn quality(quality: u8) -> f32 {
    f32::from(quality.clamp(1, 100))
}

/// Effort, from 1 to 10, so that a picture takes about a second.
fn speed(size: Size) -> u8 {
    match size.pixels() {
        0..=250_000 => 6,
        250_001..=1_000_000 => 8,
        _ => 10,
    }
}
