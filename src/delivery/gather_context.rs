//! [`GatherContext`]: what holds for all files of a delivery.

use crate::config::Caching;
use crate::limits::Limits;

/// What the search for files goes by.
#[derive(Debug)]
pub(super) struct GatherContext {
    pub(super) limits: Limits,
    pub(super) caching: Caching,
    /// In seconds since 1970.
    pub(super) now: u64,
}
