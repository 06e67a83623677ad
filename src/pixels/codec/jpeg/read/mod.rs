//! Reading JPEGs, reduced and cropped on the way (ITU-T T.81).
//!
//! ```text
//! markers ──▶ header ──▶ layout        what is there, what is wanted of it
//!    │ scans
//!    ▼
//! bits ──▶ huffman ──▶ block ──▶ idct ──▶ strip ──▶ planes, rows
//! ```
//!
//! Most of the time goes into Huffman codes. What is not wanted is passed over as cheaply as it can be:
//! coefficients that a reduced block does not need several at a time, blocks outside the crop likewise,
//! what lies behind it not at all.
//!
//! Every JPEG is read by this reader, at every size. Damage in entropy-coded data is no error: as in libjpeg, and so in
//! browsers, what is missing is gray, a code that does not exist reads as zero, and restart markers are where
//! decoding finds its way again. That something was damaged is told with the result ([`Damage`]). Data that the size
//! or the crop does not need is not looked at.
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

/// The samples that are wanted of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Request {
    /// Samples made of the side of a block of the component that has most of them, 1 to 8: the image is reduced to so
    /// many eighths.
    pub(crate) luma: u8,
    pub(crate) chroma: Chroma,
    /// In pixels of the whole image; all of it if there is none.
    pub(crate) crop: Option<Rect>,
}

/// The number of samples that chroma has. No block gives more than 8 on a side.
///
/// Planes need not have the same size, nor sizes of a simple ratio: who asks resamples each by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chroma {
    /// As close as possible to as many as luma has.
    Equal,
    /// As close as possible to half of what luma has in each direction, and not less.
    Half,
}

/// The reason why a file was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadError {
    /// It is of a kind that nobody reads.
    Unsupported(&'static str),
    /// It is not what it should be.
    Damaged(&'static str),
    Limit(LimitError),
    OutOfMemory,
    /// Nobody waits for it any longer.
    Stopped,
}

impl Request {
    /// All samples that a file has.
    pub(crate) const WHOLE: Self = Self { luma: 8, chroma: Chroma::Equal, crop: None };
}

impl From<LimitError> for ReadError {
    fn from(error: LimitError) -> Self {
        Self::Limit(error)
    }
}

/// Passes as long as the handle is not set.
fn unless_stopped(stop: &Stop) -> Result<(), ReadError> {
    if stop.is_stopped() { Err(ReadError::Stopped) } else { Ok(()) }
}

/// An empty vector that holds so many without growing.
fn reserve<T>(count: u64) -> Result<Vec<T>, ReadError> {
    let mut taken = Vec::new();
    let count = usize::try_from(count).map_err(|_| ReadError::OutOfMemory)?;
    taken.try_reserve_exact(count).map_err(|_| ReadError::OutOfMemory)?;
    Ok(taken)
}

/// So many zeros.
fn zeros<T: Copy + Default>(count: u64) -> Result<Vec<T>, ReadError> {
    let mut taken = reserve(count)?;
    taken.resize(taken.capacity().min(usize::try_from(count).unwrap_or(usize::MAX)), T::default());
    Ok(taken)
}
