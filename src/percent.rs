//! Percent-encoding (RFC 3986, 2.1): each set of characters that the crate encodes, with the reason for it.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, PercentEncode, percent_decode, percent_encode};

/// All but the unreserved characters (RFC 3986, 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A path from plain text. Slashes separate its segments; `@`, `:` and `!` have no special meaning in a path (RFC 3986,
/// 3.3) and stay readable.
pub(crate) const ASSET_PATH: &AsciiSet = &RESERVED.remove(b'/').remove(b'@').remove(b':').remove(b'!');

/// The value of a parameter in a transformation. Reserved characters separate the words of the language. `@` stays as
/// it is, because `@@` separates the segments of a path there.
pub(crate) const PARAMETER: &AsciiSet = &RESERVED.remove(b'@');

/// Space and the characters that are not allowed anywhere in a URL (WHATWG URL, path percent-encode set).
const ILLEGAL: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`').add(b'{').add(b'}');

/// A path that may already be encoded: `?` and `#` would end it.
pub(crate) const PATH: &AsciiSet = &ILLEGAL.add(b'?').add(b'#');

/// A transformation as one segment of a path: a slash would end it, and browsers treat a backslash as a slash.
pub(crate) const SEGMENT: &AsciiSet = &PATH.add(b'/').add(b'\\');

/// A transformation as a parameter of a query, which `&` and `#` would end.
pub(crate) const QUERY: &AsciiSet = &ILLEGAL.add(b'&').add(b'#');

/// Path and query of a URL to fetch. Browsers send `|` and `^` unencoded; servers that follow RFC 3986 reject them.
pub(crate) const FETCHED: &AsciiSet = &ILLEGAL.add(b'|').add(b'^');

/// The `Location` field: bytes that are not visible ASCII, as browsers do. The rest is checked as it was sent.
pub(crate) const LOCATION: &AsciiSet = &CONTROLS.add(b' ');

/// An extended parameter of a header: all but `attr-char` (RFC 8187, 3.2.1).
pub(crate) const HEADER_PARAMETER: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// The value of a parameter as HTML forms write it (WHATWG URL, `application/x-www-form-urlencoded` percent-encode
/// set), but with `%20` for a space, because the reader of the value does not treat `+` as a space.
pub(crate) const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_');

/// Encodes the bytes in `set` and all bytes that are not ASCII, with upper-case digits.
pub(crate) fn encode<'a>(text: &'a (impl AsRef<[u8]> + ?Sized), set: &'static AsciiSet) -> PercentEncode<'a> {
    percent_encode(text.as_ref(), set)
}

/// Decodes `%XX` once. A `%` that is not followed by two hex digits is kept. The result is borrowed if nothing changed.
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, [u8]> {
    percent_decode(bytes).into()
}

/// Decodes `%XX` once, like [`decode`]. Bytes that are not UTF-8 are replaced. `+` stays `+`.
pub(crate) fn decode_text(text: &str) -> Cow<'_, str> {
    percent_decode(text.as_bytes()).decode_utf8_lossy()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_set_leaves_its_own_characters() {
        for (set, left) in [
            (ASSET_PATH, "-._~/@:!"),
            (PARAMETER, "-._~@"),
            (PATH, r"!$%&'()*+,-./:;=@[\]^_|~"),
            (SEGMENT, "!$%&'()*+,-.:;=@[]^_|~"),
            (QUERY, r"!$%'()*+,-./:;=?@[\]^_|~"),
            (FETCHED, r"!#$%&'()*+,-./:;=?@[\]_~"),
            (LOCATION, r##"!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~"##),
            (HEADER_PARAMETER, "!#$&+-.^_`|~"),
            (FORM, "*-._"),
        ] {
            for byte in 0..=u8::MAX {
                let stays = byte.is_ascii_alphanumeric() || left.as_bytes().contains(&byte);
                let want = if stays { char::from(byte).to_string() } else { format!("%{byte:02X}") };
                assert_eq!(encode(&[byte], set).to_string(), want, "{left}");
            }
        }
    }

    #[test]
    fn decoding_is_lenient_and_happens_once() {
        for (text, want) in [
            ("a", None),
            ("100%", None),
            ("%4", None),
            ("%G1%1G%", None),
            ("%41", Some("A")),
            ("%c3%A9", Some("é")),
            ("%2541", Some("%41")),
            ("%%41", Some("%A")),
            ("+%2B", Some("++")),
        ] {
            assert!(matches!((decode(text.as_bytes()), want), (Cow::Borrowed(_), None) | (Cow::Owned(_), Some(_))));
            assert_eq!(decode_text(text), want.unwrap_or(text), "{text}");
        }
        assert_eq!(decode_text("%FFa"), "\u{FFFD}a");
    }
}
