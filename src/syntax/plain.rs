//! Inputs and paths that are written as they are, and those in base64.

use crate::base64;

/// `i` or `ie` with a path, not percent-encoded.
pub(crate) fn path_parameter(path: &str) -> String {
    if is_plain_path(path) {
        format!("i-{}", path.replace('/', "@@"))
    } else {
        format!("ie-{}", base64::encode(path.as_bytes()))
    }
}

/// `i` or `ie` with a text, not percent-encoded.
pub(crate) fn text_parameter(text: &str) -> String {
    if text.bytes().all(is_plain) { format!("i-{text}") } else { format!("ie-{}", base64::encode(text.as_bytes())) }
}

/// Plain where ImageKit's SDKs write it plain: `^[a-zA-Z0-9-._/ ]*$`.
pub(super) fn is_plain_path(path: &str) -> bool {
    path.bytes().all(|b| b == b'/' || is_plain(b))
}

pub(super) fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._ ".contains(&byte)
}

/// Appends a path with `@@` for slashes. Behind an `@` of the path the slash stays, to be
/// percent-encoded: `@@@` would be read with the slash first.
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
