//! Memory: counted before it is taken, and taken so that failing is an error.

use super::planes::Planes;
use super::raster::Channels;
use super::{Raster, broken};
use crate::error::Error;
use crate::limits::{LimitError, Limits};
use crate::plan::{Op, Size};

/// Bytes of the samples of a picture; as large as can be where that does not fit.
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
    let count = usize::try_from(bytes).map_err(|_| broken("out of address space"))?;
    taken.try_reserve_exact(count).map_err(|_| broken("out of memory"))?;
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
    let count = usize::try_from(count).map_err(|_| broken("out of address space"))?;
    vec.clear();
    vec.try_reserve_exact(count).map_err(|_| broken("out of memory"))?;
    vec.resize(count, value);
    Ok(())
}

/// Passes what one render may hold at a time.
pub(crate) fn check(bytes: u64, limits: &Limits) -> Result<(), LimitError> {
    LimitError::check("bytes of memory for pixels", bytes, limits.memory)
}

/// Passes a picture that can be looked at in small: a premultiplied copy, the picture between the two
/// passes of a resize to [`op::shrink`](super::op::shrink)'s sizes, its weights, and what is worked out
/// from the small one.
pub(crate) fn check_shrink(picture: &Raster, limits: &Limits) -> Result<(), LimitError> {
    /// More than both sides of any small picture.
    const SIDE: u32 = 128;
    /// Planes of numbers for each of its pixels.
    const WORK: u64 = 128 * (SIDE as u64) * (SIDE as u64);
    let size = picture.size();
    let held = len(picture.samples());
    let copy = if picture.channels() == Channels::Rgba { held } else { 0 };
    let between = bytes(Size::new(size.width, SIDE.min(size.height)), picture.channels());
    let weights = u64::from(size.width).saturating_add(size.height.into()).saturating_mul(16);
    check([held, copy, between, weights, WORK].into_iter().fold(0, u64::saturating_add), limits)
}

/// Passes an operation that stays within the limits: its input, its output and what it needs meanwhile.
///
/// `elsewhere`: bytes of pictures that are kept for later.
pub(crate) fn check_op(op: &Op, input: &Raster, elsewhere: u64, limits: &Limits) -> Result<(), LimitError> {
    let held = len(input.samples()).saturating_add(elsewhere);
    let output = op.output(input.size());
    LimitError::check("pixels", output.pixels(), limits.pixels)?;
    check(held.saturating_add(needed(op, input.size(), input.channels())), limits)
}

/// The same for an operation on planes, which takes no more than they have, and no more than on pixels.
pub(crate) fn check_planes(op: &Op, input: &Planes, elsewhere: u64, limits: &Limits) -> Result<(), LimitError> {
    let meanwhile = input.bytes().saturating_mul(2).max(match op {
        Op::Look(look) => input.bytes().saturating_add(look.scratch(input.size())),
        _ => 0,
    });
    check(meanwhile.saturating_add(elsewhere), limits)
}

/// Bytes that an operation takes besides its input: its output, and what it needs meanwhile.
pub(crate) fn needed(op: &Op, size: Size, channels: Channels) -> u64 {
    let output = op.output(size);
    match op {
        // In place.
        Op::Crop(_) | Op::Trim(_) | Op::Flatten(_) => 0,
        Op::Resize { .. } => {
            // The picture between the two passes, and the weights of each pass: a Lanczos window of six times the
            // scale, in numbers of eight bytes, twice.
            let between = bytes(Size::new(size.width, output.height), channels);
            let sides = [size.width, size.height, output.width, output.height].map(u64::from).iter().sum::<u64>();
            let weights = sides.saturating_mul(6 * 8 * 2);
            [bytes(output, channels), between, weights].into_iter().fold(0, u64::saturating_add)
        }
        Op::Look(look) => bytes(output, Channels::Rgba).saturating_add(look.scratch(size)),
        // The layer's own operations are checked one by one, while the base waits.
        Op::Compose { layer, .. } => bytes(layer.size, Channels::Rgba).saturating_add(bytes(size, Channels::Rgba)),
        // Whatever is new may be transparent.
        _ => bytes(output, Channels::Rgba),
    }
}
