//! Conversion of samples of any depth from decoders of the `image` crate to images of 8 bits.

use std::sync::Arc;

use image::{ColorType, ImageDecoder, ImageError};

use crate::cost::Cost;
use crate::error::Error;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::pixels::base::{Channels, damaged, fenced, from_16_bit, from_float, memory, of_a_kind};
use crate::pixels::color::Profile;
use crate::pixels::raster::Raster;
use crate::plan::Size;

/// The number of bytes for read-ahead and tables of decoders, and a few rows.
pub(super) const TABLES: u64 = 1024 * 1024;

/// Returns the limits that a decoder enforces itself.
pub(super) fn bounds(limits: &Limits) -> image::Limits {
    let side = u32::try_from(limits.pixels).unwrap_or(u32::MAX);
    let mut bounds = image::Limits::no_limits();
    bounds.max_image_width = Some(side);
    bounds.max_image_height = Some(side);
    bounds.max_alloc = Some(limits.memory);
    bounds
}

/// Returns the size after checking it against the limits. `work` is the number of bytes that decoding takes for each
/// pixel in addition to the samples.
pub(super) fn check(decoder: &dyn ImageDecoder, format: Format, work: u64, limits: &Limits) -> Result<Size, Error> {
    let (width, height) = decoder.dimensions();
    let size = Size::new(width, height);
    if size.pixels() == 0 {
        return Err(damaged(format));
    }
    LimitError::check("pixels", size.pixels(), limits.pixels)?;
    memory::check(size.pixels().saturating_mul(per_pixel(decoder.color_type(), work)), limits)?;
    Ok(size)
}

/// Returns the cost of decoding an image of this size, including the result. `work` is the number of bytes of the
/// decoder for each pixel, `units` its computing for each. Conversion to 8 bits and of colours is added to that.
pub(super) fn cost(size: Size, color: ColorType, work: u64, units: u64) -> Cost {
    let deep = color.bytes_per_pixel() > color.channel_count();
    let units = units + if deep { DEEP } else { PLAIN };
    Cost::each(size.pixels(), per_pixel(color, work), units).holding(TABLES)
}

/// Returns the [`cost`] for formats in which a damaged file is repaired in a copy and read again, and whose decoder
/// reads up to 64 bytes per column ahead.
pub(super) fn mending_cost(size: Size, color: ColorType, work: u64, units: u64, file: &[u8]) -> Cost {
    let ahead = u64::from(size.width).saturating_mul(64);
    cost(size, color, work, units).holding(ahead).holding(memory::len(file))
}

/// The units of computing for a pixel of 8-bit samples, including its colours.
const PLAIN: u64 = 6;
/// The units of computing for a pixel of deeper samples, which are converted in floating point.
const DEEP: u64 = 40;

/// Returns the number of bytes for each pixel.
fn per_pixel(color: ColorType, work: u64) -> u64 {
    let stored = u64::from(color.bytes_per_pixel());
    let converted = match color {
        ColorType::Rgb8 | ColorType::Rgba8 => 0,
        other => channels_of(other).count() as u64,
    };
    stored + converted.max(work)
}

/// Decodes all samples of an image. Its size must have been checked.
pub(super) fn read(decoder: Box<dyn ImageDecoder + '_>, format: Format, limits: &Limits) -> Result<Vec<u8>, Error> {
    let mut samples = memory::zeros(decoder.total_bytes())?;
    fenced(|| decoder.read_image_boxed(&mut samples).map_err(|error| explain(&error, format, limits)))?;
    Ok(samples)
}

/// Converts samples as returned by a decoder to an 8-bit image.
pub(super) fn raster(
    size: Size,
    color: ColorType,
    samples: Vec<u8>,
    mut profile: Option<Arc<Profile>>,
) -> Result<Raster, Error> {
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

/// Converts any samples to 8-bit RGB or RGBA.
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

/// Converts a decoder's error. Its message is dropped, since it may contain bytes of the file.
pub(super) fn explain(error: &ImageError, format: Format, limits: &Limits) -> Error {
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
