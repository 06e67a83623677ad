//! [`UrlBuilder`]: a builder of image URLs.
//!
//! For equal parameters it writes what ImageKit's JavaScript SDK writes, byte for byte:
//!
//! ```text
//! base [ "/ik-seo" ] [ "/tr:" transformation ] "/" path
//!     [ "?" your parameters [ "&tr=" transformation ] [ "&ik-t=" expiry ] [ "&ik-s=" signature ] ]
//! ```
//!
//! If the SDK's result would not be a URL, or would be a URL other than the intended one, the character in question is
//! percent-encoded, or the build is refused.

use std::sync::Arc;
#[cfg(feature = "signing")]
use std::time::SystemTime;

use url::form_urlencoded;

#[cfg(feature = "signing")]
use super::key::SigningKey;
use super::parts::SEO;
use crate::limits::Limits;
use crate::path::{AssetPath, PathError};
use crate::percent;
use crate::transform::{Name, ParseError, Transformation};

/// A builder of the URL of an asset; made by [`Engine::url`](crate::Engine::url) and
/// [`Endpoint::url`](crate::Endpoint::url).
///
/// ```
/// use originkit::Endpoint;
/// use originkit::transform::{Edit, Gravity};
/// let shop = Endpoint::new("https://ik.imagekit.io/shop");
/// let url = shop.url("shoes/red one.jpg").transformation(Edit::new().width(300).focus(Gravity::Top)).build()?;
/// assert_eq!(url, "https://ik.imagekit.io/shop/shoes/red%20one.jpg?tr=w-300,fo-top");
///
/// let url = shop.url("shoes/red.jpg").transformation_text("h-200,w-300").in_path().query("v", "2").build()?;
/// assert_eq!(url, "https://ik.imagekit.io/shop/tr:h-200,w-300/shoes/red.jpg?v=2");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct UrlBuilder {
    start: Start,
    /// The transformation, percent-encoded as far as its author encoded it.
    text: Result<String, BuildError>,
    in_path: bool,
    /// Parameters, percent-encoded, in order.
    parameters: Vec<Parameter>,
    seo: Option<String>,
    named: Option<String>,
    #[cfg(feature = "signing")]
    expires: Option<u64>,
    writing: Writing,
}

/// The configuration that building URLs depends on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Writing {
    /// Names of stored transformations; `None` if they are unknown.
    pub(crate) names: Option<Arc<[Name]>>,
    pub(crate) limits: Limits,
    /// The key for signatures.
    #[cfg(feature = "signing")]
    pub(crate) key: Option<SigningKey>,
}

/// The start of the URL.
#[derive(Debug, Clone)]
pub(crate) enum Start {
    /// A path below a base.
    Path { base: String, path: String },
    /// A URL below a base, unchanged, with its query separate.
    Url { base: String, url: String, query: String },
    /// A URL that is not below the endpoint.
    Elsewhere,
    /// The endpoint's base is not a URL.
    NoBase,
}

#[derive(Debug, Clone)]
enum Parameter {
    /// Written as in HTML forms: spaces as `+`.
    Form(String, String),
    /// Written unchanged.
    Encoded(String),
}

/// The reason why a URL cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The path is not valid for an origin.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A name for search engines cannot replace the file name: the path has no extension, the name is empty, or the URL
    /// is absolute.
    #[error("only a path with an extension can be given a name for search engines")]
    Seo,
    /// The transformation's text is malformed.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// A transformation that was built in code cannot be written, for example one with a width of zero.
    #[error("the transformation cannot be written: `{0}` is read as another one")]
    Unwritable(String),
    /// The URL is absolute, and not below the endpoint.
    #[error("the URL does not lie below the endpoint")]
    Elsewhere,
    /// The base of the endpoint is not a URL.
    #[error("the base of the endpoint is no URL")]
    Base,
    /// A name has characters other than letters, digits, `_` and `-`, or no transformation is stored under it.
    #[error("no transformation is stored as `{0}`")]
    Name(String),
    /// There is no key to sign with, neither for the endpoint nor for its engine.
    #[error("there is no key to sign with")]
    NoKey,
    /// An expiry has no effect without a signature.
    #[error("a URL that expires must be signed")]
    Unsigned,
}

