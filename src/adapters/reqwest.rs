//! [`Reqwest`]: a client on `reqwest`.

use std::error::Error as StdError;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::Response;

use super::dial::{self, Approval, Hurry, Target};
use super::meter::Meter;
use super::tls;
use crate::client::{Body, Client};
use crate::delivery::{Approved, FetchError, Pace};
use crate::policy;

/// A pool of HTTP/1.1 connections that go to approved addresses only.
///
/// It follows no redirects, uses no proxy and no cookies, decompresses nothing, and adds no header except `accept` if
/// there is none. Certificates are verified as by the operating system, by rustls with ring; no cryptography provider
/// is installed for the process. Clones share the pool.
///
/// - **Time.** [`Pace::connect`], [`Pace::idle`] until the head and between chunks, [`Pace::check`] and the total
///   apply. Only time in which the task waited counts: if renders keep the threads of the runtime busy, the data that
///   has arrived meanwhile is used, and the delay is not attributed to the origin.
/// - **Connections.** At most 32 idle ones for each host, 20 seconds each. A request whose connection was closed or
///   reset before the head of the response failed with [`FetchError::Closed`]. Connections that were made while private
///   addresses were allowed are never used if they are not.
/// - **Heads.** At most 100 fields and about 400 KiB, the limits of `hyper`. Informational responses (1xx) are skipped
///   by `hyper`, which gives `reqwest` no count of them: an origin that sends nothing else keeps a core busy until
///   [`Pace::idle`] is over. [`Bounded`](crate::client::Bounded) limits how many do so at a time.
///
/// Needs a tokio runtime, with time and IO.
///
/// ```no_run
/// use originkit::adapters::Reqwest;
/// let client = Reqwest::new()?;
/// # Ok::<(), originkit::adapters::SetupError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Reqwest {
    /// Its connections go to public addresses.
    public: reqwest::Client,
    /// Its connections may go to private networks, for configured origins.
    private: reqwest::Client,
}

/// The client could not be set up, most likely because there are no certificates on this system.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be set up")]
pub struct SetupError(#[source] Box<dyn StdError + Send + Sync>);

impl Reqwest {
    /// Makes a client with an empty pool.
    ///
    /// # Errors
    /// The certificates of the operating system cannot be loaded.
    pub fn new() -> Result<Self, SetupError> {
        let build = || -> Result<reqwest::Client, Box<dyn StdError + Send + Sync>> {
            // Explicit, because another crate of the program may enable further features of `reqwest`.
            let client = reqwest::Client::builder()
                .tls_backend_preconfigured(tls::config()?)
                .http1_only()
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .no_proxy()
                .no_gzip()
                .no_brotli()
                .no_zstd()
                .no_deflate()
                .no_hickory_dns()
                .referer(false)
                .dns_resolver(Arc::new(Approval))
                .connector_layer(Hurry)
                .pool_max_idle_per_host(IDLE_CONNECTIONS)
                .pool_idle_timeout(IDLE)
                .build()?;
            Ok(client)
        };
        Ok(Self { public: build().map_err(SetupError)?, private: build().map_err(SetupError)? })
    }
}

impl Client for Reqwest {
    type Body = ReqwestBody;

    async fn lookup(&self, host: &str, port: u16, timeout: Duration) -> Result<Vec<SocketAddr>, FetchError> {
        let lookup = tokio::net::lookup_host((host, port));
        let found = Meter::new(timeout).wait(timeout, || false, lookup).await?;
        Ok(found.map_err(|_| FetchError::Refused)?.collect())
    }

    async fn send(&self, approved: Approved) -> Result<Response<ReqwestBody>, FetchError> {
        let Approved { request, addresses, timeout, pace, .. } = approved;
        let (parts, ()) = request.into_parts();
        let client = if policy::not_public(&addresses).is_none() { &self.public } else { &self.private };
        let sending = client.request(parts.method, parts.uri.to_string()).headers(parts.headers).send();
        let target = Arc::new(Target { addresses, timeout: pace.connect, connecting: AtomicBool::new(false) });
        let connecting = || target.connecting.load(Ordering::Relaxed);

        let mut meter = Meter::new(timeout);
        let sending = dial::to(Arc::clone(&target), sending);
        let answer = meter.wait(pace.idle, connecting, sending).await?.map_err(|error| of_head(&error))?;
        let mut response = Response::new(());
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        let head = meter.spent();
        Ok(response.map(|()| ReqwestBody { answer, meter, pace, head, bytes: 0 }))
    }
}

/// The body of a response to [`Reqwest`].
#[derive(Debug)]
pub struct ReqwestBody {
    answer: reqwest::Response,
    meter: Meter,
    pace: Pace,
    /// The time that was spent until the head arrived.
    head: Duration,
    bytes: u64,
}

impl Body for ReqwestBody {
    async fn chunk(&mut self) -> Result<Option<Bytes>, FetchError> {
        let piece = self.meter.wait(self.pace.idle, || false, self.answer.chunk()).await?;
        let piece = piece.map_err(|error| known(&error).unwrap_or(FetchError::Other))?;
        if let Some(piece) = &piece {
            self.bytes = self.bytes.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            self.pace.check(self.meter.spent().saturating_sub(self.head), self.bytes)?;
        }
        Ok(piece)
    }
}

/// Returns the reason why there is no head.
fn of_head(error: &reqwest::Error) -> FetchError {
    if let Some(known) = known(error) {
        return known;
    }
    if error.is_connect() {
        return FetchError::Refused;
    }
    let is_closed = causes(error).any(|cause| {
        let of_hyper = cause.downcast_ref::<hyper::Error>();
        of_hyper.is_some_and(|error| error.is_incomplete_message() || error.is_canceled() || error.is_closed())
            || cause.downcast_ref::<std::io::Error>().is_some_and(|error| is_of_a_peer_that_left(error.kind()))
    });
    if is_closed { FetchError::Closed } else { FetchError::Other }
}

/// Returns our own error among the causes, or the error for a timeout.
fn known(error: &reqwest::Error) -> Option<FetchError> {
    let own = causes(error).find_map(|cause| cause.downcast_ref::<FetchError>().copied());
    own.or_else(|| error.is_timeout().then_some(FetchError::TimedOut))
}

fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn StdError + 'static)| (*error).source())
}

const fn is_of_a_peer_that_left(kind: ErrorKind) -> bool {
    use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof};
    matches!(kind, ConnectionReset | ConnectionAborted | BrokenPipe | NotConnected | UnexpectedEof)
}

/// The probable number of concurrent requests to one origin.
const IDLE_CONNECTIONS: usize = 32;
/// Shorter than the keep-alive timeout of most servers.
const IDLE: Duration = Duration::from_secs(20);
