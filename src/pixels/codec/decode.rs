//! Reading headers and pixels.

use crate::pixels::base::error::damaged;
use crate::pixels::base::error::no_such_page;
use crate::pixels::base::error::of_a_kind;
use crate::pixels::base::rounding::from_16_bit;
use crate::pixels::base::rounding::from_float;
use std::borrow::Cow;
use std::io::Cursor;
use std::sync::Arc;

use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{ColorType, ImageDecoder, ImageError, ImageResult};

#[cfg(feature = "avif")]
use super::avif;
#[cfg(feature = "svg")]
use super::svg;
use super::{animation, bmp, ico, jpeg, metadata, png, tiff, webp};
use crate::code::ErrorCode;
use crate::error::Error;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::note::Note;
use crate::pixels::base::channels::Channels;
use crate::pixels::base::error::unsupported;
use crate::pixels::base::fence::fenced;
use crate::pixels::base::memory;
use crate::pixels::codec::profile::profile_of;
use crate::pixels::color::profile::Profile;
use crate::pixels::raster::Raster;
use crate::plan::{Size, SourceInfo};

/// What a file's header says.
///
/// # Errors
/// The file is no picture, no picture this build reads, or passes a limit.
pub(crate) fn probe(bytes: &[u8], limits: &Limits) -> Result<SourceInfo, Error> {
    LimitError::check("bytes in the source", memory::len(bytes), limits.source_bytes)?;
    match Format::sniff(bytes) {
        #[cfg(feature = "svg")]
        Some(Format::Svg) => return svg::probe(bytes, limits),
        #[cfg(feature = "avif")]
        Some(Format::Avif) => return avif::probe(bytes, limits),
        Some(Format::Jpeg) => return probe_jpeg(bytes, limits),
        Some(Format::Tiff) => return tiff::probe(bytes, limits),
        Some(Format::Bmp) => return bmp::probe(bytes, limits),
        Some(Format::Ico) => return ico::probe(bytes, limits),
        _ => {}
    }
    let header = Header::read(bytes, limits)?;
    if header.format == Format::Gif {
        return animation::probe_gif(bytes, limits);
    }
    let header = header.that_opens(bytes, limits);
    let decoder = header.decoder(limits)?;
    let size = header.check(&decoder, limits)?;
    let mut info = SourceInfo::new(size);
    info.orientation = metadata::orientation(bytes, header.format, limits);
    info.format = header.format;
    info.alpha = decoder.color_type().has_alpha();
    info.density = metadata::density(bytes, header.format, header.density, limits);
    info.frames = animation::count(bytes, header.format, limits);
    Ok(info)
}

fn probe_jpeg(bytes: &[u8], limits: &Limits) -> Result<SourceInfo, Error> {
    let size = jpeg::size(bytes)?;
    LimitError::check("pixels", size.pixels(), limits.pixels)?;
    let mut info = SourceInfo::new(size);
    info.orientation = metadata::orientation(bytes, Format::Jpeg, limits);
    info.format = Format::Jpeg;
    info.density = metadata::density(bytes, Format::Jpeg, jpeg::density(bytes), limits);
    Ok(info)
}

