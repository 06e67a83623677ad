//! Other services' URLs, read as the same [`Transformation`]: a [`Dialect`] translates them to native text, which the
//! usual parser then reads.
//!
//! A dialect works on a path and a query alone. The module `address` handles endpoints, `tr:`, `ik-` parameters and
//! signatures.
//!
//! ```text
//! Cloudinary   /c_fill,w_300/e_blur:500/folder/a.jpg    path segments before the asset
//! imgix        /folder/a.jpg?w=300&fit=crop             query parameters
//! Akamai       /folder/a.jpg?imwidth=300                two query parameters
//! ```
//!
//! # Laws
//!
//! 1. No text causes a panic, and the time is linear in its length.
//! 2. The canonical form of a result reads back natively as the same value.
//! 3. A token of the dialect has an effect, or is listed with a reason.
//! 4. Any text that does not belong to the dialect stays as written, in its order and encoding.

mod akamai;
mod cloudinary;
mod draft;
mod foreign;
mod imgix;
mod value;

use crate::limits::{LimitError, Limits};
use crate::path::AssetPath;
use crate::transform::{Ignored, ParseError, Reading, Transformation};

pub(crate) use self::foreign::{Claim, Foreign, Front, Token};

use self::draft::Draft;

/// The URL syntax of another service, for an endpoint whose old URLs are still in use (documented: URL rewriters).
///
/// Give it to an endpoint, or read single texts with it:
///
/// ```
/// use originkit::{Dialect, Endpoint, Engine, Origin};
/// let shop = Endpoint::new("https://ik.imagekit.io/shop").origin(Origin::new("https://www.example.com"));
/// let engine = Engine::builder().endpoint(shop.dialect(Dialect::Imgix)).build()?;
/// let url = engine.parse("https://ik.imagekit.io/shop/shoe.jpg?w=300&fit=max&sepia=80&v=2")?;
/// assert_eq!(url.transformation().to_string(), "w-300,c-at_max");
/// assert_eq!(url.query(), Some("sepia=80&v=2")); // untranslated parameters go to the origin
/// assert_eq!(url.ignored()[0].token, "sepia=80");
///
/// let read = Dialect::cloudinary().translate("c_fill,w_300")?;
/// assert_eq!(read.transformation.to_string(), "w-300,c-maintain_ratio");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// Cloudinary: `/c_fill,w_300/folder/a.jpg`.
    Cloudinary {
        /// Keeps `image/upload` and similar prefixes directly after the endpoint in the asset's path.
        preserve_asset_delivery_types: bool,
    },
    /// imgix: `/folder/a.jpg?w=300&fit=crop`.
    Imgix,
    /// Akamai Image Manager: `/folder/a.jpg?imwidth=300`.
    Akamai,
}

/// A path and query, parsed in another service's syntax.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Translated {
    /// The transformation of the asset.
    pub transformation: Transformation,
    /// The native text that it was parsed from, percent-decoded; `None` if no transformation is requested.
    pub text: Option<String>,
    /// The asset's path, as written; `None` if there is none.
    pub path: Option<AssetPath>,
    /// The part of the query that goes to the origin.
    pub query: Option<String>,
    /// Tokens without effect, in whole or in part; their spans count bytes of the text that was parsed.
    pub ignored: Vec<Ignored>,
}

impl Dialect {
    /// Returns Cloudinary's dialect, which removes `image/upload` and similar prefixes.
    #[must_use]
    pub const fn cloudinary() -> Self {
        Self::Cloudinary { preserve_asset_delivery_types: false }
    }

