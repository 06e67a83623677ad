//! GIF: reading and writing, frame by frame.

mod quantise;
mod read;
mod write;

use self::read::{Blocks, FrameReader};
use super::Codec;
use super::animation::{Animation, Budget, Start, counted};
use super::encoder::Encoder;
use super::reader::{Reader, Request, frame};
use crate::cost::Cost;
use crate::error::Error;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::pixels::base::damaged;
use crate::pixels::raster::Raster;
use crate::plan::SourceInfo;

/// The units of computing for a pixel.
const UNITS: u64 = 12;

/// The GIF codec.
pub(crate) struct Gif;

impl Codec for Gif {
    fn open<'a>(&self, file: &'a [u8], limits: &'a Limits) -> Result<Box<dyn Reader + 'a>, Error> {
        let size = read::screen(file).filter(|size| size.pixels() > 0).ok_or_else(|| damaged(Format::Gif))?;
        LimitError::check("pixels", size.pixels(), limits.pixels)?;
        let mut info = SourceInfo::new(size);
        info.format = Format::Gif;
        info.alpha = true;
        info.frames = counted(Blocks::new(file), limits);
        Ok(Box::new(File { bytes: file, limits, info }))
    }

    fn encoder(&self) -> Option<&'static dyn Encoder> {
        Some(&write::GifEncoder)
    }
}

/// A file whose blocks have been counted.
struct File<'a> {
    bytes: &'a [u8],
    limits: &'a Limits,
    info: SourceInfo,
}

impl Reader for File<'_> {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn cost(&self, request: &Request<'_>) -> Result<Cost, Error> {
        let size = request.size;
        Ok(super::animation::cost(size, UNITS))
    }

    fn frames_work(&self) -> u64 {
        super::animation::work(self.info.size, Blocks::new(self.bytes).map(|block| block.area), UNITS, self.limits)
    }

    fn decode(&self, request: &Request<'_>) -> Result<Raster, Error> {
        frame(self, request.page, self.limits, request.stop)
    }

    fn animation(&self, until: Option<u32>) -> Result<Animation<'_>, Error> {
        let mut blocks = Blocks::new(self.bytes);
        let budget = Budget::count(self.info.size, blocks.by_ref().map(|block| block.area), until, self.limits)?;
        let start = Start {
            format: Format::Gif,
            canvas: self.info.size,
            plays: blocks.plays,
            budget,
            complete: blocks.complete,
            profile: None,
            frames: Box::new(FrameReader::new(Blocks::new(self.bytes))),
        };
        Animation::begin(start, until, self.limits)
    }
}
