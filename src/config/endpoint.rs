//! [`Endpoint`]: a URL prefix with its origins.

use super::base::Base;
use super::error::ConfigErrorKind;
use super::origin::Origin;
use super::stamp::Stamp;
#[cfg(feature = "signing")]
use crate::address::SigningKey;
use crate::address::{Start, Target, UrlBuilder, Writing};
use crate::dialect::Dialect;

/// A URL-endpoint: the prefix of the image URLs that it serves, and the origins that it tries, in order.
///
/// ```
/// use originkit::{Endpoint, Engine, Origin};
/// let endpoint = Endpoint::new("https://ik.imagekit.io/demo")
///     .also("https://images.example.com") // a custom domain for the same endpoint
///     .origin(Origin::new("https://www.example.com"))
///     .origin(Origin::new("https://backup.example.net"));
/// let engine = Engine::builder().endpoint(endpoint).build()?;
/// let url = engine.parse("https://images.example.com/tr:w-200/folder/a.jpg?v=2")?;
/// assert_eq!(url.path(), "folder/a.jpg");
/// assert_eq!(url.transformation().to_string(), "w-200");
/// assert_eq!(url.query(), Some("v=2"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The first one names the endpoint. Empty only if there are errors.
    bases: Vec<Base>,
    origins: Vec<Origin>,
    strict: bool,
    reports: bool,
    dialect: Option<Dialect>,
    name: String,
    /// Empty: the engine's keys apply.
    #[cfg(feature = "signing")]
    keys: Vec<SigningKey>,
    /// The origins as text; part of the names of stored images.
    stamp: String,
    /// Reported by [`EngineBuilder::build`](crate::EngineBuilder::build), which refuses an endpoint with errors.
    pub(super) errors: Vec<ConfigErrorKind>,
}

impl Endpoint {
    /// Makes an endpoint at this base URL: the host, followed by the account and the identifier if there are any. The
    /// scheme is ignored in matching (chosen).
    ///
    /// A text that is not an absolute `http` or `https` URL, or that has user information, a query or a fragment, is
    /// refused by [`EngineBuilder::build`](crate::EngineBuilder::build) ([`ConfigErrorKind::BadUrl`]).
    #[must_use]
    pub fn new(base: &str) -> Self {
        let endpoint = Self {
            name: base.to_owned(),
            bases: Vec::new(),
            origins: Vec::new(),
            strict: false,
            reports: false,
            dialect: None,
            #[cfg(feature = "signing")]
            keys: Vec::new(),
            stamp: String::new(),
            errors: Vec::new(),
        };
        let endpoint = endpoint.also(base);
        match endpoint.bases.first() {
            Some(base) => Self { name: base.as_str().to_owned(), ..endpoint },
            None => endpoint,
        }
    }

    /// Adds another base at which the endpoint is reached, such as a custom domain.
    #[must_use]
    pub fn also(mut self, base: &str) -> Self {
        match Base::new(base) {
            Ok(base) => self.bases.push(base),
            Err(error) => self.errors.push(error),
        }
        self
    }

    /// Appends an origin.
    #[must_use]
    pub fn origin(mut self, origin: Origin) -> Self {
        self.origins.push(origin);
        self.stamp = self.own_stamp();
        self
    }

    /// Refuses tokens that would otherwise be ignored.
    #[must_use]
    pub const fn strict(mut self, on: bool) -> Self {
        self.strict = on;
        self
    }

