//! [`Encoder`]: encoding of images and animations.

use std::time::Duration;

use super::animation::Plays;
use super::attachments::Attachments;
use crate::cost::Cost;
use crate::error::Error;
use crate::limits::{LimitError, Limits};
use crate::pixels::raster::{Image, Raster};
use crate::plan::Size;
use crate::stop::Stop;

/// An encoder of files of a format.
pub(crate) trait Encoder: Sync {
    /// Returns the maximum length of a side, in pixels.
    fn longest_side(&self, limits: &Limits) -> Side;

    /// Returns the cost of writing an image of this size, in addition to the image and [`TABLES`].
    fn cost(&self, size: Size, alpha: bool, settings: &Settings) -> Cost;

    /// Returns `true` if the encoder accepts planes of luma and halved chroma without conversion.
    fn takes_planes(&self, _settings: &Settings) -> bool {
        false
    }

    /// Returns `true` if the format can hold a colour profile.
    fn holds_profile(&self) -> bool {
        false
    }

    /// Writes an image with its profile, if it still has one, and its attachments. Images for a format without
    /// transparency have no alpha.
    ///
    /// # Errors
    /// The encoder fails, or is stopped.
    fn encode(&self, image: &Image, settings: &Settings, attached: &Attachments) -> Result<Vec<u8>, Error>;

    /// Returns the encoder of animations, or `None` if the format has none.
    fn animated(&self) -> Option<&dyn AnimationEncoder> {
        None
    }
}

/// An encoder of animations.
pub(crate) trait AnimationEncoder {
    /// Returns the cost of each frame of this size, in addition to the frame.
    fn cost(&self, size: Size, settings: &Settings) -> Cost;

    /// Starts a file.
    ///
    /// # Errors
    /// Memory is exhausted.
    fn begin(&self, size: Size, plays: Plays, settings: &Settings) -> Result<Box<dyn FrameWriter>, Error>;
}

/// A writer of an animation. Frames are compressed as they are added, and only the last one is kept.
pub(crate) trait FrameWriter {
    /// Appends a frame, shown for the duration `delay`.
    ///
    /// # Errors
    /// The frame has a different size, or the encoder fails.
    fn push(&mut self, image: &Raster, delay: Duration) -> Result<(), Error>;

    /// Returns the number of bytes written so far.
    fn written(&self) -> u64;

    /// Completes the file.
    ///
    /// # Errors
    /// There is no frame, or the encoder fails.
    fn finish(self: Box<Self>) -> Result<Vec<u8>, Error>;
}

/// The number of bytes for the tables of an encoder, and the file.
pub(crate) const TABLES: u64 = 2 * 1024 * 1024;

/// The name of the limit on the length of a side, and the limit in pixels.
pub(crate) struct Side(pub(crate) &'static str, pub(crate) u32);

impl Side {
    /// The maximum for formats that store sides in 16 bits.
    pub(crate) const IN_16_BITS: u32 = u16::MAX as u32;

    /// Checks a size against the limit.
    ///
    /// # Errors
    /// A side is longer.
    pub(crate) fn check(&self, size: Size) -> Result<(), LimitError> {
        LimitError::check(self.0, size.width.max(size.height).into(), self.1.into())
    }
}

/// The settings of an encoder.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The quality for lossy formats, 1 to 100.
    pub(crate) quality: u8,
    /// Whether WebP is lossless. PNG always is.
    pub(crate) lossless: bool,
    /// Whether nothing was resampled or blended, so that a GIF keeps the colours of its source.
    pub(crate) exact: bool,
    /// Whether a JPEG first appears as a whole and then sharpens.
    pub(crate) progressive: bool,
    /// Whether the chroma planes of a JPEG are halved.
    pub(crate) chroma_420: bool,
    /// Whether to spend more time for fewer bytes.
    pub(crate) smallest: bool,
    /// The handle that ends the encoding early.
    pub(crate) stop: Stop,
}

#[cfg(test)]
impl Settings {
    /// Returns the settings of a request that names none, for tests.
    pub(crate) fn usual() -> Self {
        Self {
            quality: 80,
            lossless: false,
            exact: false,
            progressive: false,
            chroma_420: true,
            smallest: false,
            stop: Stop::default(),
        }
    }
}
