//! AVIF: the container by ourselves, AV1 by `re_rav1d` (in) and `ravif` (out), both Rust without assembly.
//!
//! Read are still pictures in one piece, with or without alpha, turned and mirrored: what encoders write for
//! the web. Refused by name are grids of tiles, clean apertures, and colours that are no matrix away from
//! RGB. No thread is started.

mod color;
mod container;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use image::ColorType;
use ravif::{Encoder, Img, RGB8, RGBA8};
use re_rav1d::dav1d::pixel::YUVRange;
use re_rav1d::dav1d::{Decoder, Picture, PixelLayout, PlanarImageComponent};

use self::color::{Planes, Sampling};
use self::container::{Meaning, Still};
use super::decode::{damaged, of_a_kind};
use super::{Colors, Profile, Settings};
use crate::error::Error;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::pixels::raster::Channels;
use crate::pixels::{Raster, broken, memory};
use crate::plan::{Size, SourceInfo};

/// What the container says.
pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<SourceInfo, Error> {
    let still = Still::read(bytes)?;
    LimitError::check("pixels", still.size.pixels(), limits.pixels)?;
    let mut info = SourceInfo::new(still.size);
    info.format = Format::Avif;
    info.orientation = still.orientation;
    info.alpha = still.alpha.is_some();
    Ok(info)
}

/// The pixels, without orientation.
pub(super) fn decode(bytes: &[u8], colors: Colors, limits: &Limits) -> Result<Raster, Error> {
    let still = Still::read(bytes)?;
    LimitError::check("pixels", still.size.pixels(), limits.pixels)?;
    // Planes of 16 bits, as many again in the decoder, and the result.
    memory::check(still.size.pixels().saturating_mul(20), limits)?;
    let size = still.size;
    let profile = profile(&still.meaning, colors, limits).map(Arc::new);
    // It is as old as C, in part: what it stumbles over is the file's fault, and ends with it.
    let decoded = catch_unwind(AssertUnwindSafe(|| {
        let picture = frame(still.color, size)?;
        let mut samples = planes(&picture, size)?.to_rgb(&still.meaning)?;
        if let Some(data) = still.alpha {
            let alpha = frame(data, size)?;
            let alpha = planes(&alpha, size)?.gray()?;
            samples = color::with_alpha(&samples, &alpha, still.premultiplied)?;
            return Raster::new(size, Channels::Rgba, samples);
        }
        Raster::new(size, Channels::Rgb, samples)
    }));
    let picture = decoded.unwrap_or_else(|_| Err(damaged(Format::Avif)))?;
    Ok(picture.with_profile(profile).without_needless_alpha())
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
    if (primaries, transfer) == SRGB { None } else { Profile::from_code_points(primaries, transfer) }
}

/// Primaries and transfer of sRGB (ITU-T H.273).
const SRGB: (u8, u8) = (1, 13);
const UNSPECIFIED: u8 = 2;

/// Decodes the one frame of an item, which must have the size that the container says.
fn frame(data: Vec<u8>, size: Size) -> Result<Picture, Error> {
    /// A picture may lie in several layers, each handed out.
    const ROUNDS: usize = 16;
    let mut settings = re_rav1d::dav1d::Settings::new();
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    settings.set_all_layers(false);
    settings.set_frame_size_limit(u32::try_from(size.pixels()).unwrap_or(u32::MAX));
    let failed = |_| damaged(Format::Avif);
    let mut decoder = Decoder::with_settings(&settings).map_err(failed)?;
    let mut sent = decoder.send_data(data, None, None, None);
    for _ in 0..ROUNDS {
        match sent {
            Err(error) if !error.is_again() => return Err(failed(error)),
            _ => {}
        }
        match decoder.get_picture() {
            Ok(picture) if picture.width() == size.width && picture.height() == size.height => return Ok(picture),
            Ok(_) => return Err(damaged(Format::Avif)),
            Err(error) if error.is_again() => sent = decoder.send_pending_data(),
            Err(error) => return Err(failed(error)),
        }
    }
    Err(damaged(Format::Avif))
}

/// The planes of a frame as numbers.
fn planes(picture: &Picture, size: Size) -> Result<Planes, Error> {
    let sampling = match picture.pixel_layout() {
        PixelLayout::I400 => Sampling::Gray,
        PixelLayout::I420 => Sampling::Quarter,
        PixelLayout::I422 => Sampling::Half,
        PixelLayout::I444 => Sampling::Full,
    };
    let depth = u32::try_from(picture.bit_depth()).unwrap_or_default();
    if !matches!(depth, 8 | 10 | 12) {
        return Err(of_a_kind(Format::Avif));
    }
    let wide = if depth == 8 { 1 } else { 2 };
    let copy = |component, size: Size| -> Result<Vec<u16>, Error> {
        let stride = usize::try_from(picture.stride(component)).map_err(|_| broken("out of address space"))?;
        let width = usize::try_from(size.width).map_err(|_| broken("out of address space"))?;
        let height = usize::try_from(size.height).map_err(|_| broken("out of address space"))?;
        let plane = picture.plane(component);
        let mut out = Vec::new();
        out.try_reserve_exact(width * height).map_err(|_| broken("out of memory"))?;
        for row in plane.chunks(stride.max(1)).take(height) {
            let row = row.get(..width * wide).ok_or_else(|| damaged(Format::Avif))?;
            if wide == 1 {
                out.extend(row.iter().map(|sample| u16::from(*sample)));
            } else {
                out.extend(row.chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(u16::from_ne_bytes));
            }
        }
        if out.len() == width * height { Ok(out) } else { Err(damaged(Format::Avif)) }
    };
    let luma = copy(PlanarImageComponent::Y, size)?;
    let chroma = match sampling.chroma(size) {
        Some(size) => Some([copy(PlanarImageComponent::U, size)?, copy(PlanarImageComponent::V, size)?]),
        None => None,
    };
    let full_range = matches!(picture.color_range(), YUVRange::Full);
    let matrix = color::matrix_of(picture);
    Ok(Planes { size, sampling, depth, luma, chroma, full_range, matrix })
}

/// Writes an AVIF.
pub(super) fn encode(picture: &Raster, settings: &Settings) -> Result<Vec<u8>, Error> {
    let size = picture.size();
    let side = |side: u32| usize::try_from(side).map_err(|_| broken("out of address space"));
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
    Ok(file.map_err(|e| broken(format!("AVIF encoder: {e}")))?.avif_file)
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
