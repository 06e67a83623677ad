//! [`DeliveryUrl`]: a parsed image URL. It knows nothing of origins and fetches nothing.
//!
//! ```text
//! endpoint [ "/ik-seo" ] *( "/tr:" transformation ) "/" path [ "/ik-thumbnail.jpg" ] [ "?" query ]
//! ```
//!
//! An endpoint may have a [`Dialect`](crate::Dialect). Segments in front of the path, or parameters of the query, may
//! then give the transformation, unless a native one does.
//!
//! # Laws
//!
//! 1. The path and the remaining query keep their encoding byte for byte.
//! 2. The path is a validated [`AssetPath`]: joined to a base it stays below it.
//! 3. A transformation in the path takes precedence over one in the query (chosen).

mod build;
mod error;
#[cfg(feature = "signing")]
mod key;
mod params;
mod parts;
#[cfg(feature = "signing")]
mod signature;
mod target;
mod unread;

use std::fmt;

pub use self::build::{BuildError, UrlBuilder};
pub(crate) use self::build::{Start, Writing};
pub use self::error::UrlError;
#[cfg(feature = "signing")]
pub use self::key::SigningKey;
pub(crate) use self::params::Params;
pub(crate) use self::parts::is_url;
#[cfg(feature = "signing")]
pub use self::signature::SignatureError;
#[cfg(feature = "signing")]
pub(crate) use self::signature::{Signature, verify};
pub(crate) use self::target::{Below, Target, check_length};

use self::unread::Unread;
use crate::dialect::{Foreign, Token};
use crate::limits::Limits;
use crate::path::AssetPath;
use crate::transform::{Ignored, ParseError, ParseErrorKind, Reason, Transformation};

/// A parsed image URL: the asset, and its transformation.
///
/// Made by [`Engine::parse`](crate::Engine::parse). Prints the path and query that it was parsed from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryUrl {
    /// Path and query as sent.
    raw: String,
    /// The endpoint's base that matched.
    base: String,
    /// The host at which the endpoint was reached, with the port unless it is the scheme's default port.
    authority: String,
    transformation: Transformation,
    /// The text of the transformation; with a dialect, the translated text.
    text: Option<String>,
    /// Tokens without effect, starting with those of the effective transformation.
    ignored: Vec<Ignored>,
    /// The number of tokens in `ignored` that belong to the effective transformation.
    in_force: usize,
    path: AssetPath,
    thumbnail: bool,
    params: Params,
}

impl DeliveryUrl {
    /// Returns the base URL of its endpoint, without a slash at the end.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Returns the asset's path, percent-encoded as it was sent.
    #[must_use]
    pub fn path(&self) -> &str {
        self.path.as_str()
    }

    /// Returns the transformation, with names replaced by their stored transformations.
    #[must_use]
    pub fn transformation(&self) -> &Transformation {
        &self.transformation
    }

    /// Replaces the transformation by one with expanded names.
    pub(crate) fn expanded(self, transformation: Transformation) -> Self {
        Self { transformation, ..self }
    }

    /// Returns the transformation as written, percent-decoded, or translated from the endpoint's dialect; `None` if
    /// there is none.
    #[must_use]
    pub fn transformation_text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// Returns the tokens that have no effect: of the transformation; of the endpoint's dialect, also if a part of a
    /// token is lost or if a native transformation overrides all of them; of a transformation in the query, if one in
    /// the path overrides it; and transformations at positions where they are not read (`?tr:w-200`, `a.jpg/tr:w-200`).
    #[must_use]
    pub fn ignored(&self) -> &[Ignored] {
        &self.ignored
    }

    /// Returns the ignored tokens of the effective transformation.
    pub(crate) fn ignored_in_force(&self) -> &[Ignored] {
        self.ignored.get(..self.in_force).unwrap_or_default()
    }

    /// Returns `true` if the path ended in `ik-thumbnail.jpg`, which requests a still image of a document or an
    /// animation.
    #[must_use]
    pub const fn is_thumbnail(&self) -> bool {
        self.thumbnail
    }

