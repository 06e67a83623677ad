//! Pictures from the scaled reader: planes of equal size as red, green and blue.

use super::read::{self, Chroma, Plane, ReadError, Request};
use crate::error::Error;
use crate::format::Format;
use crate::limits::Limits;
use crate::pixels::codec::decode::damaged;
use crate::pixels::raster::Channels;
use crate::pixels::{Raster, broken, memory};
use crate::plan::Size;

/// Can a file be reduced while it is decoded? Its header says so; what follows may be unusual all the same.
pub(crate) fn shrinks(bytes: &[u8]) -> bool {
    read::read_header(bytes).is_ok()
}

/// The picture at a half, a quarter or an eighth, whichever is of this size; `None` where none is, or the file is
/// of a kind that this reader leaves to others.
pub(crate) fn reduced(bytes: &[u8], to: Size, limits: &Limits) -> Result<Option<Raster>, Error> {
    let Ok(header) = read::read_header(bytes) else { return Ok(None) };
    let whole = header.size;
    let fits = |by: u32| whole != to && Size::new(whole.width.div_ceil(by), whole.height.div_ceil(by)) == to;
    let Some(luma) = [4, 2, 1].into_iter().find(|luma| fits(8 / u32::from(*luma))) else { return Ok(None) };
    let planes = match read::read(bytes, &Request { luma, chroma: Chroma::Equal, crop: None }, limits) {
        Ok(planes) => planes,
        Err(ReadError::Unusual(_)) => return Ok(None),
        Err(ReadError::Damaged(_)) => return Err(damaged(Format::Jpeg)),
        Err(ReadError::Limit(limit)) => return Err(limit.into()),
        Err(ReadError::OutOfMemory) => return Err(broken("out of memory")),
    };
    let luma = planes.luma;
    if luma.size != to {
        return Ok(None);
    }
    let size = luma.size;
    memory::check(memory::len(&luma.samples).saturating_mul(6), limits)?;
    let mut samples = memory::reserve(memory::bytes(size, Channels::Rgb))?;
    match planes.chroma {
        None => samples.extend(luma.samples.iter().flat_map(|y| [*y; 3])),
        Some([blue, red]) if blue.size == size && red.size == size => color(&luma, &blue, &red, &mut samples),
        // Sampled in thirds, say.
        Some(_) => return Ok(None),
    }
    Ok(Some(Raster::new(size, Channels::Rgb, samples)?))
}

/// From luma and chroma of full range to RGB (JFIF 1.02), in whole numbers.
fn color(luma: &Plane, blue: &Plane, red: &Plane, out: &mut Vec<u8>) {
    const BITS: u32 = 16;
    const HALF: i32 = 1 << (BITS - 1);
    // 1.402, 0.344136, 0.714136 and 1.772.
    const RED: i32 = 91_881;
    const GREEN_BLUE: i32 = 22_554;
    const GREEN_RED: i32 = 46_802;
    const BLUE: i32 = 116_130;
    let narrow = |value: i32| u8::try_from((value >> BITS).clamp(0, 255)).unwrap_or(u8::MAX);
    out.extend(luma.samples.iter().zip(&blue.samples).zip(&red.samples).flat_map(|((y, cb), cr)| {
        let base = (i32::from(*y) << BITS) + HALF;
        let (cb, cr) = (i32::from(*cb) - 128, i32::from(*cr) - 128);
        [base + RED * cr, base - GREEN_BLUE * cb - GREEN_RED * cr, base + BLUE * cb].map(narrow)
    }));
}
