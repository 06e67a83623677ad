//! Reading XML before it is parsed: the character encoding and the name of the root element.

use std::borrow::Cow;

/// The character encoding of an XML file (XML 1.0, appendix F).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// UTF-8, which is also the default without a declaration.
    Utf8,
    /// UTF-16 in this byte order.
    Utf16 {
        /// Whether the low byte of each unit comes first.
        little: bool,
    },
    /// Windows-1252, which browsers use when ISO 8859-1 or ASCII is declared (WHATWG Encoding, 4.2).
    Latin1,
    /// Another encoding that is a superset of ASCII.
    Other(String),
}

/// Returns the encoding of a file and the length of its byte order mark in bytes.
pub(crate) fn encoding(bytes: &[u8]) -> (Encoding, usize) {
    match bytes {
        [0xEF, 0xBB, 0xBF, ..] => return (Encoding::Utf8, 3),
        [0xFF, 0xFE, ..] => return (Encoding::Utf16 { little: true }, 2),
        [0xFE, 0xFF, ..] => return (Encoding::Utf16 { little: false }, 2),
        [b'<', 0, _, 0, ..] => return (Encoding::Utf16 { little: true }, 0),
        [0, b'<', 0, _, ..] => return (Encoding::Utf16 { little: false }, 0),
        _ => {}
    }
    let name = declared(bytes).map(|name| String::from_utf8_lossy(name).to_ascii_lowercase());
    let encoding = match name.as_deref() {
        // A declaration that can be read as single bytes is not in UTF-16, even if it says so.
        None | Some("utf-8" | "utf8" | "unicode-1-1-utf-8" | "utf-16" | "utf-16le" | "utf-16be") => Encoding::Utf8,
        Some(
            "iso-8859-1" | "iso8859-1" | "iso_8859-1" | "latin1" | "latin-1" | "l1" | "windows-1252" | "cp1252"
            | "us-ascii" | "ascii",
        ) => Encoding::Latin1,
        Some(other) => Encoding::Other(other.to_owned()),
    };
    (encoding, 0)
}

/// Returns the value of `encoding` in an XML declaration.
fn declared(bytes: &[u8]) -> Option<&[u8]> {
    let declaration = bytes.trim_ascii_start().strip_prefix(b"<?xml")?;
    let (declaration, _) = split(declaration, b"?>")?;
    let (_, value) = split(declaration, b"encoding")?;
    let value = value.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, value) = value.split_first().filter(|(quote, _)| matches!(quote, b'"' | b'\''))?;
    split(value, &[*quote]).map(|(name, _)| name.trim_ascii()).filter(|name| !name.is_empty())
}

/// Returns `true` if the root element of a file is an `svg`. Declarations, document types with entities, comments and
/// processing instructions before it are skipped.
pub(super) fn has_svg_root(bytes: &[u8]) -> bool {
    let (encoding, mark) = encoding(bytes);
    let bytes = bytes.get(mark..).unwrap_or_default();
    match encoding {
        Encoding::Utf16 { little } => is_svg(&narrow(bytes, little)),
        _ => is_svg(bytes),
    }
}

fn is_svg(bytes: &[u8]) -> bool {
    let head = bytes.get(..LOOK_AT.min(bytes.len())).unwrap_or_default();
    let mut rest = head.trim_ascii_start();
    loop {
        let Some(after) = rest.strip_prefix(b"<") else { return false };
        let behind = match after {
            [b'?', after @ ..] => split(after, b"?>").map(|(_, rest)| rest),
            [b'!', b'-', b'-', after @ ..] => split(after, b"-->").map(|(_, rest)| rest),
            [b'!', after @ ..] => {
                after.strip_prefix(b"DOCTYPE").and_then(|after| document_type(after)).map(|(_, rest)| rest)
            }
            _ => return is_svg_tag(after),
        };
        let Some(behind) = behind else { return false };
        rest = behind.trim_ascii_start();
    }
}

/// Returns `true` if a start tag is that of an `svg` element, with or without a prefix.
fn is_svg_tag(tag: &[u8]) -> bool {
    let end = tag.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'));
    let name = end.and_then(|end| tag.get(..end)).unwrap_or_default();
    let local = split(name, b":").map_or(name, |(_, local)| local);
    local == b"svg"
}

