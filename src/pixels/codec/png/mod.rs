//! PNG, including animated PNG (W3C PNG, third edition).

mod chunks;
mod color_type;
mod encode;
mod flat;
mod frames;
mod head;
mod mend;
mod relevant;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use image::codecs::png::PngDecoder;
use image::{ColorType, ImageDecoder, ImageResult};

use self::chunks::Chunks;
pub(crate) use self::head::Head;
use self::head::split;
use self::relevant::Relevant;
use super::animation::{Animation, Budget, Start};
use super::encoder::Encoder;
use super::metadata::{exif, exif_block, inflate, within};
use super::reader::{Reader, Request, frame};
use super::{Codec, samples};
use crate::code::ErrorCode;
use crate::cost::Cost;
use crate::error::Error;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::note::Note;
use crate::pixels::base::{damaged, fenced, memory, unless_stopped};
use crate::pixels::color::Profile;
use crate::pixels::raster::Raster;
use crate::plan::{Orientation, Size, SourceInfo};
use crate::stop::Stop;

/// The PNG codec.
pub(crate) struct Png;

impl Codec for Png {
    fn open<'a>(&self, file: &'a [u8], limits: &'a Limits) -> Result<Box<dyn Reader + 'a>, Error> {
        Ok(Box::new(File::open(file, limits)?))
    }

    fn encoder(&self) -> Option<&'static dyn Encoder> {
        Some(&encode::PngEncoder)
    }
}

/// The units of computing for a pixel: inflating it, and undoing its filter.
const UNITS: u64 = 16;

/// A file that has been read up to its pixels.
struct File<'a> {
    bytes: &'a [u8],
    /// The file in the form that its decoder accepts.
    sound: Cow<'a, [u8]>,
    /// Whether the decoder rejects the original file.
    is_mended: bool,
    head: Head<'a>,
    overview: Option<frames::Overview<'a>>,
    /// The sample format of the decoder.
    color: ColorType,
    limits: &'a Limits,
    info: SourceInfo,
    profile: OnceCell<Option<Arc<Profile>>>,
}

impl<'a> File<'a> {
    fn open(bytes: &'a [u8], limits: &'a Limits) -> Result<Self, Error> {
        let head = Head::read(bytes).ok_or_else(|| damaged(Format::Png))?;
        // The decoder allocates memory for a row before it returns the size.
        LimitError::check("pixels", head.size.pixels(), limits.pixels)?;
        let look = |file: &[u8]| {
            let decoder = decoder(file, head.size, limits, None)?;
            Ok((samples::check(&decoder, Format::Png, 0, limits)?, decoder.color_type()))
        };
        let mut sound = mend::mended(bytes, false);
        let (mut seen, mut is_mended) = (look(&sound), false);
        if seen.as_ref().is_err_and(|error: &Error| error.code() == ErrorCode::Format) {
            (sound, is_mended) = (mend::mended(bytes, true), true);
            seen = look(&sound);
        }
        let (size, color) = seen?;
        let overview = frames::Overview::read(bytes);
        let mut info = SourceInfo::new(size);
        let block = head.exif.and_then(|block| within(block, limits.metadata_bytes));
        info.orientation = block.map_or(Orientation::Upright, |block| exif::orientation(&block));
        info.format = Format::Png;
        info.alpha = color.has_alpha();
        info.frames = overview.as_ref().map_or(1, |overview| overview.count(limits));
        let mut file = Self { bytes, sound, is_mended, head, overview, color, limits, info, profile: OnceCell::new() };
        file.info.density = file.head.density.or_else(|| exif::density(&file.exif()?));
        Ok(file)
    }

    /// Decodes all pixels of a file in the form that its decoder accepts.
    fn whole(&self, file: &[u8], request: &Request<'_>) -> Result<Raster, Error> {
        let decoder = decoder(file, self.head.size, self.limits, Some(request.stop))?;
        let size = samples::check(&decoder, Format::Png, 0, self.limits)?;
        let color = decoder.color_type();
        let read = samples::read(decoder, Format::Png, self.limits)?;
        samples::raster(size, color, read, self.meaning(color, request))
    }

    /// Decodes as many rows as possible.
    fn partly(&self, file: &[u8], request: &Request<'_>) -> Result<Raster, Error> {
        let decoder = decoder(file, self.head.size, self.limits, Some(request.stop))?;
        let size = samples::check(&decoder, Format::Png, 0, self.limits)?;
        let color = decoder.color_type();
        let mut read = memory::zeros(decoder.total_bytes())?;
        drop(decoder);
        fenced(|| mend::partly(file, &mut read).ok_or_else(|| damaged(Format::Png)))?;
        Ok(samples::raster(size, color, read, self.meaning(color, request))?.noting([Note::CutShort]))
    }

