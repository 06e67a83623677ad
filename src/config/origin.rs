//! [`Origin`]: where pictures come from.

use std::sync::Arc;

use super::base::Base;
use super::error::ConfigError;
use super::hosts::HostPattern;
use super::stamp::Stamp;

/// A server that has pictures: a web server, or any of a list of hosts through a web proxy.
///
/// ```
/// use originkit::Origin;
/// let shop = Origin::new("https://shop.example.com/media/")?.named("shop").forward_host(true);
/// let links = Origin::new("https://www.example.com")?.canonical("https://www.example.com")?;
/// let proxy = Origin::proxy(["*.example.com", "example.org"])?;
/// assert!(Origin::proxy([] as [&str; 0]).is_err()); // an open proxy is never an accident
/// # Ok::<(), originkit::ConfigError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    name: Option<String>,
    kind: Kind,
    canonical: Option<Base>,
    forward_host: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The asset's path is appended to this base.
    Web(Base),
    /// The asset's path is a URL on one of these hosts.
    Proxy(Arc<[HostPattern]>),
}

impl Origin {
    /// A web server: an asset's path is appended to this base URL.
    ///
    /// The base is trusted: it may lie in a private network.
    ///
    /// # Errors
    /// [`ConfigError::BadUrl`].
    pub fn new(base: &str) -> Result<Self, ConfigError> {
        Ok(Self::of(Kind::Web(Base::new(base)?)))
    }

    /// A web proxy: an asset's path is itself a URL, on one of these hosts. See [`HostPattern`].
    ///
    /// Hosts in private networks are refused whatever the list says; use [`Origin::new`] for them.
    ///
    /// # Errors
    /// [`ConfigError::BadHostPattern`], and [`ConfigError::NoHosts`] for an empty list.
    pub fn proxy<I: IntoIterator<Item: AsRef<str>>>(hosts: I) -> Result<Self, ConfigError> {
        let hosts: Arc<[_]> = hosts.into_iter().map(|host| host.as_ref().parse()).collect::<Result<_, _>>()?;
        if hosts.is_empty() {
            return Err(ConfigError::NoHosts);
        }
        Ok(Self::of(Kind::Proxy(hosts)))
    }

    fn of(kind: Kind) -> Self {
        Self { name: None, kind, canonical: None, forward_host: false }
    }

    /// Gives it a name, for logs.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Pictures of this origin are answered with `Link: <...>; rel="canonical"` below this base
    /// (documented: "Include canonical header").
    ///
    /// # Errors
    /// [`ConfigError::BadUrl`].
    pub fn canonical(mut self, base: &str) -> Result<Self, ConfigError> {
        self.canonical = Some(Base::new(base)?);
        Ok(self)
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

    /// Adds its part in the names of what is made of its files: which one it has for a path.
    pub(super) fn write_stamp(&self, stamp: &mut Stamp) {
        let Self {
            kind,
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
    }
}
