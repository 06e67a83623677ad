//! [`Ureq`]: a blocking client on `ureq`.

use std::cell::RefCell;
use std::fmt;
use std::io::{self, ErrorKind, Read};
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use http::{Response, Uri};
use ureq::config::Config;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use crate::blocking::Client;
use crate::delivery::{Approved, FetchError, Pace};
use crate::policy;

/// A pool of HTTP/1.1 connections that go to approved addresses only, for threads that may block.
///
/// It follows no redirects, uses no proxy, decompresses nothing, and sends no `user-agent` and no header by itself
/// except `accept`. Certificates are verified against Mozilla's built-in root certificates, by rustls with ring. Clones
/// share the pool.
///
/// [`Pace::connect`], [`Pace::idle`] until the head and between chunks, [`Pace::check`] and the total apply. The lookup
/// of a name is limited by the operating system only. A head has at most 64 KiB. A request whose connection was closed
/// or reset before the head of the response failed with [`FetchError::Closed`]. Connections that were made while
/// private addresses were allowed are never used if they are not.
///
/// ```
/// let client = originkit::adapters::Ureq::new();
/// ```
#[derive(Debug, Clone)]
pub struct Ureq {
    /// Its connections go to public addresses.
    public: ureq::Agent,
    /// Its connections may go to private networks, for configured origins.
    private: ureq::Agent,
}

impl Default for Ureq {
    fn default() -> Self {
        Self::new()
    }
}

impl Ureq {
    /// Makes a client with an empty pool.
    #[must_use]
    pub fn new() -> Self {
        let agent = || {
            let config = ureq::Agent::config_builder()
                .max_redirects(0)
                .http_status_as_error(false)
                .proxy(None)
                .user_agent("")
                // The request's own headers decide, and no other content coding is decoded.
                .accept_encoding("identity")
                .max_response_header_size(HEAD)
                .max_idle_age(IDLE)
                .build();
            ureq::Agent::with_parts(config, DefaultConnector::default(), Approval)
        };
        Self { public: agent(), private: agent() }
    }
}

thread_local! {
    /// The permitted addresses of the request that this thread sends.
    static APPROVED: RefCell<Vec<SocketAddr>> = const { RefCell::new(Vec::new()) };
}

/// A resolver that returns only the addresses approved for the current request.
#[derive(Debug)]
struct Approval;

impl Resolver for Approval {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut found = self.empty();
        // It holds at most sixteen.
        APPROVED.with_borrow(|addresses| addresses.iter().take(16).for_each(|address| found.push(*address)));
        if found.is_empty() { Err(ureq::Error::HostNotFound) } else { Ok(found) }
    }
}

impl Client for Ureq {
    type Body = UreqBody;

    fn lookup(&self, host: &str, port: u16, _: Duration) -> Result<Vec<SocketAddr>, FetchError> {
        (host, port).to_socket_addrs().map(Iterator::collect).map_err(|_| FetchError::Refused)
    }

    fn send(&self, approved: Approved) -> Result<Response<UreqBody>, FetchError> {
        let Approved { request, addresses, timeout, pace, .. } = approved;
        let agent = if policy::not_public(&addresses).is_none() { &self.public } else { &self.private };
        APPROVED.set(addresses);
        let request = agent
            .configure_request(request)
            .timeout_global(Some(timeout))
            .timeout_connect(Some(pace.connect))
            .timeout_recv_response(Some(pace.idle))
            .timeout_per_read(Some(pace.idle))
            .build();
        let answer = agent.run(request);
        APPROVED.take();
        let head = Instant::now();
        let body = |body: ureq::Body| UreqBody { body: body.into_reader(), pace, head, bytes: 0 };
        Ok(answer.map_err(|error| failure(&error))?.map(body))
    }
}

/// The body of a response to [`Ureq`].
pub struct UreqBody {
    body: ureq::BodyReader<'static>,
    pace: Pace,
    head: Instant,
    bytes: u64,
}

// The inner reader cannot be printed.
impl fmt::Debug for UreqBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UreqBody").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl Read for UreqBody {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.body.read(buffer).map_err(|error| {
            let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<ureq::Error>());
            if let Some(ureq::Error::Timeout(_)) = cause { ErrorKind::TimedOut.into() } else { error }
        })?;
        if length > 0 {
            self.bytes = self.bytes.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
            let in_time = self.pace.check(self.head.elapsed(), self.bytes);
            in_time.map_err(|_| io::Error::from(ErrorKind::TimedOut))?;
        }
        Ok(length)
    }
}

fn failure(error: &ureq::Error) -> FetchError {
    use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    match error {
        ureq::Error::Timeout(_) => FetchError::TimedOut,
        ureq::Error::Io(error) => match error.kind() {
            ConnectionReset | ConnectionAborted | BrokenPipe | UnexpectedEof => FetchError::Closed,
            ErrorKind::TimedOut | ErrorKind::WouldBlock => FetchError::TimedOut,
            _ => FetchError::Refused,
        },
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed | ureq::Error::Tls(_) | ureq::Error::Rustls(_) => {
            FetchError::Refused
        }
        _ => FetchError::Other,
    }
}

/// The most bytes of a head.
const HEAD: usize = 64 * 1024;
/// Shorter than the keep-alive timeout of most servers.
const IDLE: Duration = Duration::from_secs(10);
