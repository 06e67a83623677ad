//! Reading a file as text: decoded, with entities expanded, and checked against the limits.

use std::borrow::Cow;

use super::entities;
use super::notes::Notes;
use super::refusal::{broken, within};
use super::scan;
use crate::error::Error;
use crate::format::xml::{self, Encoding};
use crate::limits::Limits;
use crate::note::Note;

/// Returns the text of a file without its document type, if it is within all limits.
pub(super) fn text<'a>(bytes: &'a [u8], limits: &Limits, notes: &mut Notes) -> Result<Cow<'a, str>, Error> {
    within(bytes.len(), limits)?;
    if bytes.starts_with(b"\x1F\x8B") {
        return Err(broken("is compressed"));
    }
    let text = decoded(bytes, limits, notes)?;
    let text = match entities::expanded(&text, limits)? {
        Some(expanded) => Cow::Owned(expanded),
        None => text,
    };
    scan::scan(&text, limits)?;
    Ok(text)
}

fn decoded<'a>(bytes: &'a [u8], limits: &Limits, notes: &mut Notes) -> Result<Cow<'a, str>, Error> {
    let (encoding, mark) = xml::encoding(bytes);
    let bytes = bytes.get(mark..).unwrap_or_default();
    match encoding {
        Encoding::Utf16 { little } => {
            let units = || {
                let pairs = bytes.chunks_exact(2).filter_map(|pair| <[u8; 2]>::try_from(pair).ok());
                let units =
                    pairs.map(move |pair| if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) });
                char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            };
            within(units().map(char::len_utf8).sum(), limits)?;
            Ok(Cow::Owned(units().collect()))
        }
        Encoding::Latin1 => {
            within(bytes.iter().map(|byte| latin1(*byte).len_utf8()).sum(), limits)?;
            Ok(Cow::Owned(bytes.iter().map(|byte| latin1(*byte)).collect()))
        }
        // Undecodable characters are replaced, as in browsers; markup is ASCII.
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(_) => {
                match encoding {
                    Encoding::Other(name) => notes.add("letters in the encoding", &name),
                    _ => notes.damage(Note::Corrupt),
                }
                within(bytes.len().saturating_mul(3), limits)?;
                Ok(String::from_utf8_lossy(bytes))
            }
        },
    }
}

/// Returns the character of a byte of Windows-1252.
fn latin1(byte: u8) -> char {
    /// The characters from 0x80, where ISO 8859-1 has control characters.
    const C1: [char; 32] = [
        '\u{20AC}', '\u{81}', '\u{201A}', '\u{192}', '\u{201E}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{2C6}',
        '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8D}', '\u{17D}', '\u{8F}', '\u{90}', '\u{2018}', '\u{2019}',
        '\u{201C}', '\u{201D}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2DC}', '\u{2122}', '\u{161}', '\u{203A}',
        '\u{153}', '\u{9D}', '\u{17E}', '\u{178}',
    ];
    byte.checked_sub(0x80).and_then(|at| C1.get(usize::from(at))).copied().unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::ErrorCode;

    fn read(bytes: &[u8]) -> String {
        text(bytes, &Limits::default(), &mut Notes::default()).unwrap().into_owned()
    }

    #[test]
    fn encodings_are_undone() {
        let file = "<svg><title>é€𝄞</title></svg>";
        let little: Vec<u8> = file.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "\u{feff}".encode_utf16().chain(file.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        assert_eq!(read(&little), file);
        assert_eq!(read(&big), file);
        assert_eq!(read(format!("\u{feff}{file}").as_bytes()), file);
        let latin = b"<?xml version='1.0' encoding='iso-8859-1'?><svg>\xE9\x80</svg>";
        assert!(read(latin).ends_with("<svg>é€</svg>"));
        // A text may be longer in UTF-8 than in UTF-16.
        let limits = Limits { svg_bytes: little.len() as u64, ..Limits::default() };
        let wide: Vec<u8> =
            format!("<svg>{}</svg>", "日".repeat(30)).encode_utf16().flat_map(u16::to_le_bytes).collect();
        let limits = Limits { svg_bytes: wide.len() as u64, ..limits };
        let error = text(&wide, &limits, &mut Notes::default()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Limit);
    }

    #[test]
    fn letters_that_cannot_be_read_are_told() {
        let mut notes = Notes::default();
        let limits = Limits::default();
        text(b"<svg>\xFF</svg>", &limits, &mut notes).unwrap();
        assert_eq!(notes.take(), [Note::Corrupt]);
        let mut notes = Notes::default();
        text(b"<?xml version='1.0' encoding='koi8-r'?><svg>\xFF</svg>", &limits, &mut notes).unwrap();
        assert_eq!(notes.take(), [Note::LeftOut("letters in the encoding koi8-r".to_owned())]);
        let mut notes = Notes::default();
        text(b"<?xml version='1.0' encoding='koi8-r'?><svg/>", &limits, &mut notes).unwrap();
        assert_eq!(notes.take(), []);
    }
}
