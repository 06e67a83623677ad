//! [`DeliveryUrl`]: an image URL taken apart. It knows nothing of origins and fetches nothing.
//!
//! ```text
//! endpoint [ "/ik-seo" ] *( "/tr:" transformation ) "/" path [ "/ik-thumbnail.jpg" ] [ "?" query ]
//! ```
//!
//! # Laws
//!
//! 1. The path and what is left of the query keep their encoding byte for byte.
//! 2. The path is a checked [`AssetPath`]: joined to a base it stays below it.
//! 3. A transformation in the path wins over one in the query (chosen).

mod params;
#[cfg(feature = "signing")]
mod signature;

use std::fmt;

pub(crate) use self::params::Params;
#[cfg(feature = "signing")]
pub use self::signature::{SignatureError, sign};
#[cfg(feature = "signing")]
pub(crate) use self::signature::{SigningKey, verify};

use crate::limits::{LimitError, Limits};
use crate::path::{AssetPath, PathError, percent_decode};
use crate::syntax::{Ignored, ParseError, Reading};
use crate::transform::Transformation;

/// An image URL, read: which asset, transformed how.
///
/// Made by [`Endpoint::parse`](crate::Endpoint::parse). Prints the path and query it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryUrl {
    /// Path and query as sent.
    raw: String,
    /// The endpoint's base that matched.
    base: String,
    /// Host, and port where it is not the scheme's own, by which the endpoint was reached.
    authority: String,
    reading: Reading,
    has_transformation: bool,
    path: AssetPath,
    thumbnail: bool,
    params: Params,
}

