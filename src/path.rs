//! [`AssetPath`]: the path of an image relative to its origin.

use std::borrow::Cow;
use std::fmt;

use crate::percent;

/// The path of an asset, percent-encoded as it is sent, without a leading slash.
///
/// A path from a URL keeps its encoding byte for byte, because special characters in object keys are a documented
/// source of trouble. A value of this type has been checked: it has no dot segment, backslash or control byte in any
/// layer of encoding, so joining it to a base URL cannot leave the base.
///
/// ```
/// use originkit::transform::AssetPath;
/// let from_url = AssetPath::from_encoded("red%20shoe/a.jpg")?;
/// let from_text = AssetPath::from_text("red shoe/a.jpg")?;
/// assert_eq!(from_url, from_text);
/// assert_eq!(from_url.decoded(), "red shoe/a.jpg");
/// assert!(AssetPath::from_encoded("a/%2e%2e/b.jpg").is_err());
/// # Ok::<(), originkit::error::PathError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AssetPath(String);

/// The reason why a text is not the path of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// `.` or `..` between slashes, plain or encoded.
    #[error("a path must not have `.` or `..` segments")]
    DotSegment,
    /// A backslash, plain or encoded: some servers read it as a slash.
    #[error("a path must not have a backslash")]
    Backslash,
    /// A byte below 0x20 or 0x7F, plain or encoded.
    #[error("a path must not have control characters")]
    Control,
    /// The empty text.
    #[error("a path must not be empty")]
    Empty,
    /// A character that is not allowed in the path of a URL and that was not percent-encoded.
    #[error("a path must be percent-encoded")]
    Unencoded,
}

impl AssetPath {
    /// Reads a path from a URL, percent-encoded, and keeps it as written.
    ///
    /// # Errors
    /// See [`PathError`].
    pub fn from_encoded(raw: &str) -> Result<Self, PathError> {
        if raw.is_empty() {
            return Err(PathError::Empty);
        }
        // Some servers decode twice. Three layers of decoding are checked. Every server takes an encoding deeper than
        // that as literal text.
        let mut layer = Cow::Borrowed(raw.as_bytes());
        for _ in 0..4 {
            check(&layer)?;
            match percent::decode(&layer) {
                Cow::Borrowed(_) => break,
                Cow::Owned(decoded) => layer = Cow::Owned(decoded),
            }
        }
        // `?` and `#` would end the path, and the others are not legal in a URL at all. `|` and `^` are not legal
        // either, but browsers leave them unencoded (WHATWG URL, path percent-encode set).
        if raw
            .bytes()
            .any(|b| matches!(b, b' ' | b'"' | b'<' | b'>' | b'?' | b'#' | b'`' | b'{' | b'}') || !b.is_ascii())
        {
            return Err(PathError::Unencoded);
        }
        Ok(Self(raw.to_owned()))
    }

    /// Makes a path from plain text. Slashes at both ends are dropped, special characters are encoded.
    ///
    /// # Errors
    /// See [`PathError`].
    pub fn from_text(text: &str) -> Result<Self, PathError> {
        Self::from_encoded(&percent::encode(text.trim_matches('/'), percent::ASSET_PATH).to_string())
    }

    /// Returns `true` if the value of `ff` is the path of a file and not the name of a font: it has a dot or a slash
    /// (chosen).
    pub(crate) fn names_file(font: &str) -> bool {
        font.contains(['.', '/'])
    }

    /// Returns the path as it is sent, percent-encoded.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the path as text, decoded once. Bytes that are not UTF-8 are replaced.
    #[must_use]
    pub fn decoded(&self) -> Cow<'_, str> {
        percent::decode_text(&self.0)
    }

    /// Returns the text after the last slash, decoded.
    #[must_use]
    pub fn file_name(&self) -> String {
        let decoded = self.decoded();
        decoded.rsplit('/').next().unwrap_or_default().to_owned()
    }
}

impl fmt::Display for AssetPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn check(path: &[u8]) -> Result<(), PathError> {
    if path.iter().any(|b| *b < 0x20 || *b == 0x7F) {
        return Err(PathError::Control);
    }
    if path.contains(&b'\\') {
        return Err(PathError::Backslash);
    }
    // Servers with path parameters end the name of a segment at `;`: they read `..;` as `..`.
    let name = |segment: &[u8]| segment.split(|b| *b == b';').next().map(<[u8]>::to_vec).unwrap_or_default();
    if path.split(|b| *b == b'/').map(name).any(|segment| segment == b"." || segment == b"..") {
        return Err(PathError::DotSegment);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_could_leave_the_base() {
        for (path, error) in [
            ("../x", PathError::DotSegment),
            ("a/./b", PathError::DotSegment),
            ("%2e%2e/x", PathError::DotSegment),
            ("..%2fx", PathError::DotSegment),
            ("%252e%252e/x", PathError::DotSegment),
            ("%25252e%25252e/x", PathError::DotSegment),
            ("x/..;/y", PathError::DotSegment),
            ("..\\x", PathError::Backslash),
            ("%5c..%5cx", PathError::Backslash),
            ("%00", PathError::Control),
            ("%0d%0aHost:%20e", PathError::Control),
            ("a%250a", PathError::Control),
            ("", PathError::Empty),
            ("a b", PathError::Unencoded),
            ("a?b", PathError::Unencoded),
        ] {
            assert_eq!(AssetPath::from_encoded(path), Err(error), "{path}");
        }
        for path in [
            "a/b.jpg",
            "@evil/x",
            "x;y=..",
            "a..b/c...jpg",
            "100%/a.jpg",
            "a|b^c.jpg",
            "image%2Bexample.jpg",
            "https%3A%2F%2Fexample.com%2Fi.jpg",
        ] {
            assert_eq!(AssetPath::from_encoded(path).unwrap().as_str(), path);
        }
    }

    #[test]
    fn text_is_encoded_and_decoded() {
        let path = AssetPath::from_text("/Ñykaa/100% red.png/").unwrap();
        assert_eq!(path.as_str(), "%C3%91ykaa/100%25%20red.png");
        assert_eq!(path.decoded(), "Ñykaa/100% red.png");
        assert_eq!(path.file_name(), "100% red.png");
    }
}
