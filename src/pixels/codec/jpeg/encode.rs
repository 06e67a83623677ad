//! Encoding of images.

use super::write::{self, Extras, Mode, PlanarImage};
use crate::cost::Cost;
use crate::error::Error;
use crate::limits::Limits;
use crate::pixels::codec::attachments::Attachments;
use crate::pixels::codec::encoder::{Encoder, Settings, Side};
use crate::pixels::raster::{Image, Planes};
use crate::plan::Size;

/// The JPEG encoder: takes planes without conversion, or pixels without alpha.
pub(super) struct JpegEncoder;

impl Encoder for JpegEncoder {
    fn longest_side(&self, _: &Limits) -> Side {
        Side("pixels on a side of a JPEG", Side::IN_16_BITS)
    }

    /// Covers the planes, per sample at most one symbol of four bytes or one coefficient of two bytes, and the growing
    /// file.
    fn cost(&self, size: Size, _alpha: bool, settings: &Settings) -> Cost {
        let (bytes, units) = if settings.chroma_420 { (12, 20) } else { (24, 40) };
        let scans = if settings.progressive || settings.smallest { 2 } else { 1 };
        Cost::each(size.pixels(), bytes, units * scans)
    }

    fn takes_planes(&self, settings: &Settings) -> bool {
        settings.chroma_420
    }

    fn holds_profile(&self) -> bool {
        true
    }

    fn encode(&self, image: &Image, settings: &Settings, attached: &Attachments) -> Result<Vec<u8>, Error> {
        match image {
            Image::Planes(planes) => encode(planes, settings, attached),
            Image::Raster(raster) => encode(&Planes::of(raster, settings.chroma_420)?, settings, attached),
        }
    }
}

fn encode(planes: &Planes, settings: &Settings, attached: &Attachments) -> Result<Vec<u8>, Error> {
    let image = PlanarImage {
        size: planes.size(),
        luma: planes.luma(),
        chroma: planes.chroma(),
        chroma_420: planes.chroma().is_some() && planes.is_chroma_420(),
    };
    let extras = Extras {
        exif: attached.exif.as_deref(),
        xmp: attached.xmp.as_deref(),
        icc: planes.profile().map(|profile| profile.icc()),
        density: attached.density,
    };
    let mode = match settings {
        Settings { progressive: true, .. } => Mode::Progressive,
        Settings { smallest: true, .. } => Mode::Smaller,
        _ => Mode::Baseline,
    };
    write::encode(&image, settings.quality, mode, &extras, &settings.stop)
}

#[cfg(test)]
mod tests {
    use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder as OtherEncoder, SamplingFactor};

    use super::*;
    use crate::pixels::base::Channels;
    use crate::pixels::raster::{Raster, chroma_size};
    use crate::plan::Size;

    /// A ramp in the upper half and a single colour in the lower: blocks with and without detail.
    fn samples() -> Vec<u8> {
        (0..40 * 30_u32)
            .flat_map(|i| {
                if i < 600 { [i % 40 * 6, i / 40 * 8, 120] } else { [200, 100, 50] }.map(|s| u8::try_from(s).unwrap())
            })
            .collect()
    }

    fn settings(progressive: bool, chroma_420: bool) -> Settings {
        Settings {
            quality: 90,
            lossless: false,
            exact: false,
            progressive,
            chroma_420,
            smallest: false,
            stop: crate::stop::Stop::new(),
        }
    }

    #[test]
    fn all_settings_are_read_alike_by_two_decoders() {
        let image = Raster::new(Size::new(40, 30), Channels::Rgb, samples()).unwrap();
        for (progressive, chroma_420) in [(false, false), (false, true), (true, false), (true, true)] {
            let settings = settings(progressive, chroma_420);
            let bytes = JpegEncoder.encode(&image.clone().into(), &settings, &Attachments::default()).unwrap();
            let scans = bytes.windows(2).filter(|pair| *pair == [0xFF, 0xDA]).count();
            assert_eq!(scans, if progressive { 5 } else { 1 });
            let one = image::load_from_memory(&bytes).unwrap().to_rgb8().into_raw();
            let other = jpeg_decoder::Decoder::new(&bytes[..]).decode().unwrap();
            for (read, by) in [(one, "zune-jpeg"), (other, "jpeg-decoder")] {
                let sum: u32 = read.iter().zip(image.samples()).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
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
                    let bytes = encode(&planes, &settings(progressive, true), &Attachments::default()).unwrap();
                    let read = image::load_from_memory(&bytes).unwrap();
                    assert_eq!(read.color().has_color(), color);
                    let (read, want) = (read.to_rgb8().into_raw(), planes.into_raster().unwrap());
                    let sum: u32 = read.iter().zip(want.samples()).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
                    assert!(u64::from(sum) < size.pixels() * 3 * 4, "{size} {progressive} {color}: {sum}");
                }
            }
        }
    }

    /// Encodes with the `jpeg-encoder` crate at the same settings. It writes a scan for each component.
    fn other(samples: &[u8], (width, height): (u16, u16), sampling: SamplingFactor) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = OtherEncoder::new(&mut bytes, 90);
        encoder.set_sampling_factor(sampling);
        encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
        encoder.set_optimized_huffman_tables(true);
        encoder.encode(samples, width, height, ColorType::Rgb).unwrap();
        bytes
    }

    #[test]
    fn files_are_as_good_and_as_small_as_those_of_another_encoder() {
        let mut seed = 7_u32;
        for (width, height) in [(128_u16, 96_u16), (61, 33), (8, 8), (1, 1), (17, 100)] {
            let samples: Vec<u8> = (0..u32::from(width) * u32::from(height) * 3)
                .map(|i| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    let (x, y, c) = (i / 3 % u32::from(width), i / 3 / u32::from(width), i % 3);
                    u8::try_from((x * (3 - c) + y * (1 + c) + (seed >> 28) * (x / 40)) / 2 % 256).unwrap()
                })
                .collect();
            let size = Size::new(width.into(), height.into());
            let image = Raster::new(size, Channels::Rgb, samples.clone()).unwrap();
            for (chroma_420, sampling) in [(true, SamplingFactor::R_4_2_0), (false, SamplingFactor::R_4_4_4)] {
                let ours = JpegEncoder
                    .encode(&image.clone().into(), &settings(false, chroma_420), &Attachments::default())
                    .unwrap();
                let theirs = other(&samples, (width, height), sampling);
                let read = |bytes: &[u8]| jpeg_decoder::Decoder::new(bytes).decode().unwrap();
                let (a, b) = (read(&ours), read(&theirs));
                let error = |read: &[u8]| -> u64 {
                    read.iter().zip(&samples).map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2)).sum()
                };
                assert!(error(&a) * 100 <= error(&b) * 102 + 100 * size.pixels(), "{size} {chroma_420}");
                // In a single scan, halved planes are padded to whole units.
                let padding = if chroma_420 { 60 } else { 0 };
                assert!(ours.len() * 100 <= theirs.len() * 101 + padding * 100, "{} and {}", ours.len(), theirs.len());
            }
        }
    }
}
