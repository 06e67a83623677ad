//! [`Writer`]: animations, written frame by frame.

use std::time::Duration;

use super::Plays;
use crate::error::Error;
use crate::format::Format;
use crate::limits::Limits;
use crate::pixels::base::error::unsupported;
use crate::pixels::base::memory;
use crate::pixels::codec::gif::write;
use crate::pixels::codec::settings::Settings;
use crate::pixels::codec::webp::animated;
use crate::pixels::raster::Raster;
use crate::plan::Size;

/// An animation that is being written. Frames are compressed as they come; none but the last is kept.
pub(crate) struct Writer {
    kind: Kind,
    memory: u64,
}

enum Kind {
    Gif(Box<write::Writer>),
    WebP(Box<animated::Writer>),
}

impl Writer {
    /// Begins a file.
    ///
    /// # Errors
    /// The format has no animations, or would pass a limit.
    pub(crate) fn new(
        format: Format,
        size: Size,
        plays: Plays,
        settings: &Settings,
        limits: &Limits,
    ) -> Result<Self, Error> {
        /// Pixels and indices of this frame, of the one before, and of what changed.
        const GIF: u64 = 20;
        /// The same without indices, besides what a still takes.
        const WEBP: u64 = 12;
        let (side, work) =
            crate::pixels::codec::bounds(format, true, settings, limits).ok_or_else(|| cannot(format))?;
        let work = match format {
            Format::Gif => GIF,
            Format::WebP => work + WEBP,
            _ => return Err(cannot(format)),
        };
        side.check(size)?;
        let memory = size.pixels().saturating_mul(work);
        memory::check(memory, limits)?;
        let kind = match format {
            Format::Gif => Kind::Gif(Box::new(write::Writer::new(size, plays, settings)?)),
            _ => Kind::WebP(Box::new(animated::Writer::new(size, plays, settings)?)),
        };
        Ok(Self { kind, memory })
    }

    /// Appends a frame, shown for this long.
    pub(crate) fn push(&mut self, picture: &Raster, delay: Duration) -> Result<(), Error> {
        match &mut self.kind {
            Kind::Gif(writer) => writer.push(picture, delay),
            Kind::WebP(writer) => writer.push(picture, delay),
        }
    }

    /// Bytes it takes besides the file.
    pub(crate) const fn memory(&self) -> u64 {
        self.memory
    }

    /// Bytes of the file so far.
    pub(crate) fn written(&self) -> u64 {
        match &self.kind {
            Kind::Gif(writer) => writer.written(),
            Kind::WebP(writer) => writer.written(),
        }
    }

    /// The file.
    pub(crate) fn finish(self) -> Result<Vec<u8>, Error> {
        match self.kind {
            Kind::Gif(writer) => writer.finish(),
            Kind::WebP(writer) => writer.finish(),
        }
    }
}

fn cannot(format: Format) -> Error {
    unsupported(format!("this build cannot write animations as {format}"))
}