/// Why a URL below an endpoint is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// The path is unfit to be joined to an origin's base.
    #[error(transparent)]
    Path(#[from] PathError),
    /// `ik-seo` without a file to rename.
    #[error("`ik-seo` needs `<file>/<name>.<extension>` behind it")]
    Seo,
    /// The URL asks for something other than a picture of an asset.
    #[error("{0} is not supported")]
    Unsupported(&'static str),
    /// The transformation is malformed.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// The URL is too long.
    #[error(transparent)]
    Limit(#[from] LimitError),
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

    /// What is to be done with the asset. Names are not expanded yet.
    #[must_use]
    pub fn transformation(&self) -> &Transformation {
        &self.reading.transformation
    }

    /// The transformation as written, percent-decoded; `None` where there is none.
    #[must_use]
    pub fn transformation_text(&self) -> Option<&str> {
        self.has_transformation.then_some(self.reading.text.as_str())
    }

    /// Tokens of the transformation that have no effect.
    #[must_use]
    pub fn ignored(&self) -> &[Ignored] {
        &self.reading.ignored
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
        self.reading.clone().strict().map(drop)
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

/// A request's target: where it was sent and what for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    /// The authority, as sent.
    pub(crate) authority: &'a str,
    /// The scheme's own port, which counts as no port. `None`: 80 and 443 both do.
    pub(crate) default_port: Option<u16>,
    /// The raw path.
    pub(crate) path: &'a str,
    /// The raw query, without `?`.
    pub(crate) query: Option<&'a str>,
}

impl<'a> Target<'a> {
    /// Takes an absolute `http` or `https` URL apart; `None` for anything else. A fragment is dropped.
    pub(crate) fn of_url(url: &'a str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let default_port = match scheme {
            s if s.eq_ignore_ascii_case("http") => 80,
            s if s.eq_ignore_ascii_case("https") => 443,
            _ => return None,
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let (front, query) = match rest.split_once('?') {
            Some((front, query)) => (front, Some(query)),
            None => (rest, None),
        };
        let (authority, path) = front.split_at(front.find('/').unwrap_or(front.len()));
        Some(Self { authority, default_port: Some(default_port), path, query })
    }

    /// The authority in lower case, without a default port: as the bases of endpoints are kept.
    pub(crate) fn normal_authority(&self) -> String {
        let lower = self.authority.to_ascii_lowercase();
        let own: &[&str] = match self.default_port {
            Some(80) => &[":80"],
            Some(_) => &[":443"],
            None => &[":80", ":443"],
        };
        let host = own.iter().find_map(|port| lower.strip_suffix(port)).map(str::to_owned);
        host.unwrap_or(lower)
    }
}

/// The endpoint that a target lies below.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Below<'a> {
    /// The base that matched.
    pub(crate) base: &'a str,
    /// Its authority.
    pub(crate) authority: &'a str,
    /// May the path be a URL?
    pub(crate) proxy: bool,
    /// The raw path behind the base.
    pub(crate) rest: &'a str,
}

/// Reads what stands behind an endpoint.
pub(crate) fn read(target: &Target<'_>, below: Below<'_>, limits: &Limits) -> Result<DeliveryUrl, UrlError> {
    check_length(target, limits)?;
    let params = Params::read(target.query.unwrap_or_default());
    let (in_path, path, thumbnail) = take_path_apart(below)?;
    let text = if in_path.is_empty() { params.transformation.clone() } else { Some(in_path) };
    let reading = match &text {
        Some(text) => Transformation::parse(text, limits)?,
        None => Reading { transformation: Transformation::default(), ignored: Vec::new(), text: String::new() },
    };
    let raw = match target.query {
        Some(query) => format!("{}?{query}", target.path),
        None => target.path.to_owned(),
    };
    Ok(DeliveryUrl {
        raw,
        base: below.base.to_owned(),
        authority: below.authority.to_owned(),
        has_transformation: text.is_some(),
        reading,
        path,
        thumbnail,
        params,
    })
}

/// Refuses a target that is too long, before anything of it is looked at.
pub(crate) fn check_length(target: &Target<'_>, limits: &Limits) -> Result<(), LimitError> {
    let bytes = target.path.len() + target.query.map_or(0, |query| query.len() + 1);
    LimitError::check("bytes in the URL", bytes as u64, limits.url_bytes as u64)
}

/// Transformations joined by `:`, the asset's path, and whether a thumbnail is wanted.
fn take_path_apart(below: Below<'_>) -> Result<(String, AssetPath, bool), UrlError> {
    let mut transformations: Vec<&str> = Vec::new();
    let mut segments: Vec<&str> = Vec::new();
    let mut rest = below.rest.trim_start_matches('/');
    let mut suffixed = false;
    loop {
        // Nothing inside a URL in the path belongs to us.
        if below.proxy && segments.is_empty() && is_url(rest) {
            segments.extend(rest.split('/'));
            break;
        }
        let (segment, behind) = match rest.split_once('/') {
            Some((segment, behind)) => (segment, Some(behind)),
            None => (rest, None),
        };
        match params::behind_prefix(segment) {
            // A `tr:` behind the suffix is no transformation, and then the suffix is none either.
            Some(text) if !suffixed => transformations.push(text),
            _ => {
                suffixed |= segment == THUMBNAIL;
                segments.push(segment);
            }
        }
        match behind {
            Some(behind) => rest = behind,
            None => break,
        }
    }
    transformations.retain(|text| !text.is_empty());
    let last = segments.last().copied().unwrap_or_default();
    let first = segments.first().copied().unwrap_or_default();
    if VIDEO.contains(&last) {
        return Err(UrlError::Unsupported("video delivery"));
    }
    if first.starts_with(GENERATED) {
        return Err(UrlError::Unsupported("image generation"));
    }
    let thumbnail = last == THUMBNAIL && segments.len() > 1;
    if thumbnail {
        segments.pop();
    }
    let path = if first == SEO { renamed(segments.get(1..).unwrap_or_default())? } else { segments.join("/") };
    Ok((transformations.join(":"), AssetPath::from_encoded(&path)?, thumbnail))
}

/// Is it a URL, percent-decoded once? One slash behind the colon will do: front ends collapse two.
pub(crate) fn is_url(path: &str) -> bool {
    // Seven characters decide, and each is three bytes at most.
    let front = path.as_bytes();
    let decoded = percent_decode(front.get(..21).unwrap_or(front));
    [b"http:/".as_slice(), b"https:/"]
        .iter()
        .any(|front| decoded.get(..front.len()).is_some_and(|start| start.eq_ignore_ascii_case(front)))
}

/// `<stem>/<name>.<extension>` is `<stem>.<extension>` (documented: SEO-friendly image URLs).
fn renamed(segments: &[&str]) -> Result<String, UrlError> {
    let (name, stem) = segments.split_last().ok_or(UrlError::Seo)?;
    let (_, extension) = name.rsplit_once('.').ok_or(UrlError::Seo)?;
    if extension.is_empty() || stem.last().is_none_or(|file| file.is_empty()) {
        return Err(UrlError::Seo);
    }
    // Checked before the extension makes a name of `..`.
    let stem = AssetPath::from_encoded(&stem.join("/"))?;
    Ok(format!("{stem}.{extension}"))
}

/// The suffix that asks for a still.
const THUMBNAIL: &str = "ik-thumbnail.jpg";
/// The segment behind the endpoint that marks a name for search engines.
const SEO: &str = "ik-seo";
/// Suffixes of video features.
const VIDEO: [&str; 4] = ["ik-video.mp4", "ik-gif-video.mp4", "ik-master.m3u8", "ik-master.mpd"];
/// How the first segment starts that asks for a picture out of a text.
const GENERATED: &str = "ik-genimg-";

#[cfg(test)]
mod tests {
    use super::*;

    fn apart(rest: &str, proxy: bool) -> Result<(String, String, bool), UrlError> {
        let below = Below { base: "https://e", authority: "e", proxy, rest };
        take_path_apart(below).map(|(text, path, thumbnail)| (text, path.as_str().to_owned(), thumbnail))
    }

    #[test]
    fn paths_are_taken_apart() {
        let cases = [
            ("/a.jpg", false, "", "a.jpg", false),
            ("//a//b.jpg", false, "", "a//b.jpg", false),
            ("/tr:w-1/a/TR:w-2/b.jpg", false, "w-1", "a/TR:w-2/b.jpg", false),
            ("/a/tr:w-1/b/tr%3aw-2/c.jpg", false, "w-1:w-2", "a/b/c.jpg", false),
            ("/tr:/a.jpg", false, "", "a.jpg", false),
            ("/tr:w-1/tr:/tr:h-1/a.jpg", false, "w-1:h-1", "a.jpg", false),
            ("/ik-seo/a/b/c.jpg", false, "", "a/b.jpg", false),
            ("/ik-seo/tr:w-1/a/c.jpg", false, "w-1", "a.jpg", false),
            ("/a/ik-seo/b/c.jpg", false, "", "a/ik-seo/b/c.jpg", false),
            ("/a.psd/ik-thumbnail.jpg", false, "", "a.psd", true),
            ("/ik-thumbnail.jpg", false, "", "ik-thumbnail.jpg", false),
            ("/a.psd/ik-thumbnail.jpg/tr:w-1", false, "", "a.psd/ik-thumbnail.jpg/tr:w-1", false),
            ("/a.psd/ik-thumbnail.jpg/tr:w-1/tr:h-1", false, "", "a.psd/ik-thumbnail.jpg/tr:w-1/tr:h-1", false),
            ("/tr:w-1/https://e.com/tr:w-2/a.jpg", true, "w-1", "https://e.com/tr:w-2/a.jpg", false),
            ("/tr:w-1/https://e.com/tr:w-2/a.jpg", false, "w-1:w-2", "https://e.com/a.jpg", false),
            ("/x/https://e.com/tr:w-2/a.jpg", true, "w-2", "x/https://e.com/a.jpg", false),
        ];
        for (rest, proxy, text, path, thumbnail) in cases {
            assert_eq!(apart(rest, proxy).unwrap(), (text.to_owned(), path.to_owned(), thumbnail), "{rest}");
        }
        for rest in ["/ik-seo/only.jpg", "/ik-seo", "/ik-seo/a/noextension", "/ik-seo/a/b.", "/ik-seo//b.jpg"] {
            assert_eq!(apart(rest, false), Err(UrlError::Seo), "{rest}");
        }
        for rest in ["/a.mp4/ik-video.mp4", "/a.mp4/ik-master.m3u8", "/ik-genimg-prompt-a%20cat/x/y.jpg"] {
            assert!(matches!(apart(rest, false), Err(UrlError::Unsupported(_))), "{rest}");
        }
        for rest in
            ["", "/", "/tr:w-1", "/tr:w-1/", "/a/../b", "/a/%2E%2e/b", "/a b.jpg", "/ä.jpg", "/ik-seo/a/../b.jpg"]
        {
            assert!(matches!(apart(rest, false), Err(UrlError::Path(_))), "{rest}");
        }
    }

    #[test]
    fn targets_are_taken_apart() {
        let target = Target::of_url("HTTPS://IK.ImageKit.io:443/demo/a.jpg?x=1?y#z").unwrap();
        assert_eq!(target.normal_authority(), "ik.imagekit.io");
        assert_eq!((target.path, target.query), ("/demo/a.jpg", Some("x=1?y")));
        assert_eq!(Target::of_url("http://e:443/").unwrap().normal_authority(), "e:443");
        assert_eq!(Target::of_url("http://e").unwrap().path, "");
        assert!(Target::of_url("ftp://e/a").is_none() && Target::of_url("/a").is_none());
    }
}
