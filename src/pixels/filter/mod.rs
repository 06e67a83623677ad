//! The operations of a plan, one family a file. Each takes a picture and gives one.

mod adjust;
mod backdrop;
mod blur;
mod canvas;
mod colorize;
mod compose;
pub(crate) mod cost;
mod cut;
mod distort;
pub(crate) mod dominant;
mod downsampled_blur;
mod extend;
mod fade;
mod flatten;
mod gauss;
mod gradient;
mod on_planes;
mod replace;
mod resize;
mod rotate;
mod round;
mod sample;
mod shadow;
mod sharpen;
mod tone;
mod trim;
mod turn;
mod warp;

pub(crate) use self::canvas::canvas;
pub(crate) use self::compose::compose;
pub(crate) use self::flatten::flatten;
pub(crate) use self::on_planes::{apply_to_planes, works_in_planes};
pub(crate) use self::resize::{check_shrink, resample_plane, shrink};
pub(crate) use self::trim::trim;
pub(crate) use self::turn::turn;

use crate::error::Error;
use crate::pixels::base::internal_error;
use crate::pixels::raster::Raster;
use crate::plan::{Op, Orientation, Size};
use crate::transform::Flip;

/// Carries out one operation that works on pixels. Its memory was checked.
///
/// # Errors
/// It does not fit the picture: then the plan was not made for it.
pub(crate) fn apply(op: &Op, picture: Raster) -> Result<Raster, Error> {
    match op {
        Op::Decode { .. } | Op::Thumbnail { .. } | Op::Canvas { .. } | Op::Text { .. } => {
            Err(internal_error("a plan starts once"))
        }
        Op::Compose { .. } | Op::Effect { .. } => Err(internal_error("an operation that needs more than a picture")),
        Op::Orient(orientation) => turn::turn(picture, *orientation),
        Op::Trim(rect) | Op::Crop(rect) => cut::crop(picture, *rect),
        Op::Resize { from, to } => resize::resize(picture, *from, *to),
        Op::Extend { to, at, fill } => backdrop::extend_with(picture, *to, *at, fill),
        Op::Distort { how, to } => distort::distort(&picture, how, *to),
        Op::Flip(Flip::Horizontal) => turn::turn(picture, Orientation::MirrorHorizontal),
        Op::Flip(Flip::Vertical) => turn::turn(picture, Orientation::MirrorVertical),
        Op::Flip(Flip::Both) => turn::turn(picture, Orientation::Rotate180),
        Op::Border { width, color } => extend::border(picture, *width, *color),
        Op::Rotate { degrees, to, fill } => rotate::rotate(picture, *degrees, *to, *fill),
        Op::Adjust(look) => adjust::apply(look, picture),
        Op::Flatten(color) => Ok(flatten(picture, *color)),
    }
}

/// Does the picture have the size the plan says?
fn expect(found: Size, planned: Size) -> Result<(), Error> {
    if found == planned { Ok(()) } else { Err(internal_error("a plan that does not fit its picture")) }
}
