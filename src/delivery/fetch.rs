//! [`Fetch`]: a request to an origin, and [`Approved`]: the only form in which it can be sent.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use http::Request;

use crate::limits::Limits;
use crate::policy::{self, AddressClass};
use crate::store::StoreKey;
use crate::trace::Span;

/// A request to an origin.
///
/// The addresses that it may connect to depend on the source of its URL. The base of a configured origin may be
/// anywhere, but a URL from an image URL or a redirect must not lead into a private network. So look up the addresses
/// of [`Fetch::host`], have them approved, and send what [`Fetch::approve`] returns to one of them.
#[derive(Clone)]
#[non_exhaustive]
pub struct Fetch {
    /// The id that labels the inputs about this fetch.
    pub id: FetchId,
    /// The key under which a store may have the answer.
    pub key: StoreKey,
    /// `true` if a store has a stale file, and the request asks whether it has changed.
    pub revalidates: bool,
    /// `true` if the request is sent again because the connection was closed before an answer ([`FetchError::Closed`]).
    pub resent: bool,
    request: Request<()>,
    /// `true` if its host is that of a configured origin.
    trusted: bool,
    pace: Pace,
    max_bytes: u64,
    /// The span of the delivery.
    pub(crate) span: Span,
}

/// A request with the addresses that it may be sent to. It is made by [`Fetch::approve`] only.
///
/// Send it unchanged, `Host` included, over a connection to one of the addresses (and no other: a second lookup of the
/// name may give another address). Do not follow redirects: the machine does, by further fetches.
///
/// A client takes no other type, so a fetch with unchecked addresses cannot be sent:
///
/// ```compile_fail,E0308
/// # async fn f(client: impl originkit::client::Client, fetch: originkit::delivery::Fetch) {
/// client.send(fetch).await;
/// # }
/// ```
///
/// Nor can one be constructed by hand:
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
    /// The addresses that it may be sent to, all equally good.
    pub addresses: Vec<SocketAddr>,
    /// The time limit, from the first byte sent to the last one read.
    pub timeout: Duration,
    /// The time limits of its parts, and the minimum rate.
    pub pace: Pace,
    /// The number of bytes of body beyond which nothing is needed. Only a hint: the machine counts by itself.
    pub max_bytes: u64,
}

/// Bounds on the time that an exchange with an origin may take, for a client that has a clock.
///
/// A client calls [`Pace::check`] for each piece of a body. When a bound is passed, the fetch has failed with
/// [`FetchError::TimedOut`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pace {
    /// The time for the whole exchange, see [`Limits::fetch_timeout`](crate::Limits::fetch_timeout).
    pub total: Duration,
    /// The time until a connection is made, see [`Limits::connect_timeout`](crate::Limits::connect_timeout).
    pub connect: Duration,
    /// The time until the head of the answer, and between two pieces of its body, see
    /// [`Limits::idle_timeout`](crate::Limits::idle_timeout).
    pub idle: Duration,
    /// The minimum rate in bytes per second, see [`Limits::fetch_rate`](crate::Limits::fetch_rate).
    pub rate: u64,
}

impl Pace {
    /// Checks a body of which `bytes` have arrived in the time `since_head`, counted from the head of the answer.
    ///
    /// # Errors
    /// [`FetchError::TimedOut`] if the body takes too long or arrives too slowly.
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
        let (max_bytes, span) = (limits.source_bytes, Span::none());
        Self { id, key, revalidates, resent, request, trusted, pace, max_bytes, span }
    }

    /// Returns the request, for inspection. Its query may hold a signature, as may headers that are marked
    /// [sensitive](http::HeaderValue::is_sensitive): neither belongs in a log.
    #[must_use]
    pub const fn request(&self) -> &Request<()> {
        &self.request
    }

    /// Returns the time limit for the whole fetch, the lookup included.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.pace.total
    }

    /// Returns the host and port to look up.
    #[must_use]
    pub fn host(&self) -> (&str, u16) {
        let uri = self.request.uri();
        let default = if uri.scheme() == Some(&http::uri::Scheme::HTTPS) { 443 } else { 80 };
        (uri.host().unwrap_or_default(), uri.port_u16().unwrap_or(default))
    }

    /// Returns the address if the host is an IP address, so that there is nothing to look up.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        let (host, port) = self.host();
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        host.parse::<IpAddr>().ok().map(|address| SocketAddr::new(address, port))
    }

    /// Returns the request in a form that can be sent.
    ///
    /// # Errors
    /// [`FetchError::Refused`] if there are no addresses. [`FetchError::Address`] if one of them is private and the
    /// host is not that of a configured origin: a name with both kinds of addresses is made for clients that look it up
    /// twice.
    pub fn approve(self, addresses: Vec<SocketAddr>) -> Result<Approved, FetchError> {
        if addresses.is_empty() {
            return Err(FetchError::Refused);
        }
        if !self.trusted
            && let Some(class) = policy::not_public(&addresses)
        {
            return Err(FetchError::Address(class));
        }
        let Self { request, pace, max_bytes, .. } = self;
        Ok(Approved { request, addresses, timeout: pace.total, pace, max_bytes })
    }
}

/// Omits the query, which may hold a signature.
impl fmt::Debug for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, key, revalidates, resent, request, trusted, pace, max_bytes, span: _ } = self;
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

/// Omits the query, which may hold a signature.
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

/// A request in the form that may be printed.
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

/// The id of a [`Fetch`] within its delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FetchId(u64);

impl FetchId {
    /// Makes an id from a record of a delivery. The machine ignores ids that it has not given out.
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

/// The reason why a fetch failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// No connection: refused, reset before an answer, no such host, or a failed TLS handshake.
    #[error("no connection")]
    Refused,
    /// The connection was closed before the first byte of an answer, as a connection that was kept open may be. The
    /// machine sends the request again, as another [`Fetch`]. The second time, the origin counts as unreachable.
    #[error("the connection was closed")]
    Closed,
    /// [`Fetch::timeout`] has elapsed, or a bound of [`Pace`] was passed.
    #[error("timed out")]
    TimedOut,
    /// The client is at its limit. This ends the delivery with [`Error::Busy`](crate::Error::Busy): another origin
    /// would be asked by the same client.
    #[error("too much is being fetched")]
    Busy,
    /// The host's name leads to an address that is not allowed.
    #[error("{0} is not allowed")]
    Address(AddressClass),
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
        assert_eq!(
            fetch("http://a.example/", false).approve(private).unwrap_err(),
            FetchError::Address(AddressClass::Private)
        );
        assert_eq!(fetch("http://a.example/", true).approve(Vec::new()).unwrap_err(), FetchError::Refused);
        assert!(fetch("http://a.example/", false).approve(vec!["8.8.8.8:80".parse().unwrap()]).is_ok());
    }
}
