//! [`Printer`]: writes tokens, percent-encoded.

use super::value::Value;
use crate::percent;

/// Writes tokens and the separators between them.
#[derive(Default)]
pub(super) struct Printer {
    pub(super) text: String,
    /// The separator before the next token.
    pub(super) separator: &'static str,
}

impl Printer {
    /// Prints `key-value`, or only the key if the value needs no text.
    pub(super) fn parameter<T: Value>(&mut self, key: &str, value: &T) {
        let mut text = String::new();
        value.write(&mut text);
        self.pair(key, &text);
    }

    /// Prints a key with a value that is already text, not yet percent-encoded.
    pub(super) fn pair(&mut self, key: &str, value: &str) {
        self.word(key);
        if !value.is_empty() {
            self.text.push('-');
            self.text.extend(percent::encode(value, percent::PARAMETER));
        }
    }

    /// Prints a token unchanged.
    pub(super) fn word(&mut self, word: &str) {
        self.text.push_str(self.separator);
        self.text.push_str(word);
        self.separator = ",";
    }
}
