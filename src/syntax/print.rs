//! The canonical form: `Display` of transformations.

use std::fmt;

use super::params;
use super::value::Value;
use crate::base64;
use crate::limits::Limits;
use crate::path::AssetPath;
use crate::percent;
use crate::transform::{Content, Layer, Position, Step, Transformation};

/// Prints the canonical form: parameters in a fixed order, percent-encoded for use in a URL.
impl fmt::Display for Transformation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = Printer::default();
        transformation(self, &mut out);
        f.write_str(&out.text)
    }
}

/// Writes tokens and the separators between them.
#[derive(Default)]
pub(super) struct Printer {
    text: String,
    /// What goes before the next token.
    separator: &'static str,
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
            self.text.extend(percent::encode(value, percent::PARAMETER));
        }
    }

    /// A token as it is.
    fn word(&mut self, word: &str) {
        self.text.push_str(self.separator);
        self.text.push_str(word);
        self.separator = ",";
    }
}

fn transformation(it: &Transformation, out: &mut Printer) {
    for (n, step) in it.steps.iter().enumerate() {
        if n > 0 {
            out.separator = ":";
        }
        match step {
            Step::Edit(edit) => {
                params::write(edit, out);
                edit.layers.iter().for_each(|it| layer(it, out));
            }
            Step::If(choice) => {
                out.word("if");
                out.text.push('-');
                out.text.push_str(&choice.test.to_string());
                transformation(&choice.then, out);
                if let Some(otherwise) = &choice.otherwise {
                    out.separator = ",";
                    out.word("if-else");
                    transformation(otherwise, out);
                }
                out.separator = ",";
                out.word("if-end");
            }
        }
    }
}

fn layer(it: &Layer, out: &mut Printer) {
    match &it.content {
        Content::Image(path) => {
            out.word("l-image");
            path_input(path, out);
        }
        Content::Canvas => {
            out.word("l-image");
            out.pair("i", "ik_canvas");
        }
        Content::Text(text) => {
            out.word("l-text");
            text_input(text, out);
        }
        Content::Video(path) => {
            out.word("l-video");
            path_input(path, out);
        }
        Content::Subtitles(path) => {
            out.word("l-subtitles");
            path_input(path, out);
        }
    }
    match &it.place.x {
        Some(Position::Edge(offset)) => out.parameter("lx", offset),
        Some(Position::Center(offset)) => out.parameter("lxc", offset),
        None => {}
    }
    match &it.place.y {
        Some(Position::Edge(offset)) => out.parameter("ly", offset),
        Some(Position::Center(offset)) => out.parameter("lyc", offset),
        None => {}
    }
    if let Some(anchor) = &it.place.anchor {
        out.parameter("lap", anchor);
    }
    if let Some(focus) = &it.place.focus {
        out.parameter("lfo", focus);
    }
    if let Some(blend) = &it.blend {
        out.parameter("lm", blend);
    }
    transformation(&it.steps, out);
    out.separator = ",";
    out.word("l-end");
}

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

fn path_input(path: &AssetPath, out: &mut Printer) {
    let path = path.decoded();
    if is_plain_path(&path) {
        out.pair("i", &path.replace('/', "@@"));
    } else {
        out.pair("ie", &base64::encode(path.as_bytes()));
    }
}

/// Plain where ImageKit's SDKs write it plain: `^[a-zA-Z0-9-._ ]*$`. So is a text whose base64 would
/// be cut when read: it was read from the plain spelling, or else it would be shorter.
fn text_input(text: &str, out: &mut Printer) {
    let encoded = base64::encode(text.as_bytes());
    if text.bytes().all(is_plain) || encoded.len() > Limits::default().base64_chars {
        out.pair("i", text);
    } else {
        out.pair("ie", &encoded);
    }
}

/// Plain where ImageKit's SDKs write it plain: `^[a-zA-Z0-9-._/ ]*$`.
fn is_plain_path(path: &str) -> bool {
    path.bytes().all(|b| b == b'/' || is_plain(b))
}

fn is_plain(byte: u8) -> bool {
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
