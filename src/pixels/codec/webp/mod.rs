//! WebP: the container is read and written here, images by the `image` crate and by libwebp.

mod animated;
mod chunks;
mod encode;
mod frames;
#[cfg(feature = "webp-lossy")]
mod lossy;
mod mend;
mod partitions;
#[cfg(feature = "webp-lossy")]
mod scaled;
mod still;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::io::Cursor;
use std::sync::Arc;

use image::codecs::webp::WebPDecoder;
use image::{ColorType, ImageDecoder, ImageResult};

use super::animation::{Animation, Budget, Start, counted};
use super::encoder::Encoder;
use super::metadata::{exif, exif_block, within};
#[cfg(feature = "webp-lossy")]
use super::reader::Reducing;
use super::reader::{Reader, Request, frame};
use super::{Codec, samples};
use crate::code::ErrorCode;
use crate::cost::Cost;
use crate::error::Error;
use crate::format::Format;
use crate::limits::Limits;
use crate::note::Note;
use crate::pixels::base::{damaged, fenced};
use crate::pixels::color::Profile;
use crate::pixels::raster::Raster;
use crate::plan::{Orientation, SourceInfo};

/// The WebP codec.
pub(crate) struct WebP;

impl Codec for WebP {
    fn open<'a>(&self, file: &'a [u8], limits: &'a Limits) -> Result<Box<dyn Reader + 'a>, Error> {
        Ok(Box::new(File::open(file, limits)?))
    }

    fn encoder(&self) -> Option<&'static dyn Encoder> {
        Some(&encode::WebPEncoder)
    }
}

/// The bytes that decoding takes for each pixel in addition to the image: the planes of a lossy file, or ARGB and
/// tables of a lossless one; a canvas if the file is animated.
const WORK: u64 = 8;

/// The units of computing for a pixel.
const UNITS: u64 = 40;

/// A file whose container has been read.
struct File<'a> {
    bytes: &'a [u8],
    /// The file in the form that its decoder accepts.
    sound: Cow<'a, [u8]>,
    overview: Option<frames::Overview<'a>>,
    /// The sample format of the decoder.
    color: ColorType,
    limits: &'a Limits,
    info: SourceInfo,
    profile: OnceCell<Option<Arc<Profile>>>,
}

impl<'a> File<'a> {
    fn open(bytes: &'a [u8], limits: &'a Limits) -> Result<Self, Error> {
        let sound = mend::mended(bytes);
        let (size, color) = {
            let decoder = decoder(&sound, limits)?;
            (samples::check(&decoder, Format::WebP, WORK, limits)?, decoder.color_type())
        };
        let overview = frames::Overview::read(bytes);
        let mut info = SourceInfo::new(size);
        info.format = Format::WebP;
        info.alpha = color.has_alpha();
        info.frames = overview.as_ref().map_or(1, |overview| counted(overview.parts(), limits));
        let mut file = Self { bytes, sound, overview, color, limits, info, profile: OnceCell::new() };
        let block = file.exif();
        file.info.orientation = block.as_ref().map_or(Orientation::Upright, |block| exif::orientation(block));
        file.info.density = block.and_then(|block| exif::density(&block));
        Ok(file)
    }

    fn meaning(&self, samples: ColorType, request: &Request<'_>) -> Option<Arc<Profile>> {
        self.profile().filter(|profile| profile.fits(samples)).map(|profile| request.colors.of(profile))
    }

    /// Decodes the pixels of the first image. If the image is damaged, decodes those that are readable.
    fn still(&self, request: &Request<'_>) -> Result<Raster, Error> {
        let whole = || {
            let decoder = decoder(&self.sound, self.limits)?;
            let size = samples::check(&decoder, Format::WebP, WORK, self.limits)?;
            if !partitions::are_whole(&self.sound, size) {
                return Err(damaged(Format::WebP));
            }
            let color = decoder.color_type();
            let read = samples::read(decoder, Format::WebP, self.limits)?;
            samples::raster(size, color, read, self.meaning(color, request))
        };
        match whole() {
            Err(error) if error.code() == ErrorCode::Format => self.partly(request),
            // The pixels are complete, but something after them is missing.
            Ok(image) if mend::is_cut_short(self.bytes) => Ok(image.noting([Note::CutShort])),
            done => done,
        }
    }

