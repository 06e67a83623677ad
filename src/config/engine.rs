//! [`Engine`]: the whole configuration, checked and shared.

use std::sync::Arc;

use super::access::Access;
use super::base::Base;
use super::endpoint::Endpoint;
#[cfg(feature = "signing")]
use super::endpoint::checked;
use super::error::ConfigError;
use super::named::Named;
use super::origin::Origin;
use super::settings::Settings;
use super::stamp;
use super::warning::Warning;
#[cfg(feature = "signing")]
use crate::address::SigningKey;
use crate::extend::Extensions;
use crate::limits::Limits;

/// An account: endpoints with their origins, stored transformations, settings and limits.
///
/// Cheap to clone; all clones share one configuration, which never changes.
///
/// ```
/// use originkit::{Endpoint, Engine, Origin};
/// use std::time::SystemTime;
///
/// let engine = Engine::builder()
///     .endpoint(Endpoint::new("https://img.example.com")?.origin(Origin::new("https://www.example.com/assets")?))
///     .named("thumb", "w-100,h-100")?
///     .build()?;
/// let request = http::Request::get("https://img.example.com/tr:n-thumb/shoe.jpg").body(())?;
/// let order = engine.resolve(&request, SystemTime::UNIX_EPOCH)?;
/// assert_eq!(order.transformation().to_string(), "w-100,h-100");
/// assert_eq!(order.attempts().next().unwrap().uri(), "https://www.example.com/assets/shoe.jpg");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Engine(Arc<Inner>);

#[derive(Debug, Clone, Default)]
struct Inner {
    endpoints: Vec<Endpoint>,
    named: Named,
    limits: Limits,
    settings: Settings,
    access: Access,
    extensions: Extensions,
    #[cfg(feature = "signing")]
    keys: Vec<SigningKey>,
    /// Stands for the settings in the names of kept pictures.
    stamp: String,
}

/// Puts an [`Engine`] together; made by [`Engine::builder`].
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct EngineBuilder(Inner);

impl Engine {
    /// Starts a configuration.
    pub fn builder() -> EngineBuilder {
        EngineBuilder::default()
    }

    /// What may be a mistake in the configuration; worth a line in a log at the start.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings: Vec<_> = self.named().warnings().collect();
        for endpoint in self.endpoints() {
            if endpoint.has_proxy() && !self.restricts_unsigned() {
                warnings.push(Warning::UnsignedProxy { endpoint: endpoint.base().to_owned() });
            }
            let bases = endpoint.origins().iter().filter_map(Origin::base);
            for base in
                bases.filter(|base| self.endpoints().iter().flat_map(Endpoint::bases).any(|own| own.holds(base)))
            {
                let (endpoint, origin) = (endpoint.base().to_owned(), base.as_str().to_owned());
                warnings.push(Warning::OwnOrigin { endpoint, origin });
            }
        }
        warnings
    }

    /// The bounds that apply.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// The settings that apply.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The endpoints, in the order in which they were added.
    #[must_use]
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.0.endpoints
    }

    /// What was registered.
    #[must_use]
    pub fn extensions(&self) -> &Extensions {
        &self.0.extensions
    }

    pub(crate) fn stamp(&self) -> &str {
        &self.0.stamp
    }

    pub(crate) fn access(&self) -> &Access {
        &self.0.access
    }

    pub(crate) fn named(&self) -> &Named {
        &self.0.named
    }

    /// The keys that open an endpoint: its own, or if it has none the engine's.
    #[cfg(feature = "signing")]
    pub(crate) fn keys<'a>(&'a self, endpoint: &'a Endpoint) -> &'a [SigningKey] {
        self.0.keys(endpoint)
    }

    #[cfg(feature = "signing")]
    pub(crate) fn restricts_unsigned(&self) -> bool {
        self.0.settings.restrict_unsigned
    }

    #[cfg(not(feature = "signing"))]
    #[expect(clippy::unused_self, reason = "with the feature it is a setting")]
    pub(crate) fn restricts_unsigned(&self) -> bool {
        false
    }

    /// The endpoint whose base matches most of a path, that base, and the rest of the path.
    pub(crate) fn find<'a>(&self, authority: &str, path: &'a str) -> Option<(&Endpoint, &Base, &'a str)> {
        self.0
            .endpoints
            .iter()
            .filter_map(|endpoint| endpoint.find(authority, path).map(|found| (endpoint, found)))
            .max_by_key(|(_, (_, matched, _))| *matched)
            .map(|(endpoint, (base, _, rest))| (endpoint, base, rest))
    }

    /// The endpoint that default images are looked up through (chosen): of those with a base above one of
    /// `endpoint`'s, the one with the shortest such base; `endpoint` itself where there is none.
    pub(crate) fn default_endpoint<'a>(&'a self, endpoint: &'a Endpoint) -> &'a Endpoint {
        let depth = |candidate: &Endpoint| {
            let is_above = |base: &&Base| endpoint.bases().iter().any(|own| base.holds(own) && !base.same_place(own));
            candidate.bases().iter().filter(is_above).map(|base| base.segments().count()).min()
        };
        let candidates = self.0.endpoints.iter().filter_map(|candidate| Some((depth(candidate)?, candidate)));
        candidates.min_by_key(|(depth, _)| *depth).map_or(endpoint, |(_, candidate)| candidate)
    }
}