/// Bytes that decoding a file to a picture of this size takes, the picture included.
///
/// # Errors
/// As [`probe`].
pub(crate) fn decoding(bytes: &[u8], size: Size, limits: &Limits) -> Result<u64, Error> {
    /// A canvas, what it was before, the picture handed out, and a frame with what its decoder needs.
    const ANIMATION: u64 = 24;
    /// The canvas and the picture made of it, and as much for one layer inside.
    const DRAWING: u64 = 12;
    /// What decoders read ahead, their tables, and a few rows.
    const TABLES: u64 = 1024 * 1024;
    let pixels = |each: u64| Ok(size.pixels().saturating_mul(each).saturating_add(TABLES));
    match Format::sniff(bytes) {
        Some(Format::Gif) => return pixels(ANIMATION),
        Some(Format::Svg) => return pixels(DRAWING),
        #[cfg(feature = "avif")]
        Some(Format::Avif) => return avif::decoding(bytes),
        Some(Format::Jpeg) => return jpeg::decoding(bytes),
        Some(Format::Tiff) => return tiff::decoding(bytes, limits),
        Some(Format::Bmp) => return pixels(4),
        Some(Format::Ico) => return ico::decoding(bytes, limits),
        _ => {}
    }
    let header = Header::read(bytes, limits)?;
    if animation::count(bytes, header.format, limits) > 1 {
        return pixels(ANIMATION);
    }
    let header = header.that_opens(bytes, limits);
    let decoder = header.decoder(limits)?;
    // A damaged file is mended in a copy.
    let copy = memory::len(bytes);
    let rows = u64::from(size.width).saturating_mul(64).saturating_add(copy);
    pixels(header.work_for(decoder.color_type())).map(|bytes: u64| bytes.saturating_add(rows))
}

/// What of a file is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Request {
    /// Which page or frame, counted from zero.
    pub(crate) page: u32,
    /// Its size; a drawing has no other.
    pub(crate) size: Size,
    pub(crate) colors: Colors,
}

/// What the samples of a result are to mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colors {
    /// The colours of sRGB.
    Srgb,
    /// Those of the source's profile, which goes with them.
    Kept,
}

impl Colors {
    /// A profile, marked to be kept if it can be.
    pub(crate) fn of(self, profile: Profile) -> Arc<Profile> {
        Arc::new(if self == Self::Kept { profile.keep() } else { profile })
    }
}

/// The pixels of a file, or of one frame of it, without orientation.
///
/// A picture with 8-bit samples of light keeps its profile, to be converted when that costs least, or never.
/// Deep samples and inks are converted here.
///
/// # Errors
/// As [`probe`], the file is damaged or cut short, or it has not so many frames.
pub(crate) fn decode(bytes: &[u8], request: Request, limits: &Limits) -> Result<Raster, Error> {
    match (request.page, Format::sniff(bytes)) {
        #[cfg(feature = "svg")]
        (0, Some(Format::Svg)) => return svg::draw(bytes, request.size, None, limits),
        #[cfg(feature = "svg")]
        (page, Some(Format::Svg)) => return Err(no_such_page(page.saturating_add(1), 1)),
        #[cfg(feature = "avif")]
        (page, Some(Format::Avif)) if animation::count(bytes, Format::Avif, limits) > 1 => {
            let image = animation::frame(bytes, Format::Avif, page, limits)?;
            return Ok(image.noting([Note::LeftOut("frames of an AVIF sequence".to_owned())]));
        }
        #[cfg(feature = "avif")]
        (0, Some(Format::Avif)) => return avif::decode(bytes, request.colors, limits),
        #[cfg(feature = "avif")]
        (page, Some(Format::Avif)) => return Err(no_such_page(page.saturating_add(1), 1)),
        (0, Some(Format::Jpeg)) => return jpeg::decode(bytes, request.colors, limits),
        (0, Some(Format::Tiff)) => return tiff::decode(bytes, request.colors, limits),
        (0, Some(Format::Bmp)) => return bmp::decode(bytes, request.colors, limits),
        (0, Some(Format::Ico)) => return ico::decode(bytes, request, limits),
        (_, Some(Format::Tiff)) => {
            return Err(unsupported("pages of a tiff other than the first are not supported".to_owned()));
        }
        (page, Some(Format::Jpeg | Format::Bmp | Format::Ico)) => {
            return Err(no_such_page(page.saturating_add(1), 1));
        }
        _ => {}
    }
    let (header, page) = (Header::read(bytes, limits)?, request.page);
    if header.format == Format::Gif || animation::count(bytes, header.format, limits) > 1 {
        return animation::frame(bytes, header.format, page, limits);
    }
    match (page, header.format) {
        (0, _) => header.pixels(bytes, request.colors, limits),
        _ => Err(no_such_page(page.saturating_add(1), 1)),
    }
}

