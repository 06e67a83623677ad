//! [`Visitor`]: the sender of a request.

use std::net::IpAddr;

use super::access::Country;

/// The sender of a request: facts that are not in its headers. Read from the request's extensions.
///
/// The embedder fills it in: the address from the connection, or from a header of a trusted proxy, and the country from
/// its own lookup table. A layer in front of `tower::ImageService` can do so, too.
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
    /// The client's country.
    pub country: Option<Country>,
}
