//! Memory: checked before it is allocated, and allocated so that a failure is an error.

use super::channels::Channels;
use super::error::internal_error;
use crate::error::Error;
use crate::limits::{LimitError, Limits};
use crate::plan::Size;

/// Returns the bytes of the samples of an image, or `u64::MAX` if the number does not fit.
pub(crate) const fn bytes(size: Size, channels: Channels) -> u64 {
    size.pixels().saturating_mul(channels.count() as u64)
}

/// Returns the length of a slice in bytes.
pub(crate) const fn len(slice: &[u8]) -> u64 {
    // usize is at most 64 bits wide.
    slice.len() as u64
}

/// Returns an empty vector with a capacity of `bytes`.
pub(crate) fn reserve(bytes: u64) -> Result<Vec<u8>, Error> {
    let mut taken = Vec::new();
    let count = usize::try_from(bytes).map_err(|_| internal_error("out of address space"))?;
    taken.try_reserve_exact(count).map_err(|_| internal_error("out of memory"))?;
    Ok(taken)
}

/// Returns a vector of `bytes` zeros.
pub(crate) fn zeros(bytes: u64) -> Result<Vec<u8>, Error> {
    let mut taken = reserve(bytes)?;
    taken.resize(taken.capacity().min(usize::try_from(bytes).unwrap_or(usize::MAX)), 0);
    Ok(taken)
}

/// Fills a vector with `count` copies of a value. The previous content is dropped, and its memory is reused.
pub(crate) fn refill<T: Clone>(vec: &mut Vec<T>, count: u64, value: T) -> Result<(), Error> {
    let count = usize::try_from(count).map_err(|_| internal_error("out of address space"))?;
    vec.clear();
    vec.try_reserve_exact(count).map_err(|_| internal_error("out of memory"))?;
    vec.resize(count, value);
    Ok(())
}

/// Checks a number of bytes against the memory limit of a render.
pub(crate) fn check(bytes: u64, limits: &Limits) -> Result<(), LimitError> {
    LimitError::check("bytes of memory for pixels", bytes, limits.memory)
}

/// Converts a length to an index in memory. The sides of an existing image always fit.
pub(crate) fn index(length: u32) -> Result<usize, Error> {
    usize::try_from(length).map_err(|_| internal_error("out of address space"))
}
