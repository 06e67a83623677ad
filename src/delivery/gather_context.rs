//! [`GatherContext`]: the settings that apply to all files of a delivery.

use crate::config::Caching;
use crate::limits::Limits;

/// The limits, caching rules and time for the search for files.
#[derive(Debug)]
pub(super) struct GatherContext {
    pub(super) limits: Limits,
    pub(super) caching: Caching,
    /// The time in seconds since 1970.
    pub(super) now: u64,
}
