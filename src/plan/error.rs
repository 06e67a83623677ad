//! [`PlanError`]: the reason why planning failed.

use std::time::Duration;

use crate::code::ErrorCode;
use crate::extend::ExtensionError;
use crate::geometry::Size;
use crate::limits::LimitError;

/// The reason why planning failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The region of `cm-extract` is not completely inside the image.
    #[error("the region {region} leaves the image, which is {image}")]
    OutsideImage {
        /// The requested region, as text, because its coordinates may be negative.
        region: String,
        /// The size of the image.
        image: Size,
    },
    /// A limit was exceeded.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// An effect is not ready yet.
    #[error("the effect is being prepared")]
    Pending {
        /// The time to wait before the next attempt.
        retry_after: Duration,
    },
    /// A parameter of the language that this version does not execute.
    #[error("`{parameter}` is not supported: {reason}")]
    Unsupported {
        /// The key in the URL.
        parameter: &'static str,
        /// The part that is missing.
        reason: &'static str,
    },
    /// A required fact about the source could not be determined.
    #[error("the source could not be examined: {0}")]
    Source(String),
    /// The component that makes the pixels failed.
    #[error("{message}")]
    Pixels {
        /// The kind of failure.
        code: ErrorCode,
        /// The description of the failure.
        message: String,
        /// The error of the extension that failed, if one did.
        #[source]
        cause: Option<ExtensionError>,
    },
}
