//! Writing JPEGs, from pixels or from planes (ITU-T T.81, JFIF 1.02).
//!
//! ```text
//! pixels ──▶ planes ──▶ blocks ──▶ scan ──▶ huffman        baseline
//!                  └──▶ progressive
//! ```
//!
//! Baseline files are written here, in one scan with Huffman tables made to measure: the `jpeg-encoder` crate writes
//! three scans then, or one with the standard tables, which is a fifth more bytes. It is what ours is tested against.

mod blocks;
mod huffman;
mod progressive;
mod scan;

use self::blocks::{Steps, quantise};
use self::scan::Scan;
use super::{APP0, EOI, SOI, SOS};
use crate::error::Error;
use crate::pixels::base::error::internal_error;
use crate::pixels::codec::metadata::Attachments;
use crate::pixels::codec::metadata::{EXIF, XMP};
use crate::pixels::codec::settings::Settings;
use crate::pixels::raster::Planes;
use crate::pixels::raster::Raster;
use crate::plan::Size;

/// Width and height.
type Sides = (u16, u16);

/// Writes a JPEG of a picture without alpha.
pub(crate) fn encode(picture: &Raster, settings: &Settings, attached: &Attachments) -> Result<Vec<u8>, Error> {
    encode_planes(&Planes::of(picture, settings.chroma_420)?, settings, attached)
}

/// Writes planes as they are.
pub(crate) fn encode_planes(planes: &Planes, settings: &Settings, attached: &Attachments) -> Result<Vec<u8>, Error> {
    let side = |side: u32| u16::try_from(side).map_err(|_| internal_error("a JPEG larger than its format allows"));
    let Size { width, height } = planes.size();
    let sides = (side(width)?, side(height)?);
    if settings.progressive {
        return progressive::encode(planes, sides, settings, attached);
    }
    let baseline = baseline(planes, sides, settings, attached)?;
    if settings.smallest {
        let progressive = progressive::encode(planes, sides, settings, attached)?;
        return Ok(if progressive.len() < baseline.len() { progressive } else { baseline });
    }
    Ok(baseline)
}

/// In one scan, with tables made to measure.
fn baseline(planes: &Planes, sides: Sides, settings: &Settings, attached: &Attachments) -> Result<Vec<u8>, Error> {
    let steps = [false, true].map(|chroma| Steps::new(chroma, settings.quality));
    let scan = scan(planes, &steps)?;
    let mut out = Vec::new();
    head(&mut out, planes, sides, &steps, attached)?;
    let tables = scan.tables();
    for (slot, table) in (0_u8..).zip(&tables).filter(|(_, table)| !table.symbols.is_empty()) {
        // Class and number.
        segment(&mut out, DHT, &[&[(slot / 2) << 4 | (slot % 2)], &table.counts[..], &table.symbols])?;
    }
    segment(&mut out, SOS, scan_header(planes))?;
    scan.write(&tables, &mut out);
    out.extend_from_slice(&[0xFF, EOI]);
    Ok(out)
}

/// All blocks, unit by unit.
fn scan(planes: &Planes, steps: &[Steps; 2]) -> Result<Scan, Error> {
    let (size, chroma_size) = (planes.size(), planes.chroma_size());
    let halved = planes.chroma().is_some() && planes.is_halved();
    let [luma_steps, chroma_steps] = steps;
    // Blocks of luma on a side of a unit.
    let side = if halved { 2 } else { 1 };
    let mut scan = Scan::new()?;
    let mut before = [0; 3];
    for unit_y in 0..size.height.div_ceil(8 * side) {
        let luma = [0, side - 1].map(|y| Line::new(planes.luma(), size, unit_y * side + y));
        let chroma = planes.chroma().map(|both| both.map(|samples| Line::new(samples, chroma_size, unit_y)));
        for unit_x in 0..size.width.div_ceil(8 * side) {
            let [last, chroma_last @ ..] = &mut before;
            for line in luma.iter().take(side as usize) {
                for x in 0..side {
                    let block = quantise(&line.block(unit_x * side + x), luma_steps);
                    scan.block(&block, false, std::mem::replace(last, block.dc()))?;
                }
            }
            for (line, last) in chroma.iter().flatten().zip(chroma_last) {
                let block = quantise(&line.block(unit_x), chroma_steps);
                scan.block(&block, true, std::mem::replace(last, block.dc()))?;
            }
        }
    }
    Ok(scan)
}

/// The rows of a line of blocks. Beyond the edges the last samples go on.
struct Line<'a>([&'a [u8]; 8]);

impl<'a> Line<'a> {
    fn new(samples: &'a [u8], size: Size, line: u32) -> Self {
        let (top, wide) = (line as usize * 8, size.width as usize);
        let last = size.height.saturating_sub(1) as usize;
        Self(std::array::from_fn(|y| {
            let start = (top + y).min(last) * wide;
            samples.get(start..).and_then(|rest| rest.get(..wide)).unwrap_or_default()
        }))
    }

    /// The samples of a block, moved to around zero.
    fn block(&self, x: u32) -> [[i16; 8]; 8] {
        let mut block = [[0; 8]; 8];
        let left = x as usize * 8;
        for (row, to) in self.0.iter().zip(&mut block) {
            if let Some(from) = row.get(left..).and_then(<[u8]>::first_chunk::<8>) {
                for (to, from) in to.iter_mut().zip(from) {
                    *to = i16::from(*from) - 128;
                }
            } else {
                let end = row.last().copied().unwrap_or(128);
                let inside = row.get(left..).unwrap_or_default().iter().copied();
                for (to, from) in to.iter_mut().zip(inside.chain(std::iter::repeat(end))) {
                    *to = i16::from(from) - 128;
                }
            }
        }
        block
    }
}

