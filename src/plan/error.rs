//! [`PlanError`]: why there is no plan.

use std::time::Duration;

use crate::code::ErrorCode;
use crate::geometry::Size;
use crate::limits::LimitError;

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The region of `cm-extract` leaves the picture.
    #[error("the region {region} leaves the picture, which is {picture}")]
    OutsideImage {
        /// The region asked for, as text: it may lie at negative coordinates.
        region: String,
        /// The picture's size.
        picture: Size,
    },
    /// Too large.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// An effect is not ready yet.
    #[error("the effect is being prepared")]
    Pending {
        /// When to ask again.
        retry_after: Duration,
    },
    /// A parameter that the language has and this version does not execute.
    #[error("`{parameter}` is not supported: {reason}")]
    Unsupported {
        /// Its key in the URL.
        parameter: &'static str,
        /// What is missing.
        reason: &'static str,
    },
    /// A fact about the source could not be found out.
    #[error("the source could not be examined: {0}")]
    Source(String),
    /// Whoever was asked for pixels could not make them.
    #[error("{message}")]
    Pixels {
        /// What kind of failure it was.
        code: ErrorCode,
        /// What happened.
        message: String,
    },
}
