//! AVIF: the container is read here, AV1 is decoded by `re_rav1d` and encoded by `ravif`, both in Rust without
//! assembly.
//!
//! Still images are supported as a single item or as a grid of tiles, with or without alpha, cropped, rotated and
//! mirrored; so are sequences of frames. No thread is started.

mod boxes;
mod color;
mod encode;
mod frames;
mod meta;
mod movie;
mod properties;
mod still;
#[cfg(test)]
mod tests;

use std::cell::OnceCell;
use std::sync::Arc;

use image::ColorType;

use self::color::Planes;
use self::frames::Frames;
use self::movie::{Movie, Player};
use self::properties::Meaning;
use self::still::{Still, Tiles};
use super::Codec;
use super::animation::{Animation, Budget, Start};
use super::encoder::Encoder;
use super::reader::{Reader, Request, frame};
use crate::cost::Cost;
use crate::error::Error;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::note::Note;
use crate::pixels::base::{Channels, damaged, fenced, internal_error, memory, unsupported};
use crate::pixels::color::Profile;
use crate::pixels::raster::Raster;
use crate::plan::{Rect, Size, SourceInfo};

/// The AVIF codec.
pub(crate) struct Avif;

impl Codec for Avif {
    fn open<'a>(&self, file: &'a [u8], limits: &'a Limits) -> Result<Box<dyn Reader + 'a>, Error> {
        let mut info;
        let content = if let Some(movie) = Movie::read(file) {
            info = SourceInfo::new(movie.size);
            info.orientation = movie.facts.orientation;
            info.alpha = movie.has_alpha();
            info.frames = u32::try_from(movie.frames()).unwrap_or(u32::MAX).min(limits.frames.saturating_add(1));
            Content::Movie(Box::new(movie))
        } else {
            let still = Still::read(file)?;
            LimitError::check("pixels", still.stored.pixels(), limits.pixels)?;
            info = SourceInfo::new(still.shown.size());
            info.orientation = still.facts.orientation;
            info.alpha = still.alpha.is_some();
            Content::Still(still)
        };
        LimitError::check("pixels", info.size.pixels(), limits.pixels)?;
        info.format = Format::Avif;
        Ok(Box::new(File { content, limits, info, profile: OnceCell::new() }))
    }

    fn encoder(&self) -> Option<&'static dyn Encoder> {
        Some(&encode::AvifEncoder)
    }
}

/// The units of computing for a pixel, including opacity.
const UNITS: u64 = 120;

/// A file whose container has been read.
struct File<'a> {
    content: Content<'a>,
    limits: &'a Limits,
    info: SourceInfo,
    profile: OnceCell<Option<Arc<Profile>>>,
}

enum Content<'a> {
    Still(Still),
    Movie(Box<Movie<'a>>),
}

impl Reader for File<'_> {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn cost(&self, _: &Request<'_>) -> Result<Cost, Error> {
        Ok(match &self.content {
            Content::Still(still) => Cost::new(still.memory(), self.info.size.pixels().saturating_mul(UNITS)),
            Content::Movie(movie) => Cost::new(movie.memory(), self.info.size.pixels().saturating_mul(UNITS)),
        })
    }

    fn frames_work(&self) -> u64 {
        let frames = u64::from(self.info.frames.min(self.limits.frames));
        self.info.size.pixels().saturating_mul(UNITS).saturating_mul(frames)
    }

    fn decode(&self, request: &Request<'_>) -> Result<Raster, Error> {
        match &self.content {
            Content::Movie(_) => {
                let image = frame(self, request.page, self.limits, request.stop)?;
                Ok(image.noting([Note::LeftOut("frames of an AVIF sequence".to_owned())]))
            }
            Content::Still(still) => {
                request.only_page()?;
                let profile = self.profile().map(|profile| request.colors.of(profile));
                Ok(decoded(still, self.limits)?.with_profile(profile).without_needless_alpha())
            }
        }
    }

    fn profile(&self) -> Option<&Arc<Profile>> {
        let meaning = match &self.content {
            Content::Still(still) => &still.facts.meaning,
            Content::Movie(movie) => &movie.facts.meaning,
        };
        self.profile.get_or_init(|| profile(meaning, self.limits).map(Arc::new)).as_ref()
    }

    fn animation(&self, until: Option<u32>) -> Result<Animation<'_>, Error> {
        let Content::Movie(movie) = &self.content else { return Err(damaged(Format::Avif)) };
        let areas = std::iter::repeat_n(Rect::full(movie.size), movie.frames());
        let mut budget = Budget::count(movie.size, areas, until, self.limits)?;
        budget.decoders = movie.decoders();
        budget.memory(movie.size, self.limits)?;
        let start = Start {
            format: Format::Avif,
            canvas: movie.size,
            plays: movie.plays,
            budget,
            complete: true,
            profile: self.profile().cloned(),
            frames: Box::new(Player::new(Movie::clone(movie))?),
        };
        Animation::begin(start, until, self.limits)
    }
}

