//! Inputs and paths in plain spelling and in base64.

use crate::base64;

/// Returns `i` or `ie` with a path, not percent-encoded.
pub(crate) fn path_parameter(path: &str) -> String {
    if is_plain_path(path) {
        format!("i-{}", path.replace('/', "@@"))
    } else {
        format!("ie-{}", base64::encode(path.as_bytes()))
    }
}

/// Returns `i` or `ie` with a text, not percent-encoded.
pub(crate) fn text_parameter(text: &str) -> String {
    if text.bytes().all(is_plain) { format!("i-{text}") } else { format!("ie-{}", base64::encode(text.as_bytes())) }
}

/// Returns `true` for a path that ImageKit's SDKs write in plain spelling: `^[a-zA-Z0-9-._/ ]*$`.
pub(super) fn is_plain_path(path: &str) -> bool {
    path.bytes().all(|b| b == b'/' || is_plain(b))
}

pub(super) fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._ ".contains(&byte)
}

/// Appends a path with `@@` for slashes. A slash after an `@` of the path stays and is percent-encoded later, because
/// `@@@` would be parsed with the slash first.
pub(super) fn plain_path(path: &str, out: &mut String) {
    let mut before = '/';
    for character in path.chars() {
        match character {
            '/' if before != '@' => out.push_str("@@"),
            other => out.push(other),
        }
        before = character;
    }
}
