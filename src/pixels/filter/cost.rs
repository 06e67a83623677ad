//! Checking operations against the limits before they are executed.

use crate::limits::{LimitError, Limits};
use crate::pixels::base::memory::{check, len};
use crate::pixels::raster::{Planes, Raster};
use crate::plan::Op;

/// Checks that an operation is within the limits: its input, its output and its scratch memory.
///
/// `elsewhere` is the bytes of images that are kept for later.
pub(crate) fn check_op(op: &Op, input: &Raster, elsewhere: u64, limits: &Limits) -> Result<(), LimitError> {
    let size = input.size();
    LimitError::check("pixels", op.output(size).pixels(), limits.pixels)?;
    let needed = op.cost(size, input.channels().count() as u64).memory;
    check(len(input.samples()).saturating_add(elsewhere).saturating_add(needed), limits)
}

/// Checks an operation on planes, which takes no more memory than one on pixels.
pub(crate) fn check_planes(op: &Op, input: &Planes, elsewhere: u64, limits: &Limits) -> Result<(), LimitError> {
    let needed = op.cost(input.size(), 3).memory;
    check(input.bytes().saturating_add(elsewhere).saturating_add(needed), limits)
}
