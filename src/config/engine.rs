//! [`Engine`]: the whole configuration, checked and shared.

use std::sync::Arc;

use super::access::Access;
use super::base::Base;
use super::endpoint::Endpoint;
use super::error::{ConfigError, ConfigErrorKind, ConfigErrors};
use super::named::Named;
use super::origin::Origin;
use super::settings::Settings;
use super::stamp;
use super::warning::Warning;
#[cfg(feature = "signing")]
use crate::address::SigningKey;
use crate::address::{Start, Target, UrlBuilder, Writing};
use crate::extend::Extensions;
use crate::limits::Limits;

/// An account: endpoints with their origins, stored transformations, settings and limits.
///
/// Cheap to clone; all clones share one configuration, which never changes. An engine only exists once the whole
/// configuration has been checked; a builder cannot be used in its place:
///
/// ```compile_fail,E0599
/// let builder = originkit::Engine::builder();
/// builder.parse("https://img.example.com/a.jpg");
/// ```
///
/// ```
/// use originkit::{Endpoint, Engine, Origin};
/// use std::time::SystemTime;
///
/// let engine = Engine::builder()
///     .endpoint(Endpoint::new("https://img.example.com").origin(Origin::new("https://www.example.com/assets")))
///     .named("thumb", "w-100,h-100")
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
    /// The settings as text; part of the names of stored images.
    stamp: String,
    /// The context for building URLs.
    writing: Writing,
}

/// A builder of an [`Engine`]; made by [`Engine::builder`].
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct EngineBuilder {
    inner: Inner,
    /// Names and texts of the stored transformations.
    named: Vec<(String, String)>,
}

impl Engine {
    /// Starts a configuration.
    pub fn builder() -> EngineBuilder {
        EngineBuilder::default()
    }

    /// Returns the parts of the configuration that work but may be mistakes. Worth a log line each at startup.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings: Vec<_> = self.named().warnings().collect();
        let quality = self.settings().quality;
        if !(1..=100).contains(&quality) {
            warnings.push(Warning::Quality { quality });
        }
        if self.settings().avif_after_answer && !self.settings().avif {
            warnings.push(Warning::NoAvif);
        }
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

    /// Returns the limits.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Returns the settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Returns the endpoints, in the order in which they were added.
    #[must_use]
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.0.endpoints
    }

    /// Starts the URL of an asset, in the form that ImageKit's SDKs write; see [`Endpoint::url`]. A path is placed
    /// below the first endpoint; an absolute URL belongs to the endpoint whose base it is below.
    pub fn url(&self, path: &str) -> UrlBuilder {
        let target = Target::of_url(path);
        let found = target.and_then(|target| self.find(&target.normal_authority(), target.path));
        self.url_of(found.map(|(endpoint, ..)| endpoint).or(self.endpoints().first()), path)
    }

    /// Starts the URL of an asset below the endpoint with this base.
    ///
    /// ```
    /// use originkit::{Endpoint, Engine, Origin};
    /// let below = |base| Endpoint::new(base).origin(Origin::new("https://www.example.com"));
    /// let engine = Engine::builder().endpoint(below("https://a.example")).endpoint(below("https://b.example")).build()?;
    /// assert_eq!(engine.url_below("https://b.example", "x.jpg").build()?, "https://b.example/x.jpg");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn url_below(&self, base: &str, path: &str) -> UrlBuilder {
        let base = Base::new(base).ok();
        let has = |endpoint: &&Endpoint| {
            base.as_ref().is_some_and(|base| endpoint.bases().iter().any(|own| own.same_place(base)))
        };
        self.url_of(self.endpoints().iter().find(has), path)
    }

    fn url_of(&self, endpoint: Option<&Endpoint>, path: &str) -> UrlBuilder {
        let writing = self.0.writing.clone();
        match endpoint {
            Some(endpoint) => endpoint.url_with(path, writing),
            None => UrlBuilder::new(Start::Elsewhere, writing),
        }
    }

    /// Returns the registered extensions.
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

    /// Returns the keys that open an endpoint: those of the endpoint, or the engine's if the endpoint has none.
    #[cfg(feature = "signing")]
    pub(crate) fn keys<'a>(&'a self, endpoint: &'a Endpoint) -> &'a [SigningKey] {
        self.0.keys(endpoint)
    }

    pub(crate) fn restricts_unsigned(&self) -> bool {
        self.0.settings.restrict_unsigned
    }

    /// Returns the endpoint with the longest matching base, that base, and the rest of the path.
    pub(crate) fn find<'a>(&self, authority: &str, path: &'a str) -> Option<(&Endpoint, &Base, &'a str)> {
        self.0
            .endpoints
            .iter()
            .filter_map(|endpoint| endpoint.find(authority, path).map(|found| (endpoint, found)))
            .max_by_key(|(_, (_, matched, _))| *matched)
            .map(|(endpoint, (base, _, rest))| (endpoint, base, rest))
    }

    /// Returns the endpoint through which default images are looked up (chosen): of the endpoints with a base above one
    /// of `endpoint`'s bases, the one with the shortest such base; `endpoint` itself if there is none.
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
        self.inner.endpoints.push(endpoint);
        self
    }

    /// Stores a transformation for `n-<name>`. It is parsed within the engine's limits.
    pub fn named(mut self, name: &str, transformation: &str) -> Self {
        self.named.push((name.to_owned(), transformation.to_owned()));
        self
    }

    /// Replaces the limits.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.inner.limits = limits;
        self
    }

    /// Replaces the settings.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.inner.settings = settings;
        self
    }

    /// Replaces the access rules. Without rules every request passes.
    pub fn access(mut self, access: Access) -> Self {
        self.inner.access = access;
        self
    }

    /// Registers detectors, effects, fonts and decoders.
    pub fn extensions(mut self, extensions: Extensions) -> Self {
        self.inner.extensions = extensions;
        self
    }

    /// Adds a key that verifies signatures, for endpoints that have no keys ([`Endpoint::signing_key`]). Add several to
    /// rotate keys without a gap. A text is a key for HMAC-SHA1, as ImageKit's are; see [`SigningKey::sha256`] for
    /// HMAC-SHA256.
    ///
    /// Without any key a signature in a URL cannot be checked, and is ignored.
    #[cfg(feature = "signing")]
    pub fn signing_key(mut self, key: impl Into<SigningKey>) -> Self {
        self.inner.keys.push(key.into());
        self
    }

    /// Checks the configuration and builds the engine.
    ///
    /// # Errors
    /// Every error in endpoints, origins, stored transformations, keys, settings and access rules; see
    /// [`ConfigErrorKind`] for the list.
    pub fn build(self) -> Result<Engine, ConfigErrors> {
        let Self { mut inner, named } = self;
        let mut errors = Vec::new();
        inner.check_endpoints(&mut errors);
        for (name, text) in named {
            let stored = inner.named.insert(&name, &text, &inner.limits);
            errors.extend(at(&format!("stored transformation `{name}`"), stored.err()));
        }
        errors.extend(at("settings", inner.settings.errors()));
        errors.extend(at("access", std::mem::take(&mut inner.access.errors)));
        #[cfg(feature = "signing")]
        inner.check_keys(&mut errors);
        ConfigErrors::none(errors)?;

        inner.writing = Writing {
            names: Some(inner.named.names()),
            limits: inner.limits.clone(),
            #[cfg(feature = "signing")]
            key: inner.keys.first().cloned(),
        };
        inner.stamp = stamp::of_engine(&inner.settings, &inner.limits);
        Ok(Engine(Arc::new(inner)))
    }
}

