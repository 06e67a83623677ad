//! The response: headers for the browser, none of which is copied from an origin.
//!
//! | Header | On | Source of the rule |
//! |---|---|---|
//! | `Content-Type` | all | that of the delivered bytes, never the origin's |
//! | `Content-Length` | all | that of the body, which HEAD leaves out (RFC 9110, 9.3.2) |
//! | `Cache-Control` | all | [`Caching`]; a minute for errors that would recur, `no-store` for those that may not (chosen) |
//! | `ETag` | images, 304 | chosen: of the order, the configuration and the source files, so that it is known before a decode |
//! | `Last-Modified` | images | RFC 9110, 8.8.2: that of the file changed last, if all have one |
//! | `Age` | images, 304 | RFC 9111, 5.1, if the origin's `Cache-Control` is passed on |
//! | `Vary` | all | the request headers that were consulted (RFC 9110, 12.5.5) |
//! | `Link` | images | ImageKit, *Canonical header*: that of the serving origin |
//! | `Content-DPR` | images | ImageKit, *Client hints* |
//! | `Content-Disposition` | images | ImageKit, `ik-attachment`; quoting by RFC 6266 and 8187 |
//! | `Accept-Ranges: none` | images | chosen: a part of an image would cost as much as the whole |
//! | `is-intermediate-response`, `Retry-After` | pending effects | ImageKit, *AI transformations* |
//! | `Retry-After` | 503 | RFC 9110, 10.2.3 |
//! | `ik-error` | errors | ImageKit, *Error codes*: `CODE - message` |
//! | `ik-ignored` | images, of endpoints with that setting | chosen: tokens without effect, with what was probably meant |
//! | `X-Content-Type-Options`, `Access-Control-Allow-Origin`, `Access-Control-Expose-Headers` | all | chosen |
//! | `Content-Security-Policy` | SVG | chosen: scripts in it never run |
//!
//! The response to OPTIONS is separate: 204, the allowed methods and headers, and no body.

use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, AGE, ALLOW, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, LAST_MODIFIED, LINK, RETRY_AFTER,
    VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{Response, StatusCode};

use super::file_type::extension;
use super::outcome::Outcome;
use crate::code::ErrorCode;
use crate::config::Caching;
use crate::error::Error;
use crate::format::Format;
use crate::order::{Attachment, ResponseSpec};
use crate::percent;
use crate::policy::{self, Keeping, OriginError};
use crate::store::{Rendition, Served};
use crate::transform::Ignored;

/// The parts of an error response that do not follow from the error.
pub(super) struct ResponseHead<'a> {
    /// `true` if the request method was HEAD.
    pub(super) head: bool,
    pub(super) vary: &'a [HeaderName],
    pub(super) caching: &'a Caching,
    /// `true` if status and code are those of a gateway.
    pub(super) gateway: bool,
    /// `true` if the next request may succeed, even if the error by itself would recur: an origin had a transient
    /// failure.
    pub(super) transient: bool,
}

/// The part of an answer that may be shared with other deliveries of the same order; in the extensions of the response.
#[cfg(feature = "single-flight")]
#[derive(Debug, Clone)]
pub(crate) enum Shareable {
    Rendition(Box<Rendition>),
    /// The error in the extensions may be transient.
    Failure,
}

impl<'a> From<&'a ResponseSpec> for ResponseHead<'a> {
    fn from(answer: &'a ResponseSpec) -> Self {
        let ResponseSpec { head, vary, caching, gateway, .. } = answer;
        Self { head: *head, vary, caching, gateway: *gateway, transient: false }
    }
}

