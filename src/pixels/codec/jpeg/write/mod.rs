//! JPEG encoding from planes (ITU-T T.81, JFIF 1.02).
//!
//! ```text
//! planes ──▶ blocks ──▶ scan ──▶ huffman      baseline: one scan
//!                  └──▶ progressive ──┘       first all DC coefficients, then AC in bands
//! ```
//!
//! Each scan has its own optimised Huffman tables.

mod blocks;
mod huffman;
mod plane;
mod progressive;
mod scan;

use self::blocks::{Steps, quantise};
use self::plane::Line;
use self::scan::Scan;
use crate::error::Error;
use crate::geometry::Size;
use crate::pixels::base::{internal_error, unless_stopped};
use crate::stop::Stop;

/// Planes of full-range samples, as JFIF defines them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlanarImage<'a> {
    /// The size, at most 65,535 pixels on a side.
    pub(crate) size: Size,
    pub(crate) luma: &'a [u8],
    /// The blue and the red difference; `None` for gray images.
    pub(crate) chroma: Option<[&'a [u8]; 2]>,
    /// Whether chroma has half the resolution, rounded up.
    pub(crate) chroma_420: bool,
}

/// The order in which coefficients are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Block by block, in one scan.
    Baseline,
    /// The low frequencies of all blocks first.
    Progressive,
    /// Whichever of the two gives the smaller file.
    Smaller,
}

/// Metadata to be written into the file.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Extras<'a> {
    pub(crate) exif: Option<&'a [u8]>,
    pub(crate) xmp: Option<&'a [u8]>,
    /// The colour profile.
    pub(crate) icc: Option<&'a [u8]>,
    /// The resolution in dots per inch.
    pub(crate) density: Option<f64>,
}

/// Writes a file of a quality from 1 to 100.
///
/// # Errors
/// The image or the profile is larger than the format allows, or memory is exhausted.
pub(crate) fn encode(
    image: &PlanarImage<'_>,
    quality: u8,
    mode: Mode,
    extras: &Extras<'_>,
    stop: &Stop,
) -> Result<Vec<u8>, Error> {
    let steps = [false, true].map(|chroma| Steps::new(chroma, quality));
    let mut head = Vec::new();
    write_head(&mut head, image, &steps, extras)?;
    let file = |sof: u8, scans: Vec<u8>| -> Result<Vec<u8>, Error> {
        let mut out = head.clone();
        write_frame(&mut out, image, sof)?;
        out.extend(scans);
        out.extend_from_slice(&[0xFF, EOI]);
        Ok(out)
    };
    let baseline = || file(SOF0, baseline(image, &steps, stop)?);
    let progressive = || file(SOF2, progressive::scans(image, &steps, stop)?);
    match mode {
        Mode::Baseline => baseline(),
        Mode::Progressive => progressive(),
        Mode::Smaller => {
            let (one, other) = (baseline()?, progressive()?);
            Ok(if other.len() < one.len() { other } else { one })
        }
    }
}

/// Writes one scan with all components.
fn baseline(image: &PlanarImage<'_>, steps: &[Steps; 2], stop: &Stop) -> Result<Vec<u8>, Error> {
    let scan = scan(image, steps, stop)?;
    let mut out = Vec::new();
    let header: &[u8] =
        if image.chroma.is_some() { &[3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0] } else { &[1, 1, 0, 0, 63, 0] };
    write_scan(&mut out, &scan, header)?;
    Ok(out)
}

/// Appends a scan, preceded by its Huffman tables.
fn write_scan(out: &mut Vec<u8>, scan: &Scan, header: &[u8]) -> Result<(), Error> {
    let tables = scan.tables();
    for (slot, table) in (0_u8..).zip(&tables).filter(|(_, table)| !table.symbols.is_empty()) {
        // Table class and number.
        segment(out, DHT, &[&[(slot / 2) << 4 | (slot % 2)], &table.counts[..], &table.symbols])?;
    }
    segment(out, SOS, &[header])?;
    scan.write(&tables, out);
    Ok(())
}

impl PlanarImage<'_> {
    /// The number of luma blocks on a side of a unit.
    const fn side(&self) -> u32 {
        if self.chroma.is_some() && self.chroma_420 { 2 } else { 1 }
    }

    /// The number of units across and down the image.
    const fn units(&self) -> Size {
        let side = 8 * self.side();
        Size::new(self.size.width.div_ceil(side), self.size.height.div_ceil(side))
    }

    /// The size of the chroma planes.
    const fn chroma_size(&self) -> Size {
        let Size { width, height } = self.size;
        if self.chroma_420 { Size::new(width.div_ceil(2), height.div_ceil(2)) } else { self.size }
    }
}