    /// Sends the ignored tokens, and what was probably meant, in a header `ik-ignored` beside each image (chosen: off).
    /// For development: the authors of URLs see them without access to a log.
    ///
    /// ```
    /// use originkit::{Endpoint, Engine, Origin};
    /// let endpoint = Endpoint::new("https://img.example.com").origin(Origin::new("https://www.example.com"));
    /// let engine = Engine::builder().endpoint(endpoint.report_ignored(true)).build()?;
    /// let url = engine.parse("https://img.example.com/tr:width-300/a.jpg")?;
    /// assert_eq!(url.ignored()[0].meant.as_deref(), Some("w-300"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn report_ignored(mut self, on: bool) -> Self {
        self.reports = on;
        self
    }

    /// Reads another service's URLs too (documented: URL rewriters). A native transformation in a URL takes precedence
    /// over the one that the dialect would read (chosen).
    ///
    /// ```
    /// use originkit::{Dialect, Endpoint, Engine, Origin};
    /// let old = Endpoint::new("https://ik.imagekit.io/shop").origin(Origin::new("https://www.example.com"));
    /// let engine = Engine::builder().endpoint(old.dialect(Dialect::cloudinary())).build()?;
    /// let url = engine.parse("https://ik.imagekit.io/shop/image/upload/c_fill,w_300/e_sepia/shoes/red.jpg")?;
    /// assert_eq!(url.transformation_text(), Some("c-maintain_ratio,w-300"));
    /// assert_eq!(url.path(), "shoes/red.jpg");
    /// assert_eq!(url.ignored()[0].token, "e_sepia");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = Some(dialect);
        self
    }

    /// Adds a key for this endpoint; add several to rotate keys without a gap. An endpoint that has keys accepts
    /// signatures made with these only, and they open no other endpoint. An endpoint without keys uses those of
    /// [`EngineBuilder::signing_key`]. A text is a key for HMAC-SHA1, as ImageKit's are.
    ///
    /// ```
    /// use originkit::{Endpoint, Engine, Origin};
    /// use std::time::SystemTime;
    /// let origin = || Origin::new("https://www.example.com");
    /// let red = Endpoint::new("https://img.example.com/red").origin(origin()).signing_key("red's");
    /// let blue = Endpoint::new("https://img.example.com/blue").origin(origin()).signing_key("blue's");
    /// let url = red.url("a.jpg").sign()?;
    /// let engine = Engine::builder().endpoint(red).endpoint(blue).build()?;
    /// let get = |url: &str| http::Request::get(url).body(()).map(|request| engine.resolve(&request, SystemTime::now()));
    /// assert!(get(&url)?.is_ok());
    /// assert!(get(&url.replace("/red/", "/blue/"))?.is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// An empty key is refused by [`EngineBuilder::build`](crate::EngineBuilder::build).
    ///
    /// [`EngineBuilder::signing_key`]: crate::EngineBuilder::signing_key
    #[cfg(feature = "signing")]
    #[must_use]
    pub fn signing_key(mut self, key: impl Into<SigningKey>) -> Self {
        self.keys.push(key.into());
        self
    }

    /// Returns its first base URL, without a slash at the end. The endpoint is named by it.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.name
    }

    /// Returns the origins, in the order in which they are tried.
    #[must_use]
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// Starts the URL of an asset below this endpoint, in the form that ImageKit's SDKs write.
    ///
    /// Characters that a URL cannot hold are percent-encoded in the path, and existing escapes are kept: the `%` of a
    /// file name is written `%25`. An absolute URL is used unchanged if it is below the endpoint.
    ///
    /// This is for programs that only write URLs. [`Engine::url`](crate::Engine::url) also knows stored
    /// transformations, limits and the engine's keys.
    ///
    /// ```
    /// use originkit::Endpoint;
    /// let shop = Endpoint::new("https://ik.imagekit.io/shop");
    /// assert_eq!(shop.url("/shoes/red one.jpg").build()?, "https://ik.imagekit.io/shop/shoes/red%20one.jpg");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn url(&self, path: &str) -> UrlBuilder {
        self.url_with(path, Writing::default())
    }

    #[cfg_attr(not(feature = "signing"), expect(unused_mut, reason = "with the feature there are keys"))]
    pub(super) fn url_with(&self, path: &str, mut writing: Writing) -> UrlBuilder {
        let start = match self.bases.first() {
            None => Start::NoBase,
            Some(_) if path.starts_with("http://") || path.starts_with("https://") => {
                self.start_of(path).unwrap_or(Start::Elsewhere)
            }
            Some(base) => Start::Path { base: base.as_str().to_owned(), path: path.to_owned() },
        };
        #[cfg(feature = "signing")]
        if let Some(own) = self.keys.first() {
            writing.key = Some(own.clone());
        }
        UrlBuilder::new(start, writing)
    }

    fn start_of(&self, url: &str) -> Option<Start> {
        let mut url = url::Url::parse(url).ok()?;
        url.set_fragment(None);
        let query = url.query().unwrap_or_default().to_owned();
        url.set_query(None);
        let target = Target::of_url(url.as_str())?;
        let (_, _, rest) = self.find(&target.normal_authority(), target.path)?;
        let base = url.as_str().strip_suffix(rest)?.to_owned();
        Some(Start::Url { base, url: url.into(), query })
    }

    /// Returns its part of the names of stored images: another list of origins has other files.
    pub(crate) fn stamp(&self) -> &str {
        &self.stamp
    }

    fn own_stamp(&self) -> String {
        let Self {
            origins,
            // An engine has no endpoint with errors.
            errors: _,
            // The cache key holds the first base, and the transformation that the dialect reads from a URL.
            bases: _,
            name: _,
            dialect: _,
            // These decide what is refused and what is reported, not what is served.
            strict: _,
            reports: _,
            #[cfg(feature = "signing")]
                keys: _,
            stamp: _,
        } = self;
        let mut stamp = Stamp::default();
        origins.iter().for_each(|origin| origin.write_stamp(&mut stamp));
        stamp.into_text()
    }

    #[cfg(feature = "signing")]
    pub(crate) fn keys(&self) -> &[SigningKey] {
        &self.keys
    }

    pub(crate) fn bases(&self) -> &[Base] {
        &self.bases
    }

    pub(crate) const fn is_strict(&self) -> bool {
        self.strict
    }

    pub(crate) const fn reports_ignored(&self) -> bool {
        self.reports
    }

    pub(crate) const fn reads(&self) -> Option<Dialect> {
        self.dialect
    }

    pub(crate) fn has_proxy(&self) -> bool {
        self.origins.iter().any(Origin::is_proxy)
    }

    /// Returns the longest matching base, the number of segments that matched, and the rest of the path.
    pub(crate) fn find<'a>(&self, authority: &str, path: &'a str) -> Option<(&Base, usize, &'a str)> {
        self.bases
            .iter()
            .filter(|base| base.authority() == authority)
            .filter_map(|base| base.strip(path).map(|(matched, rest)| (base, matched, rest)))
            .max_by_key(|(_, matched, _)| *matched)
    }
}
