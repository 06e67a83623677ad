//! The errors of a refused file: malformed, or too long.

use crate::code::ErrorCode;
use crate::error::Error;
use crate::limits::{LimitError, Limits};

/// Returns the error of a file that is not a usable SVG; `how` completes "the source is an SVG that ...".
pub(super) fn broken(how: &str) -> Error {
    Error::Pixels { code: ErrorCode::Format, message: format!("the source is an SVG that {how}") }
}

/// Checks a length of text in bytes against the limit.
pub(super) fn within(length: usize, limits: &Limits) -> Result<(), LimitError> {
    LimitError::check("bytes in an SVG", u64::try_from(length).unwrap_or(u64::MAX), limits.svg_bytes)
}
