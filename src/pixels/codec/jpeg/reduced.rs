//! Thumbnails from the scaled reader: each plane is decoded and resampled by itself.

use super::read::{self, Chroma, Plane, ReadError, Request, Scale};
use super::{is_complete, is_gray};
use crate::error::Error;
use crate::format::Format;
use crate::limits::Limits;
use crate::pixels::codec::Profile;
use crate::pixels::codec::decode::damaged;
use crate::pixels::codec::thumbnail::Thumbnail;
use crate::pixels::planes::{Planes, chroma_size};
use crate::pixels::{broken, op};
use crate::plan::{Rect, Region, Size};
use image::ColorType;

/// Can a file be reduced while it is decoded? Its header says so; what follows may be unusual all the same.
pub(crate) fn shrinks(bytes: &[u8]) -> bool {
    read::read_header(bytes).is_ok()
}

/// A region of a file at the size that is wanted; `None` where the file is of a kind that this reader leaves to
/// others.
pub(crate) fn thumbnail(bytes: &[u8], wanted: &Thumbnail, limits: &Limits) -> Result<Option<Planes>, Error> {
    if !is_complete(bytes) {
        return Err(damaged(Format::Jpeg));
    }
    let scale = match wanted.eighths {
        1 => Scale::Eighth,
        2 => Scale::Quarter,
        3..=4 => Scale::Half,
        _ => Scale::Full,
    };
    let chroma = if wanted.halved { Chroma::Kept } else { Chroma::Equal };
    let planes = match read::read(bytes, &Request { scale, chroma, crop: Some(wanted.part) }, limits) {
        Ok(planes) => planes,
        Err(ReadError::Unusual(_)) => return Ok(None),
        Err(ReadError::Damaged(_)) => return Err(damaged(Format::Jpeg)),
        Err(ReadError::Limit(limit)) => return Err(limit.into()),
        Err(ReadError::OutOfMemory) => return Err(broken("out of memory")),
    };
    let luma_scale = f64::from(scale.side()) / 8.0;
    let (x, y) = (planes.region.x, planes.region.y);
    let luma = resampled(&planes.luma, (x, y), (luma_scale, luma_scale), wanted, wanted.to, false)?;
    let chroma = match planes.chroma {
        None => None,
        Some(both) => {
            let to = chroma_size(wanted.to, wanted.halved);
            let [blue, red] = both.map(|plane| {
                let rx = (planes.luma.size.width + plane.size.width / 2) / plane.size.width;
                let ry = (planes.luma.size.height + plane.size.height / 2) / plane.size.height;
                let scale = (luma_scale / f64::from(rx), luma_scale / f64::from(ry));
                resampled(&plane, (x / rx, y / ry), scale, wanted, to, wanted.halved)
            });
            Some([blue?, red?])
        }
    };
    let samples = if is_gray(bytes) { ColorType::L8 } else { ColorType::Rgb8 };
    let profile = Profile::of(bytes, Format::Jpeg, limits).filter(|profile| profile.fits(samples));
    // One that says nothing new goes on only if it is to be kept.
    let profile = profile.map(|profile| wanted.colors.of(profile)).filter(|profile| profile.kept || !profile.is_srgb());
    Ok(Some(Planes::new(wanted.to, luma, chroma, wanted.halved)?.with_profile(profile)))
}

/// A plane at the size that is wanted.
fn resampled(
    plane: &Plane,
    (left, top): (u32, u32),
    (across, down): (f64, f64),
    wanted: &Thumbnail,
    to: Size,
    halved: bool,
) -> Result<Vec<u8>, Error> {
    let Thumbnail { part, from, .. } = *wanted;
    // Chroma of an odd side goes on for half a sample.
    let over = |half: u32, whole: u32| if halved { f64::from(2 * half) / f64::from(whole) } else { 1.0 };
    let (x, width, left, wide) =
        stretch(from.x, from.width * over(to.width, wanted.to.width), (part.x, part.width), left, across, plane.size.width);
    let (y, height, top, high) =
        stretch(from.y, from.height * over(to.height, wanted.to.height), (part.y, part.height), top, down, plane.size.height);
    let walls = Rect { x: left, y: top, width: wide, height: high };
    op::resample_plane(&plane.samples, plane.size, walls, Region { x, y, width, height }, to)
}

/// Where a stretch of the file lies in a plane of `side` samples, and the walls around it.
fn stretch(from: f64, length: f64, (part, all): (u32, u32), first: u32, scale: f64, side: u32) -> (f64, f64, u32, u32) {
    let place = |at: f64| (at * scale - f64::from(first)).clamp(0.0, f64::from(side));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the side")]
    let (start, end) =
        (place(f64::from(part)).floor() as u32, place(f64::from(part) + f64::from(all)).ceil() as u32);
    let start = start.min(side.saturating_sub(1));
    let end = end.clamp(start + 1, side);
    let at = place(from).clamp(start.into(), f64::from(end));
    let until = place(from + length).min(end.into());
    (at, until - at, start, end - start)
}