/// Answers with a rendition: 200, or 304 to a browser that has it, or an error to one that may not see it.
pub(super) fn rendition(answer: &ResponseSpec, rendition: &Rendition, outcome: Outcome) -> Response<Bytes> {
    let Rendition { served, format, content_type, bytes } = rendition;
    let response = if served.private && !answer.admits_private {
        failure(&answer.into(), Error::Private)
    } else if answer.conditions.have(&served.etag, served.modified) {
        not_modified(answer, served)
    } else {
        let mut response = response(answer.head, StatusCode::OK, &answer.vary, content_type.clone(), bytes.clone());
        let headers = response.headers_mut();
        keeping(headers, answer, served);
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("none"));
        insert(headers, LAST_MODIFIED, served.modified.and_then(policy::as_date));
        insert(headers, LINK, served.canonical.clone());
        insert(headers, CONTENT_DPR, answer.content_dpr.clone());
        insert(headers, IK_IGNORED, report(&answer.report));
        insert(headers, CONTENT_DISPOSITION, answer.attachment.as_ref().and_then(|name| attachment(name, *format)));
        if *format == Some(Format::Svg) {
            headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(SVG_POLICY));
        }
        response.extensions_mut().insert(outcome);
        response
    };
    #[cfg(feature = "single-flight")]
    let response = {
        let mut response = response;
        if rendition.served.may_be_shared(&answer.caching) {
            response.extensions_mut().insert(Shareable::Rendition(Box::new(rendition.clone())));
        }
        response
    };
    response
}

/// Answers with 304 (RFC 9110, 15.4.5): the headers that caches need, and no body.
pub(super) fn not_modified(answer: &ResponseSpec, served: &Served) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    everywhere(headers, &answer.vary);
    keeping(headers, answer, served);
    response.extensions_mut().insert(Outcome::NotModified);
    response
}

/// Inserts the headers for caches.
fn keeping(headers: &mut HeaderMap, answer: &ResponseSpec, served: &Served) {
    let at_most = answer.expires.map(|last| last.saturating_sub(answer.now));
    let keeping = Keeping { term: served.term, private: served.private, origin: served.said, at_most };
    let caching = served.caching(&answer.caching);
    headers.insert(CACHE_CONTROL, policy::cache_control(&keeping, &caching));
    insert(headers, ETAG, HeaderValue::try_from(&served.etag).ok());
    // If the origin's directives count, the time since it sent the file counts too (RFC 9111, 5.1).
    let age = answer.now.saturating_sub(served.sent);
    if caching.by_origin && served.term == policy::Term::Full && age > 0 {
        headers.insert(AGE, HeaderValue::from(age));
    }
}

/// Returns the code in `ik-error`, as a browser gets it.
#[cfg(feature = "tracing")]
pub(super) fn code(response: &Response<Bytes>) -> Option<&str> {
    response.headers().get(IK_ERROR)?.to_str().ok()?.split(' ').next()
}

/// Answers with an error.
pub(super) fn failure(manner: &ResponseHead<'_>, error: Error) -> Response<Bytes> {
    let message = match &error {
        // The caches in front get the cause, but neither the name of the origin nor a word on its network.
        Error::Origin { cause: OriginError::Address(_), .. } if manner.gateway => {
            "the origin's address is not allowed".to_owned()
        }
        Error::Origin { cause, .. } if manner.gateway => cause.to_string(),
        error => error.public_text(),
    };
    let (status, code) = if manner.gateway { error.as_gateway() } else { (error.status(), error.code().as_str()) };
    let body = if status == StatusCode::NOT_FOUND { "Not Found".to_owned() } else { message.clone() };
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    let mut response = response(manner.head, status, manner.vary, text, body.into());
    let headers = response.headers_mut();
    // A refusal by the access rules depends on the client, not on the URL.
    let by_person = error.code() == ErrorCode::Forbidden;
    let transient = manner.transient || error.is_transient();
    let keep = if by_person || transient {
        HeaderValue::from_static("no-store")
    } else {
        policy::cache_control_of_error(manner.caching)
    };
    headers.insert(CACHE_CONTROL, keep);
    if error.code() == ErrorCode::Method {
        headers.insert(ALLOW, METHODS);
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        let after = if let Error::Busy { retry_after } = &error { *retry_after } else { manner.caching.errors };
        headers.insert(RETRY_AFTER, HeaderValue::from(whole_seconds(after)));
    }
    const LONGEST: usize = 300;
    insert(headers, IK_ERROR, HeaderValue::try_from(format!("{code} - {}", visible(&message, LONGEST))).ok());
    response.extensions_mut().insert(match error {
        Error::Busy { .. } => Outcome::Shed,
        _ => Outcome::Failed,
    });
    response.extensions_mut().insert(error);
    #[cfg(feature = "single-flight")]
    if transient {
        response.extensions_mut().insert(Shareable::Failure);
    }
    response
}