const SOF0: u8 = 0xC0;
const DHT: u8 = 0xC4;
const DQT: u8 = 0xDB;

/// What stands before the Huffman tables. Some decoders want quantisation tables before the frame.
fn head(
    out: &mut Vec<u8>,
    planes: &Planes,
    (width, height): Sides,
    steps: &[Steps; 2],
    attached: &Attachments,
) -> Result<(), Error> {
    out.extend_from_slice(&[0xFF, SOI]);
    let (unit, density) = attached.density.map_or((0, 1), |density| (1, in_inches(density)));
    let [high, low] = density.to_be_bytes();
    segment(out, APP0, &[b"JFIF\0", &[1, 2, unit, high, low, high, low, 0, 0]])?;
    // What does not fit into a segment stays behind.
    for (name, block) in [(EXIF, &attached.exif), (XMP, &attached.xmp)] {
        if let Some(block) = block {
            _ = segment(out, APP0 + 1, &[name, block]);
        }
    }
    if let Some(profile) = planes.profile() {
        // ICC.1, B.4: in as many segments as it takes, numbered from one.
        const PART: usize = 65_000;
        let parts = profile.icc().chunks(PART);
        let all = u8::try_from(parts.len()).map_err(|_| internal_error("a profile larger than a JPEG can hold"))?;
        for (number, part) in (1..=all).zip(parts) {
            segment(out, APP0 + 2, &[b"ICC_PROFILE\0", &[number, all], part])?;
        }
    }
    let color = planes.chroma().is_some();
    for (number, steps) in (0..=u8::from(color)).zip(steps) {
        segment(out, DQT, &[&[number], &steps.zigzag])?;
    }
    let [h1, h2] = height.to_be_bytes();
    let [w1, w2] = width.to_be_bytes();
    let factors = if color && planes.is_halved() { 0x22 } else { 0x11 };
    let frame = [8, h1, h2, w1, w2, if color { 3 } else { 1 }, 1, factors, 0, 2, 0x11, 1, 3, 0x11, 1];
    segment(out, SOF0, &[frame.get(..if color { 15 } else { 9 }).unwrap_or_default()])
}

/// The components and their tables.
fn scan_header(planes: &Planes) -> &'static [&'static [u8]] {
    if planes.chroma().is_some() { &[&[3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0]] } else { &[&[1, 1, 0, 0, 63, 0]] }
}

/// Appends a marker with what belongs to it; nothing if that is too long.
fn segment(out: &mut Vec<u8>, marker: u8, parts: &[&[u8]]) -> Result<(), Error> {
    let length = 2 + parts.iter().map(|part| part.len()).sum::<usize>();
    let length = u16::try_from(length).map_err(|_| internal_error("a segment larger than a JPEG can hold"))?;
    out.extend_from_slice(&[0xFF, marker]);
    out.extend_from_slice(&length.to_be_bytes());
    parts.iter().for_each(|part| out.extend_from_slice(part));
    Ok(())
}

/// For a JFIF header, which holds whole numbers of 16 bits.
fn in_inches(density: f64) -> u16 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float to integer casts saturate")]
    let dots = (density.round() as u16).max(1);
    dots
}

#[cfg(test)]
mod tests {
    use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, SamplingFactor};

    use super::*;
    use crate::pixels::base::channels::Channels;
    use crate::pixels::codec::jpeg::segments;
    use crate::pixels::raster::planes::chroma_size;

    /// A ramp above, one colour below: blocks with and without detail.
    fn samples() -> Vec<u8> {
        (0..40 * 30_u32)
            .flat_map(|i| {
                if i < 600 { [i % 40 * 6, i / 40 * 8, 120] } else { [200, 100, 50] }.map(|s| u8::try_from(s).unwrap())
            })
            .collect()
    }

    fn settings(progressive: bool, chroma_420: bool) -> Settings {
        Settings { quality: 90, lossless: false, exact: false, progressive, chroma_420, smallest: false }
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

    /// The `jpeg-encoder` crate with the same settings, which writes a scan for each component.
    fn other(samples: &[u8], (width, height): Sides, sampling: SamplingFactor) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 90);
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
            let picture = Raster::new(size, Channels::Rgb, samples.clone()).unwrap();
            for (halved, sampling) in [(true, SamplingFactor::R_4_2_0), (false, SamplingFactor::R_4_4_4)] {
                let ours = encode(&picture, &settings(false, halved), &Attachments::default()).unwrap();
                let theirs = other(&samples, (width, height), sampling);
                let read = |bytes: &[u8]| jpeg_decoder::Decoder::new(bytes).decode().unwrap();
                let (a, b) = (read(&ours), read(&theirs));
                let error = |read: &[u8]| -> u64 {
                    read.iter().zip(&samples).map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2)).sum()
                };
                assert!(error(&a) * 100 <= error(&b) * 102 + 100 * size.pixels(), "{size} {halved}");
                // In one scan halved planes are padded to whole units.
                let padding = if halved { 60 } else { 0 };
                assert!(ours.len() * 100 <= theirs.len() * 101 + padding * 100, "{} and {}", ours.len(), theirs.len());
            }
        }
    }

    #[test]
    fn a_large_profile_takes_several_segments() {
        let mut out = Vec::new();
        assert!(segment(&mut out, APP0, &[&[0; 65_533]]).is_ok());
        assert!(segment(&mut out, APP0, &[&[0; 65_534]]).is_err());
    }
}
