//! [`Writer`]: animations, written frame by frame.

use std::time::Duration;

use super::animation::Plays;
use super::{Settings, animated_webp, gif, unsupported};
use crate::error::Error;
use crate::format::Format;
use crate::pixels::Raster;
use crate::plan::Size;

/// An animation that is being written. Frames are compressed as they come; none is kept.
pub(crate) enum Writer {
    Gif(Box<gif::Writer>),
    WebP(Box<animated_webp::Writer>),
}

impl Writer {
    /// Begins a file.
    ///
    /// # Errors
    /// The format has no animations.
    pub(crate) fn new(format: Format, size: Size, plays: Plays, settings: &Settings) -> Result<Self, Error> {
        match format {
            Format::Gif => Ok(Self::Gif(Box::new(gif::Writer::new(size, plays)?))),
            Format::WebP => Ok(Self::WebP(Box::new(animated_webp::Writer::new(size, plays, settings)?))),
            _ => Err(unsupported(format!("this build cannot write animations as {format}"))),
        }
    }

    /// Appends a frame, shown for this long.
    pub(crate) fn push(&mut self, picture: &Raster, delay: Duration) -> Result<(), Error> {
        match self {
            Self::Gif(writer) => writer.push(picture, delay),
            Self::WebP(writer) => writer.push(picture, delay),
        }
    }

    /// Bytes of the file so far.
    pub(crate) fn written(&self) -> u64 {
        match self {
            Self::Gif(writer) => writer.written(),
            Self::WebP(writer) => writer.written(),
        }
    }

    /// The file.
    pub(crate) fn finish(self) -> Result<Vec<u8>, Error> {
        match self {
            Self::Gif(writer) => writer.finish(),
            Self::WebP(writer) => writer.finish(),
        }
    }
}
