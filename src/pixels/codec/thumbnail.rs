//! Decoding and resampling in one: what is not needed is not decoded.

use super::decode::{self, Colors};
use super::{jpeg, Format};
use crate::error::Error;
use crate::limits::Limits;
use crate::pixels::raster::Channels;
use crate::pixels::{Picture, Raster, memory, op};
use crate::plan::{Op, Rect, Region, Size};

/// What of a file is wanted, and at which size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Thumbnail {
    /// Its stored size.
    pub(crate) size: Size,
    /// What is decoded; the filter sees nothing beyond.
    pub(crate) part: Rect,
    /// The region that is resampled, in pixels of the file.
    pub(crate) from: Region,
    /// The new size.
    pub(crate) to: Size,
    /// How many samples are decoded of each eight.
    pub(crate) eighths: u8,
    /// May chroma have half the resolution?
    pub(crate) halved: bool,
    /// What the samples are to mean.
    pub(crate) colors: Colors,
}

/// Can a file be decoded in part, and at less than its size?
pub(crate) fn shrinks(bytes: &[u8]) -> bool {
    Format::sniff(bytes) == Some(Format::Jpeg) && jpeg::shrinks(bytes)
}

/// Reads a region of a file at the size that is wanted.
///
/// Files of unusual kinds are decoded whole.
///
/// # Errors
/// As [`decode`](super::decode).
pub(crate) fn thumbnail(bytes: &[u8], wanted: &Thumbnail, limits: &Limits) -> Result<Picture, Error> {
    if Format::sniff(bytes) == Some(Format::Jpeg)
        && let Some(planes) = jpeg::thumbnail(bytes, wanted, limits)?
    {
        return Ok(planes.into());
    }
    let request = decode::Request { page: 0, size: wanted.size, colors: wanted.colors };
    let picture = decode::decode(bytes, request, limits)?;
    cut_and_resampled(picture, wanted, limits).map(Picture::from)
}

/// Bytes that reading it takes, the picture included.
///
/// # Errors
/// As [`probe`](super::probe).
pub(crate) fn thumbnailing(bytes: &[u8], wanted: &Thumbnail, limits: &Limits) -> Result<u64, Error> {
    /// A picture in planes is turned into one of red, green and blue.
    const COLORS: u64 = 6;
    let to = wanted.to.pixels().saturating_mul(COLORS);
    let reading = match jpeg::reading(bytes, wanted) {
        Some(reading) => reading,
        // What a crop leaves, and resampling what is left.
        None => {
            let part = wanted.part.size();
            let resize = Op::Resize { from: wanted.from, to: wanted.to };
            let cut = memory::bytes(part, Channels::Rgba) + memory::needed(&resize, part, Channels::Rgba);
            decode::decoding(bytes, wanted.size, limits)?.saturating_add(cut)
        }
    };
    Ok(reading.saturating_add(to))
}

fn cut_and_resampled(picture: Raster, wanted: &Thumbnail, limits: &Limits) -> Result<Raster, Error> {
    let Thumbnail { part, from, to, .. } = *wanted;
    let from = Region { x: from.x - f64::from(part.x), y: from.y - f64::from(part.y), ..from };
    [Op::Crop(part), Op::Resize { from, to }].iter().try_fold(picture, |picture, op| {
        memory::check_op(op, &picture, 0, limits)?;
        // Moving pixels and making them fewer leaves their meaning alone.
        let profile = picture.profile().cloned();
        op::apply(op, picture).map(|picture| picture.with_profile(profile))
    })
}
