//! Decoding and resampling in one step: only the required part is decoded.

use crate::cost::Cost;
use crate::error::Error;
use crate::limits::Limits;
use crate::pixels::base::{Channels, memory};
use crate::pixels::codec::reader::{Colors, Plane, Reader, Reduced, Request};
use crate::pixels::filter;
use crate::pixels::raster::{Image, Planes, Raster, Scratch, chroma_size};
use crate::plan::{Op, Rect, Region, Size, Thumbnail, resampling};
use crate::stop::Stop;

/// Reads a region of a file at the requested size. Files of unusual kinds are decoded whole.
///
/// # Errors
/// The errors of [`Reader::decode`].
pub(crate) fn thumbnail(
    file: &dyn Reader,
    wanted: &Thumbnail,
    colors: Colors,
    scratch: &Scratch,
    limits: &Limits,
    stop: &Stop,
) -> Result<Image, Error> {
    let reduced = match file.reducing() {
        Some(reducing) => reducing.read(wanted, colors, scratch, stop)?,
        None => None,
    };
    match reduced {
        Some(Reduced::Planes { luma, chroma, profile, notes }) => {
            let luma = resampled(luma, wanted, wanted.to, scratch)?;
            let chroma = match chroma {
                None => None,
                Some([blue, red]) => {
                    let to = chroma_size(wanted.to, wanted.chroma_420);
                    Some([resampled(blue, wanted, to, scratch)?, resampled(red, wanted, to, scratch)?])
                }
            };
            Ok(Planes::new(wanted.to, luma, chroma, wanted.chroma_420)?.with_profile(profile).noting(notes).into())
        }
        Some(Reduced::Whole(image)) => {
            let wanted = scaled(wanted, image.size());
            cut_and_resampled(image, &wanted, limits, stop).map(Image::from)
        }
        None => {
            let image = file.decode(&Request { colors, ..Request::plain(wanted.size, stop) })?;
            cut_and_resampled(image, wanted, limits, stop).map(Image::from)
        }
    }
}

/// Returns the cost of a thumbnail, including the memory of the image.
///
/// # Errors
/// The errors of [`Reader::cost`].
pub(crate) fn cost(file: &dyn Reader, wanted: &Thumbnail, stop: &Stop) -> Result<Cost, Error> {
    /// An image in planes is converted to red, green and blue.
    const COLORS: u64 = 6;
    let to = wanted.to.pixels().saturating_mul(COLORS);
    let reduced = match file.reducing() {
        Some(reducing) => reducing.cost(wanted)?,
        None => None,
    };
    let reading = match reduced {
        Some(reading) => reading,
        // The cropped image, and resampling it.
        None => {
            let part = wanted.part.size();
            let cut = memory::bytes(part, Channels::Rgba) + resampling(part, wanted.to, 4);
            let resize = Op::Resize { from: Region::full(part), to: wanted.to };
            file.cost(&Request::plain(wanted.size, stop))?.and(Cost::new(cut, resize.cost(part, 4).work))
        }
    };
    Ok(reading.holding(to))
}

/// Converts a thumbnail to the coordinates of an image that was reduced as a whole: its part in whole pixels, rounded
/// outwards, and its region exactly.
fn scaled(wanted: &Thumbnail, size: Size) -> Thumbnail {
    let scale = |to: u32, from: u32| f64::from(to) / f64::from(from);
    let (across, down) = (scale(size.width, wanted.size.width), scale(size.height, wanted.size.height));
    let (x, width) = around(wanted.part.x, wanted.part.width, across, size.width);
    let (y, height) = around(wanted.part.y, wanted.part.height, down, size.height);
    let Region { x: left, y: top, width: wide, height: high } = wanted.from;
    let from = Region { x: left * across, y: top * down, width: wide * across, height: high * down };
    Thumbnail { part: Rect { x, y, width, height }, from, ..*wanted }
}

/// Converts a segment to another scale, in whole pixels.
fn around(at: u32, length: u32, scale: f64, all: u32) -> (u32, u32) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float casts saturate")]
    let (first, last) = ((f64::from(at) * scale) as u32, ((f64::from(at) + f64::from(length)) * scale).ceil() as u32);
    let first = first.min(all.saturating_sub(1));
    (first, last.clamp(first + 1, all) - first)
}

/// Resamples a plane to the size of the image, or to half of it, rounded up.
fn resampled(plane: Plane, wanted: &Thumbnail, to: Size, scratch: &Scratch) -> Result<Vec<u8>, Error> {
    let Thumbnail { part, from, to: whole, .. } = *wanted;
    // The last sample of a halved odd side covers half a pixel more than the image has.
    let over = |to: u32, whole: u32| if to == whole { 1.0 } else { f64::from(2 * to) / f64::from(whole) };
    let (width, height) = (from.width * over(to.width, whole.width), from.height * over(to.height, whole.height));
    let ((left, top), (across, down)) = (plane.at, plane.scale);
    let x = Stretch::of((from.x, width), (part.x, part.width), plane.size.width, left, across);
    let y = Stretch::of((from.y, height), (part.y, part.height), plane.size.height, top, down);
    let walls = Rect { x: x.wall, y: y.wall, width: x.between, height: y.between };
    let from = Region { x: x.from, y: y.from, width: x.length, height: y.length };
    filter::resample_plane(plane.samples, plane.size, walls, from, to, scratch)
}

/// A segment of the file in the coordinates of a plane, and the boundaries beyond which the filter does not read.
struct Stretch {
    from: f64,
    length: f64,
    wall: u32,
    between: u32,
}

impl Stretch {
    /// `side` is the number of samples of the plane, `first` the position of the first one, `scale` the samples per
    /// pixel.
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

fn cut_and_resampled(mut image: Raster, wanted: &Thumbnail, limits: &Limits, stop: &Stop) -> Result<Raster, Error> {
    let Thumbnail { part, from, to, .. } = *wanted;
    let from = Region { x: from.x - f64::from(part.x), y: from.y - f64::from(part.y), ..from };
    let notes = image.take_notes();
    let made = [Op::Crop(part), Op::Resize { from, to }].iter().try_fold(image, |image, op| {
        filter::cost::check_op(op, &image, 0, limits)?;
        // Moving pixels and reducing their number does not change their colour space.
        let profile = image.profile().cloned();
        filter::apply(op, image, stop).map(|image| image.with_profile(profile))
    });
    made.map(|image| image.noting(notes))
}