    /// Reads the part of a URL after the endpoint, within the default limits: `/w_300/folder/a.jpg`,
    /// `/folder/a.jpg?w=300`.
    ///
    /// A text without `/` and `?` may also be a transformation alone: `c_fill,w_300`, `w=300&fit=crop`. Only the
    /// dialect is read: `tr` and `ik-` parameters have no special meaning here, unlike in
    /// [`Engine::parse`](crate::Engine::parse).
    ///
    /// ```
    /// use originkit::Dialect;
    /// let read = Dialect::Akamai.translate("/folder/a.jpg?imwidth=300&imdensity=2&v=1")?;
    /// assert_eq!(read.text.as_deref(), Some("w-300"));
    /// assert_eq!(read.path.unwrap().as_str(), "folder/a.jpg");
    /// assert_eq!(read.query.as_deref(), Some("imdensity=2&v=1"));
    /// assert_eq!(read.ignored[0].token, "imdensity=2");
    /// # Ok::<(), originkit::error::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// [`ParseError`] if the native text is refused, the path of the asset is invalid, or the text is too long.
    pub fn translate(&self, path_and_query: &str) -> Result<Translated, ParseError> {
        let limits = Limits::default();
        let text = path_and_query;
        let refuse = |kind, span| ParseError { kind, span, text: text.to_owned() };
        LimitError::check("bytes in the URL", text.len() as u64, limits.url_bytes as u64)
            .map_err(|error| refuse(error.into(), 0..0))?;
        let (path, query, query_at) = match text.split_once('?') {
            Some((path, query)) => (path, query, path.len() + 1),
            None if !text.contains('/') && self.has_parameters() && text.contains('=') => ("", text, 0),
            None => (text, "", 0),
        };
        let relative = path.trim_start_matches('/');
        let segments: Vec<_> = Token { text: relative, start: path.len() - relative.len() }.split('/').collect();
        // Without either, the last segment may be a step as well.
        let front = self.front(&segments, true, usize::from(text.contains(['/', '?'])));

        let mut foreign = Foreign { segments: front.steps(&segments).to_vec(), ..Foreign::default() };
        let mut rest = Vec::new();
        for parameter in (Token { text: query, start: query_at }).split('&') {
            let claim = self.claim(&parameter.decoded_name());
            foreign.add(parameter, claim);
            if claim != Claim::Taken {
                rest.push(parameter.text);
            }
        }
        let path: Vec<_> = front.asset(&segments).map(|segment| segment.text).collect();
        let path = Some(path.join("/")).filter(|path| !path.is_empty());
        let path = path.map(|path| AssetPath::from_encoded(&path)).transpose();
        let path = path.map_err(|error| refuse(error.into(), 0..relative.len()))?;
        let (reading, mut ignored) = self.translate_url(&foreign, &limits)?;
        ignored.extend(foreign.untranslated(false));
        ignored.sort_by_key(|ignored| ignored.span.start);
        let (transformation, text) = reading.map_or_else(Default::default, |it| (it.transformation, Some(it.text)));
        // Byte for byte, including empty parameters, as with an endpoint.
        let query = Some(rest.join("&")).filter(|rest| !rest.is_empty());
        Ok(Translated { transformation, text, path, query, ignored })
    }

    /// Returns the meaning of a query parameter in the dialect; its name is percent-decoded.
    pub(crate) fn claim(self, name: &str) -> Claim {
        match self {
            Self::Cloudinary { .. } => Claim::None,
            Self::Imgix => imgix::claim(name),
            Self::Akamai => akamai::claim(name),
        }
    }

    /// Finds the leading segments that are not part of the asset's path, which has at least `asset` segments at the
    /// end. `direct`: the first segment follows the endpoint directly.
    pub(crate) fn front(self, segments: &[Token<'_>], direct: bool, asset: usize) -> Front {
        match self {
            Self::Cloudinary { preserve_asset_delivery_types: keep } => {
                Front { keep, ..cloudinary::front(segments, direct, asset) }
            }
            Self::Imgix | Self::Akamai => Front::default(),
        }
    }

    /// Translates everything that has a translation, and parses it. Returns the result, and the tokens without effect.
    ///
    /// # Errors
    /// [`ParseError`] if the native text is refused.
    pub(crate) fn translate_url(
        self,
        foreign: &Foreign<'_>,
        limits: &Limits,
    ) -> Result<(Option<Reading>, Vec<Ignored>), ParseError> {
        let mut draft = Draft::default();
        match self {
            Self::Cloudinary { .. } => cloudinary::translate(&foreign.segments, &mut draft),
            Self::Imgix => imgix::translate(&foreign.parameters, &mut draft),
            Self::Akamai => akamai::translate(&foreign.parameters, &mut draft),
        }
        draft.finish(limits)
    }

    const fn has_parameters(self) -> bool {
        matches!(self, Self::Imgix | Self::Akamai)
    }
}
