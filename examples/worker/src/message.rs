//! Requests and responses, between the platform's types and those of `http`.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use originkit::config::{Country, Visitor};
use originkit::delivery::Outcome;
use worker::{Headers, Request, Response, ResponseBuilder};

/// Reads a request. Its body is of no interest: no method that has one is answered with an image.
///
/// `None` if its URL or method cannot be read.
pub(crate) fn request(request: &Request) -> Option<http::Request<()>> {
    let inner = request.inner();
    let mut read = http::Request::builder().method(inner.method().as_str()).uri(inner.url()).body(()).ok()?;
    *read.headers_mut() = headers(request.headers());
    // The platform sets this header itself, whatever a client sent.
    let address = read.headers().get("cf-connecting-ip").and_then(|value| value.to_str().ok()?.parse().ok());
    let country = request.cf().and_then(worker::Cf::country).and_then(|code| Country::new(&code));
    read.extensions_mut().insert(Visitor { address, country });
    Some(read)
}

/// Returns headers in the types of `http`. Those that have no form there are left out.
pub(crate) fn headers(headers: &Headers) -> HeaderMap {
    let mut read = HeaderMap::new();
    for (name, value) in headers.entries() {
        let (name, value) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes()));
        if let (Ok(name), Ok(value)) = (name, value) {
            read.append(name, value);
        }
    }
    read
}

/// Returns a response as the platform sends it, with a header that says how it came about.
pub(crate) fn response(response: http::Response<Bytes>) -> worker::Result<Response> {
    let outcome = Outcome::of(&response);
    let (parts, body) = response.into_parts();
    let headers = Headers::new();
    for (name, value) in &parts.headers {
        headers.append(name.as_str(), &String::from_utf8_lossy(value.as_bytes()))?;
    }
    if let Some(outcome) = outcome {
        headers.set("x-outcome", outcome.as_str())?;
    }
    let builder = ResponseBuilder::new().with_status(parts.status.as_u16()).with_headers(headers);
    // 304 and the like must not have a body, not even an empty one.
    Ok(if body.is_empty() { builder.empty() } else { builder.fixed(body.into()) })
}