    #[cfg(feature = "webp-lossy")]
    fn partly(&self, request: &Request<'_>) -> Result<Raster, Error> {
        let image = fenced(|| scaled::partly(self.bytes, self.limits).ok_or_else(|| damaged(Format::WebP)))?;
        Ok(image.with_profile(self.meaning(ColorType::Rgb8, request)).noting([Note::CutShort]))
    }

    #[cfg(not(feature = "webp-lossy"))]
    #[expect(clippy::unused_self, reason = "another build reads them")]
    fn partly(&self, _: &Request<'_>) -> Result<Raster, Error> {
        Err(damaged(Format::WebP))
    }
}

impl Reader for File<'_> {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn cost(&self, request: &Request<'_>) -> Result<Cost, Error> {
        let size = request.size;
        if self.info.frames > 1 {
            return Ok(super::animation::cost(size, UNITS));
        }
        Ok(samples::mending_cost(size, self.color, WORK, UNITS, self.bytes))
    }

    fn frames_work(&self) -> u64 {
        self.overview.as_ref().map_or(0, |overview| {
            super::animation::work(self.info.size, overview.parts().map(|part| part.area), UNITS, self.limits)
        })
    }

    fn decode(&self, request: &Request<'_>) -> Result<Raster, Error> {
        if self.info.frames > 1 {
            return frame(self, request.page, self.limits, request.stop);
        }
        request.only_page()?;
        self.still(request)
    }

    fn profile(&self) -> Option<&Arc<Profile>> {
        let icc = || within(mend::extra(self.bytes, b"ICCP")?, self.limits.profile_bytes);
        self.profile.get_or_init(|| icc().and_then(Profile::read).map(Arc::new)).as_ref()
    }

    fn exif(&self) -> Option<Vec<u8>> {
        exif_block(mend::extra(self.bytes, b"EXIF")?, self.limits)
    }

    fn xmp(&self) -> Option<Vec<u8>> {
        within(mend::extra(self.bytes, b"XMP ")?, self.limits.metadata_bytes)
    }

    #[cfg(feature = "webp-lossy")]
    fn reducing(&self) -> Option<&dyn Reducing> {
        scaled::shrinks(self.bytes).then_some(self)
    }

    fn animation(&self, until: Option<u32>) -> Result<Animation<'_>, Error> {
        let overview = self.overview.ok_or_else(|| damaged(Format::WebP))?;
        let areas = overview.parts().map(|part| part.area);
        let budget = Budget::count(overview.canvas, areas, until, self.limits)?;
        let start = Start {
            format: Format::WebP,
            canvas: overview.canvas,
            plays: overview.plays,
            budget,
            complete: chunks::is_complete(self.bytes),
            profile: self.profile().filter(|profile| profile.fits(ColorType::Rgb8)).cloned(),
            frames: Box::new(frames::FrameReader { parts: overview.parts(), limits: self.limits }),
        };
        Animation::begin(start, until, self.limits)
    }
}

/// Returns a decoder that has read the header and respects the limits.
fn decoder<'f>(file: &'f [u8], limits: &Limits) -> Result<Box<dyn ImageDecoder + 'f>, Error> {
    let open = || -> ImageResult<Box<dyn ImageDecoder + 'f>> {
        let mut decoder = WebPDecoder::new(Cursor::new(file))?;
        decoder.set_limits(samples::bounds(limits))?;
        Ok(Box::new(decoder))
    };
    fenced(|| open().map_err(|error| samples::explain(&error, Format::WebP, limits)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exif_counts_where_the_header_announces_it() {
        let turned = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        // Some writers put the JPEG identifier before the EXIF block.
        for (flags, name, want) in [(8, &b""[..], 6), (8, b"Exif\0\0", 6), (0, b"", 1)] {
            let mut body = b"WEBP".to_vec();
            chunks::write_chunk(&mut body, b"VP8X", &[flags, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            chunks::write_chunk(&mut body, b"EXIF", &[name, turned].concat());
            let file = [b"RIFF", &u32::try_from(body.len()).unwrap().to_le_bytes()[..], &body].concat();
            let block = mend::extra(&file, b"EXIF").and_then(|found| exif_block(found, &Limits::default()));
            let orientation = block.map_or(Orientation::Upright, |block| exif::orientation(&block));
            assert_eq!(orientation.to_exif(), want, "{flags}");
        }
    }
}
