//! [`Origin`]: where pictures come from.

use std::sync::Arc;

use super::base::Base;
use super::credentials::Credentials;
use super::error::ConfigErrorKind;
use super::hosts::HostPattern;
use super::stamp::Stamp;
use crate::extend::Signer;

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
    credentials: Arc<Credentials>,
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
        Self { name: None, kind, canonical: None, forward_host: false, credentials: Arc::default(), errors }
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

    /// Sends a header with every request to it, overlays and default images included, in place of one of the same name
    /// that would be sent, or that was set before. At most 32.
    ///
    /// It goes to this origin alone: a redirect to another scheme, host or port drops it, and one that comes back takes it
    /// along again (chosen). Its name and value are in names of stored files and in `ETag`s: another tenant has other
    /// files.
    ///
    /// Refused are the headers about which this crate decides: `Host`, the marker
    /// ([`Settings::marker_name`](crate::Settings::marker_name), by [`EngineBuilder::build`](crate::EngineBuilder::build)),
    /// those of the connection and of a body, conditions, ranges and `Accept-Encoding`. So are `Authorization` and `Cookie`,
    /// for which there is [`Origin::secret_header`], and any header of a web proxy.
    ///
    /// ```
    /// let origin = originkit::Origin::new("https://media.example.com").header("x-tenant", "42");
    /// ```
    ///
    /// [`EngineBuilder::build`](crate::EngineBuilder::build) tells errors: [`ConfigErrorKind::BadHeader`],
    /// [`ConfigErrorKind::TooMany`], and [`ConfigErrorKind::ProxyCredentials`] for a web proxy.
    #[must_use]
    pub fn header(self, name: impl AsRef<str>, value: impl AsRef<[u8]>) -> Self {
        self.with_credentials(|credentials| credentials.set(name.as_ref(), value.as_ref(), false))
    }

    /// Sends a header as [`Origin::header`] does, whose value is a secret: it is neither printed nor told to `tracing`, is
    /// marked [sensitive](http::HeaderValue::is_sensitive) for clients, and no name of a file is made of it, not even as a
    /// hash (a short one could be guessed).
    ///
    /// So another secret leaves a store as good as it was, which is wanted where a token is renewed. Where it opens other
    /// files, change [`Settings::revision`](crate::Settings::revision); and two origins at one base that differ in a secret
    /// only share what a store has of them: tell them apart by a plain header, or by the name of a signer.
    ///
    /// ```
    /// use originkit::Origin;
    /// let origin = Origin::new("https://media.example.com").secret_header("authorization", "Bearer 7f3a");
    /// assert!(!format!("{origin:?}").contains("7f3a"));
    /// ```
    #[must_use]
    pub fn secret_header(self, name: impl AsRef<str>, value: impl AsRef<[u8]>) -> Self {
        self.with_credentials(|credentials| credentials.set(name.as_ref(), value.as_ref(), true))
    }

    /// Has every request to it signed, redirects that stay with it included; see [`Signer`]. The name stands for the
    /// signer in names of stored files and in `ETag`s: give another one where it opens other files.
    ///
    /// [`EngineBuilder::build`](crate::EngineBuilder::build) tells errors: [`ConfigErrorKind::BadSigner`], and
    /// [`ConfigErrorKind::ProxyCredentials`] for a web proxy.
    #[must_use]
    pub fn signer(self, name: impl Into<String>, signer: impl Signer + 'static) -> Self {
        self.with_credentials(|credentials| credentials.set_signer(name.into(), Arc::new(signer)))
    }

    fn with_credentials(mut self, change: impl FnOnce(&mut Credentials) -> Result<(), ConfigErrorKind>) -> Self {
        // What stands for a base that is none is no proxy.
        let changed = if self.is_proxy() && self.errors.is_empty() {
            Err(ConfigErrorKind::ProxyCredentials)
        } else {
            change(Arc::make_mut(&mut self.credentials))
        };
        self.errors.extend(changed.err());
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

    pub(crate) const fn credentials(&self) -> &Arc<Credentials> {
        &self.credentials
    }

    pub(crate) const fn forwards_host(&self) -> bool {
        self.forward_host && matches!(self.kind, Kind::Web(_))
    }

    pub(crate) const fn is_proxy(&self) -> bool {
        matches!(self.kind, Kind::Proxy(_))
    }

    /// Adds its part in the names of what is made of its files: which one it has for a path.
    pub(super) fn write_stamp(&self, stamp: &mut Stamp) {
        let Self {
            kind,
            credentials,
            // An engine has no origin with any.
            errors: _,
            forward_host: _, // asked below, as a proxy has none
            // For logs.
            name: _,
            // A link beside the image. It follows when the image is made or confirmed the next time.
            canonical: _,
        } = self;
        match kind {
            Kind::Web(base) => stamp.part("web", base.as_str()),
            Kind::Proxy(hosts) => {
                // In whatever order they are listed, the same may be asked.
                let mut hosts: Vec<_> = hosts.iter().map(ToString::to_string).collect();
                hosts.sort();
                hosts.dedup();
                stamp.part("proxy", hosts.join(" "));
            }
        }
        stamp.flag("forward_host", self.forwards_host());
        stamp.lines(credentials.stamp());
    }
}
