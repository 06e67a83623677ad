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
//! | 304, which nobody asked for, and all others | next origin, `UNIDENTIFIED` |
//! | no connection, a timeout | next origin, `ECONNREFUSED` |

use http::StatusCode;

use crate::code::ErrorCode;

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
        200..=299 => Verdict::Found,
        301 | 302 | 303 | 307 | 308 => Verdict::Redirect,
        401 | 403 | 407 => Verdict::Next(ErrorCode::Denied),
        _ => Verdict::Next(ErrorCode::Unidentified),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_meaning() {
        use ErrorCode::{Denied, NotFound, Unidentified};
        for (statuses, want) in [
            (vec![200, 201, 203, 206, 299], Verdict::Found),
            (vec![301, 302, 303, 307, 308], Verdict::Redirect),
            (vec![204, 205, 404, 410], Verdict::Next(NotFound)),
            (vec![401, 403, 407], Verdict::Next(Denied)),
            (vec![100, 300, 304, 305, 400, 418, 429, 451, 500, 503, 999], Verdict::Next(Unidentified)),
        ] {
            for status in statuses {
                assert_eq!(verdict(StatusCode::from_u16(status).unwrap()), want, "{status}");
            }
        }
    }
}
