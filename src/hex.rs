//! Hexadecimal digits (RFC 4648, section 8), in lower case: names of stored files and signatures.

/// Encodes bytes as two digits each.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let digit = |four: u8| char::from(if four < 10 { b'0' + four } else { b'a' + four - 10 });
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Decodes digits in lower case; `None` for anything else. A signature has one spelling.
#[cfg(feature = "signing")]
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let byte = |pair: &[u8]| match *pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn two_digits_a_byte_in_lower_case() {
        assert_eq!(super::encode(&[0x00, 0x0F, 0x9A, 0xF0]), "000f9af0");
        #[cfg(feature = "signing")]
        for (text, want) in [
            ("", Some(vec![])),
            ("000f9af0", Some(vec![0x00, 0x0F, 0x9A, 0xF0])),
            ("0F", None),
            ("0g", None),
            ("000", None),
            ("é", None),
        ] {
            assert_eq!(super::decode(text), want, "{text}");
        }
    }
}