/// The pixels of a file that is no animation, or of the picture that viewers show who know of none.
pub(crate) fn still(bytes: &[u8], limits: &Limits) -> Result<Raster, Error> {
    if Format::sniff(bytes) == Some(Format::Jpeg) {
        return jpeg::decode(bytes, Colors::Srgb, limits);
    }
    Header::read(bytes, limits)?.pixels(bytes, Colors::Srgb, limits)
}

/// What is known before a decoder is built.
struct Header<'a> {
    format: Format,
    /// The file, as its decoder takes it.
    file: Cow<'a, [u8]>,
    /// Bytes that decoding takes for each pixel besides the result.
    work: u64,
    density: Option<f64>,
}

impl<'a> Header<'a> {
    fn read(bytes: &'a [u8], limits: &Limits) -> Result<Self, Error> {
        LimitError::check("bytes in the source", memory::len(bytes), limits.source_bytes)?;
        let Some(format) = Format::sniff(bytes) else {
            return Err(Error::Pixels { code: ErrorCode::Format, message: "the source is no picture".to_owned() });
        };
        let plain = |work| Self { format, file: Cow::Borrowed(bytes), work, density: None };
        match format {
            // Each has a module of its own.
            Format::Jpeg | Format::Tiff | Format::Bmp | Format::Ico => Ok(plain(0)),
            Format::Png => {
                let start = png::Start::read(bytes).ok_or_else(|| damaged(format))?;
                // The decoder takes memory for a row before it can be asked for the size.
                LimitError::check("pixels", start.size.pixels(), limits.pixels)?;
                Ok(Self { density: start.density, file: png::mended(bytes, false), ..plain(0) })
            }
            // See `animation`.
            Format::Gif => Ok(plain(0)),
            // Planes of a lossy file, or ARGB and tables of a lossless one; a canvas if it is animated.
            Format::WebP => Ok(Self { file: webp::mended(bytes), ..plain(8) }),
            Format::Avif | Format::Svg => Err(unsupported(format!(
                "this build cannot read {format}: it needs the feature `{format}`, or a decoder (`Extensions::decoder`)"
            ))),
            Format::Heic | Format::Psd | Format::Pdf => Err(unsupported(format!(
                "{} sources need a decoder: register one with `Extensions::decoder`",
                format.extension().to_ascii_uppercase()
            ))),
        }
    }

