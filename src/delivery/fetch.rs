//! [`Fetch`]: a request to an origin, and [`Approved`]: the only form in which it can be sent.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use http::Request;

use crate::limits::Limits;
use crate::policy;
use crate::store::StoreKey;

/// A request to an origin.
///
/// What it may connect to depends on who wrote its URL: the base of a configured origin may lie anywhere, but what
/// comes from an image URL or a redirect must not lead into a private network. So look up the addresses of
/// [`Fetch::host`], have them approved, and send what [`Fetch::approve`] returns to one of them.
#[derive(Clone)]
#[non_exhaustive]
pub struct Fetch {
    /// What the inputs about this fetch are labelled with.
    pub id: FetchId,
    /// What a store may have the answer under.
    pub key: StoreKey,
    /// A store had one that is old, and whether it has changed is what is asked.
    pub revalidates: bool,
    /// It is sent once more, because the connection was closed before an answer ([`FetchError::Closed`]).
    pub resent: bool,
    request: Request<()>,
    /// Its host is a configured origin's.
    trusted: bool,
    pace: Pace,
    max_bytes: u64,
}

/// A request with the addresses that it may be sent to; made by [`Fetch::approve`] and nothing else.
///
/// Send it as it is, `Host` included, over a connection to one of the addresses (and no other: a second lookup of the
/// name may tell another address). Do not follow redirects: the machine does, by further fetches.
///
/// A client takes nothing else, so that a fetch whose addresses nobody judged cannot be sent:
///
/// ```compile_fail,E0308
/// # async fn f(client: impl originkit::client::Client, fetch: originkit::delivery::Fetch) {
/// client.send(fetch).await;
/// # }
/// ```
///
/// Nor can one be put together by hand:
///
/// ```compile_fail,E0639
/// # fn f(request: http::Request<()>, addresses: Vec<std::net::SocketAddr>) {
/// use originkit::delivery::Approved;
/// let approved = Approved { request, addresses, timeout: Default::default(), pace: Default::default(), max_bytes: 0 };
/// # }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Approved {
    /// The request, always a GET without a body. Its query may hold a signature, as may headers that are marked
    /// [sensitive](http::HeaderValue::is_sensitive): neither belongs in a log.
    pub request: Request<()>,
    /// Where it may go; any one, none twice as good.
    pub addresses: Vec<SocketAddr>,
    /// How long it may take, from the first byte sent to the last one read.
    pub timeout: Duration,
    /// The time that it may take in parts, and its rate.
    pub pace: Pace,
    /// More bytes of body than this are never wanted. Only a hint: the machine counts for itself.
    pub max_bytes: u64,
}

/// Bounds of the time that an exchange with an origin may take, for whoever has a clock.
///
/// A client asks [`Pace::check`] for each piece of a body. Where a bound is passed, the fetch has failed with
/// [`FetchError::TimedOut`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pace {
    /// The whole exchange, see [`Limits::fetch_timeout`](crate::Limits::fetch_timeout).
    pub total: Duration,
    /// Until a connection is made, see [`Limits::connect_timeout`](crate::Limits::connect_timeout).
    pub connect: Duration,
    /// Until the head of the answer, and between two pieces of its body, see
    /// [`Limits::idle_timeout`](crate::Limits::idle_timeout).
    pub idle: Duration,
    /// Bytes a second, see [`Limits::fetch_rate`](crate::Limits::fetch_rate).
    pub rate: u64,
}

impl Pace {
    /// Passes a body of which `bytes` have come in the time since the head of the answer.
    ///
    /// # Errors
    /// [`FetchError::TimedOut`] if it takes too long, or comes too slowly.
    pub fn check(&self, since_head: Duration, bytes: u64) -> Result<(), FetchError> {
        let due = since_head.saturating_sub(self.idle).as_secs().saturating_mul(self.rate);
        if since_head > self.total || bytes < due { Err(FetchError::TimedOut) } else { Ok(()) }
    }
}

impl Fetch {
    pub(super) fn new(id: FetchId, key: StoreKey, request: Request<()>, trusted: bool, limits: &Limits) -> Self {
        let pace = Pace {
            total: limits.fetch_timeout,
            connect: limits.connect_timeout,
            idle: limits.idle_timeout,
            rate: limits.fetch_rate,
        };
        let (revalidates, resent) = (false, false);
        Self { id, key, revalidates, resent, request, trusted, pace, max_bytes: limits.source_bytes }
    }

    /// The request, to be looked at. Its query may hold a signature, as may headers that are marked
    /// [sensitive](http::HeaderValue::is_sensitive): neither belongs in a log.
    #[must_use]
    pub const fn request(&self) -> &Request<()> {
        &self.request
    }

    /// How long it may take in all, the lookup included.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.pace.total
    }

    /// The host and port to look up addresses of.
    #[must_use]
    pub fn host(&self) -> (&str, u16) {
        let uri = self.request.uri();
        let default = if uri.scheme() == Some(&http::uri::Scheme::HTTPS) { 443 } else { 80 };
        (uri.host().unwrap_or_default(), uri.port_u16().unwrap_or(default))
    }

    /// The address, where the host is one and there is nothing to look up.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        let (host, port) = self.host();
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        host.parse::<IpAddr>().ok().map(|address| SocketAddr::new(address, port))
    }

    /// The request in a form in which it can be sent.
    ///
    /// # Errors
    /// [`FetchError::Refused`] without addresses, [`FetchError::Address`] if one of them is private and the host is not a
    /// configured origin's: names that have both kinds are made to be asked twice.
    pub fn approve(self, addresses: Vec<SocketAddr>) -> Result<Approved, FetchError> {
        if addresses.is_empty() {
            return Err(FetchError::Refused);
        }
        if !self.trusted && !policy::are_public(&addresses) {
            return Err(FetchError::Address);
        }
        let Self { request, pace, max_bytes, .. } = self;
        Ok(Approved { request, addresses, timeout: pace.total, pace, max_bytes })
    }
}

