//! Making blocks of one colour.

use crate::error::Error;
use crate::limits::Limits;
use crate::pixels::base::{Channels, memory};
use crate::pixels::color::pixel;
use crate::pixels::raster::Raster;
use crate::plan::Size;
use crate::transform::Color;

/// Makes an image of one colour.
///
/// # Errors
/// The image would exceed the memory limit.
pub(crate) fn canvas(size: Size, color: Color, limits: &Limits) -> Result<Raster, Error> {
    let channels = if color.opacity < 100 { Channels::Rgba } else { Channels::Rgb };
    memory::check(memory::bytes(size, channels), limits)?;
    Raster::filled(size, channels, pixel(color))
}
