//! TIFF (TIFF 6.0, its technical notes, and BigTIFF): the first image of a file.
//!
//! ```text
//! tags ──▶ layout ──▶ strip or tile ──▶ bytes ──▶ numbers ──▶ colours
//!          checked     unpack           samples    color
//! ```
//!
//! One strip or tile is held at a time, or one of each plane. If data is missing or damaged, the valid part is shown,
//! as in libtiff, with a note about the damage. The rest is white, or transparent.

mod color;
mod fax;
mod layout;
mod samples;
#[cfg(test)]
mod tests;
mod unpack;

use std::cell::OnceCell;
use std::sync::Arc;

use self::color::Colors;
use self::layout::{Compression, Layout};
use self::unpack::{Unpacked, unpack};
use super::Codec;
use super::metadata::ifd::Directory;
use super::metadata::{exif, within};
use super::reader::{Reader, Request};
use crate::cost::Cost;
use crate::error::Error;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::note::Note;
use crate::pixels::base::{Channels, damaged, memory, unless_stopped, unsupported};
use crate::pixels::color::Profile;
use crate::pixels::raster::Raster;
use crate::plan::{Orientation, SourceInfo};

/// The TIFF codec.
pub(crate) struct Tiff;

impl Codec for Tiff {
    fn open<'a>(&self, file: &'a [u8], limits: &'a Limits) -> Result<Box<dyn Reader + 'a>, Error> {
        let directory = Directory::first(file).ok_or_else(|| damaged(Format::Tiff))?;
        let layout = Layout::read(file, &directory, limits)?;
        let mut info = SourceInfo::new(layout.size);
        info.format = Format::Tiff;
        info.orientation = directory
            .number(file, ORIENTATION)
            .map_or(Orientation::Upright, |number| Orientation::from_exif(u16::try_from(number).unwrap_or(1)));
        info.alpha = layout.alpha.is_some();
        info.density = exif::density_in(&directory, file);
        Ok(Box::new(File { bytes: file, directory, layout, limits, info, profile: OnceCell::new() }))
    }
}

/// A file whose first directory has been read.
struct File<'a> {
    bytes: &'a [u8],
    directory: Directory,
    layout: Layout,
    limits: &'a Limits,
    info: SourceInfo,
    profile: OnceCell<Option<Arc<Profile>>>,
}

impl<'a> File<'a> {
    /// Returns the bytes of a tag's value.
    fn tag(&self, tag: u16) -> Option<&'a [u8]> {
        self.bytes.get(self.directory.place(tag)?)
    }
}

impl Reader for File<'_> {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn cost(&self, _: &Request<'_>) -> Result<Cost, Error> {
        Ok(self.layout.cost())
    }

    fn decode(&self, request: &Request<'_>) -> Result<Raster, Error> {
        if request.page > 0 {
            return Err(unsupported("pages of a tiff other than the first are not supported".to_owned()));
        }
        let Self { bytes, directory, layout, limits, .. } = self;
        let colors = Colors::new(layout, directory, bytes, self.profile(), request.colors);
        let tables = tables(directory, layout, bytes);
        let mut target = Target::new(layout, &colors);
        let (across, down) = (layout.across(), layout.down());
        let (mut read, most_bytes) = (0_u64, layout.most_bytes(bytes));
        // The computing that remains of the limit.
        let mut limits = Limits::clone(limits);
        for (y, x) in (0..down).flat_map(|y| (0..across).map(move |x| (y, x))) {
            let top = y * u64::from(layout.chunk.height);
            let rows = if layout.tiled {
                layout.chunk.height
            } else {
                u32::try_from(u64::from(layout.size.height).saturating_sub(top)).unwrap_or(0).min(layout.chunk.height)
            };
            unless_stopped(request.stop)?;
            let mut chunks = Vec::new();
            for plane in 0..layout.planes() {
                let index = (plane * down + y) * across + x;
                read = read.saturating_add(layout.data(bytes, index).map_or(0, |(data, _)| memory::len(data)));
                LimitError::check("bytes of strips and tiles", read, most_bytes)?;
                let chunk = unpack(layout, bytes, index, rows, &tables, &limits, request.stop)?;
                limits.work = limits.work.saturating_sub(chunk.work);
                chunks.push(target.spread(chunk));
            }
            target.draw(x * u64::from(layout.chunk.width), top, &mut chunks)?;
        }
        target.finish()
    }

    fn profile(&self) -> Option<&Arc<Profile>> {
        let icc = || within(self.tag(ICC)?, self.limits.profile_bytes);
        self.profile.get_or_init(|| icc().and_then(Profile::read).map(Arc::new)).as_ref()
    }

    fn xmp(&self) -> Option<Vec<u8>> {
        within(self.tag(XMP)?, self.limits.metadata_bytes)
    }
}

/// Returns the tables that all JPEG strips share, with the start-of-image marker, or the single JPEG file that holds
/// all strips.
fn tables(directory: &Directory, layout: &Layout, file: &[u8]) -> Vec<u8> {
    if layout.compression == Compression::OldJpeg {
        let place = directory.list(INTERCHANGE).and_then(|list| usize::try_from(list.get(file, 0)?).ok());
        return place.and_then(|at| file.get(at..)).unwrap_or_default().to_vec();
    }
    /// The maximum length of the tables, far more than a JPEG needs. They are copied for each strip.
    const MOST: usize = 1 << 16;
    let tables = directory.place(JPEG_TABLES).and_then(|place| file.get(place));
    let tables = tables.filter(|tables| tables.len() <= MOST).unwrap_or(&[0xFF, 0xD8]);
    tables.strip_suffix(&[0xFF, 0xD9]).unwrap_or(tables).to_vec()
}

