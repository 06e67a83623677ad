//! Executing one operation on pixels: each variant has its own file.

use super::{adjust, backdrop, cut, distort, extend, flatten, resize, rotate, turn};
use crate::error::Error;
use crate::pixels::base::internal_error;
use crate::pixels::raster::Raster;
use crate::plan::{Op, Orientation};
use crate::stop::Stop;
use crate::transform::Flip;

/// Executes one operation on pixels. The caller has checked its memory.
///
/// # Errors
/// The plan was not made for this image, or the render was stopped.
pub(crate) fn apply(op: &Op, image: Raster, stop: &Stop) -> Result<Raster, Error> {
    match op {
        Op::Decode { .. } | Op::Thumbnail { .. } | Op::Canvas { .. } | Op::Text { .. } => {
            Err(internal_error("a plan starts once"))
        }
        Op::Compose { .. } | Op::Effect { .. } => Err(internal_error("an operation that needs more than an image")),
        Op::Orient(orientation) => turn::turn(image, *orientation),
        Op::Trim(rect) | Op::Crop(rect) => cut::crop(image, *rect),
        Op::Resize { from, to } => resize::resize(image, *from, *to),
        Op::Extend { to, at, fill } => backdrop::extend_with(image, *to, *at, fill, stop),
        Op::Distort { how, to } => distort::distort(&image, how, *to, stop),
        Op::Flip(Flip::Horizontal) => turn::turn(image, Orientation::MirrorHorizontal),
        Op::Flip(Flip::Vertical) => turn::turn(image, Orientation::MirrorVertical),
        Op::Flip(Flip::Both) => turn::turn(image, Orientation::Rotate180),
        Op::Border { width, color } => extend::border(image, *width, *color),
        Op::Rotate { degrees, to, fill } => rotate::rotate(image, *degrees, *to, *fill, stop),
        Op::Adjust(filter) => adjust::apply(filter, image, stop),
        Op::Flatten(color) => Ok(flatten::flatten(image, *color)),
    }
}