/// Returns the value of `Retry-After`: seconds, rounded up, and at least one, since zero requests no pause.
fn whole_seconds(time: Duration) -> u64 {
    time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0)).max(1)
}

/// Answers that an effect is being prepared (documented: status 200, a page, and a header that distinguishes it from an
/// image). No cache may store the answer.
pub(super) fn intermediate(answer: &ResponseSpec, retry_after: Duration) -> Response<Bytes> {
    let body = Bytes::from_static(b"<!doctype html><p>The asset is currently being prepared</p>");
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    let mut response = response(answer.head, StatusCode::OK, &answer.vary, html, body);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(RETRY_AFTER, HeaderValue::from(whole_seconds(retry_after)));
    headers.insert(INTERMEDIATE, HeaderValue::from_static("true"));
    response.extensions_mut().insert(Outcome::Pending);
    response
}

/// Answers OPTIONS, and thereby the preflight of a script's request (Fetch standard, *CORS-preflight*).
pub(super) fn options() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(ALLOW, METHODS);
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("*"));
    response.extensions_mut().insert(Outcome::Options);
    response
}

/// Makes a response with a body, with the headers that all of them have.
fn response(
    head: bool,
    status: StatusCode,
    vary: &[HeaderName],
    content_type: HeaderValue,
    body: Bytes,
) -> Response<Bytes> {
    let length = HeaderValue::from(body.len());
    let mut response = Response::new(if head { Bytes::new() } else { body });
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, length);
    headers.insert(CONTENT_TYPE, content_type);
    everywhere(headers, vary);
    response
}

fn everywhere(headers: &mut HeaderMap, vary: &[HeaderName]) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    let names: Vec<&str> = vary.iter().map(HeaderName::as_str).collect();
    if !names.is_empty() {
        insert(headers, VARY, HeaderValue::try_from(names.join(", ")).ok());
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: Option<HeaderValue>) {
    if let Some(value) = value {
        headers.insert(name, value);
    }
}

/// Returns a text in the form that a header may hold: one line of ASCII, of bounded length.
fn visible(text: &str, longest: usize) -> String {
    text.chars().take(longest).map(|c| if c == ' ' || c.is_ascii_graphic() { c } else { '?' }).collect()
}

/// Returns the value of `ik-ignored`: the tokens without effect in one line; `None` if there are none.
fn report(ignored: &[Ignored]) -> Option<HeaderValue> {
    const LONGEST: usize = 1024;
    let all: Vec<_> = ignored.iter().map(ToString::to_string).collect();
    HeaderValue::try_from(visible(&all.join(", "), LONGEST)).ok().filter(|_| !all.is_empty())
}

