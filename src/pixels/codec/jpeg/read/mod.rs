//! JPEG decoding with reduction and cropping (ITU-T T.81).
//!
//! ```text
//! markers ──▶ header ──▶ layout        the file, and the part of it that is requested
//!    │ scans
//!    ▼
//! bits ──▶ huffman ──▶ block ──▶ idct ──▶ strip ──▶ planes, rows
//! ```
//!
//! Most of the time is spent on Huffman codes. Data that is not requested is skipped as cheaply as possible:
//! coefficients that a reduced block does not need several at a time, blocks outside the crop likewise, and data after
//! the crop is not read.
//!
//! This reader reads every JPEG, at every size. Damage in entropy-coded data is no error. As in libjpeg, and so in
//! browsers, missing blocks are gray, an invalid code reads as zero, and decoding resynchronises at restart markers.
//! The result reports the damage ([`Damage`]). Data that the size or the crop does not need is not examined.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "fields of a few bits are cut out of wider words; what a cast drops is zero or was masked"
)]

mod arithmetic;
mod bits;
mod block;
mod coefficients;
mod damage;
mod header;
mod huffman;
mod idct;
mod layout;
mod markers;
mod needs;
mod planes;
mod probability;
mod progressive;
mod reader;
mod scan;
mod script;
mod sequential;
mod strip;
mod tables;
#[cfg(test)]
mod tests;
mod units;
mod upsample;
mod work;

pub(crate) use self::damage::Damage;
pub(crate) use self::header::{Color, Header};
pub(crate) use self::markers::Opened;
pub(crate) use self::needs::needs;
pub(crate) use self::planes::{Plane, read};
pub(super) use self::upsample::{Lines, lines_need};
pub(crate) use self::work::work;

use self::ReadError::{Damaged, Unsupported};
use crate::geometry::Rect;
use crate::limits::LimitError;
use crate::stop::Stop;

/// The requested samples of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Request {
    /// The number of samples made from the side of a block of the component with the highest resolution, 1 to 8: the
    /// image is reduced to this number of eighths.
    pub(crate) luma: u8,
    pub(crate) chroma: Chroma,
    /// The crop in pixels of the whole image; `None` for all of it.
    pub(crate) crop: Option<Rect>,
}

/// The resolution of chroma. No block gives more than 8 samples on a side.
///
/// Planes may differ in size, and their ratio need not be simple: callers resample each plane separately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chroma {
    /// As close as possible to the resolution of luma.
    Equal,
    /// As close as possible to half the resolution of luma in each direction, and not less.
    Half,
}

/// The reason why a file could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadError {
    /// The file is of a kind that is not supported.
    Unsupported(&'static str),
    /// The file is invalid.
    Damaged(&'static str),
    Limit(LimitError),
    OutOfMemory,
    /// The caller has stopped the read.
    Stopped,
}

impl Request {
    /// A request for all samples of a file.
    pub(crate) const WHOLE: Self = Self { luma: 8, chroma: Chroma::Equal, crop: None };
}

impl From<LimitError> for ReadError {
    fn from(error: LimitError) -> Self {
        Self::Limit(error)
    }
}

/// Returns an error if the read has been stopped.
fn unless_stopped(stop: &Stop) -> Result<(), ReadError> {
    if stop.is_stopped() { Err(ReadError::Stopped) } else { Ok(()) }
}

/// Returns an empty vector with room for `count` elements.
fn reserve<T>(count: u64) -> Result<Vec<T>, ReadError> {
    let mut taken = Vec::new();
    let count = usize::try_from(count).map_err(|_| ReadError::OutOfMemory)?;
    taken.try_reserve_exact(count).map_err(|_| ReadError::OutOfMemory)?;
    Ok(taken)
}

/// Returns a vector of `count` zeros.
fn zeros<T: Copy + Default>(count: u64) -> Result<Vec<T>, ReadError> {
    let mut taken = reserve(count)?;
    taken.resize(taken.capacity().min(usize::try_from(count).unwrap_or(usize::MAX)), T::default());
    Ok(taken)
}
