//! BMP: Windows bitmaps of all versions, OS/2 bitmaps, and bitmaps in icons.
//!
//! Opacity counts only if a header has a mask for it, as in browsers. Without a mask, the fourth byte of a 32-bit pixel
//! is ignored. If a file ends early, its valid part is shown and the rest is white.

mod header;
mod runs;
#[cfg(test)]
mod tests;

use std::cell::OnceCell;
use std::sync::Arc;

use image::ColorType;

use self::header::Coding;
pub(crate) use self::header::Header;
use super::Codec;
use super::metadata::within;
use super::reader::{Reader, Request};
use crate::cost::Cost;
use crate::error::Error;
use crate::format::Format;
use crate::limits::Limits;
use crate::note::Note;
use crate::pixels::base::{Channels, damaged};
use crate::pixels::color::Profile;
use crate::pixels::raster::Raster;
use crate::plan::SourceInfo;

/// The BMP codec.
pub(crate) struct Bmp;

impl Codec for Bmp {
    fn open<'a>(&self, file: &'a [u8], limits: &'a Limits) -> Result<Box<dyn Reader + 'a>, Error> {
        let header = Header::of_file(file, limits)?;
        let mut info = SourceInfo::new(header.size);
        info.format = Format::Bmp;
        info.alpha = header.has_alpha();
        Ok(Box::new(File { bytes: file, header, limits, info, profile: OnceCell::new() }))
    }
}

/// A file whose header has been read.
struct File<'a> {
    bytes: &'a [u8],
    header: Header,
    limits: &'a Limits,
    info: SourceInfo,
    profile: OnceCell<Option<Arc<Profile>>>,
}

impl Reader for File<'_> {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn cost(&self, request: &Request<'_>) -> Result<Cost, Error> {
        let size = request.size;
        Ok(Cost::each(size.pixels(), 4, 10).holding(super::samples::TABLES))
    }

    fn decode(&self, request: &Request<'_>) -> Result<Raster, Error> {
        request.only_page()?;
        let data = self.bytes.get(self.header.data..).unwrap_or_default();
        let profile = self.profile().filter(|profile| profile.fits(ColorType::Rgb8));
        let image = match self.header.coding {
            Coding::Plain => self.header.plain(data, Format::Bmp)?,
            Coding::Runs(bits) => self.header.runs(data, bits)?,
        };
        Ok(image.with_profile(profile.map(|profile| request.colors.of(profile))).without_needless_alpha())
    }

    fn profile(&self) -> Option<&Arc<Profile>> {
        let icc = || within(self.bytes.get(self.header.profile.clone()?)?, self.limits.profile_bytes);
        self.profile.get_or_init(|| icc().and_then(Profile::read).map(Arc::new)).as_ref()
    }
}

/// Decodes an icon entry: pixels, followed by a mask of one bit per pixel, where 1 is transparent.
pub(crate) fn icon(entry: &[u8], limits: &Limits) -> Result<Raster, Error> {
    let header = Header::of_icon(entry, limits)?;
    let data = entry.get(header.data..).unwrap_or_default();
    let image = header.plain(data, Format::Ico)?;
    let visible = image.pixels().any(|[.., opacity]| opacity > 0);
    if header.has_alpha() && visible {
        // Opacity takes precedence over the mask.
        return Ok(image.without_needless_alpha());
    }
    let mut image = image.with_alpha()?;
    let mask = Header { bits: 1, ..Header::of_icon(entry, limits)? };
    let rows = usize::try_from(header.size.height).unwrap_or(usize::MAX);
    let bits = data.get(header.stride().saturating_mul(rows)..).unwrap_or_default();
    let (stride, pixels) = (mask.stride(), image.stride());
    for (number, row) in image.samples_mut().chunks_exact_mut(pixels.max(1)).enumerate() {
        let from = if header.top_down { number } else { rows.saturating_sub(number + 1) };
        // A missing mask hides nothing.
        let bits = bits.get(from.saturating_mul(stride)..).unwrap_or_default();
        for (x, pixel) in row.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let hidden = bits.get(x / 8).is_some_and(|byte| byte >> (7 - x % 8) & 1 == 1);
            pixel[3] = if hidden { 0 } else { u8::MAX };
        }
    }
    Ok(image.without_needless_alpha())
}

impl Header {
    /// Returns `true` if pixels have opacity, or if runs may skip pixels.
    pub(crate) fn has_alpha(&self) -> bool {
        let [.., alpha] = self.masks;
        matches!(self.coding, Coding::Runs(_)) || (matches!(self.bits, 16 | 32) && alpha != 0)
    }

    fn channels(&self) -> Channels {
        if self.has_alpha() { Channels::Rgba } else { Channels::Rgb }
    }

