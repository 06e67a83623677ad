//! Pixels: a file and a transformation in, a file out. No network, no clock, no thread.
//!
//! ```text
//! header ──▶ plan ──▶ fuse ──▶ decode ──▶ filters ──▶ encode
//!             ▲  │ trim, focus
//!             └──┘ the executor looks at pixels
//! ```
//!
//! Five floors: `base` ← `color` ← `raster` ← `codec`, `filter`, `text` ← `run`. The guide draws the way with the file of
//! each station ([`rendering`](crate::guide::rendering)). An image is a raster of red, green and blue, or the planes of a
//! JPEG, as long as nothing wants more than they hold.
//!
//! Laws: what a file claims to be is checked against [`Limits`](crate::Limits) by arithmetic before
//! memory is taken; no bytes and no plan make this panic; no metadata of the source reaches the result
//! that was not asked for.
//!
//! Missing in this version: palettes that lose colours for PNG, and of colours: curves of high dynamic range (PQ, HLG),
//! which are taken as sRGB, profiles in GIF and BMP, and keeping IPTC or what EXIF a TIFF or AVIF has.

mod base;
mod codec;
mod color;
mod filter;
mod raster;
mod renderer;
mod run;
#[cfg(feature = "text")]
mod text;

pub use self::renderer::Renderer;
pub use self::run::analyze::inspect::Info;

pub(crate) use self::raster::Scratch;
pub(crate) use self::run::estimate::of_work as cost_of;
pub(crate) use self::run::fallback::render_or_pass as render;
pub(crate) use self::run::work::{File, Work};
