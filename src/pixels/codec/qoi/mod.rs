//! QOI (<https://qoiformat.org>), decoded by the `image` crate.

use std::io::Cursor;

use image::codecs::qoi::QoiDecoder;
use image::{ColorType, ImageDecoder};

use super::reader::{Reader, Request};
use super::{Codec, samples};
use crate::cost::Cost;
use crate::error::Error;
use crate::format::Format;
use crate::limits::Limits;
use crate::pixels::base::fenced;
use crate::pixels::raster::Raster;
use crate::plan::SourceInfo;

/// The QOI codec.
pub(crate) struct Qoi;

impl Codec for Qoi {
    fn open<'a>(&self, file: &'a [u8], limits: &'a Limits) -> Result<Box<dyn Reader + 'a>, Error> {
        let decoder = decoder(file, limits)?;
        let mut info = SourceInfo::new(samples::check(&*decoder, Format::Qoi, 0, limits)?);
        info.format = Format::Qoi;
        info.alpha = decoder.color_type().has_alpha();
        Ok(Box::new(File { bytes: file, color: decoder.color_type(), limits, info }))
    }
}

/// A file whose header has been read.
struct File<'a> {
    bytes: &'a [u8],
    color: ColorType,
    limits: &'a Limits,
    info: SourceInfo,
}

impl Reader for File<'_> {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn cost(&self, request: &Request<'_>) -> Result<Cost, Error> {
        let size = request.size;
        Ok(samples::cost(size, self.color, 0, 10))
    }

    fn decode(&self, request: &Request<'_>) -> Result<Raster, Error> {
        request.only_page()?;
        let samples = samples::read(decoder(self.bytes, self.limits)?, Format::Qoi, self.limits)?;
        samples::raster(self.info.size, self.color, samples, None)
    }
}

fn decoder<'f>(file: &'f [u8], limits: &Limits) -> Result<Box<dyn ImageDecoder + 'f>, Error> {
    fenced(|| match QoiDecoder::new(Cursor::new(file)) {
        Ok(decoder) => Ok(Box::new(decoder) as Box<dyn ImageDecoder + 'f>),
        Err(error) => Err(samples::explain(&error, Format::Qoi, limits)),
    })
}