/// Without the query, which may hold a signature.
impl fmt::Debug for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, key, revalidates, resent, request, trusted, pace, max_bytes } = self;
        f.debug_struct("Fetch")
            .field("id", id)
            .field("key", key)
            .field("revalidates", revalidates)
            .field("resent", resent)
            .field("request", &Shown(request))
            .field("trusted", trusted)
            .field("pace", pace)
            .field("max_bytes", max_bytes)
            .finish()
    }
}

/// Without the query, which may hold a signature.
impl fmt::Debug for Approved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { request, addresses, timeout, pace, max_bytes } = self;
        f.debug_struct("Approved")
            .field("request", &Shown(request))
            .field("addresses", addresses)
            .field("timeout", timeout)
            .field("pace", pace)
            .field("max_bytes", max_bytes)
            .finish()
    }
}

/// A request as it may be printed.
struct Shown<'a>(&'a Request<()>);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let uri = self.0.uri();
        let authority = uri.authority().map_or("", http::uri::Authority::as_str);
        let query = if uri.query().is_some() { "?..." } else { "" };
        let url = format!("{}://{authority}{}{query}", uri.scheme_str().unwrap_or_default(), uri.path());
        f.debug_struct("Request").field("url", &url).field("headers", self.0.headers()).finish()
    }
}

/// Names a [`Fetch`] within its delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FetchId(u64);

impl FetchId {
    /// An id from a record of a delivery. One that the machine has not given out is ignored by it.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    #[cfg(feature = "tracing")]
    pub(super) const fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for FetchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a fetch came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// No connection: refused, reset before an answer, no such host, or a failed TLS handshake.
    #[error("no connection")]
    Refused,
    /// The connection was closed before the first byte of an answer, as one that was kept open may be. The machine asks
    /// for the same once more, by another [`Fetch`]; a second time the origin counts as one that cannot be reached.
    #[error("the connection was closed")]
    Closed,
    /// [`Fetch::timeout`] is over, or a bound of [`Pace`] is passed.
    #[error("timed out")]
    TimedOut,
    /// The client has as much to do as it may have. Ends the delivery, with
    /// [`Error::Busy`](crate::Error::Busy): another origin would be asked by the same client.
    #[error("too much is being fetched")]
    Busy,
    /// The host's name leads to an address that may not be asked.
    #[error("the address is not allowed")]
    Address,
    /// Anything else, such as a malformed answer.
    #[error("failed")]
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fetch(uri: &str, trusted: bool) -> Fetch {
        let request = Request::get(uri).body(()).unwrap();
        Fetch::new(FetchId(1), StoreKey::original(uri, b"", ""), request, trusted, &Limits::default())
    }

    #[test]
    fn says_what_to_look_up() {
        for (uri, host, address) in [
            ("http://a.example/x", ("a.example", 80), None),
            ("https://a.example/x", ("a.example", 443), None),
            ("https://a.example:8443/x", ("a.example", 8443), None),
            ("http://8.8.8.8/x", ("8.8.8.8", 80), Some("8.8.8.8:80")),
            ("https://[2606:4700::1]/x", ("[2606:4700::1]", 443), Some("[2606:4700::1]:443")),
        ] {
            let fetch = fetch(uri, false);
            assert_eq!((fetch.host(), fetch.address()), (host, address.map(|a| a.parse().unwrap())), "{uri}");
        }
    }

    #[test]
    fn a_body_keeps_its_pace() {
        let pace = fetch("http://a.example/", true).pace;
        for (seconds, bytes, want) in [
            (0, 0, Ok(())),
            (5, 0, Ok(())),
            (6, 1023, Err(FetchError::TimedOut)),
            (6, 1024, Ok(())),
            (10, 5119, Err(FetchError::TimedOut)),
            (10, 5120, Ok(())),
            (11, u64::MAX, Err(FetchError::TimedOut)),
            (u64::MAX, u64::MAX, Err(FetchError::TimedOut)),
        ] {
            assert_eq!(pace.check(Duration::from_secs(seconds), bytes), want, "{seconds} {bytes}");
        }
    }

    #[test]
    fn only_configured_origins_are_private() {
        let private = vec!["8.8.8.8:80".parse().unwrap(), "10.0.0.1:80".parse().unwrap()];
        let approved = fetch("http://a.example/", true).approve(private.clone()).unwrap();
        assert_eq!(approved.addresses, private);
        assert_eq!(fetch("http://a.example/", false).approve(private).unwrap_err(), FetchError::Address);
        assert_eq!(fetch("http://a.example/", true).approve(Vec::new()).unwrap_err(), FetchError::Refused);
        assert!(fetch("http://a.example/", false).approve(vec!["8.8.8.8:80".parse().unwrap()]).is_ok());
    }
}
