//! What an origin's answer means for the search.
//!
//! ImageKit documents only found and not found; the rows are chosen.
//!
//! | Answer | Meaning |
//! |---|---|
//! | 2xx | found; 206 only if the part turns out to be the whole |
//! | 204, 205, 404, 410 | next origin, `ENOENT` |
//! | 301, 302, 303, 307, 308 | follow |
//! | 401, 403, 407 | next origin, `EACCES`: stores answer so for files they do not have |
//! | 304 to the question whether a kept file has changed | it has not |
//! | 304 otherwise, and all others | next origin, `UNIDENTIFIED` |
//! | no connection, a timeout | next origin, `ECONNREFUSED` |

use http::StatusCode;

use crate::code::ErrorCode;

/// How an origin failed to deliver a file.
///
/// ImageKit documents four codes, which several of these share; an engine with
/// [`Settings::gateway_statuses`](crate::Settings::gateway_statuses) tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum OriginError {
    /// There is no such file: 404, 410, 204, 205, or a success with nothing in it.
    #[error("no file was found at the specified path")]
    NotFound,
    /// It answered 401, 403 or 407.
    #[error("the origin denied access to the file")]
    Denied,
    /// No connection.
    #[error("the origin could not be reached")]
    Refused,
    /// It took longer than the limit.
    #[error("the origin took too long")]
    TimedOut,
    /// Its name leads to an address that may not be asked.
    #[error("the origin's address is not allowed")]
    Address,
    /// It answered 429.
    #[error("the origin is asked too often")]
    Busy,
    /// Another status, or one that was not asked for.
    #[error("the origin answered with status {0}")]
    Status(StatusCode),
    /// The body broke off.
    #[error("the origin's answer broke off")]
    Truncated,
    /// The file was sent compressed, by a coding that this build does not undo: which one. Gzip, deflate and Brotli need
    /// the feature `decompress`.
    #[error("the origin sent the file compressed ({0}), which this build does not undo")]
    Encoded(&'static str),
    /// Its answer is no HTTP, or not what was asked for: other lengths than announced, or a part.
    #[error("the origin's answer is malformed")]
    Malformed,
    /// It redirects too often, to no place, or to one that may not be asked.
    #[error("the origin redirects to nowhere")]
    Redirect,
    /// Something without a name.
    #[error("the origin failed")]
    Other,
}

impl OriginError {
    /// The code of the `ik-error` header (documented).
    #[must_use]
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::NotFound => ErrorCode::NotFound,
            Self::Denied | Self::Address => ErrorCode::Denied,
            Self::Refused | Self::TimedOut => ErrorCode::Refused,
            Self::Busy
            | Self::Status(_)
            | Self::Truncated
            | Self::Encoded(_)
            | Self::Malformed
            | Self::Redirect
            | Self::Other => ErrorCode::Unidentified,
        }
    }

    /// May it work again soon? Then what is served in its place is a stopgap.
    pub(crate) const fn may_pass(self) -> bool {
        matches!(self.code(), ErrorCode::Unidentified | ErrorCode::Refused)
    }

    /// Is the origin down, so that what is kept of it may be used (RFC 5861, 4)?
    pub(crate) fn is_down(self) -> bool {
        match self {
            Self::Refused | Self::TimedOut | Self::Busy | Self::Truncated | Self::Other => true,
            Self::Status(status) => status.is_server_error(),
            _ => false,
        }
    }
}

/// What to do after the head of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The body is the file.
    Found,
    /// The file lies elsewhere.
    Redirect,
    /// The file is what it was.
    Unchanged,
    /// Ask the next origin; this is what to remember.
    Next(OriginError),
}

/// Judges one status. `conditional`: it was asked whether the file has changed.
pub(crate) fn verdict(status: StatusCode, conditional: bool) -> Verdict {
    match status.as_u16() {
        204 | 205 | 404 | 410 => Verdict::Next(OriginError::NotFound),
        200..=299 => Verdict::Found,
        301 | 302 | 303 | 307 | 308 => Verdict::Redirect,
        304 if conditional => Verdict::Unchanged,
        401 | 403 | 407 => Verdict::Next(OriginError::Denied),
        429 => Verdict::Next(OriginError::Busy),
        _ => Verdict::Next(OriginError::Status(status)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_meaning() {
        for (statuses, want) in [
            (vec![200, 201, 203, 206, 299], Ok(Verdict::Found)),
            (vec![301, 302, 303, 307, 308], Ok(Verdict::Redirect)),
            (vec![204, 205, 404, 410], Err(ErrorCode::NotFound)),
            (vec![401, 403, 407], Err(ErrorCode::Denied)),
            (vec![100, 300, 304, 305, 400, 418, 429, 451, 500, 503, 999], Err(ErrorCode::Unidentified)),
        ] {
            for status in statuses {
                let found = match verdict(StatusCode::from_u16(status).unwrap(), false) {
                    Verdict::Next(error) => Err(error.code()),
                    other => Ok(other),
                };
                assert_eq!(found, want, "{status}");
            }
        }
        assert_eq!(verdict(StatusCode::NOT_MODIFIED, true), Verdict::Unchanged);
    }
}
