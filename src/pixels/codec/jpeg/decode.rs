//! Decoding of whole images.

use std::sync::Arc;

use image::ColorType;

use super::read::{self, Color, Header, Lines, Opened, lines_need};
use super::{failure, notes};
use crate::cost::Cost;
use crate::error::Error;
use crate::limits::Limits;
use crate::note::Note;
use crate::pixels::base::{Channels, memory, unless_stopped};
use crate::pixels::codec::reader::Request;
use crate::pixels::color::{Profile, ycbcr};
use crate::pixels::raster::Raster;
use crate::plan::Size;
use crate::stop::Stop;

/// Decodes all pixels of a file.
///
/// CMYK is converted to RGB: by the profile if it is a CMYK profile, otherwise by multiplication, as browsers do.
pub(super) fn decode(
    file: &Opened<'_>,
    profile: Option<&Arc<Profile>>,
    request: &Request<'_>,
    limits: &Limits,
) -> Result<Raster, Error> {
    let mut lines =
        Lines::new(file, limits, request.stop, |header, needs| taken(header, needs.bytes)).map_err(failure)?;
    let (size, kind) = (lines.header().size, lines.header().color);
    let convert = profile.filter(|profile| profile.is_cmyk()).and_then(|profile| profile.cmyk_to_srgb());
    let mut samples = memory::reserve(memory::bytes(size, Channels::Rgb))?;
    let mut line = CmykLine::default();
    while lines.advance() {
        unless_stopped(request.stop)?;
        let [a, b, c, k] = [0, 1, 2, 3].map(|component| lines.of(component));
        match kind {
            Color::Gray => samples.extend(a.iter().flat_map(|y| [*y; 3])),
            Color::YCbCr => ycbcr::to_rgb(a, b, c, &mut samples),
            Color::Rgb => samples.extend(a.iter().zip(b).zip(c).flat_map(|((r, g), b)| [*r, *g, *b])),
            Color::Cmyk | Color::Ycck => {
                line.paper.clear();
                if kind == Color::Cmyk {
                    line.paper.extend(a.iter().zip(b).zip(c).flat_map(|((c, m), y)| [*c, *m, *y]));
                } else {
                    ycbcr::to_rgb(a, b, c, &mut line.paper);
                    line.paper.iter_mut().for_each(|sample| *sample = 255 - *sample);
                }
                match &convert {
                    Some(convert) => line.convert(k, convert, &mut samples),
                    None => line.multiply(k, &mut samples),
                }
            }
        }
    }
    let damage = lines.damage();
    let samples_of = if kind == Color::Gray { ColorType::L8 } else { ColorType::Rgb8 };
    let profile = profile
        .filter(|p| !matches!(kind, Color::Cmyk | Color::Ycck) && p.fits(samples_of))
        .map(|p| request.colors.of(p));
    Ok(Raster::new(size, Channels::Rgb, samples)?.with_profile(profile).noting(notes(damage)))
}

/// The decoded samples of a file, without any colour conversion.
pub(crate) struct Samples {
    pub(crate) size: Size,
    /// The number of samples per pixel.
    pub(crate) components: usize,
    /// The samples, pixel by pixel.
    pub(crate) samples: Vec<u8>,
    pub(crate) notes: Vec<Note>,
    /// The units of computing that reading took.
    pub(crate) work: u64,
}

/// Decodes all samples of a JPEG embedded in another file. The other file defines what they mean.
pub(crate) fn samples(bytes: &[u8], limits: &Limits, stop: &Stop) -> Result<Samples, Error> {
    let file = Opened::read(bytes).map_err(failure)?;
    let mut lines = Lines::new(&file, limits, stop, |header, needs| taken(header, needs.bytes)).map_err(failure)?;
    let (size, components) = (lines.header().size, lines.header().components.len());
    let mut samples = memory::reserve(size.pixels().saturating_mul(components as u64))?;
    while lines.advance() {
        unless_stopped(stop)?;
        let line = [0, 1, 2, 3].map(|component| lines.of(component));
        let pixels = 0..line[0].len();
        samples.extend(pixels.flat_map(|x| line.iter().filter_map(move |component| component.get(x).copied())));
    }
    Ok(Samples { size, components, samples, notes: notes(lines.damage()).collect(), work: work(&file)? })
}

/// Returns the cost of decoding a whole image, including the memory of the image.
pub(super) fn cost(file: &Opened<'_>) -> Result<Cost, Error> {
    let header = &file.header;
    let memory = taken(header, read::needs(header, &read::Request::WHOLE).bytes);
    Ok(Cost::new(memory, work(file)?.saturating_add(header.size.pixels().saturating_mul(COLORS))))
}

fn work(file: &Opened<'_>) -> Result<u64, Error> {
    read::work(file, &read::Request::WHOLE).map_err(failure)
}

/// The units of computing to convert one pixel to RGB, by a profile if necessary.
const COLORS: u64 = 10;

fn taken(header: &Header, reading: u64) -> u64 {
    let lines = lines_need(header).saturating_add(u64::from(header.size.width) * CMYK);
    [reading, lines, memory::bytes(header.size, Channels::Rgb)].into_iter().fold(0, u64::saturating_add)
}

/// The bytes per pixel of a CMYK line: three samples of paper, four of CMYK and three of RGB.
const CMYK: u64 = 3 + 4 + 3;

/// Buffers for converting a line of CMYK.
///
/// The four components of the file hold the paper that the inks leave uncovered; 255 is no ink. All files written by
/// Adobe software are stored this way, and browsers read every other file the same way.
#[derive(Debug, Default)]
struct CmykLine {
    /// The paper left by the first three inks.
    paper: Vec<u8>,
    /// All four inks, where 255 is full coverage.
    cmyk: Vec<u8>,
    colors: Vec<u8>,
}

impl CmykLine {
    fn convert(&mut self, black: &[u8], convert: &impl Fn(&[u8], &mut [u8]), out: &mut Vec<u8>) {
        self.cmyk.clear();
        let pixels = self.paper.as_chunks::<3>().0.iter().zip(black);
        self.cmyk.extend(pixels.flat_map(|([c, m, y], k)| [255 - c, 255 - m, 255 - y, 255 - k]));
        self.colors.resize(self.paper.len(), 0);
        convert(&self.cmyk, &mut self.colors);
        out.extend_from_slice(&self.colors);
    }

    fn multiply(&self, black: &[u8], out: &mut Vec<u8>) {
        let times = |paper: u8, black: u8| ((u32::from(paper) * u32::from(black) + 127) / 255).to_le_bytes()[0];
        let pixels = self.paper.as_chunks::<3>().0.iter().zip(black);
        out.extend(pixels.flat_map(|(paper, black)| (*paper).map(|paper| times(paper, *black))));
    }
}
