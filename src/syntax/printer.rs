//! [`Printer`]: writes tokens, percent-encoded.

use super::value::Value;

/// Writes tokens and the separators between them.
#[derive(Default)]
pub(super) struct Printer {
    pub(super) text: String,
    /// What goes before the next token.
    pub(super) separator: &'static str,
}

impl Printer {
    /// `key-value`, or the bare key where the value needs no text.
    pub(super) fn parameter<T: Value>(&mut self, key: &str, value: &T) {
        let mut text = String::new();
        value.write(&mut text);
        self.pair(key, &text);
    }

    /// The same for a value that is text already, not yet percent-encoded.
    pub(super) fn pair(&mut self, key: &str, value: &str) {
        self.word(key);
        if !value.is_empty() {
            self.text.push('-');
            encode(value, &mut self.text);
        }
    }

    /// A token as it is.
    pub(super) fn word(&mut self, word: &str) {
        self.text.push_str(self.separator);
        self.text.push_str(word);
        self.separator = ",";
    }
}

/// Percent-encodes all but unreserved characters (RFC 3986, 2.3) and `@`.
fn encode(text: &str, out: &mut String) {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let digits = [byte >> 4, byte & 0xF];
            out.push('%');
            out.extend(digits.iter().filter_map(|digit| HEX.get(usize::from(*digit))));
        }
    }
}