/// Decodes the pixels of a still image, without applying the orientation.
fn decoded(still: &Still, limits: &Limits) -> Result<Raster, Error> {
    let (size, shown) = (still.stored, still.shown);
    memory::check(still.memory(), limits)?;
    let meaning = &still.facts.meaning;
    // The decoder is in part translated from C. A panic in it counts as damage of the file, and goes no further.
    fenced(|| {
        let mut samples = together(&still.color, size, 3, |planes| planes.to_rgb(meaning))?;
        let mut channels = Channels::Rgb;
        if let Some(tiles) = &still.alpha {
            let alpha = together(tiles, size, 1, Planes::gray)?;
            samples = color::with_alpha(&samples, &alpha, still.premultiplied)?;
            channels = Channels::Rgba;
        }
        Raster::new(shown.size(), channels, cropped(samples, size, shown, channels.count())?)
    })
}

/// Decodes tiles one by one, and assembles their converted pixels: `count` bytes per pixel.
fn together(
    tiles: &Tiles,
    whole: Size,
    count: usize,
    make: impl Fn(&Planes) -> Result<Vec<u8>, Error>,
) -> Result<Vec<u8>, Error> {
    let side = |side: u32| usize::try_from(side).map_err(|_| internal_error("out of address space"));
    let (wide, high) = (side(tiles.size.width)?, side(tiles.size.height)?);
    let (across, width, height) = (side(tiles.across)?.max(1), side(whole.width)?, side(whole.height)?);
    if tiles.size == whole
        && let [data] = tiles.data.as_slice()
    {
        return make(&Frames::new(tiles.size)?.decode(data.clone())?);
    }
    let mut out = memory::zeros(whole.pixels().saturating_mul(count as u64))?;
    for (number, data) in tiles.data.iter().enumerate() {
        let (left, top) = (number % across * wide, number / across * high);
        // Tiles that are entirely outside the image are not decoded.
        if left >= width || top >= height {
            continue;
        }
        let pixels = make(&Frames::new(tiles.size)?.decode(data.clone())?)?;
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

/// Crops an image to the visible part.
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

/// Returns the colour profile of the image, if its colours are not sRGB.
fn profile(meaning: &Meaning, limits: &Limits) -> Option<Profile> {
    let small = meaning.icc.as_ref().filter(|icc| memory::len(icc) <= limits.profile_bytes);
    let icc = small.cloned().and_then(Profile::read).filter(|profile| profile.fits(ColorType::Rgb8));
    if icc.is_some() {
        return icc;
    }
    let [primaries, transfer] = meaning.space?.map(|number| u8::try_from(number).unwrap_or(UNSPECIFIED));
    let primaries = if primaries == UNSPECIFIED { SRGB.0 } else { primaries };
    // Images with the transfer functions of video are displayed like all others, as in browsers.
    let transfer = if matches!(transfer, 1 | UNSPECIFIED | 6 | 14 | 15) { SRGB.1 } else { transfer };
    if (primaries, transfer) == SRGB { None } else { Profile::from_code_points([primaries, transfer, 0, 1]) }
}

/// The primaries and the transfer function of sRGB (ITU-T H.273).
const SRGB: (u8, u8) = (1, 13);
const UNSPECIFIED: u8 = 2;

/// Returns the error for a kind of AVIF that is not supported.
fn unread(kind: &str) -> Error {
    unsupported(format!("the source is an avif with {kind}, which this build does not read"))
}
