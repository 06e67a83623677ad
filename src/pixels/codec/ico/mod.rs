//! ICO and CUR: Windows icons and cursors. The largest of the contained images is decoded; of those of equal size, the
//! one with the most bits.

use super::reader::{Reader, Request};
use super::{Codec, bmp, png};
use crate::cost::Cost;
use crate::error::Error;
use crate::format::Format;
use crate::limits::Limits;
use crate::pixels::base::damaged;
use crate::pixels::raster::Raster;
use crate::plan::SourceInfo;

/// The codec for icons and cursors.
pub(crate) struct Ico;

impl Codec for Ico {
    fn open<'a>(&self, file: &'a [u8], limits: &'a Limits) -> Result<Box<dyn Reader + 'a>, Error> {
        let entry = largest(file, limits)?;
        let (inside, mut info) = if entry.is_png {
            let inside = png::Png.open(entry.data, limits)?;
            let info = inside.info().clone();
            (Some(inside), info)
        } else {
            let mut info = SourceInfo::new(bmp::Header::of_icon(entry.data, limits)?.size);
            info.alpha = true;
            (None, info)
        };
        info.format = Format::Ico;
        info.frames = 1;
        Ok(Box::new(File { entry, inside, limits, info }))
    }
}

/// The largest image of a file.
struct File<'a> {
    entry: Entry<'a>,
    /// The reader of a PNG; `None` for a bitmap.
    inside: Option<Box<dyn Reader + 'a>>,
    limits: &'a Limits,
    info: SourceInfo,
}

impl Reader for File<'_> {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn cost(&self, request: &Request<'_>) -> Result<Cost, Error> {
        self.inside.as_ref().map_or(Ok(self.entry.bitmap_cost()), |inside| inside.cost(request))
    }

    fn decode(&self, request: &Request<'_>) -> Result<Raster, Error> {
        request.only_page()?;
        if let Some(inside) = &self.inside {
            return inside.decode(request);
        }
        self.entry.bitmap_cost().check(self.limits)?;
        bmp::icon(self.entry.data, self.limits)
    }
}

/// An image in an icon.
#[derive(Debug, Clone, Copy)]
struct Entry<'a> {
    data: &'a [u8],
    is_png: bool,
    pixels: u64,
    bits: u32,
}

impl Entry<'_> {
    /// Returns the cost of decoding a bitmap: the samples, and a copy with opacity.
    const fn bitmap_cost(&self) -> Cost {
        Cost::new(self.pixels.saturating_mul(8), self.pixels.saturating_mul(20))
    }
}

/// Returns the largest image with a valid header. The sizes in the table are not trusted.
fn largest<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Entry<'a>, Error> {
    let count = bytes.get(4..).and_then(<[u8]>::first_chunk).map_or(0, |count| u16::from_le_bytes(*count));
    let table = bytes.get(6..).unwrap_or_default().chunks_exact(16).take(count.into());
    let (mut best, mut failed): (Option<Entry<'_>>, _) = (None, None);
    for row in table {
        match entry(bytes, row, limits) {
            Ok(entry) if best.is_none_or(|best| (entry.pixels, entry.bits) > (best.pixels, best.bits)) => {
                best = Some(entry);
            }
            Ok(_) => {}
            Err(error) => failed = Some(error),
        }
    }
    best.ok_or_else(|| failed.unwrap_or_else(|| damaged(Format::Ico)))
}

fn entry<'a>(bytes: &'a [u8], row: &[u8], limits: &Limits) -> Result<Entry<'a>, Error> {
    let long = |at: usize| {
        let number = row.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |number| u32::from_le_bytes(*number));
        usize::try_from(number).unwrap_or(usize::MAX)
    };
    let data = bytes.get(long(12)..).ok_or_else(|| damaged(Format::Ico))?;
    let data = data.get(..long(8)).unwrap_or(data);
    if Format::sniff(data) == Some(Format::Png) {
        let start = png::Head::read(data).ok_or_else(|| damaged(Format::Ico))?;
        return Ok(Entry { data, is_png: true, pixels: start.size.pixels(), bits: u32::MAX });
    }
    let header = bmp::Header::of_icon(data, limits)?;
    Ok(Entry { data, is_png: false, pixels: header.size.pixels(), bits: header.bits })
}
