//! Decoded images: pixels of red, green and blue, or planes of luma and chroma, and their memory.

mod blend;
mod image;
mod planes;
mod rgb;
mod scratch;

pub(crate) use self::blend::{blend, over};
pub(crate) use self::image::Image;
pub(crate) use self::planes::{Planes, Scale, chroma_size};
pub(crate) use self::rgb::Raster;
pub(crate) use self::scratch::Scratch;