    fn meaning(&self, samples: ColorType, request: &Request<'_>) -> Option<Arc<Profile>> {
        self.profile().filter(|profile| profile.fits(samples)).map(|profile| request.colors.of(profile))
    }

    /// Decodes the pixels of the first image. If the image is damaged, decodes those that are readable.
    fn still(&self, request: &Request<'_>) -> Result<Raster, Error> {
        if !self.is_mended {
            match self.whole(&self.sound, request) {
                Err(error) if error.code() == ErrorCode::Format => {}
                done => return done,
            }
        }
        // If reading was stopped, the failure is not damage.
        unless_stopped(request.stop)?;
        let mended = mend::mended(self.bytes, true);
        match self.whole(&mended, request) {
            Ok(image) => Ok(image.noting([Note::Corrupt])),
            Err(_) if request.stop.is_stopped() => Err(Error::Stopped),
            Err(_) => self.partly(&mended, request),
        }
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
        // The chunks are iterated over a few times.
        let chunks = memory::len(self.bytes).saturating_mul(3);
        Ok(samples::mending_cost(size, self.color, 0, UNITS, self.bytes).and(Cost::new(0, chunks)))
    }

    fn frames_work(&self) -> u64 {
        self.overview.map_or(0, |overview| {
            super::animation::work(overview.canvas, overview.parts().map(|part| part.area), UNITS, self.limits)
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
        self.profile.get_or_init(|| self.head.profile(self.limits).map(Arc::new)).as_ref()
    }

    fn exif(&self) -> Option<Vec<u8>> {
        exif_block(Chunks::of_file(self.bytes)?.sound().find(|(kind, _)| *kind == b"eXIf")?.1, self.limits)
    }

    fn xmp(&self) -> Option<Vec<u8>> {
        let mut texts = Chunks::of_file(self.bytes)?.sound().filter(|(kind, _)| *kind == b"iTXt");
        let rest = texts.find_map(|(_, body)| body.strip_prefix(b"XML:com.adobe.xmp\0"))?;
        // A flag for compression, and the method; language and translated keyword, each ended by a zero.
        let (&[compressed, _], rest) = rest.split_first_chunk()?;
        let (_, text) = split(split(rest)?.1)?;
        let most = self.limits.metadata_bytes;
        if compressed == 1 { inflate(text, most) } else { within(text, most) }
    }

    fn animation(&self, until: Option<u32>) -> Result<Animation<'_>, Error> {
        let overview = self.overview.ok_or_else(|| damaged(Format::Png))?;
        let areas = overview.parts().map(|part| part.area);
        let budget = Budget::count(overview.canvas, areas, until, self.limits)?;
        let samples = if overview.is_gray() { ColorType::L8 } else { ColorType::Rgb8 };
        let start = Start {
            format: Format::Png,
            canvas: overview.canvas,
            plays: overview.plays,
            budget,
            complete: overview.is_complete(),
            profile: self.profile().filter(|profile| profile.fits(samples)).cloned(),
            frames: Box::new(frames::FrameReader { parts: overview.parts(), overview, limits: self.limits }),
        };
        Animation::begin(start, until, self.limits)
    }
}

/// Returns a decoder that has read the header and respects the limits.
fn decoder<'f>(
    file: &'f [u8],
    size: Size,
    limits: &Limits,
    stop: Option<&'f Stop>,
) -> Result<Box<dyn ImageDecoder + 'f>, Error> {
    let open = || -> ImageResult<Box<dyn ImageDecoder + 'f>> {
        let bounds = samples::bounds(limits);
        let mut decoder = PngDecoder::with_limits(Relevant::new(file, stop), tight(file, size, &bounds))?;
        decoder.set_limits(bounds)?;
        Ok(Box::new(decoder))
    };
    fenced(|| open().map_err(|error| samples::explain(&error, Format::Png, limits)))
}

/// Returns the memory limit of the decoder apart from pixels: a few rows, and metadata of about the size of the file.
///
/// A colour profile that inflates beyond that is a decompression bomb, and is ignored.
fn tight(bytes: &[u8], size: Size, bounds: &image::Limits) -> image::Limits {
    const ROWS: u64 = 8;
    const BYTES_PER_PIXEL: u64 = 8;
    const SMALL: u64 = 64 * 1024;
    let needed = SMALL + 4 * memory::len(bytes) + ROWS * BYTES_PER_PIXEL * u64::from(size.width);
    let mut tight = bounds.clone();
    tight.max_alloc = Some(bounds.max_alloc.map_or(needed, |most| most.min(needed)));
    tight
}
