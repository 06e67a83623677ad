//! Words of all floors above: errors, memory, rounding.

pub(crate) mod channels;
pub(crate) mod error;
pub(crate) mod fence;
pub(crate) mod memory;
pub(crate) mod rounding;
