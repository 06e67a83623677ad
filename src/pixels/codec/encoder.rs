//! [`Encoder`]: images and animations to files.

use std::time::Duration;

use super::animation::Plays;
use super::attachments::Attachments;
use crate::cost::Cost;
use crate::error::Error;
use crate::limits::{LimitError, Limits};
use crate::pixels::raster::{Image, Raster};
use crate::plan::Size;
use crate::stop::Stop;

/// Writes files of a format.
pub(crate) trait Encoder: Sync {
    /// Pixels that a side may have.
    fn longest_side(&self, limits: &Limits) -> Side;

    /// Returns the cost of writing an image of this size, besides the image and [`TABLES`].
    fn cost(&self, size: Size, alpha: bool, settings: &Settings) -> Cost;

    /// Returns `true` if it takes luma and halved chroma as they are.
    fn takes_planes(&self, _settings: &Settings) -> bool {
        false
    }

    /// Returns `true` if a file can say which colours its numbers mean.
    fn holds_profile(&self) -> bool {
        false
    }

    /// Writes an image with its profile, if it still has one, and what is attached. For a format without transparency
    /// it has no alpha.
    ///
    /// # Errors
    /// The encoder gives up, or is stopped.
    fn encode(&self, image: &Image, settings: &Settings, attached: &Attachments) -> Result<Vec<u8>, Error>;

    /// Returns the encoder of animations; `None` for a format that has none.
    fn animated(&self) -> Option<&dyn AnimationEncoder> {
        None
    }
}

/// Writes animations.
pub(crate) trait AnimationEncoder {
    /// Returns the cost of each frame of this size, besides the frame.
    fn cost(&self, size: Size, settings: &Settings) -> Cost;

    /// Begins a file.
    ///
    /// # Errors
    /// There is no memory for it.
    fn begin(&self, size: Size, plays: Plays, settings: &Settings) -> Result<Box<dyn FrameWriter>, Error>;
}

/// An animation that is being written. Frames are compressed as they come; none but the last is kept.
pub(crate) trait FrameWriter {
    /// Appends a frame, shown for this long.
    ///
    /// # Errors
    /// The frame has another size, or the encoder gives up.
    fn push(&mut self, image: &Raster, delay: Duration) -> Result<(), Error>;

    /// Bytes of the file so far.
    fn written(&self) -> u64;

    /// Ends the file.
    ///
    /// # Errors
    /// There is no frame, or the encoder gives up.
    fn finish(self: Box<Self>) -> Result<Vec<u8>, Error>;
}

/// Bytes of memory for the tables of an encoder, and the file.
pub(crate) const TABLES: u64 = 2 * 1024 * 1024;

/// Pixels that a side may have, and what the limit is called.
pub(crate) struct Side(pub(crate) &'static str, pub(crate) u32);

impl Side {
    /// The longest for a format that stores sides in 16 bits.
    pub(crate) const IN_16_BITS: u32 = u16::MAX as u32;

    /// Passes a size.
    ///
    /// # Errors
    /// A side is longer.
    pub(crate) fn check(&self, size: Size) -> Result<(), LimitError> {
        LimitError::check(self.0, size.width.max(size.height).into(), self.1.into())
    }
}

/// How a file is written.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// 1 to 100, for lossy formats.
    pub(crate) quality: u8,
    /// WebP without loss. PNG has none anyway.
    pub(crate) lossless: bool,
    /// Nothing was resampled or blended: a GIF keeps the colours of its source.
    pub(crate) exact: bool,
    /// JPEG that appears as a whole, then sharpens.
    pub(crate) progressive: bool,
    /// JPEG with halved chroma planes.
    pub(crate) chroma_420: bool,
    /// Time is spent for bytes.
    pub(crate) smallest: bool,
    /// Ends the writing early.
    pub(crate) stop: Stop,
}
