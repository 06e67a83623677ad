//! [`Error`]: why a delivery did not end in a picture, and what that is to a browser.
//!
//! Each layer has an error type of its own; this is their sum, and the one place that knows the status of
//! each code.

use http::StatusCode;

use crate::code::ErrorCode;
use crate::limits::LimitError;
use crate::plan::PlanError;

/// Why a delivery did not end in a picture.
///
/// The machine puts it into the extensions of an error response, so that a server can log the cause.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The request was refused before any origin was asked.
    #[error(transparent)]
    Rejected(#[from] crate::order::Rejection),
    /// No origin delivered a file that was needed.
    #[error("{message}")]
    Origin {
        /// The most telling of the origins' outcomes.
        code: ErrorCode,
        /// What it means, without any address.
        message: &'static str,
    },
    /// A limit was passed.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// There is no plan for this picture.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The source could not be decoded, or the result not encoded.
    #[error("{message}")]
    Pixels {
        /// [`ErrorCode::Format`], [`ErrorCode::Unsupported`] or [`ErrorCode::Unidentified`].
        code: ErrorCode,
        /// What happened.
        message: String,
    },
}

impl Error {
    /// The code of the `ik-error` header.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Rejected(rejection) => rejection.code(),
            Self::Origin { code, .. } | Self::Pixels { code, .. } => *code,
            Self::Limit(_) | Self::Plan(PlanError::Limit(_)) => ErrorCode::Limit,
            Self::Plan(PlanError::OutsideImage { .. }) => ErrorCode::Invalid,
            Self::Plan(PlanError::Unsupported { .. }) => ErrorCode::Unsupported,
            Self::Plan(PlanError::Pending { .. }) => ErrorCode::Pending,
            Self::Plan(PlanError::Source(_)) => ErrorCode::Format,
            Self::Plan(PlanError::Pixels { code, .. }) => *code,
        }
    }

    /// The status of the response.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self.code() {
            ErrorCode::NotFound | ErrorCode::Denied | ErrorCode::Refused => StatusCode::NOT_FOUND,
            ErrorCode::Unidentified if matches!(self, Self::Origin { .. }) => StatusCode::NOT_FOUND,
            ErrorCode::Unidentified => StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::Limit | ErrorCode::Invalid | ErrorCode::Format | ErrorCode::Unsupported => {
                StatusCode::BAD_REQUEST
            }
            ErrorCode::Signature => StatusCode::UNAUTHORIZED,
            ErrorCode::Forbidden => StatusCode::FORBIDDEN,
            ErrorCode::Method => StatusCode::METHOD_NOT_ALLOWED,
            // Documented: a page that says to come back, not a failure.
            ErrorCode::Pending => StatusCode::OK,
        }
    }
}
