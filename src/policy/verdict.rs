//! What an origin's answer means for the search, and what is said of several.
//!
//! ImageKit documents only found and not found; the rows are chosen.
//!
//! | Answer | Meaning |
//! |---|---|
//! | 2xx | found |
//! | 204, 205, 404, 410 | next origin, `ENOENT` |
//! | 301, 302, 303, 307, 308 | follow |
//! | 401, 403, 407 | next origin, `EACCES`: stores answer so for files they do not have |
//! | 206, 304, which nobody asked for, and all others | next origin, `UNIDENTIFIED` |
//! | no connection, a timeout | next origin, `ECONNREFUSED` |

use http::StatusCode;

use crate::error::ErrorCode;

/// What to do after the head of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The body is the file.
    Found,
    /// The file lies elsewhere.
    Redirect,
    /// Ask the next origin; this is what to remember.
    Next(ErrorCode),
}

/// Judges one status.
pub(crate) fn verdict(status: StatusCode) -> Verdict {
    match status.as_u16() {
        204 | 205 | 404 | 410 => Verdict::Next(ErrorCode::NotFound),
        206 => Verdict::Next(ErrorCode::Unidentified),
        200..=299 => Verdict::Found,
        301 | 302 | 303 | 307 | 308 => Verdict::Redirect,
        401 | 403 | 407 => Verdict::Next(ErrorCode::Denied),
        _ => Verdict::Next(ErrorCode::Unidentified),
    }
}

/// The outcome worth telling of several: `EACCES`, `ECONNREFUSED`, `UNIDENTIFIED`, then `ENOENT` (chosen).
pub(crate) fn most_telling(codes: impl IntoIterator<Item = ErrorCode>) -> ErrorCode {
    let rank = |code: &ErrorCode| match code {
        ErrorCode::Denied => 3,
        ErrorCode::Refused => 2,
        ErrorCode::NotFound => 0,
        _ => 1,
    };
    codes.into_iter().max_by_key(rank).unwrap_or(ErrorCode::NotFound)
}

/// What the outcome of a search means to the client; no address is told.
pub(crate) const fn message(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::NotFound => "No file was found at the origin at the specified path",
        ErrorCode::Denied => "The origin denied access to the file",
        ErrorCode::Refused => "The origin could not be reached",
        ErrorCode::Limit => "The file is larger than allowed",
        _ => "The origin failed to deliver the file",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_meaning() {
        use ErrorCode::{Denied, NotFound, Unidentified};
        for (statuses, want) in [
            (vec![200, 201, 203, 299], Verdict::Found),
            (vec![301, 302, 303, 307, 308], Verdict::Redirect),
            (vec![204, 205, 404, 410], Verdict::Next(NotFound)),
            (vec![401, 403, 407], Verdict::Next(Denied)),
            (vec![100, 206, 300, 304, 305, 400, 418, 429, 451, 500, 503, 999], Verdict::Next(Unidentified)),
        ] {
            for status in statuses {
                assert_eq!(verdict(StatusCode::from_u16(status).unwrap()), want, "{status}");
            }
        }
    }

    #[test]
    fn the_most_telling_outcome_is_told() {
        use ErrorCode::{Denied, NotFound, Refused, Unidentified};
        assert_eq!(most_telling([NotFound, Refused, Denied, Unidentified]), Denied);
        assert_eq!(most_telling([NotFound, Unidentified, Refused]), Refused);
        assert_eq!(most_telling([NotFound, Unidentified]), Unidentified);
        assert_eq!(most_telling([]), NotFound);
    }
}
