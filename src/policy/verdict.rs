//! What an origin's answer means for the search.

use http::{Request, StatusCode, header::HeaderValue};

use crate::error::ErrorCode;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Found,
    Redirect,
    Next(ErrorCode),
}

pub(crate) fn verdict(status: StatusCode) -> Verdict {
    match status.as_u16() {
        204 | 205 | 404 | 410 => Verdict::Next(ErrorCode::NotFound),
        200..=299 => Verdict::Found,
        301 | 302 | 303 | 307 | 308 => Verdict::Redirect,
        401 | 403 | 407 => Verdict::Next(ErrorCode::Denied),
        _ => Verdict::Next(ErrorCode::Unidentified),
    }
}

pub(crate) fn redirect(previous: &Request<()>, location: &HeaderValue) -> Result<Request<()>, ErrorCode> {
    let mut next = previous.clone();
    *next.uri_mut() = location.to_str().ok().and_then(|l| l.parse().ok()).ok_or(ErrorCode::Unidentified)?;
    Ok(next)
}