/// The image being drawn.
struct Target<'a> {
    layout: &'a Layout,
    colors: &'a Colors,
    channels: Channels,
    /// The samples. They are allocated with the first decoded row, so that a file without data takes no memory.
    pixels: Vec<u8>,
    note: Option<Note>,
}

impl<'a> Target<'a> {
    const fn new(layout: &'a Layout, colors: &'a Colors) -> Self {
        let channels = if layout.alpha.is_some() { Channels::Rgba } else { Channels::Rgb };
        Self { layout, colors, channels, pixels: Vec::new(), note: None }
    }

    /// Returns the bytes of a strip or tile, with each chroma sample repeated for all of its pixels.
    fn spread(&mut self, chunk: Unpacked) -> Vec<u8> {
        // Data that ends early takes precedence over other damage.
        self.note = match (self.note.take(), chunk.note) {
            (Some(Note::CutShort), _) => Some(Note::CutShort),
            (before, now) => now.or(before),
        };
        let [across, down] = self.layout.subsampling.map(|factor| usize::try_from(factor).unwrap_or(1));
        if (across, down) == (1, 1) {
            return chunk.bytes;
        }
        let width = usize::try_from(self.layout.chunk.width).unwrap_or(usize::MAX);
        let (unit, units) = (across * down + 2, width.div_ceil(across));
        let mut out = Vec::new();
        for row in chunk.bytes.chunks_exact(unit.saturating_mul(units).max(1)) {
            for y in 0..down {
                let pixels = row.chunks_exact(unit).flat_map(|unit| {
                    let (luma, chroma) = unit.split_at(across * down);
                    let luma = luma.get(y * across..).unwrap_or_default().iter().take(across);
                    luma.map(move |sample| {
                        [*sample, chroma.first().copied().unwrap_or(128), chroma.last().copied().unwrap_or(128)]
                    })
                });
                pixels.take(width).for_each(|pixel| out.extend(pixel));
            }
        }
        out
    }

    /// Draws the rows that all planes have.
    fn draw(&mut self, left: u64, top: u64, planes: &mut [Vec<u8>]) -> Result<(), Error> {
        let (layout, count) = (self.layout, self.channels.count());
        let side = |side: u64| usize::try_from(side).unwrap_or(usize::MAX);
        let stride = side(layout.stride());
        let rows = planes.iter().map(|plane| plane.len() / stride.max(1)).min().unwrap_or(0);
        let rows = rows.min(side(u64::from(layout.size.height).saturating_sub(top)));
        let width = side(u64::from(layout.size.width).saturating_sub(left).min(layout.chunk.width.into()));
        if rows == 0 {
            return Ok(());
        }
        if self.pixels.is_empty() {
            let fill = if self.channels == Channels::Rgba { 0 } else { u8::MAX };
            memory::refill(&mut self.pixels, memory::bytes(layout.size, self.channels), fill)?;
        }
        let (mut drawn, mut scratch) = (Vec::new(), Vec::new());
        let mut numbers = vec![Vec::new(); planes.len()];
        let mut samples = vec![0.0; layout.samples];
        for row in 0..rows {
            drawn.clear();
            for (plane, numbers) in planes.iter_mut().zip(&mut numbers) {
                let bytes = plane.get_mut(row * stride..(row + 1) * stride).unwrap_or_default();
                let order = samples::undo(layout, bytes, &mut scratch);
                if self.colors.is_plain() && !layout.planar {
                    let channels = bytes.chunks_exact(layout.samples).take(width);
                    let alpha = layout.alpha.map_or(0, |alpha| alpha.at);
                    channels.for_each(|pixel| match (pixel, self.channels) {
                        ([r, g, b, ..], Channels::Rgb) => drawn.extend([*r, *g, *b]),
                        ([r, g, b, ..], _) => {
                            drawn.extend([*r, *g, *b, pixel.get(alpha).copied().unwrap_or(u8::MAX)]);
                        }
                        _ => {}
                    });
                } else {
                    samples::numbers(layout, bytes, order, numbers);
                }
            }
            if drawn.is_empty() && !self.colors.convert_cmyk(&numbers, layout, width, &mut drawn) {
                for x in 0..width {
                    for (n, sample) in samples.iter_mut().enumerate() {
                        let (plane, at) = layout.place(n, x);
                        *sample = numbers.get(plane).and_then(|plane| plane.get(at)).copied().unwrap_or_default();
                    }
                    self.colors.pixel(&samples, &mut drawn);
                }
            }
            let at = (side(top) + row) * side(layout.size.width.into()) + side(left);
            let target = self.pixels.get_mut(at * count..).and_then(|rest| rest.get_mut(..drawn.len()));
            if let Some(target) = target {
                target.copy_from_slice(&drawn);
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Raster, Error> {
        if self.pixels.is_empty() {
            return Err(damaged(Format::Tiff));
        }
        let image = Raster::new(self.layout.size, self.channels, self.pixels)?;
        Ok(image.with_profile(self.colors.profile()).without_needless_alpha().noting(self.note))
    }
}

/// Returns the error for a kind of TIFF that is not supported.
fn unread(kind: &str) -> Error {
    unsupported(format!("the source is a tiff with {kind}, which this build does not read"))
}

const ORIENTATION: u16 = 274;
const JPEG_TABLES: u16 = 347;
const INTERCHANGE: u16 = 513;
const XMP: u16 = 700;
const ICC: u16 = 34675;
