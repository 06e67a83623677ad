//! Errors of a delivery: what a request is refused with, and what that is to a browser.
//!
//! Each layer has an error type of its own; [`Error`] is their sum, and the one place that knows the
//! status and the `ik-error` code of each. The header's form and the codes marked *documented* are
//! ImageKit's, the others are ours.
//!
//! | Cause | Status | `ik-error` | |
//! |---|---|---|---|
//! | no URL-endpoint matches | 404 | `ENOENT` | chosen |
//! | no origin has the file | 404 | `ENOENT` | documented |
//! | an origin answers 401, 403 or 407 | 404 | `EACCES` | documented |
//! | no connection to the origin, or a timeout | 404 | `ECONNREFUSED` | documented |
//! | an origin fails in any other way | 404 | `UNIDENTIFIED` | documented |
//! | a limit is passed | 400 | `ELIMIT` | documented |
//! | a malformed URL or transformation | 400 | `EINVAL` | chosen |
//! | a file that is no picture this build can read | 400 | `EFORMAT` | chosen |
//! | a parameter or format this build lacks | 400 | `ENOTSUP` | chosen |
//! | a wrong, missing or expired signature | 401 | `EAUTH` | chosen |
//! | another method than GET, HEAD, OPTIONS | 405 | `EMETHOD` | chosen |
//! | a failure of our own | 500 | `UNIDENTIFIED` | chosen |

use http::StatusCode;

use crate::limits::LimitError;
use crate::plan::PlanError;

/// The stable code that starts an `ik-error` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorCode {
    /// There is no such file, or no such URL-endpoint.
    NotFound,
    /// Something failed in a way that has no name.
    Unidentified,
    /// An origin could not be reached in time.
    Refused,
    /// An origin denies access.
    Denied,
    /// A limit was passed.
    Limit,
    /// The request is malformed.
    Invalid,
    /// The source is no picture that this build reads.
    Format,
    /// This build or version lacks what was asked for.
    Unsupported,
    /// The signature is wrong, missing or expired.
    Signature,
    /// The method is not allowed.
    Method,
}

impl ErrorCode {
    /// The code as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "ENOENT",
            Self::Unidentified => "UNIDENTIFIED",
            Self::Refused => "ECONNREFUSED",
            Self::Denied => "EACCES",
            Self::Limit => "ELIMIT",
            Self::Invalid => "EINVAL",
            Self::Format => "EFORMAT",
            Self::Unsupported => "ENOTSUP",
            Self::Signature => "EAUTH",
            Self::Method => "EMETHOD",
        }
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

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
            Self::Plan(PlanError::Source(_)) => ErrorCode::Format,
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
            ErrorCode::Method => StatusCode::METHOD_NOT_ALLOWED,
        }
    }
}
