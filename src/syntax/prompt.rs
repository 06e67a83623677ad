//! Prompts: `prompt-<text>` and `prompte-<base64>`.

use super::value::Expected;
use crate::base64;

/// Reads a prompt in either spelling.
pub(super) fn read(text: &str) -> Result<String, Expected> {
    const EXPECTED: Expected = "`prompt-` and a text, or `prompte-` and base64";
    let prompt = match text.strip_prefix("prompte-") {
        Some(encoded) => base64::decode(encoded).and_then(|bytes| String::from_utf8(bytes).ok()),
        None => text.strip_prefix("prompt-").map(str::to_owned),
    };
    prompt.filter(|prompt| !prompt.is_empty()).ok_or(EXPECTED)
}

/// Appends the plain spelling if it can hold the text: no separator, no slash, no space at the end.
pub(super) fn write(prompt: &str, out: &mut String) {
    if prompt.contains([',', ':', '/']) || prompt.ends_with(' ') {
        out.push_str("prompte-");
        out.push_str(&base64::encode(prompt.as_bytes()));
    } else {
        out.push_str("prompt-");
        out.push_str(prompt);
    }
}
