//! Formats: each is a folder that implements [`Codec`], and a line in [`registry`].
//!
//! ```text
//! bytes ── registry ──▶ Codec::open ──▶ Reader ── info, profile, metadata        the header, read once
//!                                          ├── decode, part, animation ──▶ pixels
//!                       Codec::encoder ──▶ Encoder ── encode, animation ──▶ bytes
//! ```
//!
//! The format of a file is determined by its bytes, never by a header field that came with it. Sizes are checked by
//! arithmetic on the file's header before a decoder allocates memory for pixels.

pub(crate) mod animation;
pub(crate) mod attachments;
#[cfg(feature = "avif")]
mod avif;
mod bmp;
pub(crate) mod encoder;
mod gif;
mod ico;
mod jpeg;
mod metadata;
mod png;
#[cfg(feature = "qoi")]
mod qoi;
pub(crate) mod reader;
pub(crate) mod registry;
mod samples;
#[cfg(feature = "svg")]
mod svg;
mod tiff;
mod webp;

use self::encoder::Encoder;
use self::reader::Reader;
use crate::error::Error;
use crate::limits::Limits;

/// A format that can be read, and in some cases written.
pub(crate) trait Codec: Sync {
    /// Reads a file's header, and nothing after it.
    ///
    /// # Errors
    /// The file is damaged, of a kind that is not supported, or exceeds a limit.
    fn open<'a>(&self, file: &'a [u8], limits: &'a Limits) -> Result<Box<dyn Reader + 'a>, Error>;

    /// Returns the encoder, or `None` if the format cannot be written.
    fn encoder(&self) -> Option<&'static dyn Encoder> {
        None
    }
}
