//! Writing JPEGs, from pixels or from planes.

use jpeg_encoder::{
    ChromaSubsamplingMethod, ColorType, Encoder, ImageBuffer, JpegColorType, PixelDensity, PixelDensityUnit,
    SamplingFactor,
};

use super::recode;
use crate::error::Error;
use crate::pixels::codec::metadata::{EXIF, XMP};
use crate::pixels::codec::{Attachments, Profile, Settings};
use crate::pixels::planes::Planes;
use crate::pixels::{Raster, broken};
use crate::plan::Size;

/// Writes a JPEG, with Huffman tables made to measure.
///
/// For baseline files that is done here, since the encoder would write one scan for each component.
pub(in crate::pixels::codec) fn encode(
    picture: &Raster,
    settings: &Settings,
    attached: &Attachments,
) -> Result<Vec<u8>, Error> {
    let (width, height) = sides(picture.size())?;
    let mut bytes = Vec::new();
    let mut encoder = encoder(&mut bytes, settings, attached, picture.profile().map(AsRef::as_ref))?;
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    encoder.encode(picture.samples(), width, height, ColorType::Rgb).map_err(|e| broken(e.to_string()))?;
    Ok(measured(bytes, settings))
}

/// Writes planes as they are. Chroma is halved already, or there is none.
pub(in crate::pixels::codec) fn encode_planes(
    planes: &Planes,
    settings: &Settings,
    attached: &Attachments,
) -> Result<Vec<u8>, Error> {
    let (width, height) = sides(planes.size())?;
    let mut bytes = Vec::new();
    let mut encoder = encoder(&mut bytes, settings, attached, planes.profile().map(AsRef::as_ref))?;
    // Each sample of chroma is given twice in both directions, and taken once.
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Nearest);
    encoder.encode_image(Rows { planes, width, height }).map_err(|e| broken(e.to_string()))?;
    Ok(measured(bytes, settings))
}

fn sides(size: Size) -> Result<(u16, u16), Error> {
    let side = |side: u32| u16::try_from(side).map_err(|_| broken("a JPEG larger than its format allows"));
    Ok((side(size.width)?, side(size.height)?))
}

fn encoder<'a>(
    bytes: &'a mut Vec<u8>,
    settings: &Settings,
    attached: &Attachments,
    profile: Option<&Profile>,
) -> Result<Encoder<&'a mut Vec<u8>>, Error> {
    let mut encoder = Encoder::new(bytes, settings.quality.clamp(1, 100));
    encoder.set_sampling_factor(if settings.chroma_420 { SamplingFactor::R_4_2_0 } else { SamplingFactor::R_4_4_4 });
    encoder.set_optimized_huffman_tables(settings.progressive);
    encoder.set_progressive(settings.progressive);
    if let Some(density) = attached.density {
        encoder.set_density(in_inches(density));
    }
    // What does not fit into a segment stays behind.
    for (name, block) in [(EXIF, &attached.exif), (XMP, &attached.xmp)] {
        if let Some(block) = block {
            _ = encoder.add_app_segment(1, [name, block].concat());
        }
    }
    if let Some(profile) = profile {
        encoder.add_icc_profile(profile.icc()).map_err(|e| broken(e.to_string()))?;
    }
    Ok(encoder)
}

/// With tables made to measure, unless the encoder has done that.
fn measured(bytes: Vec<u8>, settings: &Settings) -> Vec<u8> {
    // What was just written can be read; should it not be, it is a good file as it is.
    let smaller = if settings.progressive { None } else { recode::recode(&bytes) };
    smaller.unwrap_or(bytes)
}

/// For a JFIF header, which holds whole numbers of 16 bits.
fn in_inches(density: f64) -> PixelDensity {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float to integer casts saturate")]
    let dots = (density.round() as u16).max(1);
    PixelDensity { density: (dots, dots), unit: PixelDensityUnit::Inches }
}