/// Returns `Content-Disposition` with this name. A name without an extension gets that of the format. If the name is
/// that of the path, the extension of another image format is replaced, too.
fn attachment(name: &Attachment, format: Option<Format>) -> Option<HeaderValue> {
    let (name, follows) = match name {
        Attachment::Asked(name) => (name, false),
        Attachment::OfPath(name) => (name, true),
    };
    // A file name is not a path, and has no invisible characters.
    let mut name: String = name.chars().filter(|c| !c.is_control()).collect();
    name = name.replace(['/', '\\'], "_");
    if let Some(format) = format {
        let own = extension(&name);
        let is_other = |named: Format| follows && named != format;
        let is_other = own.as_deref().and_then(Format::of_extension).is_some_and(is_other);
        if is_other && let Some((stem, _)) = name.rsplit_once('.') {
            name.truncate(stem.len());
        }
        if own.is_none() || is_other {
            name.push('.');
            name.push_str(format.extension());
        }
    }
    // RFC 6266, appendix D: browsers read `%` and characters outside ASCII in different ways.
    let plain = |c: char| c == ' ' || (c.is_ascii_graphic() && !matches!(c, '"' | '%'));
    let ascii: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    let mut value = format!("attachment; filename=\"{ascii}\"");
    if ascii != name {
        value.push_str("; filename*=UTF-8''");
        value.extend(percent::encode(&name, percent::HEADER_PARAMETER));
    }
    HeaderValue::try_from(value).ok()
}

const SVG_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";
/// The methods that are answered.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");
/// The headers of this crate that scripts of other origins may read.
const EXPOSED: HeaderValue = HeaderValue::from_static("ik-error, ik-ignored, content-dpr");
const IK_IGNORED: HeaderName = HeaderName::from_static("ik-ignored");
const IK_ERROR: HeaderName = HeaderName::from_static("ik-error");
const INTERMEDIATE: HeaderName = HeaderName::from_static("is-intermediate-response");
const CONTENT_DPR: HeaderName = HeaderName::from_static("content-dpr");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_files_by_name() {
        for (name, format, want) in [
            ("a.jpg", Some(Format::WebP), r#"attachment; filename="a.webp""#),
            ("a.jpeg", Some(Format::Jpeg), r#"attachment; filename="a.jpeg""#),
            ("a.b.PNG", Some(Format::Avif), r#"attachment; filename="a.b.avif""#),
            ("photo.final", Some(Format::WebP), r#"attachment; filename="photo.final""#),
            ("a", Some(Format::Jpeg), r#"attachment; filename="a.jpg""#),
            ("a", None, r#"attachment; filename="a""#),
            ("v1. final", Some(Format::Png), r#"attachment; filename="v1. final.png""#),
            ("a b;c.jpg", None, r#"attachment; filename="a b;c.jpg""#),
            ("ä\".jpg", None, r#"attachment; filename="__.jpg"; filename*=UTF-8''%C3%A4%22.jpg"#),
            ("50%.png", None, r#"attachment; filename="50_.png"; filename*=UTF-8''50%25.png"#),
            ("a\r\nSet-Cookie: b", None, r#"attachment; filename="aSet-Cookie: b""#),
            ("../../etc/passwd", None, r#"attachment; filename=".._.._etc_passwd""#),
            ("a\\b.jpg", None, r#"attachment; filename="a_b.jpg""#),
        ] {
            assert_eq!(attachment(&Attachment::OfPath(name.to_owned()), format).unwrap(), want, "{name:?}");
        }
        // A requested name keeps its extension.
        for (name, want) in [("a.jpg", "a.jpg"), ("a", "a.webp"), ("v1. final", "v1. final.webp")] {
            let asked = attachment(&Attachment::Asked(name.to_owned()), Some(Format::WebP));
            assert_eq!(asked.unwrap(), format!("attachment; filename=\"{want}\""), "{name:?}");
        }
    }

    #[test]
    fn an_error_is_one_line_of_ascii() {
        let error = Error::Pixels { code: ErrorCode::Format, message: "é\r\nlink: <x>\u{7f}".to_owned() };
        let (caching, vary) = (Caching::default(), [http::header::ACCEPT]);
        let manner = ResponseHead { head: false, vary: &vary, caching: &caching, gateway: false, transient: false };
        let response = failure(&manner, error.clone());
        assert_eq!(response.status(), 400);
        assert_eq!(response.headers()["ik-error"], "EFORMAT - ???link: <x>?");
        assert_eq!(response.headers()["vary"], "accept");
        assert_eq!(response.headers()["cache-control"], "public, max-age=60");
        assert_eq!(response.extensions().get::<Error>(), Some(&error));
    }
}