/// Returns the internal subset of a document type (empty if it has none) and the bytes after the document type. `bytes`
/// start after the keyword. Returns `None` if the document type does not end.
pub(crate) fn document_type(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (mut quote, mut at, mut start, mut subset) = (None, 0, None, &[][..]);
    while let Some(byte) = bytes.get(at) {
        let rest = bytes.get(at..)?;
        match (quote, byte) {
            (Some(open), byte) if open == *byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(*byte),
            // An apostrophe in a comment does not open a quoted value.
            (None, b'<') if rest.starts_with(b"<!--") => at += rest.len() - split(rest, b"-->")?.1.len() - 1,
            (None, b'<') if rest.starts_with(b"<?") => at += rest.len() - split(rest, b"?>")?.1.len() - 1,
            (None, b'[') if start.is_none() => start = Some(at + 1),
            (None, b']') => subset = start.take().and_then(|start| bytes.get(start..at))?,
            // A `>` before that ends a declaration of the subset.
            (None, b'>') if start.is_none() => return Some((subset, bytes.get(at + 1..)?)),
            _ => {}
        }
        at += 1;
    }
    None
}

/// Reduces 16-bit units to their low bytes. A unit above 255 becomes 0x7F, which is not a letter: enough to find a root
/// element.
fn narrow(bytes: &[u8], little: bool) -> Cow<'_, [u8]> {
    let units = bytes.chunks_exact(2).take(LOOK_AT).map(|pair| match (pair, little) {
        ([low, 0], true) | ([0, low], false) => *low,
        _ => 0x7F,
    });
    Cow::Owned(units.collect())
}

/// Returns the bytes before and after the first occurrence of `mark`.
fn split<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes.windows(mark.len()).position(|window| window == mark)?;
    Some((bytes.get(..at)?, bytes.get(at + mark.len()..)?))
}

/// The number of bytes that are searched for a root element. No real file has as many before it, and the search is
/// fast.
const LOOK_AT: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    }

    #[test]
    fn the_root_is_found_behind_anything() {
        let entities =
            "<!DOCTYPE svg PUBLIC 'a>b' \"c\" [<!-- it's > ]> --><!ENTITY a '>]'><?p ' ?> <!ENTITY b \"'\">] >";
        for text in [
            "<svg/>",
            "<svg>",
            " \n<svg a='b'>",
            "<s:svg xmlns:s='x'>",
            "<?xml version='1.0'?><?xml-stylesheet a?><!-- <html> --><svg>",
            &format!("<?xml version='1.0'?>{entities}<svg>"),
            &format!("<!--{}--><svg>", "-".repeat(9000)),
            "<!DOCTYPE svg><svg>",
            "<!DOCTYPE svg []><svg>",
            "<!DOCTYPE svg [\n]><svg>",
        ] {
            assert!(has_svg_root(text.as_bytes()), "{text}");
            assert!(has_svg_root(&utf16(text.trim_start(), true)), "{text}");
            assert!(has_svg_root(&utf16(&format!("\u{feff}{text}"), false)), "{text}");
        }
        for text in ["", "<", "svg", "<html><svg>", "<svgs>", "<!doctype html><svg>", "<!DOCTYPE svg [<svg>", "<svg:g>"]
        {
            assert!(!has_svg_root(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn encodings() {
        let told = |text: &[u8]| encoding(text).0;
        assert_eq!(told(b"<svg/>"), Encoding::Utf8);
        assert_eq!(told(b"<?xml version='1.0' encoding = \"ISO-8859-1\"?>"), Encoding::Latin1);
        assert_eq!(told(b"<?xml version='1.0' encoding='koi8-r' ?>"), Encoding::Other("koi8-r".to_owned()));
        assert_eq!(told(b"<?xml version='1.0' encoding='UTF-16'?>"), Encoding::Utf8);
        assert_eq!(encoding(b"\xEF\xBB\xBF<?xml encoding='latin1'?>"), (Encoding::Utf8, 3));
        assert_eq!(encoding(b"\xFF\xFE<\0"), (Encoding::Utf16 { little: true }, 2));
        assert_eq!(encoding(b"\0<\0s"), (Encoding::Utf16 { little: false }, 0));
    }
}
