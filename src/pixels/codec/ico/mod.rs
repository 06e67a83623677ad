//! ICO and CUR: icons and cursors of Windows. Of the images inside, the largest is shown, and of those of equal size
//! the one with most bits.

use super::bmp;
use super::decode::Request;
use super::png;
use crate::error::Error;
use crate::format::Format;
use crate::limits::Limits;
use crate::pixels::base::error::damaged;
use crate::pixels::base::memory;
use crate::pixels::codec;
use crate::pixels::raster::Raster;
use crate::plan::SourceInfo;

/// Reads the header of the largest image.
pub(crate) fn probe(bytes: &[u8], limits: &Limits) -> Result<SourceInfo, Error> {
    let mut info = match largest(bytes, limits)? {
        Entry { data, is_png: true, .. } => codec::probe(data, limits)?,
        Entry { data, .. } => {
            let mut info = SourceInfo::new(bmp::Header::of_icon(data, limits)?.size);
            info.alpha = true;
            info
        }
    };
    info.format = Format::Ico;
    info.frames = 1;
    Ok(info)
}

/// Bytes that decoding takes, the image included.
pub(crate) fn decoding(bytes: &[u8], limits: &Limits) -> Result<u64, Error> {
    /// Samples, and a copy with opacity.
    const BITMAP: u64 = 8;
    let entry = largest(bytes, limits)?;
    if entry.is_png {
        let size = codec::probe(entry.data, limits)?.size;
        return codec::decoding(entry.data, size, limits);
    }
    Ok(entry.pixels.saturating_mul(BITMAP))
}

/// The pixels of the largest image.
pub(crate) fn decode(bytes: &[u8], request: Request, limits: &Limits) -> Result<Raster, Error> {
    match largest(bytes, limits)? {
        Entry { data, is_png: true, .. } => codec::decode(data, request, limits),
        Entry { data, pixels, .. } => {
            memory::check(pixels.saturating_mul(8), limits)?;
            bmp::icon(data, limits)
        }
    }
}

/// An image inside.
#[derive(Debug, Clone, Copy)]
struct Entry<'a> {
    data: &'a [u8],
    is_png: bool,
    pixels: u64,
    bits: u32,
}

/// The largest image that has a header: the table in front may say anything.
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
        let start = png::Start::read(data).ok_or_else(|| damaged(Format::Ico))?;
        return Ok(Entry { data, is_png: true, pixels: start.size.pixels(), bits: u32::MAX });
    }
    let header = bmp::Header::of_icon(data, limits)?;
    Ok(Entry { data, is_png: false, pixels: header.size.pixels(), bits: header.bits })
}