    /// A decoder that has read the header and will keep to the limits.
    fn decoder(&self, limits: &Limits) -> Result<Box<dyn ImageDecoder + '_>, Error> {
        let mut bounds = image::Limits::no_limits();
        let side = u32::try_from(limits.pixels).unwrap_or(u32::MAX);
        bounds.max_image_width = Some(side);
        bounds.max_image_height = Some(side);
        bounds.max_alloc = Some(limits.memory);
        let file = Cursor::new(self.file.as_ref());
        let open = || -> ImageResult<Box<dyn ImageDecoder + '_>> {
            let mut decoder: Box<dyn ImageDecoder> = match self.format {
                Format::Png => Box::new(PngDecoder::with_limits(file, png::bounds(&self.file, &bounds))?),
                _ => Box::new(WebPDecoder::new(file)?),
            };
            decoder.set_limits(bounds)?;
            Ok(decoder)
        };
        fenced(|| open().map_err(|e| explain(&e, self.format, limits)))
    }

    /// The header of a file that its decoder opens: a PNG that it refuses may be mended.
    fn that_opens(self, bytes: &'a [u8], limits: &Limits) -> Self {
        let is_refused =
            self.format == Format::Png && self.decoder(limits).is_err_and(|error| error.code() == ErrorCode::Format);
        if is_refused { Self { file: png::mended(bytes, true), ..self } } else { self }
    }

    /// The pixels of the file that it is the header of. Where it is damaged, those that can be read.
    fn pixels(&self, bytes: &'a [u8], colors: Colors, limits: &Limits) -> Result<Raster, Error> {
        match self.all_pixels(bytes, colors, limits) {
            Err(error) if error.code() == ErrorCode::Format => {}
            // The pixels are there, and something behind them is not.
            Ok(picture) if self.format == Format::WebP && webp::is_cut_short(bytes) => {
                return Ok(picture.noting([Note::CutShort]));
            }
            done => return done,
        }
        match self.format {
            Format::Png => {
                let again = Self { file: png::mended(bytes, true), ..*self };
                match again.all_pixels(bytes, colors, limits) {
                    Ok(picture) => Ok(picture.noting([Note::Corrupt])),
                    Err(_) => again.some_pixels(bytes, colors, limits),
                }
            }
            #[cfg(feature = "webp-lossy")]
            Format::WebP => {
                let picture = fenced(|| webp::partly(bytes, limits).ok_or_else(|| damaged(Format::WebP)))?;
                Ok(picture.with_profile(self.profile(bytes, ColorType::Rgb8, colors, limits)).noting([Note::CutShort]))
            }
            format => Err(damaged(format)),
        }
    }

    fn all_pixels(&self, bytes: &[u8], colors: Colors, limits: &Limits) -> Result<Raster, Error> {
        let decoder = self.decoder(limits)?;
        let size = self.check(&decoder, limits)?;
        let color = decoder.color_type();
        let mut samples = memory::zeros(decoder.total_bytes())?;
        fenced(|| decoder.read_image_boxed(&mut samples).map_err(|e| explain(&e, self.format, limits)))?;
        let profile = self.profile(bytes, color, colors, limits);
        raster(size, color, samples, profile)
    }

    /// As many rows of a PNG as there are.
    fn some_pixels(&self, bytes: &[u8], colors: Colors, limits: &Limits) -> Result<Raster, Error> {
        let decoder = self.decoder(limits)?;
        let size = self.check(&decoder, limits)?;
        let color = decoder.color_type();
        let mut samples = memory::zeros(decoder.total_bytes())?;
        drop(decoder);
        fenced(|| png::partly(&self.file, &mut samples).ok_or_else(|| damaged(self.format)))?;
        let profile = self.profile(bytes, color, colors, limits);
        Ok(raster(size, color, samples, profile)?.noting([Note::CutShort]))
    }

    /// What the file's samples mean, if that is not sRGB.
    fn profile(&self, bytes: &[u8], samples: ColorType, colors: Colors, limits: &Limits) -> Option<Arc<Profile>> {
        let profile = profile_of(bytes, self.format, limits).filter(|profile| profile.fits(samples));
        profile.map(|profile| colors.of(profile))
    }

    /// The size, once it is known to be within the limits.
    fn check(&self, decoder: &dyn ImageDecoder, limits: &Limits) -> Result<Size, Error> {
        let (width, height) = decoder.dimensions();
        let size = Size::new(width, height);
        if size.pixels() == 0 {
            return Err(damaged(self.format));
        }
        LimitError::check("pixels", size.pixels(), limits.pixels)?;
        memory::check(size.pixels().saturating_mul(self.work_for(decoder.color_type())), limits)?;
        Ok(size)
    }

    /// Bytes that decoding takes for each pixel, the result included.
    fn work_for(&self, color: ColorType) -> u64 {
        let stored = u64::from(color.bytes_per_pixel());
        let converted = match color {
            ColorType::Rgb8 | ColorType::Rgba8 => 0,
            other => channels_of(other).count() as u64,
        };
        stored + converted.max(self.work)
    }
}

