//! Base64 (RFC 4648): encoding, and decoding that is as lenient as URLs require.

/// Decodes the standard and the URL-safe alphabet, with or without padding; `None` for anything else.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    // A single digit after the last group of four does not make a whole byte.
    if padding > 2 || digits.len() % 4 == 1 {
        return None;
    }
    let mut out = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    for group in digits.as_bytes().chunks(4) {
        let mut bits = 0_u32;
        for byte in group {
            let digit = match byte {
                b'-' => b'+',
                b'_' => b'/',
                other => *other,
            };
            bits = bits << 6 | u32::from(value(digit)?);
        }
        // Left-align the bits of a short group in 24.
        let [_, bytes @ ..] = (bits << (6 * (4 - group.len()))).to_be_bytes();
        out.extend(bytes.iter().take(group.len() * 6 / 8));
    }
    Some(out)
}

/// Encodes with the standard alphabet and padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for digit in 0..4_u8 {
            let index = bits >> (18 - 6 * u32::from(digit)) & 0x3F;
            let digit = usize::from(digit) <= group.len();
            let letter = usize::try_from(index).ok().and_then(|i| ALPHABET.get(i)).copied();
            out.push(letter.filter(|_| digit).map_or('=', char::from));
        }
    }
    out
}

/// Returns the six bits of a digit of the standard alphabet.
pub(crate) const fn value(digit: u8) -> Option<u8> {
    Some(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn the_examples_of_the_rfc() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
            ("?>~", "Pz5+"),
            ("???", "Pz8/"),
        ] {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).as_deref(), Some(bytes.as_bytes()), "{text}");
            assert_eq!(decode(text.trim_end_matches('=')).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
        assert_eq!(decode("Pz5-").as_deref(), Some(b"?>~".as_slice()));
        assert_eq!(decode("Pz8_Pz8/").as_deref(), Some(b"??????".as_slice()));
        for text in ["***", "A", "AAAAA", "Zg===", "Z=g=", "Zg = =", "Zm8\n"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
