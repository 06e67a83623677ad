//! [`Origin`]: a source of images.

use std::sync::Arc;

use super::base::Base;
use super::credentials::Credentials;
use super::error::ConfigErrorKind;
use super::hosts::HostPattern;
use super::stamp::Stamp;
use crate::extend::Signer;

/// A server that provides images: a web server, or any of a list of hosts through a web proxy.
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
    /// Reported by [`EngineBuilder::build`](crate::EngineBuilder::build), which refuses an origin with errors.
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
    /// The base is trusted: it may be in a private network. A text that is not an absolute `http` or `https` URL, or
    /// that has user information, a query or a fragment, is refused by
    /// [`EngineBuilder::build`](crate::EngineBuilder::build) ([`ConfigErrorKind::BadUrl`]).
    #[must_use]
    pub fn new(base: &str) -> Self {
        Self::of(Base::new(base).map(Kind::Web))
    }

    /// Makes a web proxy: an asset's path is itself a URL, on one of these hosts. See [`HostPattern`].
    ///
    /// Hosts in private networks are refused whatever the list says; use [`Origin::new`] for them. An empty list is
    /// refused by [`EngineBuilder::build`](crate::EngineBuilder::build) ([`ConfigErrorKind::NoHosts`]): an open proxy
    /// must be deliberate. So is a text that is not a pattern ([`ConfigErrorKind::BadHostPattern`]).
    #[must_use]
    pub fn proxy<I: IntoIterator<Item: AsRef<str>>>(hosts: I) -> Self {
        let hosts: Result<Arc<[_]>, _> = hosts.into_iter().map(|host| host.as_ref().parse()).collect();
        Self::of(match hosts {
            Ok(hosts) if hosts.is_empty() => Err(ConfigErrorKind::NoHosts),
            hosts => hosts.map(Kind::Proxy),
        })
    }

    /// An origin that is refused becomes a proxy without hosts: it fetches nothing.
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

    /// Adds `Link: <...>; rel="canonical"` below this base to responses with images of this origin (documented:
    /// "Include canonical header"). The same rules apply as to the base of [`Origin::new`].
    #[must_use]
    pub fn canonical(mut self, base: &str) -> Self {
        match Base::new(base) {
            Ok(base) => self.canonical = Some(base),
            Err(error) => self.errors.push(error),
        }
        self
    }

    /// Sends the host of the image URL in `Host` instead of the base's host (documented: "Forward host header to
    /// origin"). The connection still goes to the base. Has no effect on a proxy.
    #[must_use]
    pub const fn forward_host(mut self, on: bool) -> Self {
        self.forward_host = on;
        self
    }

    /// Sends a header with every request to this origin, including requests for overlays and default images. It
    /// replaces a header of the same name that would be sent or that was set before. At most 32 headers.
    ///
    /// The header goes to this origin only: a redirect to another scheme, host or port drops it, and a redirect back
    /// sends it again (chosen). Its name and value are part of the names of stored files and of `ETag`s, because
    /// another tenant has other files.
    ///
    /// Headers that this crate manages are refused: `Host`, the marker
    /// ([`Settings::marker_name`](crate::Settings::marker_name), by
    /// [`EngineBuilder::build`](crate::EngineBuilder::build)), those of the connection and of a body, conditions,
    /// ranges and `Accept-Encoding`. So are `Authorization` and `Cookie`, for which there is [`Origin::secret_header`],
    /// and any header of a web proxy.
    ///
    /// ```
    /// let origin = originkit::Origin::new("https://media.example.com").header("x-tenant", "42");
    /// ```
    ///
    /// [`EngineBuilder::build`](crate::EngineBuilder::build) reports errors: [`ConfigErrorKind::BadHeader`],
    /// [`ConfigErrorKind::TooMany`], and [`ConfigErrorKind::ProxyCredentials`] for a web proxy.
    #[must_use]
    pub fn header(self, name: impl AsRef<str>, value: impl AsRef<[u8]>) -> Self {
        self.with_credentials(|credentials| credentials.set(name.as_ref(), value.as_ref(), false))
    }

    /// Sends a header as [`Origin::header`] does, with a secret value. The value is neither printed nor recorded by
    /// `tracing`, and it is marked [sensitive](http::HeaderValue::is_sensitive) for clients. It is not part of the
    /// names of stored files, not even as a hash (the hash of a short secret could be guessed).
    ///
    /// A store therefore stays valid when the secret changes, as it should when a token is renewed. If the new secret
    /// gives access to other files, change [`Settings::revision`](crate::Settings::revision). Two origins with the same
    /// base that differ only in a secret share their stored files: distinguish them by a plain header, or by the name
    /// of a signer.
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

    /// Signs every request to this origin, including redirects that stay with it; see [`Signer`]. The name represents
    /// the signer in names of stored files and in `ETag`s: use another name if the signer gives access to other files.
    ///
    /// [`EngineBuilder::build`](crate::EngineBuilder::build) reports errors: [`ConfigErrorKind::BadSigner`], and
    /// [`ConfigErrorKind::ProxyCredentials`] for a web proxy.
    #[must_use]
    pub fn signer(self, name: impl Into<String>, signer: impl Signer + 'static) -> Self {
        self.with_credentials(|credentials| credentials.set_signer(name.into(), Arc::new(signer)))
    }

    fn with_credentials(mut self, change: impl FnOnce(&mut Credentials) -> Result<(), ConfigErrorKind>) -> Self {
        // An origin with an invalid base is represented by a proxy, but was not meant as one.
        let changed = if self.is_proxy() && self.errors.is_empty() {
            Err(ConfigErrorKind::ProxyCredentials)
        } else {
            change(Arc::make_mut(&mut self.credentials))
        };
        self.errors.extend(changed.err());
        self
    }

    /// Returns its name, if it has one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(crate) const fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Returns the base of a web server.
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

    /// Adds its part of the stamp: the facts that decide which file it has for a path.
    pub(super) fn write_stamp(&self, stamp: &mut Stamp) {
        let Self {
            kind,
            credentials,
            // An engine has no origin with errors.
            errors: _,
            forward_host: _, // used below, as a proxy has none
            // For logs.
            name: _,
            // A link beside the image. It takes effect when the image is made or revalidated the next time.
            canonical: _,
        } = self;
        match kind {
            Kind::Web(base) => stamp.part("web", base.as_str()),
            Kind::Proxy(hosts) => {
                // The order of the list does not matter.
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
