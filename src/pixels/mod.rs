//! Pixels: a file and a transformation in, a file out. No network, no clock, no thread.
//!
//! ```text
//! header ──▶ plan ──▶ fuse ──▶ decode ──▶ filters ──▶ encode
//!             ▲  │ trim, focus
//!             └──┘ the executor looks at pixels
//! ```
//!
//! Five floors: `base` ← `color` ← `raster` ← `codec`, `filter`, `text` ← `run`. The guide draws the way with the file of
//! each station ([`rendering`](crate::_guide::rendering)). An image is a raster of red, green and blue, or the planes of a
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
mod run;
#[cfg(feature = "text")]
mod text;

pub use self::raster::Scratch;
pub use self::run::analyze::inspect::{Info, inspect};
pub use self::run::estimate::{estimate, peak_memory};
pub use self::run::work::Options;

pub(crate) use self::run::estimate::of_work as cost_of;
pub(crate) use self::run::fallback::render_or_pass as render;
pub(crate) use self::run::work::{File, Work};

use self::run::work::with_work;
use crate::encoded::Encoded;
use crate::error::Error;
use crate::transform::Transformation;

/// Transforms an image that one already has: a URL's transformation without the URL.
///
/// The result is as for a request: the smallest of the formats allowed, upright, without metadata.
///
/// ```
/// # fn image() -> Vec<u8> { b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\x18\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xFF\xFF\xFF\0\0\xFF\0\0\xFF\0\0\0\xFF\0\0\0".to_vec() }
/// use originkit::{Format, Options};
/// use originkit::plan::Size;
///
/// let bytes = image(); // 2x2
/// let result = originkit::transform(&bytes, &"w-8,h-4,f-webp".parse()?, &Options::default())?;
/// assert_eq!((result.format, result.size), (Format::WebP, Size::new(8, 4)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The bytes are no image that this build reads, a limit is passed, or the transformation asks for
/// what this build lacks, or a layer names a file that is not among [`Options::files`]: there is no origin to
/// ask.
pub fn transform(bytes: &[u8], wanted: &Transformation, options: &Options) -> Result<Encoded, Error> {
    transform_with(&mut Scratch::once(), bytes, wanted, options)
}

/// The same with memory that is used again: for whoever transforms many images, see [`Scratch`].
///
/// # Errors
/// As [`transform`].
pub fn transform_with(
    scratch: &mut Scratch,
    bytes: &[u8],
    wanted: &Transformation,
    options: &Options,
) -> Result<Encoded, Error> {
    with_work(scratch, bytes, wanted, options, |work| render(work, None))
}