    /// Returns the names of the query parameters that have a meaning here, such as `tr` and `ik-attachment`.
    #[must_use]
    pub const fn query_parameters() -> &'static [&'static str] {
        Params::NAMES
    }

    /// Returns the part of the query that goes to the origin, in its order and encoding.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.params.rest.as_deref()
    }

    /// Returns `true` if the URL has `ik-attachment=true`: the image is to be saved instead of shown.
    #[must_use]
    pub const fn is_attachment(&self) -> bool {
        self.params.attachment
    }

    /// Returns the value of `ik-attachment-filename`, the file name; it is used for attachments only.
    #[must_use]
    pub fn attachment_filename(&self) -> Option<&str> {
        self.params.attachment_filename.as_deref()
    }

    /// Returns the value of `ik-sanitizeSvg`: whether an SVG is to be sanitised. `None`: the settings decide.
    #[must_use]
    pub const fn sanitizes_svg(&self) -> Option<bool> {
        self.params.sanitize_svg
    }

    /// Returns the value of `ik-s`, unverified.
    #[must_use]
    pub fn signature(&self) -> Option<&str> {
        self.params.signature.as_deref()
    }

    /// Returns the value of `ik-t`, unverified: the expiry in seconds since 1970.
    #[must_use]
    pub fn expires(&self) -> Option<&str> {
        self.params.expires.as_deref()
    }

    /// Refuses tokens without effect.
    pub(crate) fn check_strictly(&self) -> Result<(), ParseError> {
        let Some(first) = self.ignored.iter().find(|it| !matches!(it.reason, Reason::Partly(_))) else { return Ok(()) };
        let Ignored { token, span, reason, foreign, meant } = first.clone();
        let text = if foreign { self.raw.clone() } else { self.text.clone().unwrap_or_default() };
        Err(ParseError { kind: ParseErrorKind::Ignored { token, reason, meant }, span, text })
    }

    pub(crate) const fn asset(&self) -> &AssetPath {
        &self.path
    }

    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    pub(crate) const fn params(&self) -> &Params {
        &self.params
    }
}

impl fmt::Display for DeliveryUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.raw)
    }
}

/// Parses the part of a URL after its endpoint.
pub(crate) fn read(target: &Target<'_>, below: Below<'_>, limits: &Limits) -> Result<DeliveryUrl, UrlError> {
    check_length(target, limits)?;
    let parts = parts::take_apart(&below, target.path.len() - below.rest.len())?;
    let mut foreign = Foreign::default();
    let query = Token { text: target.query.unwrap_or_default(), start: target.path.len() + 1 };
    let mut unread = Unread::default();
    let params = Params::read(query, below.dialect, &mut foreign, &mut unread);
    let in_path = !parts.native.is_empty();
    let native = if in_path { Some(parts.native.as_str()) } else { params.transformation.as_deref() };
    let path = parts.asset(native.is_some())?;

    let (reading, mut ignored) = match (native, below.dialect) {
        (Some(text), _) => (Some(Transformation::parse(text, limits)?), Vec::new()),
        (None, None) => (None, Vec::new()),
        (None, Some(dialect)) => {
            foreign.segments = parts.front.steps(&parts.segments).to_vec();
            let (mut reading, ignored) = dialect.translate_url(&foreign, limits)?;
            // They are also in the list of foreign tokens.
            reading.iter_mut().for_each(|reading| reading.ignored.clear());
            (reading, ignored)
        }
    };
    let (transformation, text) = match reading {
        Some(reading) => {
            ignored.splice(0..0, reading.ignored);
            (reading.transformation, Some(reading.text))
        }
        None => (Transformation::default(), None),
    };
    let in_force = ignored.len();
    ignored.extend(foreign.untranslated(native.is_some()));
    ignored.extend(parts.misplaced.iter().map(|segment| unread::segment(*segment)));
    ignored.extend(unread.ignored(in_path));
    let raw = match target.query {
        Some(query) => format!("{}?{query}", target.path),
        None => target.path.to_owned(),
    };
    Ok(DeliveryUrl {
        raw,
        base: below.base.to_owned(),
        authority: below.authority.to_owned(),
        transformation,
        text,
        ignored,
        in_force,
        path,
        thumbnail: parts.thumbnail,
        params,
    })
}
