//! Decoded images: pixels of red, green and blue, or planes of luma and chroma, and the memory they take.

pub(crate) mod blend;
mod picture;
pub(crate) mod planes;
mod rgb;
mod scratch;

pub(crate) use self::picture::Picture;
pub(crate) use self::planes::Planes;
pub(crate) use self::rgb::Raster;
pub use self::scratch::Scratch;
