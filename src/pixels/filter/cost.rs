//! Memory of operations, counted before it is taken.

use crate::limits::{LimitError, Limits};
use crate::pixels::base::channels::Channels;
use crate::pixels::base::memory::{self, bytes, check, len};
use crate::pixels::raster::{Planes, Raster};
use crate::plan::{Op, Size};

/// Passes a picture that can be looked at in small: a premultiplied copy, the picture between the two
/// passes of a resize to [`op::shrink`](crate::pixels::filter::resize::shrink)'s sizes, its weights, and what is worked out
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
        Op::Resize { .. } => memory::resampling(size, output, channels),
        Op::Look(look) => bytes(output, Channels::Rgba).saturating_add(look.scratch(size)),
        // The layer's own operations are checked one by one, while the base waits.
        Op::Compose { layer, .. } => bytes(layer.size, Channels::Rgba).saturating_add(bytes(size, Channels::Rgba)),
        // Whatever is new may be transparent.
        _ => bytes(output, Channels::Rgba),
    }
}
