//! [`PlatformFetch`]: the platform's `fetch` as a client.
//!
//! A client must connect to an approved address and to no other. That is impossible here: `fetch` looks names up by
//! itself and does not say which address it took. So this client serves configured origins only, in two steps:
//!
//! - [`Client::lookup`] answers every name with [`PLACEHOLDER`], which is not a public address. The delivery therefore
//!   refuses every URL that is not on a configured origin, whether it comes from an image URL or from a redirect: only
//!   configured origins may have private addresses.
//! - [`Client::send`] refuses every request that would go to another address than the placeholder: there is one only
//!   for a URL whose host is itself an address, such as a redirect to `http://192.0.2.1/`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HOST};
use http::{HeaderMap, Response};
use originkit::client::{Body, Client};
use originkit::delivery::{Approved, FetchError, Pace};
use worker::send::{SendFuture, SendWrapper};
use worker::{AbortController, AbortSignal, Fetch, Headers, RequestInit, RequestRedirect, ResponseBody, console_warn};

use crate::message;
use crate::meter::Meter;

/// The platform's `fetch`, for configured origins only.
///
/// It follows no redirects. [`Pace::idle`], the rate and the total apply; [`Pace::connect`] does not, because the
/// platform does not say when a connection is made.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PlatformFetch;

/// The address of every name. No host can have it.
const PLACEHOLDER: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

impl Client for PlatformFetch {
    type Body = PlatformBody;

    async fn lookup(&self, _: &str, port: u16, _: Duration) -> Result<Vec<SocketAddr>, FetchError> {
        Ok(vec![SocketAddr::new(PLACEHOLDER, port)])
    }

    async fn send(&self, approved: Approved) -> Result<Response<PlatformBody>, FetchError> {
        if approved.addresses.iter().any(|address| address.ip() != PLACEHOLDER) {
            console_warn!("refused: the host of a URL is an address, which cannot be checked here");
            return Err(FetchError::Refused);
        }
        SendFuture::new(send(approved)).await
    }
}

async fn send(approved: Approved) -> Result<Response<PlatformBody>, FetchError> {
    let Approved { request, timeout, pace, .. } = approved;
    let init = RequestInit { headers: headers(&request)?, redirect: RequestRedirect::Manual, ..RequestInit::default() };
    let asked = worker::Request::new_with_init(&request.uri().to_string(), &init).map_err(|_| FetchError::Other)?;
    let asked = Fetch::Request(asked);

    let mut meter = Meter::new(timeout);
    let (running, signal) = Running::new();
    let answer = meter.wait(pace.idle, asked.send_with_signal(&signal)).await?;
    // The reason is in a text only. Requests without an effect are sent again by the platform itself.
    let answer = answer.map_err(|error| {
        console_warn!("no answer from an origin: {error}");
        FetchError::Refused
    })?;

    let mut response = Response::new(());
    *response.status_mut() = answer.status_code().try_into().map_err(|_| FetchError::Other)?;
    *response.headers_mut() = message::headers(answer.headers());
    without_undone(response.headers_mut());
    let stream = match answer.into_parts().1 {
        ResponseBody::Stream(stream) => Some(worker::Body::new(stream)),
        _ => None,
    };
    let head = meter.spent();
    Ok(response.map(|()| PlatformBody { stream, meter, pace, head, bytes: 0, running: Some(running) }))
}

/// Returns the headers of a request. `Host` is left to the platform, which sends the host of the URL and no other.
fn headers(request: &http::Request<()>) -> Result<Headers, FetchError> {
    let headers = Headers::new();
    for (name, value) in request.headers() {
        if name == HOST {
            if request.uri().authority().is_none_or(|authority| authority.as_str().as_bytes() != value.as_bytes()) {
                console_warn!("refused: the platform cannot send another `Host` than that of the URL");
                return Err(FetchError::Other);
            }
            continue;
        }
        let value = str::from_utf8(value.as_bytes()).map_err(|_| FetchError::Other)?;
        headers.append(name.as_str(), value).map_err(|_| FetchError::Other)?;
    }
    Ok(headers)
}

/// Removes the headers about a content coding that the platform undoes when the body is read, and leaves in the head.
/// Others stay for the delivery, which undoes what it knows.
fn without_undone(headers: &mut HeaderMap) {
    let is_undone = |value: &http::HeaderValue| UNDONE.contains(&value.as_bytes());
    if headers.get(CONTENT_ENCODING).is_some_and(is_undone) {
        headers.remove(CONTENT_ENCODING);
        // It counts the bytes as they were sent.
        headers.remove(CONTENT_LENGTH);
    }
}

/// The codings that the platform undoes, in this spelling and alone. Brotli since the compatibility date 2024-04-29.
const UNDONE: [&[u8]; 2] = [b"gzip", b"br"];

/// The body of an answer.
pub(crate) struct PlatformBody {
    /// `None` if the answer has no body.
    stream: Option<worker::Body>,
    meter: Meter,
    pace: Pace,
    /// The time that was spent until the head arrived.
    head: Duration,
    bytes: u64,
    /// `None` once the body has ended.
    running: Option<Running>,
}

impl Body for PlatformBody {
    async fn chunk(&mut self) -> Result<Option<Bytes>, FetchError> {
        SendFuture::new(self.read()).await
    }
}

impl PlatformBody {
    async fn read(&mut self) -> Result<Option<Bytes>, FetchError> {
        let piece = match &mut self.stream {
            Some(stream) => self.meter.wait(self.pace.idle, stream.next()).await?,
            None => None,
        };
        let Some(piece) = piece else {
            if let Some(running) = self.running.take() {
                running.end();
            }
            return Ok(None);
        };
        let piece = piece.map_err(|_| FetchError::Other)?;
        self.bytes = self.bytes.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        self.pace.check(self.meter.spent().saturating_sub(self.head), self.bytes)?;
        Ok(Some(piece))
    }
}

/// A request under way. It is ended on drop, with its connection, unless it has ended by itself.
struct Running(Option<SendWrapper<AbortController>>);

impl Running {
    fn new() -> (Self, AbortSignal) {
        let controller = AbortController::default();
        let signal = controller.signal();
        (Self(Some(SendWrapper::new(controller))), signal)
    }

    /// Forgets the request, because it has ended.
    fn end(mut self) {
        self.0 = None;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(controller) = self.0.take() {
            controller.0.abort();
        }
    }
}
