//! Shared basics of all layers above: errors, memory, rounding.

mod channels;
mod error;
pub(crate) mod memory;
mod rounding;

pub(crate) use self::channels::Channels;
pub(crate) use self::error::{
    damaged, internal_error, no_such_page, of_a_kind, other_page, unless_stopped, unsupported,
};
pub(crate) use self::memory::index;
pub(crate) use self::rounding::{from_16_bit, from_float, level};
pub(crate) use crate::fence::{fenced, fenced_whole};
