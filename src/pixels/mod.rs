//! Pixels: a file and a transformation in, a file out, without network, clock or threads.
//!
//! ```text
//! header ──▶ plan ──▶ fuse ──▶ decode ──▶ filters ──▶ encode
//!             ▲  │ trim, focus
//!             └──┘ the executor looks at pixels
//! ```
//!
//! Five layers: `base` ← `color` ← `raster` ← `codec`, `filter`, `text` ← `run`. The guide shows the path of an image
//! with the file of each stage ([`rendering`](crate::guide::rendering)). An image is a raster of red, green and blue,
//! or the planes of a JPEG for as long as no operation needs anything else.
//!
//! Laws: the sizes that a file declares are checked against [`Limits`](crate::Limits) by arithmetic before memory is
//! allocated; no input and no plan causes a panic; metadata of the source reaches the result only on request.
//!
//! Not supported in this version: lossy palettes for PNG; transfer curves of high dynamic range (PQ, HLG), which are
//! treated as sRGB; profiles in GIF and BMP; and keeping IPTC, or the EXIF of a TIFF or AVIF.

mod base;
mod codec;
mod color;
mod filter;
mod raster;
mod renderer;
mod run;
#[cfg(feature = "own-fonts")]
mod text;

pub use self::renderer::Renderer;
pub use self::run::analyze::inspect::Info;

pub(crate) use self::raster::Scratch;
pub(crate) use self::run::estimate::of_work as cost_of;
pub(crate) use self::run::fallback::render_or_pass as render;
pub(crate) use self::run::work::{File, Work};