    /// Returns the row in the image of a row in the file.
    fn row(&self, number: u32) -> u32 {
        if self.top_down { number } else { self.size.height.saturating_sub(number.saturating_add(1)) }
    }

    fn plain(&self, data: &[u8], format: Format) -> Result<Raster, Error> {
        let (stride, needed) = (self.stride(), self.needed());
        // The last row may lack its padding.
        let whole = (data.len().saturating_add(stride - needed)) / stride.max(1);
        if whole == 0 {
            return Err(damaged(format));
        }
        let channels = self.channels();
        let white = [u8::MAX; 4];
        let mut image = Raster::filled(self.size, channels, white)?;
        let width = image.stride();
        let parts = self.masks.map(Part::of);
        for (number, row) in (0..self.size.height).zip(data.chunks(stride.max(1))).take(whole) {
            let at = usize::try_from(self.row(number)).unwrap_or(usize::MAX).saturating_mul(width);
            let Some(target) = image.samples_mut().get_mut(at..).and_then(|rest| rest.get_mut(..width)) else { break };
            self.draw(row, &parts, channels, target);
        }
        let complete = u64::from(self.size.height) <= whole as u64;
        Ok(image.noting((!complete).then_some(Note::CutShort)))
    }

    fn draw(&self, row: &[u8], parts: &[Part; 4], channels: Channels, target: &mut [u8]) {
        let pixels = target.chunks_exact_mut(channels.count());
        let color = |number: usize| self.palette.get(number).copied().unwrap_or_default();
        match self.bits {
            24 => pixels.zip(row.as_chunks::<3>().0).for_each(|(to, [b, g, r])| to.copy_from_slice(&[*r, *g, *b])),
            16 | 32 => {
                let size = if self.bits == 16 { 2 } else { 4 };
                for (to, from) in pixels.zip(row.chunks_exact(size)) {
                    let word = from.iter().rev().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
                    to.iter_mut().zip(parts).for_each(|(to, part)| *to = part.level(word));
                }
            }
            bits => {
                let each = usize::try_from(8 / bits.max(1)).unwrap_or(1);
                for (x, to) in pixels.enumerate() {
                    let byte = usize::from(row.get(x / each).copied().unwrap_or_default());
                    let shift = 8 - (x % each + 1) * (8 / each);
                    to.copy_from_slice(&color(byte >> shift & ((1 << (8 / each)) - 1)));
                }
            }
        }
    }

    fn runs(&self, data: &[u8], bits: u32) -> Result<Raster, Error> {
        if data.is_empty() {
            return Err(damaged(Format::Bmp));
        }
        // Pixels that no run draws are transparent.
        let mut image = Raster::filled(self.size, Channels::Rgba, [0; 4])?;
        let stride = image.stride();
        let ended = runs::draw(data, bits, self.size, |x, y, pixel| {
            let color = match pixel {
                [b, g, r] => [*r, *g, *b],
                _ => {
                    let number = pixel.first().copied().unwrap_or_default();
                    self.palette.get(usize::from(number)).copied().unwrap_or_default()
                }
            };
            let side = |side: u32| usize::try_from(side).unwrap_or(usize::MAX);
            let at = side(self.row(y)).saturating_mul(stride).saturating_add(side(x).saturating_mul(4));
            let target = image.samples_mut().get_mut(at..).and_then(<[u8]>::first_chunk_mut::<4>);
            if let Some(target) = target {
                *target = [color[0], color[1], color[2], u8::MAX];
            }
        });
        let Some(last) = ended else { return Ok(image) };
        for number in last..self.size.height {
            let at = usize::try_from(self.row(number)).unwrap_or(usize::MAX).saturating_mul(stride);
            let row = image.samples_mut().get_mut(at..).and_then(|rest| rest.get_mut(..stride)).unwrap_or_default();
            row.as_chunks_mut::<4>().0.iter_mut().filter(|pixel| pixel[3] == 0).for_each(|pixel| *pixel = [u8::MAX; 4]);
        }
        Ok(image.noting([Note::CutShort]))
    }
}

/// The bits of a pixel that hold one sample.
#[derive(Debug, Clone, Copy)]
struct Part {
    mask: u32,
    shift: u32,
    most: u64,
}

impl Part {
    fn of(mask: u32) -> Self {
        let shift = mask.trailing_zeros().min(31);
        Self { mask, shift, most: u64::from(mask >> shift) }
    }

    /// Scales the sample to the nearest of 256 levels.
    fn level(self, word: u32) -> u8 {
        let value = u64::from((word & self.mask) >> self.shift);
        u8::try_from((value * 255 + self.most / 2) / self.most.max(1)).unwrap_or(u8::MAX)
    }
}