/// A picture of samples as a decoder gives them, in 8 bits.
fn raster(size: Size, color: ColorType, samples: Vec<u8>, mut profile: Option<Arc<Profile>>) -> Result<Raster, Error> {
    let deep = profile.as_ref().filter(|p| !p.kept).and_then(|p| p.deep_to_srgb(&samples, color));
    let (channels, samples) = match deep {
        Some(converted) => {
            profile = None;
            converted?
        }
        None => to_8_bit_color(samples, color)?,
    };
    Ok(Raster::new(size, channels, samples)?.with_profile(profile).without_needless_alpha())
}

/// Any samples as 8-bit RGB or RGBA.
fn to_8_bit_color(samples: Vec<u8>, color: ColorType) -> Result<(Channels, Vec<u8>), Error> {
    let channels = channels_of(color);
    if matches!(color, ColorType::Rgb8 | ColorType::Rgba8) {
        return Ok((channels, samples));
    }
    let pixels = memory::len(&samples) / u64::from(color.bytes_per_pixel()).max(1);
    let mut out = memory::reserve(pixels.saturating_mul(channels.count() as u64))?;
    let per_sample = color.bytes_per_pixel() / color.channel_count().max(1);
    let narrow: fn(&[u8]) -> u8 = match per_sample {
        1 => |s| s.first().copied().unwrap_or_default(),
        2 => |s| s.try_into().map_or(0, |s| from_16_bit(u16::from_ne_bytes(s))),
        _ => |s| s.try_into().map_or(0, |s| from_float(f32::from_ne_bytes(s))),
    };
    let gray = !color.has_color();
    let (size, alpha) = (usize::from(per_sample), color.has_alpha());
    for pixel in samples.chunks_exact(usize::from(color.bytes_per_pixel())) {
        let mut samples = pixel.chunks_exact(size).map(narrow);
        let colored = if alpha { color.channel_count() - 1 } else { color.channel_count() };
        for sample in samples.by_ref().take(colored.into()) {
            out.extend(std::iter::repeat_n(sample, if gray { 3 } else { 1 }));
        }
        out.extend(samples);
    }
    Ok((channels, out))
}

fn channels_of(color: ColorType) -> Channels {
    if color.has_alpha() { Channels::Rgba } else { Channels::Rgb }
}

/// A decoder's error in our words: what it says may repeat bytes of the file.
fn explain(error: &ImageError, format: Format, limits: &Limits) -> Error {
    match error {
        ImageError::Limits(_) => {
            let (allowed, found) = (limits.memory, limits.memory.saturating_add(1));
            LimitError { what: "bytes of memory for decoding", allowed, found }.into()
        }
        ImageError::Unsupported(_) => of_a_kind(format),
        _ => damaged(format),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_sample_becomes_8_bit_color() {
        let wide = |samples: &[u16]| samples.iter().flat_map(|s| s.to_ne_bytes()).collect::<Vec<_>>();
        let float = |samples: &[f32]| samples.iter().flat_map(|s| s.to_ne_bytes()).collect::<Vec<_>>();
        for (color, samples, want) in [
            (ColorType::L8, vec![7, 9], vec![7, 7, 7, 9, 9, 9]),
            (ColorType::La8, vec![7, 9], vec![7, 7, 7, 9]),
            (ColorType::L16, wide(&[65535]), vec![255; 3]),
            (ColorType::La16, wide(&[0x8080, 128]), vec![128, 128, 128, 0]),
            (ColorType::Rgb16, wide(&[0, 129, 65406]), vec![0, 1, 254]),
            (ColorType::Rgba16, wide(&[257, 514, 771, 1028]), vec![1, 2, 3, 4]),
            (ColorType::Rgb32F, float(&[-1.0, 0.5, 7.0]), vec![0, 128, 255]),
            (ColorType::Rgba32F, float(&[f32::NAN, 1.0, 0.0, 1.0]), vec![0, 255, 0, 255]),
        ] {
            assert_eq!(to_8_bit_color(samples, color).unwrap().1, want, "{color:?}");
        }
    }
}
