//! Memory: counted before it is taken, and taken so that failing is an error.

use super::channels::Channels;
use super::error::internal_error;
use crate::error::Error;
use crate::limits::{LimitError, Limits};
use crate::plan::Size;

/// Bytes of the samples of an image; as large as can be where that does not fit.
pub(crate) const fn bytes(size: Size, channels: Channels) -> u64 {
    size.pixels().saturating_mul(channels.count() as u64)
}

/// The length of a slice as a number of bytes.
pub(crate) const fn len(slice: &[u8]) -> u64 {
    // usize is at most 64 bits wide.
    slice.len() as u64
}

/// An empty vector that holds so many bytes without growing.
pub(crate) fn reserve(bytes: u64) -> Result<Vec<u8>, Error> {
    let mut taken = Vec::new();
    let count = usize::try_from(bytes).map_err(|_| internal_error("out of address space"))?;
    taken.try_reserve_exact(count).map_err(|_| internal_error("out of memory"))?;
    Ok(taken)
}

/// So many zeros.
pub(crate) fn zeros(bytes: u64) -> Result<Vec<u8>, Error> {
    let mut taken = reserve(bytes)?;
    taken.resize(taken.capacity().min(usize::try_from(bytes).unwrap_or(usize::MAX)), 0);
    Ok(taken)
}

/// Fills a vector with so many copies of a value; what it held is gone, its memory is used again.
pub(crate) fn refill<T: Clone>(vec: &mut Vec<T>, count: u64, value: T) -> Result<(), Error> {
    let count = usize::try_from(count).map_err(|_| internal_error("out of address space"))?;
    vec.clear();
    vec.try_reserve_exact(count).map_err(|_| internal_error("out of memory"))?;
    vec.resize(count, value);
    Ok(())
}

/// Passes what one render may hold at a time.
pub(crate) fn check(bytes: u64, limits: &Limits) -> Result<(), LimitError> {
    LimitError::check("bytes of memory for pixels", bytes, limits.memory)
}

/// An index or a length in memory: an image that exists has sides that fit.
pub(crate) fn index(length: u32) -> Result<usize, Error> {
    usize::try_from(length).map_err(|_| internal_error("out of address space"))
}
