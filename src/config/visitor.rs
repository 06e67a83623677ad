//! [`Visitor`]: who sent a request.

use std::net::IpAddr;

use super::access::Country;

/// Who sent a request, as far as no header can tell. Read from the request's extensions.
///
/// The embedder fills it in: the address from the connection, or from a header of a proxy that it trusts, and the
/// country from a table of its own. A layer before `tower::ImageService` can do so, too.
///
/// ```
/// use originkit::config::{Country, Visitor};
/// let peer = "203.0.113.9:40112".parse::<std::net::SocketAddr>()?;
/// let mut request = http::Request::get("https://img.example.com/a.jpg").body(())?;
/// request.extensions_mut().insert(Visitor { address: Some(peer.ip()), country: Country::new("FR") });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "the documented rules ask for nothing else")]
pub struct Visitor {
    /// The client's address.
    pub address: Option<IpAddr>,
    /// The country that it is in.
    pub country: Option<Country>,
}