#[cfg(feature = "signing")]
impl Inner {
    fn keys<'a>(&'a self, endpoint: &'a Endpoint) -> &'a [SigningKey] {
        if endpoint.keys().is_empty() { &self.keys } else { endpoint.keys() }
    }
}

impl EngineBuilder {
    /// Adds an endpoint.
    pub fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.0.endpoints.push(endpoint);
        self
    }

    /// Stores a transformation for `n-<name>`, read within the limits set so far.
    ///
    /// # Errors
    /// [`ConfigError::BadName`], [`ConfigError::DuplicateName`], [`ConfigError::BadTransformation`] and
    /// [`ConfigError::RecursiveName`].
    pub fn named(mut self, name: &str, transformation: &str) -> Result<Self, ConfigError> {
        self.0.named.insert(name, transformation, &self.0.limits)?;
        Ok(self)
    }

    /// Replaces the limits.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.0.limits = limits;
        self
    }

    /// Replaces the settings.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.0.settings = settings;
        self
    }

    /// Replaces the rules about who is refused; without them nobody is.
    pub fn access(mut self, access: Access) -> Self {
        self.0.access = access;
        self
    }

    /// Registers detectors, effects, fonts and decoders.
    pub fn extensions(mut self, extensions: Extensions) -> Self {
        self.0.extensions = extensions;
        self
    }

    /// Adds a key that signatures may be made with, for endpoints that have none of their own
    /// ([`Endpoint::signing_key`]); several serve to change keys without a gap. A text is a key for HMAC-SHA1, as
    /// ImageKit's are; see [`SigningKey::sha256`] for another.
    ///
    /// Without any key a signature in a URL cannot be checked, and is ignored.
    ///
    /// # Errors
    /// [`ConfigError::EmptyKey`].
    #[cfg(feature = "signing")]
    pub fn signing_key(mut self, key: impl Into<SigningKey>) -> Result<Self, ConfigError> {
        self.0.keys.push(checked(key.into())?);
        Ok(self)
    }

    /// Checks the whole.
    ///
    /// # Errors
    /// [`ConfigError::NoEndpoints`], [`ConfigError::NoOrigins`], [`ConfigError::DuplicateBase`],
    /// [`ConfigError::BadHeader`] for an origin with a header that is the marker, and [`ConfigError::NoKey`].
    pub fn build(mut self) -> Result<Engine, ConfigError> {
        if self.0.endpoints.is_empty() {
            return Err(ConfigError::NoEndpoints);
        }
        if let Some(endpoint) = self.0.endpoints.iter().find(|endpoint| endpoint.origins().is_empty()) {
            return Err(ConfigError::NoOrigins(endpoint.base().to_owned()));
        }
        let bases: Vec<&Base> = self.0.endpoints.iter().flat_map(Endpoint::bases).collect();
        for (at, base) in bases.iter().enumerate() {
            if bases.iter().take(at).any(|earlier| earlier.same_place(base)) {
                return Err(ConfigError::DuplicateBase(base.as_str().to_owned()));
            }
        }
        let marker = &self.0.settings.marker_name;
        if self.0.endpoints.iter().flat_map(Endpoint::origins).any(|origin| origin.credentials().has(marker)) {
            return Err(ConfigError::BadHeader { name: marker.to_string(), why: "it is the marker" });
        }
        #[cfg(feature = "signing")]
        if self.0.settings.restrict_unsigned && self.0.endpoints.iter().any(|it| self.0.keys(it).is_empty()) {
            return Err(ConfigError::NoKey);
        }
        self.0.stamp = stamp::of_engine(&self.0.settings, &self.0.limits);
        Ok(Engine(Arc::new(self.0)))
    }
}
