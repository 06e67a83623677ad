//! [`Endpoint`]: a URL prefix, and the origins behind it.

use super::base::Base;
use super::error::ConfigError;
use super::origin::Origin;
use super::stamp::Stamp;
#[cfg(feature = "signing")]
use crate::address::SigningKey;
use crate::address::{Start, Target, UrlBuilder};
use crate::dialect::Dialect;

/// A URL-endpoint: the front of the image URLs it serves, and the origins it asks, in order.
///
/// ```
/// use originkit::{Endpoint, Origin};
/// let endpoint = Endpoint::new("https://ik.imagekit.io/demo")?
///     .also("https://images.example.com")? // a custom domain for the same
///     .origin(Origin::new("https://www.example.com")?)
///     .origin(Origin::new("https://backup.example.net")?);
/// let url = endpoint.parse("https://images.example.com/tr:w-200/folder/a.jpg?v=2")?;
/// assert_eq!(url.path(), "folder/a.jpg");
/// assert_eq!(url.transformation().to_string(), "w-200");
/// assert_eq!(url.query(), Some("v=2"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Never empty: the first is the one it is called by.
    bases: Vec<Base>,
    origins: Vec<Origin>,
    strict: bool,
    reports: bool,
    dialect: Option<Dialect>,
    name: String,
    /// None: the engine's count.
    #[cfg(feature = "signing")]
    keys: Vec<SigningKey>,
    /// Stands for the origins in the names of kept pictures.
    stamp: String,
}

impl Endpoint {
    /// An endpoint at this base URL: host, and account and identifier where there are any. The scheme
    /// takes no part in matching (chosen).
    ///
    /// # Errors
    /// [`ConfigError::BadUrl`].
    pub fn new(base: &str) -> Result<Self, ConfigError> {
        let base = Base::new(base)?;
        Ok(Self {
            name: base.as_str().to_owned(),
            bases: vec![base],
            origins: Vec::new(),
            strict: false,
            reports: false,
            dialect: None,
            #[cfg(feature = "signing")]
            keys: Vec::new(),
            stamp: String::new(),
        })
    }

    /// One more base under which it is reached, such as a custom domain.
    ///
    /// # Errors
    /// [`ConfigError::BadUrl`].
    pub fn also(mut self, base: &str) -> Result<Self, ConfigError> {
        self.bases.push(Base::new(base)?);
        Ok(self)
    }

    /// Adds an origin behind those it has.
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

    /// Sends the tokens that are ignored, and what was probably meant, in a header `ik-ignored` beside each image
    /// (chosen: off). For development: whoever writes the URLs sees them without a log.
    ///
    /// ```
    /// use originkit::Endpoint;
    /// let endpoint = Endpoint::new("https://img.example.com")?.report_ignored(true);
    /// let url = endpoint.parse("https://img.example.com/tr:width-300/a.jpg")?;
    /// assert_eq!(url.ignored()[0].meant.as_deref(), Some("w-300"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn report_ignored(mut self, on: bool) -> Self {
        self.reports = on;
        self
    }

    /// Reads another service's URLs too (documented: URL rewriters). A native transformation in a URL wins over what
    /// the dialect would read (chosen).
    ///
    /// ```
    /// use originkit::{Dialect, Endpoint};
    /// let old = Endpoint::new("https://ik.imagekit.io/shop")?.dialect(Dialect::cloudinary());
    /// let url = old.parse("https://ik.imagekit.io/shop/image/upload/c_fill,w_300/e_sepia/shoes/red.jpg")?;
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

    /// Adds a key of its own; several serve to change keys without a gap. An endpoint that has one accepts signatures by
    /// its own keys only, and they open no other endpoint; one without goes by [`EngineBuilder::signing_key`]. A text is
    /// a key for HMAC-SHA1, as ImageKit's are.
    ///
    /// ```
    /// use originkit::{Endpoint, Engine, Origin};
    /// use std::time::SystemTime;
    /// let origin = || Origin::new("https://www.example.com");
    /// let red = Endpoint::new("https://img.example.com/red")?.origin(origin()?).signing_key("red's")?;
    /// let blue = Endpoint::new("https://img.example.com/blue")?.origin(origin()?).signing_key("blue's")?;
    /// let url = red.url("a.jpg").sign("red's")?;
    /// let engine = Engine::builder().endpoint(red).endpoint(blue).build()?;
    /// let get = |url: &str| http::Request::get(url).body(()).map(|request| engine.resolve(&request, SystemTime::now()));
    /// assert!(get(&url)?.is_ok());
    /// assert!(get(&url.replace("/red/", "/blue/"))?.is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ConfigError::EmptyKey`].
    ///
    /// [`EngineBuilder::signing_key`]: crate::EngineBuilder::signing_key
    #[cfg(feature = "signing")]
    pub fn signing_key(mut self, key: impl Into<SigningKey>) -> Result<Self, ConfigError> {
        self.keys.push(checked(key.into())?);
        Ok(self)
    }

    /// Its first base URL, without a slash at the end; it is called by this.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.name
    }

    /// The origins, in the order in which they are asked.
    #[must_use]
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// Starts the URL of an asset below this endpoint, as ImageKit's SDKs write it.
    ///
    /// What no URL can hold is percent-encoded in the path, and what is encoded already stays so: a file's `%` is
    /// written `%25`. An absolute URL is taken as it is, if it lies below the endpoint.
    ///
    /// ```
    /// use originkit::Endpoint;
    /// let shop = Endpoint::new("https://ik.imagekit.io/shop")?;
    /// assert_eq!(shop.url("/shoes/red one.jpg").build()?, "https://ik.imagekit.io/shop/shoes/red%20one.jpg");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn url(&self, path: &str) -> UrlBuilder {
        UrlBuilder::new(if path.starts_with("http://") || path.starts_with("https://") {
            self.start_of(path).unwrap_or(Start::Elsewhere)
        } else {
            Start::Path { base: self.base().to_owned(), path: path.to_owned() }
        })
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

    /// Its part in the names of what is made of its files: another list of origins has other files.
    pub(crate) fn stamp(&self) -> &str {
        &self.stamp
    }

    fn own_stamp(&self) -> String {
        let Self {
            origins,
            // In the cache key stand the first base, and what the dialect makes of a URL.
            bases: _,
            name: _,
            dialect: _,
            // Who is refused, and what is told besides.
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

    /// The base that matches most of a path, how many segments it matched, and what is left.
    pub(crate) fn find<'a>(&self, authority: &str, path: &'a str) -> Option<(&Base, usize, &'a str)> {
        self.bases
            .iter()
            .filter(|base| base.authority() == authority)
            .filter_map(|base| base.strip(path).map(|(matched, rest)| (base, matched, rest)))
            .max_by_key(|(_, matched, _)| *matched)
    }
}

/// Passes a key that is not empty.
///
/// # Errors
/// [`ConfigError::EmptyKey`].
#[cfg(feature = "signing")]
pub(super) fn checked(key: SigningKey) -> Result<SigningKey, ConfigError> {
    if key.is_empty() { Err(ConfigError::EmptyKey) } else { Ok(key) }
}