impl UrlBuilder {
    pub(crate) const fn new(start: Start, writing: Writing) -> Self {
        Self {
            start,
            text: Ok(String::new()),
            in_path: false,
            parameters: Vec::new(),
            seo: None,
            named: None,
            #[cfg(feature = "signing")]
            expires: None,
            writing,
        }
    }

    /// Applies a stored transformation before the other parameters: `n-thumb`.
    ///
    /// ```
    /// use originkit::{Endpoint, Engine, Origin};
    /// let shop = Endpoint::new("https://img.example.com").origin(Origin::new("https://www.example.com"));
    /// let engine = Engine::builder().endpoint(shop).named("thumb", "w-200,h-200").build()?;
    /// let url = engine.url("shoe.jpg").named("thumb").build()?;
    /// assert_eq!(url, "https://img.example.com/shoe.jpg?tr=n-thumb");
    /// assert!(engine.url("shoe.jpg").named("thmub").build().is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn named(mut self, name: &str) -> Self {
        self.named = Some(name.to_owned());
        self
    }

    /// Sets the transformation, which is written in canonical form.
    pub fn transformation(mut self, transformation: impl Into<Transformation>) -> Self {
        let transformation = transformation.into();
        let text = transformation.to_string();
        self.text = match Transformation::parse(&text, &self.writing.limits) {
            Ok(read) if read.transformation == transformation && read.ignored.is_empty() => Ok(text),
            Ok(_) => Err(BuildError::Unwritable(text)),
            Err(error) => Err(error.into()),
        };
        self
    }

    /// Sets the transformation as text, which is written unchanged: `h-200,w-300`. Text values must already be
    /// percent-encoded; characters that a URL cannot hold at their position are encoded here.
    pub fn transformation_text(mut self, text: &str) -> Self {
        self.text = match Transformation::parse(text, &self.writing.limits) {
            Ok(_) => Ok(text.strip_prefix("tr:").unwrap_or(text).to_owned()),
            Err(error) => Err(error.into()),
        };
        self
    }

    /// Writes the transformation into the path, as `/tr:w-300/`, where it takes precedence over one in the query. By
    /// default it is written into the query, as the SDKs do. An absolute URL always has it in the query.
    pub const fn in_path(mut self) -> Self {
        self.in_path = true;
        self
    }

    /// Adds a parameter to the query, written as in HTML forms.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.parameters.push(Parameter::Form(name.to_owned(), value.to_owned()));
        self
    }

    /// Requests that the image is saved under this name instead of shown; an empty name keeps that of the asset.
    pub fn attachment(mut self, name: &str) -> Self {
        self.parameters.push(Parameter::Encoded("ik-attachment=true".to_owned()));
        if !name.is_empty() {
            let name = percent::encode(name, percent::FORM);
            self.parameters.push(Parameter::Encoded(format!("ik-attachment-filename={name}")));
        }
        self
    }

    /// Shows this name, without extension, to search engines instead of the file name.
    pub fn seo(mut self, name: &str) -> Self {
        self.seo = Some(name.to_owned());
        self
    }

    /// Sets the expiry of the signature, in seconds since 1970.
    #[cfg(feature = "signing")]
    pub const fn expires(mut self, second: u64) -> Self {
        self.expires = Some(second);
        self
    }

    /// Sets the expiry of the signature.
    #[cfg(feature = "signing")]
    pub fn expires_at(self, time: SystemTime) -> Self {
        self.expires(time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs()))
    }

    /// Returns the URL, unsigned.
    ///
    /// # Errors
    /// See [`BuildError`].
    pub fn build(self) -> Result<String, BuildError> {
        #[cfg(feature = "signing")]
        if self.expires.is_some() {
            return Err(BuildError::Unsigned);
        }
        self.unsigned().map(|(url, _)| url)
    }

    /// Returns the URL, signed with the first key of the endpoint, or of its engine if the endpoint has none.
    ///
    /// ```
    /// use originkit::Endpoint;
    /// let shop = Endpoint::new("https://ik.imagekit.io/shop").signing_key("private_key_test");
    /// let url = shop.url("a.jpg").expires(1_700_000_000).sign()?;
    /// let signature = "e751ec1a8a9950c07247a69d06af248b927e74a7";
    /// assert_eq!(url, format!("https://ik.imagekit.io/shop/a.jpg?ik-t=1700000000&ik-s={signature}"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// See [`BuildError`].
    #[cfg(feature = "signing")]
    pub fn sign(self) -> Result<String, BuildError> {
        let (expires, key) = (self.expires, self.writing.key.clone());
        let (url, base) = self.unsigned()?;
        Ok(key.ok_or(BuildError::NoKey)?.sign_url(&url, &base, expires))
    }

    /// Returns the URL, and the base that it is below.
    fn unsigned(self) -> Result<(String, String), BuildError> {
        let text = match (self.named, self.text?) {
            (None, text) => text,
            (Some(name), text) => {
                let unknown = |name: &Name| self.writing.names.as_ref().is_some_and(|names| !names.contains(name));
                let Some(name) = Name::new(&name).filter(|name| !unknown(name)) else {
                    return Err(BuildError::Name(name));
                };
                format!("n-{name}{}{text}", if text.is_empty() { "" } else { ":" })
            }
        };
        let (base, front, mut query, in_path) = match self.start {
            Start::Elsewhere => return Err(BuildError::Elsewhere),
            Start::NoBase => return Err(BuildError::Base),
            Start::Url { .. } if self.seo.is_some() => return Err(BuildError::Seo),
            // An absolute URL is not changed.
            Start::Url { base, url, query } => (base, url, query, false),
            Start::Path { base, path } => {
                let mut segments = vec![base.clone()];
                let path = match &self.seo {
                    None => path,
                    Some(name) => {
                        segments.push(SEO.to_owned());
                        renamed(&path, name)?
                    }
                };
                if self.in_path && !text.is_empty() {
                    segments.push(format!("tr:{}", percent::encode(&text, percent::SEGMENT)));
                }
                // The SDK joins with one slash, and merges repeated slashes.
                let path = percent::encode(&path, percent::PATH).to_string();
                let parts: Vec<_> = path.split('/').filter(|segment| !segment.is_empty()).collect();
                segments.push(AssetPath::from_encoded(&parts.join("/"))?.as_str().to_owned());
                let end = if path.ends_with('/') { "/" } else { "" };
                (base, segments.join("/") + end, String::new(), self.in_path)
            }
        };
        if !query.is_empty() && self.parameters.iter().any(|it| matches!(it, Parameter::Form(..))) {
            // The existing query is serialised again, as by the SDK.
            let pairs = form_urlencoded::parse(query.as_bytes());
            query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        }
        for parameter in self.parameters {
            match parameter {
                Parameter::Encoded(parameter) => append(&mut query, &parameter),
                Parameter::Form(name, value) => {
                    let mut form = form_urlencoded::Serializer::new(String::new());
                    append(&mut query, &form.append_pair(&name, &value).finish());
                }
            }
        }
        if !text.is_empty() && !in_path {
            append(&mut query, &format!("tr={}", percent::encode(&text, percent::QUERY)));
        }
        let url = if query.is_empty() { front } else { format!("{front}?{query}") };
        Ok((url, base))
    }
}

fn append(query: &mut String, parameter: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    query.push_str(parameter);
}

/// Renames `folder/photo.jpg` to `folder/photo/name.jpg`, which is read as the former.
fn renamed(path: &str, name: &str) -> Result<String, BuildError> {
    let (stem, extension) = path.trim_end_matches('/').rsplit_once('.').ok_or(BuildError::Seo)?;
    let fine = !extension.contains('/') && !stem.is_empty() && !stem.ends_with('/') && !name.is_empty();
    // A slash in the name would change the path.
    let name = name.replace('%', "%25").replace('/', "%2F");
    if fine && !extension.is_empty() { Ok(format!("{stem}/{name}.{extension}")) } else { Err(BuildError::Seo) }
}
