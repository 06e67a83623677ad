//! JPEG (ITU-T T.81), read and written entirely by this module.
//!
//! There is one reader for all files and all output sizes, so that a file gives consistent results. At full size it
//! takes 1.01 times as long as `zune-jpeg` 0.5 (the median of 26 files: 0.66 to 0.72 for progressive ones, 0.94 to 1.15
//! for baseline). There is one writer; its progressive files have 0.87 of the bytes of those of `jpeg-encoder` 0.7.
//!
//! `read` and `write` are self-contained: they know samples, sizes and limits, but none of the image types of this
//! crate. The other files connect them to the crate.

mod cosines;
mod decode;
mod encode;
mod metadata;
mod quality;
mod read;
mod reduced;
mod write;

pub(crate) use self::decode::samples;

use std::cell::OnceCell;
use std::sync::Arc;

use self::read::{Color, Damage, Opened, ReadError};
use super::Codec;
use super::encoder::Encoder;
use super::metadata::exif;
use super::reader::{Reader, Reducing, Request};
use crate::cost::Cost;
use crate::error::Error;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::note::Note;
use crate::pixels::base::{damaged, internal_error, unsupported};
use crate::pixels::color::Profile;
use crate::pixels::raster::Raster;
use crate::plan::{Orientation, SourceInfo};

/// The JPEG codec.
pub(crate) struct Jpeg;

impl Codec for Jpeg {
    fn open<'a>(&self, file: &'a [u8], limits: &'a Limits) -> Result<Box<dyn Reader + 'a>, Error> {
        Ok(Box::new(File::open(file, limits)?))
    }

    fn encoder(&self) -> Option<&'static dyn Encoder> {
        Some(&encode::JpegEncoder)
    }
}

/// A file that has been read up to its first scan.
struct File<'a> {
    opened: Opened<'a>,
    limits: &'a Limits,
    info: SourceInfo,
    profile: OnceCell<Option<Arc<Profile>>>,
}

impl<'a> File<'a> {
    fn open(file: &'a [u8], limits: &'a Limits) -> Result<Self, Error> {
        let opened = Opened::read(file).map_err(failure)?;
        LimitError::check("pixels", opened.header.size.pixels(), limits.pixels)?;
        let mut info = SourceInfo::new(opened.header.size);
        let block = metadata::exif(&opened, limits);
        info.format = Format::Jpeg;
        info.orientation = block.as_ref().map_or(Orientation::Upright, |block| exif::orientation(block));
        info.density = metadata::density(&opened).or_else(|| exif::density(&block?));
        Ok(Self { opened, limits, info, profile: OnceCell::new() })
    }
}

impl Reader for File<'_> {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn cost(&self, _: &Request<'_>) -> Result<Cost, Error> {
        decode::cost(&self.opened)
    }

    fn decode(&self, request: &Request<'_>) -> Result<Raster, Error> {
        request.only_page()?;
        decode::decode(&self.opened, self.profile(), request, self.limits)
    }

    fn profile(&self) -> Option<&Arc<Profile>> {
        let read = || metadata::icc(&self.opened, self.limits).and_then(Profile::read).map(Arc::new);
        self.profile.get_or_init(read).as_ref()
    }

    fn exif(&self) -> Option<Vec<u8>> {
        metadata::exif(&self.opened, self.limits)
    }

    fn xmp(&self) -> Option<Vec<u8>> {
        metadata::xmp(&self.opened, self.limits)
    }

    fn quality(&self) -> Option<u8> {
        quality::estimate(self.opened.quantisation())
    }

    /// Available for files of luma, with or without chroma.
    fn reducing(&self) -> Option<&dyn Reducing> {
        matches!(self.opened.header.color, Color::Gray | Color::YCbCr).then_some(self)
    }
}

/// Converts damage to notes about the file.
fn notes(damage: Damage) -> impl Iterator<Item = Note> {
    let all = [(damage.cut_short, Note::CutShort), (damage.corrupt, Note::Corrupt)];
    all.into_iter().filter_map(|(is, note)| is.then_some(note))
}

fn failure(error: ReadError) -> Error {
    match error {
        ReadError::Unsupported(kind) => unsupported(format!("a jpeg of this kind is not supported: {kind}")),
        ReadError::Damaged(_) => damaged(Format::Jpeg),
        ReadError::Limit(limit) => limit.into(),
        ReadError::OutOfMemory => internal_error("out of memory"),
        ReadError::Stopped => Error::Stopped,
    }
}