impl Inner {
    fn check_endpoints(&self, errors: &mut Vec<ConfigError>) {
        if self.endpoints.is_empty() {
            errors.extend(at("endpoints", [ConfigErrorKind::NoEndpoints]));
        }
        let mut earlier: Vec<&Base> = Vec::new();
        for endpoint in &self.endpoints {
            let place = place(endpoint);
            errors.extend(at(&place, endpoint.errors.iter().cloned()));
            for base in endpoint.bases() {
                if earlier.iter().any(|earlier| earlier.same_place(base)) {
                    errors.extend(at(&place, [ConfigErrorKind::DuplicateBase(base.as_str().to_owned())]));
                }
                earlier.push(base);
            }
            if endpoint.origins().is_empty() {
                errors.extend(at(&place, [ConfigErrorKind::NoOrigins]));
            }
            for (number, origin) in endpoint.origins().iter().enumerate() {
                let place = format!("{place}, origin {}", number + 1);
                errors.extend(at(&place, origin.errors.iter().cloned()));
                let marker = &self.settings.marker_name;
                let is_marker = ConfigErrorKind::BadHeader { name: marker.to_string(), why: "it is the marker" };
                errors.extend(at(&place, origin.credentials().has(marker).then_some(is_marker)));
            }
        }
    }

    #[cfg(feature = "signing")]
    fn check_keys(&self, errors: &mut Vec<ConfigError>) {
        let empty = |keys: &[SigningKey]| keys.iter().any(SigningKey::is_empty).then_some(ConfigErrorKind::EmptyKey);
        errors.extend(at("signing key", empty(&self.keys)));
        for endpoint in &self.endpoints {
            errors.extend(at(&place(endpoint), empty(endpoint.keys())));
            if self.settings.restrict_unsigned && self.keys(endpoint).is_empty() {
                errors.extend(at(&place(endpoint), [ConfigErrorKind::NoKey]));
            }
        }
    }
}

fn place(endpoint: &Endpoint) -> String {
    format!("endpoint `{}`", endpoint.base())
}

/// Pairs these errors with a place.
fn at(place: &str, kinds: impl IntoIterator<Item = ConfigErrorKind>) -> Vec<ConfigError> {
    kinds.into_iter().map(|kind| ConfigError { place: place.to_owned(), kind }).collect()
}
