//! [`DeliveryUrl`]: an image URL taken apart. It knows nothing of origins and fetches nothing.
//!
//! ```text
//! endpoint [ "/ik-seo" ] *( "/tr:" transformation ) "/" path [ "/ik-thumbnail.jpg" ] [ "?" query ]
//! ```
//!
//! An endpoint may have a [`Dialect`](crate::Dialect); then segments in front of the path, or parameters of the query, may say what is
//! to be done, unless a native transformation does.
//!
//! # Laws
//!
//! 1. The path and what is left of the query keep their encoding byte for byte.
//! 2. The path is a checked [`AssetPath`]: joined to a base it stays below it.
//! 3. A transformation in the path wins over one in the query (chosen).

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

/// An image URL, read: which asset, transformed how.
///
/// Made by [`Engine::parse`](crate::Engine::parse). Prints the path and query it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryUrl {
    /// Path and query as sent.
    raw: String,
    /// The endpoint's base that matched.
    base: String,
    /// Host, and port where it is not the scheme's own, by which the endpoint was reached.
    authority: String,
    transformation: Transformation,
    /// What it was read from; of another dialect, what it was translated to.
    text: Option<String>,
    /// Tokens without effect: first those of the transformation in force.
    ignored: Vec<Ignored>,
    /// So many of them.
    in_force: usize,
    path: AssetPath,
    thumbnail: bool,
    params: Params,
}

impl DeliveryUrl {
    /// The base URL of the endpoint that it lies below, without a slash at the end.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The asset's path, percent-encoded as it was sent.
    #[must_use]
    pub fn path(&self) -> &str {
        self.path.as_str()
    }

    /// The transformation, with stored ones in the place of their names.
    #[must_use]
    pub fn transformation(&self) -> &Transformation {
        &self.transformation
    }

    /// The same URL with another transformation: the one that its names stand for.
    pub(crate) fn expanded(self, transformation: Transformation) -> Self {
        Self { transformation, ..self }
    }

    /// The transformation as written, percent-decoded, or translated from the endpoint's dialect; `None` where there
    /// is none.
    #[must_use]
    pub fn transformation_text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// Tokens that have no effect: of the transformation; of the endpoint's dialect, also where a part of one is lost,
    /// and where a native transformation wins over all of them; of a transformation in the query where one in the path
    /// wins; and transformations at places where none is read (`?tr:w-200`, `a.jpg/tr:w-200`).
    #[must_use]
    pub fn ignored(&self) -> &[Ignored] {
        &self.ignored
    }

    /// Those that belong to the transformation in force.
    pub(crate) fn ignored_in_force(&self) -> &[Ignored] {
        self.ignored.get(..self.in_force).unwrap_or_default()
    }

    /// Was `ik-thumbnail.jpg` at the end: a still of a document or an animation?
    #[must_use]
    pub const fn is_thumbnail(&self) -> bool {
        self.thumbnail
    }

    /// What of the query goes to the origin, in its order and encoding.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.params.rest.as_deref()
    }

    /// `ik-attachment=true`: is the picture to be saved instead of shown?
    #[must_use]
    pub const fn is_attachment(&self) -> bool {
        self.params.attachment
    }

    /// `ik-attachment-filename`: under which name; it matters only for attachments.
    #[must_use]
    pub fn attachment_filename(&self) -> Option<&str> {
        self.params.attachment_filename.as_deref()
    }

    /// `ik-sanitizeSvg`: is an SVG to be sanitised? `None` leaves it to the settings.
    #[must_use]
    pub const fn sanitizes_svg(&self) -> Option<bool> {
        self.params.sanitize_svg
    }

    /// `ik-s`, unchecked.
    #[must_use]
    pub fn signature(&self) -> Option<&str> {
        self.params.signature.as_deref()
    }

    /// `ik-t`, unchecked: the second since 1970 in which it expires.
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

/// Reads what stands behind an endpoint.
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
            let (mut reading, ignored) = dialect.translate(&foreign, limits)?;
            // They are among the foreign ones.
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
