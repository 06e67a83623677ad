//! The meaning of an origin's response for the search through the origins.
//!
//! ImageKit documents only found and not found; the rows are chosen.
//!
//! | Response | Meaning |
//! |---|---|
//! | 2xx | found; 206 only if the part turns out to be the whole file |
//! | 204, 205, 404, 410 | next origin, `ENOENT` |
//! | 301, 302, 303, 307, 308 | follow the redirect |
//! | 401, 403, 407 | next origin, `EACCES`: object stores send these for files they do not have |
//! | 304 to a revalidation | the stored file is unchanged |
//! | 304 otherwise, and all others | next origin, `UNIDENTIFIED` |
//! | no connection, a timeout | next origin, `ECONNREFUSED` |
//! | none, because the request could not be signed | next origin, `UNIDENTIFIED` |
//!
//! A transient failure ([`OriginError::is_transient`]) is not stored: no connection, a timeout, no signature, 408, 421,
//! 425, 429, 5xx, a response that is truncated or malformed. Any other failure is kept for the lifetime of an error.

use http::StatusCode;

use super::cache::Term;
use super::guard::AddressClass;
use crate::code::ErrorCode;

/// The reason why an origin failed to deliver a file.
///
/// ImageKit documents four codes, which several variants share. An engine with
/// [`Settings::gateway_statuses`](crate::Settings::gateway_statuses) uses distinct statuses for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum OriginError {
    /// There is no such file: 404, 410, 204, 205, or a success with an empty body.
    #[error("no file was found at the specified path")]
    NotFound,
    /// It answered 401, 403 or 407.
    #[error("the origin denied access to the file")]
    Denied,
    /// No request was sent: the host of the URL is not on the list of the web proxy.
    #[error("the host is not on the list of the web proxy")]
    NotListed,
    /// No connection could be made.
    #[error("the origin could not be reached")]
    Refused,
    /// It took longer than the limit.
    #[error("the origin took too long")]
    TimedOut,
    /// Its name resolves to an address that may not be contacted.
    #[error("the origin's name leads to {0}, which is not allowed")]
    Address(AddressClass),
    /// It answered 429.
    #[error("the origin is asked too often")]
    Busy,
    /// The response has another status, or a 304 without a condition.
    #[error("the origin answered with status {0}")]
    Status(StatusCode),
    /// The body ended too early.
    #[error("the origin's answer broke off")]
    Truncated,
    /// The file was sent with a content coding that this build does not decode, named here. Gzip, deflate and Brotli
    /// need the feature `decompress`.
    #[error("the origin sent the file compressed ({0}), which this build does not undo")]
    Encoded(&'static str),
    /// The response is not valid HTTP, or not the requested file: its length differs from the announced one, or it is a
    /// part.
    #[error("the origin's answer is malformed")]
    Malformed,
    /// It redirects without a URL, or to a text that is not one.
    #[error("the origin redirects to nowhere")]
    Redirect,
    /// It redirects more often than [`Limits::redirects`](crate::Limits::redirects) allows, such as in a circle.
    #[error("the origin redirects too often, perhaps in a circle")]
    RedirectLimit,
    /// It redirects to a URL that may not be fetched: from https to http, to this server, to a private network, to a port
    /// that is not allowed, or to a host that is not on the web proxy's list.
    #[error("the origin redirects to a URL that may not be fetched")]
    RedirectRefused,
    /// No request was sent: its [`Signer`](crate::extend::Signer) failed, or changed more of the request than it may.
    /// The event `unsigned` of `tracing` has the reason. Expired keys are renewed, so this may be over in a moment.
    #[error("the request to the origin could not be signed")]
    Unsigned,
    /// Any other failure.
    #[error("the origin failed")]
    Other,
}

impl OriginError {
    /// Returns the code of the `ik-error` header (documented).
    #[must_use]
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::NotFound => ErrorCode::NotFound,
            Self::Denied | Self::NotListed | Self::Address(_) => ErrorCode::Denied,
            Self::Refused | Self::TimedOut => ErrorCode::Refused,
            Self::Busy
            | Self::Status(_)
            | Self::Truncated
            | Self::Encoded(_)
            | Self::Malformed
            | Self::Redirect
            | Self::RedirectLimit
            | Self::RedirectRefused
            | Self::Unsigned
            | Self::Other => ErrorCode::Unidentified,
        }
    }

    /// Returns `true` if the failure may be over soon: the origin may deliver the file to the next request. Caches must
    /// not keep such an error, and a stored file of the origin may be used meanwhile (RFC 5861, 4).
    #[must_use]
    pub const fn is_transient(self) -> bool {
        match self {
            Self::Refused
            | Self::TimedOut
            | Self::Busy
            | Self::Truncated
            | Self::Malformed
            | Self::Unsigned
            | Self::Other => true,
            Self::Status(status) => match status.as_u16() {
                // A 304 here answers a request without a condition; the others mean that the time, or the route, was
                // wrong.
                304 | 408 | 421 | 425 | 429 => true,
                300..=499 => false,
                _ => true,
            },
            Self::NotFound
            | Self::Denied
            | Self::NotListed
            | Self::Address(_)
            | Self::Encoded(_)
            | Self::Redirect
            | Self::RedirectLimit
            | Self::RedirectRefused => false,
        }
    }

    /// Returns the term of the fallback for this failure. An origin that does not have a file, or denies it, is the
    /// usual way to the next one.
    pub(crate) const fn term_of_stopgap(self) -> Term {
        match self {
            Self::NotFound | Self::Denied | Self::NotListed | Self::Address(_) => Term::Full,
            other if other.is_transient() => Term::Moment,
            _ => Term::Brief,
        }
    }
}

/// The action to take after the head of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The body is the file.
    Found,
    /// The file is at another URL.
    Redirect,
    /// The stored file is unchanged.
    Unchanged,
    /// Try the next origin, and remember this error.
    Next(OriginError),
}

/// Judges a status. `conditional`: the request was a revalidation.
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

    #[test]
    fn what_may_pass_is_told_from_what_an_origin_says() {
        for (statuses, want) in [
            (vec![204, 205, 401, 403, 404, 407, 410], Term::Full),
            (vec![300, 305, 400, 402, 405, 406, 418, 422, 451, 499], Term::Brief),
            (vec![100, 304, 408, 421, 425, 429, 500, 502, 503, 504, 599, 999], Term::Moment),
        ] {
            for status in statuses {
                let Verdict::Next(error) = verdict(StatusCode::from_u16(status).unwrap(), false) else {
                    panic!("{status} is a failure");
                };
                assert_eq!((error.term_of_stopgap(), error.is_transient()), (want, want == Term::Moment), "{status}");
            }
        }
        for error in [
            OriginError::Refused,
            OriginError::TimedOut,
            OriginError::Truncated,
            OriginError::Malformed,
            OriginError::Unsigned,
            OriginError::Other,
        ] {
            assert_eq!(error.term_of_stopgap(), Term::Moment, "{error}");
        }
        for (error, want) in [
            (OriginError::Address(AddressClass::Private), Term::Full),
            (OriginError::Redirect, Term::Brief),
            (OriginError::Encoded("zstd"), Term::Brief),
        ] {
            assert_eq!(error.term_of_stopgap(), want, "{error}");
        }
    }
}
