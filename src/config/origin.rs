//! [`Origin`]: where pictures come from.

use std::sync::Arc;

use super::base::Base;
use super::error::ConfigErrorKind;
use super::hosts::HostPattern;

/// A server that has pictures: a web server, or any of a list of hosts through a web proxy.
///
/// ```
/// use originkit::Origin;
/// let shop = Origin::new("https://shop.example.com/media/").named("shop").forward_host(true);
/// let links = Origin::new("https://www.example.com").canonical("https://www.example.com");
/// let proxy = Origin::proxy(["*.example.com", "example.org"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    name: Option<String>,
    kind: Kind,
    canonical: Option<Base>,
    forward_host: bool,
    /// For [`EngineBuilder::build`](crate::EngineBuilder::build), which refuses an origin with any.
    pub(super) errors: Vec<ConfigErrorKind>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The asset's path is appended to this base.
    Web(Base),
    /// The asset's path is a URL on one of these hosts.
    Proxy(Arc<[HostPattern]>),
}

impl Origin {
    /// Makes a web server: an asset's path is appended to this base URL.
    ///
    /// The base is trusted: it may lie in a private network. What is no absolute `http` or `https` URL, or has user
    /// information, a query or a fragment, is refused by [`EngineBuilder::build`](crate::EngineBuilder::build)
    /// ([`ConfigErrorKind::BadUrl`]).
    #[must_use]
    pub fn new(base: &str) -> Self {
        Self::of(Base::new(base).map(Kind::Web))
    }

    /// Makes a web proxy: an asset's path is itself a URL, on one of these hosts. See [`HostPattern`].
    ///
    /// Hosts in private networks are refused whatever the list says; use [`Origin::new`] for them. An empty list is
    /// refused by [`EngineBuilder::build`](crate::EngineBuilder::build) ([`ConfigErrorKind::NoHosts`]): an open proxy is
    /// never an accident. So is a text that is no pattern ([`ConfigErrorKind::BadHostPattern`]).
    #[must_use]
    pub fn proxy<I: IntoIterator<Item: AsRef<str>>>(hosts: I) -> Self {
        let hosts: Result<Arc<[_]>, _> = hosts.into_iter().map(|host| host.as_ref().parse()).collect();
        Self::of(match hosts {
            Ok(hosts) if hosts.is_empty() => Err(ConfigErrorKind::NoHosts),
            hosts => hosts.map(Kind::Proxy),
        })
    }

    /// A proxy without hosts stands for what is refused: it fetches nothing.
    fn of(kind: Result<Kind, ConfigErrorKind>) -> Self {
        let (kind, errors) = match kind {
            Ok(kind) => (kind, Vec::new()),
            Err(error) => (Kind::Proxy(Arc::default()), vec![error]),
        };
        Self { name: None, kind, canonical: None, forward_host: false, errors }
    }

    /// Sets a name, for logs.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Pictures of this origin are answered with `Link: <...>; rel="canonical"` below this base
    /// (documented: "Include canonical header"). It is a base as that of [`Origin::new`].
    #[must_use]
    pub fn canonical(mut self, base: &str) -> Self {
        match Base::new(base) {
            Ok(base) => self.canonical = Some(base),
            Err(error) => self.errors.push(error),
        }
        self
    }

    /// Sends the host of the image URL in `Host` instead of the base's (documented: "Forward host
    /// header to origin"). The connection goes to the base all the same. Means nothing to a proxy.
    #[must_use]
    pub const fn forward_host(mut self, on: bool) -> Self {
        self.forward_host = on;
        self
    }

    /// Its name, if it was given one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(crate) const fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The base of a web server.
    pub(crate) const fn base(&self) -> Option<&Base> {
        match &self.kind {
            Kind::Web(base) => Some(base),
            Kind::Proxy(_) => None,
        }
    }

    pub(crate) const fn canonical_base(&self) -> Option<&Base> {
        self.canonical.as_ref()
    }

    pub(crate) const fn forwards_host(&self) -> bool {
        self.forward_host && matches!(self.kind, Kind::Web(_))
    }

    pub(crate) const fn is_proxy(&self) -> bool {
        matches!(self.kind, Kind::Proxy(_))
    }
}