/// Collects the symbols of all blocks, unit by unit.
fn scan(image: &PlanarImage<'_>, steps: &[Steps; 2], stop: &Stop) -> Result<Scan, Error> {
    let [luma_steps, chroma_steps] = steps;
    let (side, units) = (image.side(), image.units());
    let mut scan = Scan::new()?;
    let mut before = [0; 3];
    for unit_y in 0..units.height {
        unless_stopped(stop)?;
        let luma = [0, side - 1].map(|y| Line::new(image.luma, image.size, unit_y * side + y));
        let chroma = image.chroma.map(|both| both.map(|samples| Line::new(samples, image.chroma_size(), unit_y)));
        for unit_x in 0..units.width {
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

/// Appends the segments before the frame header. Some decoders expect the quantisation tables there.
fn write_head(
    out: &mut Vec<u8>,
    image: &PlanarImage<'_>,
    steps: &[Steps; 2],
    extras: &Extras<'_>,
) -> Result<(), Error> {
    out.extend_from_slice(&[0xFF, SOI]);
    let (unit, density) = extras.density.map_or((0, 1), |density| (1, in_inches(density)));
    let [high, low] = density.to_be_bytes();
    segment(out, APP0, &[b"JFIF\0", &[1, 2, unit, high, low, high, low, 0, 0]])?;
    // A block that is too long for a segment is dropped.
    for (name, block) in [(EXIF, extras.exif), (XMP, extras.xmp)] {
        if let Some(block) = block {
            _ = segment(out, APP0 + 1, &[name, block]);
        }
    }
    if let Some(profile) = extras.icc {
        // Profiles are split into as many segments as necessary, numbered from one (ICC.1, B.4).
        const PART: usize = 65_000;
        let parts = profile.chunks(PART);
        let all = u8::try_from(parts.len()).map_err(|_| internal_error("a profile larger than a JPEG can hold"))?;
        for (number, part) in (1..=all).zip(parts) {
            segment(out, APP0 + 2, &[ICC, &[number, all], part])?;
        }
    }
    for (number, steps) in (0..=u8::from(image.chroma.is_some())).zip(steps) {
        segment(out, DQT, &[&[number], &steps.zigzag])?;
    }
    Ok(())
}

/// Appends the frame header.
fn write_frame(out: &mut Vec<u8>, image: &PlanarImage<'_>, sof: u8) -> Result<(), Error> {
    let side = |side: u32| {
        let side = u16::try_from(side).map_err(|_| internal_error("a JPEG larger than its format allows"))?;
        Ok::<_, Error>(side.to_be_bytes())
    };
    let ([h1, h2], [w1, w2]) = (side(image.size.height)?, side(image.size.width)?);
    let color = image.chroma.is_some();
    let factors = if image.side() == 2 { 0x22 } else { 0x11 };
    let frame = [8, h1, h2, w1, w2, if color { 3 } else { 1 }, 1, factors, 0, 2, 0x11, 1, 3, 0x11, 1];
    segment(out, sof, &[frame.get(..if color { 15 } else { 9 }).unwrap_or_default()])
}

/// Appends a marker segment. Appends nothing if the payload is too long.
fn segment(out: &mut Vec<u8>, marker: u8, parts: &[&[u8]]) -> Result<(), Error> {
    let length = 2 + parts.iter().map(|part| part.len()).sum::<usize>();
    let length = u16::try_from(length).map_err(|_| internal_error("a segment larger than a JPEG can hold"))?;
    out.extend_from_slice(&[0xFF, marker]);
    out.extend_from_slice(&length.to_be_bytes());
    parts.iter().for_each(|part| out.extend_from_slice(part));
    Ok(())
}

/// Rounds a resolution to the 16-bit integer of a JFIF header.
fn in_inches(density: f64) -> u16 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float to integer casts saturate")]
    let dots = (density.round() as u16).max(1);
    dots
}

/// The identifiers at the start of application segments.
const EXIF: &[u8] = b"Exif\0\0";
pub(crate) const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
pub(crate) const ICC: &[u8] = b"ICC_PROFILE\0";

const SOF0: u8 = 0xC0;
const SOF2: u8 = 0xC2;
const DHT: u8 = 0xC4;
const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const DQT: u8 = 0xDB;
const APP0: u8 = 0xE0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_profile_takes_several_segments() {
        let mut out = Vec::new();
        assert!(segment(&mut out, APP0, &[&[0; 65_533]]).is_ok());
        assert!(segment(&mut out, APP0, &[&[0; 65_534]]).is_err());
    }
}