/// Planes, row by row as the encoder asks for them.
struct Rows<'a> {
    planes: &'a Planes,
    width: u16,
    height: u16,
}

impl ImageBuffer for Rows<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        if self.planes.chroma().is_some() { JpegColorType::Ycbcr } else { JpegColorType::Luma }
    }

    fn width(&self) -> u16 {
        self.width
    }

    fn height(&self) -> u16 {
        self.height
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let [luma, blue, red, _] = buffers;
        let (wide, half) = (usize::from(self.width), usize::from(self.width.div_ceil(2)));
        luma.extend_from_slice(row(self.planes.luma(), wide, y));
        for (samples, to) in self.planes.chroma().into_iter().flatten().zip([blue, red]) {
            let end = to.len() + wide;
            to.extend(row(samples, half, y / 2).iter().flat_map(|sample| [*sample; 2]));
            to.truncate(end);
        }
    }
}

fn row(samples: &[u8], wide: usize, y: u16) -> &[u8] {
    samples.chunks_exact(wide).nth(y.into()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::{SOS, segments};
    use super::*;
    use crate::pixels::planes::chroma_size;
    use crate::pixels::raster::Channels;

    /// A ramp above, one colour below: blocks with and without detail.
    fn samples() -> Vec<u8> {
        (0..40 * 30_u32)
            .flat_map(|i| {
                if i < 600 { [i % 40 * 6, i / 40 * 8, 120] } else { [200, 100, 50] }.map(|s| u8::try_from(s).unwrap())
            })
            .collect()
    }

    fn settings(progressive: bool, chroma_420: bool) -> Settings {
        Settings { quality: 90, lossless: false, exact: false, progressive, chroma_420 }
    }

    #[test]
    fn all_settings_are_read_alike_by_two_decoders() {
        let picture = Raster::new(Size::new(40, 30), Channels::Rgb, samples()).unwrap();
        for (progressive, chroma_420) in [(false, false), (false, true), (true, false), (true, true)] {
            let settings = settings(progressive, chroma_420);
            let bytes = encode(&picture, &settings, &Attachments::default()).unwrap();
            let scans = segments(&bytes).filter(|segment| segment.marker == SOS).count();
            assert!(progressive || scans == 1, "{scans} scans");
            let one = image::load_from_memory(&bytes).unwrap().to_rgb8().into_raw();
            let other = jpeg_decoder::Decoder::new(&bytes[..]).decode().unwrap();
            for (read, by) in [(one, "zune-jpeg"), (other, "jpeg-decoder")] {
                let sum: u32 = read.iter().zip(picture.samples()).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
                assert!(sum < 3600 * 3, "{settings:?}, read by {by}: {sum}");
            }
        }
    }

    #[test]
    fn planes_are_written_as_they_are() {
        for size in [Size::new(40, 30), Size::new(33, 17), Size::new(1, 1)] {
            let ramp = |size: Size, by: u32| -> Vec<u8> {
                let side = |i: u32| i % size.width + i / size.width;
                (0..u32::try_from(size.pixels()).unwrap()).map(|i| (90 + side(i) * by % 80).to_le_bytes()[0]).collect()
            };
            let half = chroma_size(size, true);
            let luma = ramp(size, 1);
            let chroma = [ramp(half, 1), ramp(half, 2)];
            for progressive in [false, true] {
                for color in [false, true] {
                    let planes = Planes::new(size, luma.clone(), color.then(|| chroma.clone()), true).unwrap();
                    let bytes = encode_planes(&planes, &settings(progressive, true), &Attachments::default()).unwrap();
                    let read = image::load_from_memory(&bytes).unwrap();
                    assert_eq!(read.color().has_color(), color);
                    let (read, want) = (read.to_rgb8().into_raw(), planes.into_raster().unwrap());
                    let sum: u32 = read.iter().zip(want.samples()).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
                    assert!(u64::from(sum) < size.pixels() * 3 * 4, "{size} {progressive} {color}: {sum}");
                }
            }
        }
    }
}
