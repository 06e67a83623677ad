//! Thumbnails from the scaled reader: each plane is decoded and resampled by itself.

use super::failure;
use super::read;
use super::read::Color;
use super::read::Plane;
use super::read::{Chroma, Request};
use crate::error::Error;
use crate::format::Format;
use crate::limits::Limits;
use crate::pixels::codec::decode::Colors;
use crate::pixels::codec::profile::profile_of;
use crate::pixels::filter;
use crate::pixels::raster::Scratch;
use crate::pixels::raster::planes::{Planes, chroma_size};
use crate::plan::{Rect, Region, Size, Thumbnail};
use image::ColorType;

/// Returns `true` if a file can be reduced while it is decoded: it holds luma, and perhaps chroma.
pub(crate) fn shrinks(bytes: &[u8]) -> bool {
    read::read_header(bytes).is_ok_and(|header| matches!(header.color, Color::Gray | Color::YCbCr))
}

/// A region of a file at the size that is wanted; `None` for a file whose components are neither luma nor chroma.
pub(crate) fn thumbnail(
    bytes: &[u8],
    wanted: &Thumbnail,
    colors: Colors,
    scratch: &Scratch,
    limits: &Limits,
) -> Result<Option<Planes>, Error> {
    let header = read::read_header(bytes).map_err(failure)?;
    let samples = match header.color {
        Color::Gray => ColorType::L8,
        Color::YCbCr => ColorType::Rgb8,
        Color::Rgb | Color::Cmyk | Color::Ycck => return Ok(None),
    };
    let planes = read::read(bytes, &request(wanted), &|bytes| scratch.reserve(bytes).ok(), limits).map_err(failure)?;
    let notes = planes.damage.notes();
    let luma = resampled(planes.luma, wanted, wanted.to, scratch)?;
    let chroma = match planes.chroma {
        None => None,
        Some([blue, red]) => {
            let to = chroma_size(wanted.to, wanted.halved);
            Some([resampled(blue, wanted, to, scratch)?, resampled(red, wanted, to, scratch)?])
        }
    };
    let profile = profile_of(bytes, Format::Jpeg, limits).filter(|profile| profile.fits(samples));
    // One that says nothing new goes on only if it is to be kept.
    let profile = profile.map(|profile| colors.of(profile)).filter(|profile| profile.kept || !profile.is_srgb());
    Ok(Some(Planes::new(wanted.to, luma, chroma, wanted.halved)?.with_profile(profile).noting(notes)))
}

/// Bytes that this takes, the planes before and after resampling included; `None` for a file that is decoded whole.
pub(crate) fn reading(bytes: &[u8], wanted: &Thumbnail) -> Option<u64> {
    let header = read::read_header(bytes).ok().filter(|header| matches!(header.color, Color::Gray | Color::YCbCr))?;
    let needs = read::needs(&header, &request(wanted));
    // Between the two passes of a resampling lie as many rows as there were, or as many columns; and its weights.
    let between = needs.planes.iter().map(|size| {
        let sides = [size.width, size.height, wanted.to.width, wanted.to.height].map(u64::from).iter().sum::<u64>();
        u64::from(wanted.to.width) * u64::from(size.height) + sides * 6 * 8 * 2
    });
    Some(needs.total().saturating_add(between.max().unwrap_or_default()).saturating_add(wanted.to.pixels() * 3))
}

fn request(wanted: &Thumbnail) -> Request {
    let chroma = if wanted.halved { Chroma::Half } else { Chroma::Equal };
    Request { luma: wanted.eighths, chroma, crop: Some(wanted.part) }
}

/// A plane at the size that is wanted of it: that of the picture, or half of it, rounded up.
fn resampled(plane: Plane, wanted: &Thumbnail, to: Size, scratch: &Scratch) -> Result<Vec<u8>, Error> {
    let Thumbnail { part, from, to: whole, .. } = *wanted;
    // The last sample of a halved odd side stands for half a pixel more than there is.
    let over = |to: u32, whole: u32| if to == whole { 1.0 } else { f64::from(2 * to) / f64::from(whole) };
    let (width, height) = (from.width * over(to.width, whole.width), from.height * over(to.height, whole.height));
    let ((left, top), (across, down)) = (plane.at, plane.scale);
    let x = Stretch::of((from.x, width), (part.x, part.width), plane.size.width, left, across);
    let y = Stretch::of((from.y, height), (part.y, part.height), plane.size.height, top, down);
    let walls = Rect { x: x.wall, y: y.wall, width: x.between, height: y.between };
    let from = Region { x: x.from, y: y.from, width: x.length, height: y.length };
    filter::resample_plane(plane.samples, plane.size, walls, from, to, scratch)
}

/// Where a stretch of the file lies in a plane, and the walls around it.
struct Stretch {
    from: f64,
    length: f64,
    wall: u32,
    between: u32,
}

impl Stretch {
    /// `side`: samples of the plane; `first`: where the first of them lies; `scale`: samples for each pixel.
    fn of((from, length): (f64, f64), (part, all): (u32, u32), side: u32, first: u32, scale: f64) -> Self {
        let place = |at: f64| (at * scale - f64::from(first)).clamp(0.0, f64::from(side));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the side")]
        let (start, end) = (place(part.into()).floor() as u32, place(f64::from(part) + f64::from(all)).ceil() as u32);
        let wall = start.min(side.saturating_sub(1));
        let end = end.clamp(wall + 1, side);
        let within = |at: f64| place(at).clamp(wall.into(), end.into());
        let at = within(from);
        Self { from: at, length: within(from + length) - at, wall, between: end - wall }
    }
}
