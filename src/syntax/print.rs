//! The canonical form: `Display` of transformations.

use std::fmt;

use super::params;
use super::plain::{is_plain, is_plain_path};
use super::printer::Printer;
use crate::base64;
use crate::limits::Limits;
use crate::path::AssetPath;
use crate::transform::{Content, Layer, Position, Step, Transformation};

/// Prints the canonical form: parameters in a fixed order, percent-encoded for use in a URL.
impl fmt::Display for Transformation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = Printer::default();
        transformation(self, &mut out);
        f.write_str(&out.text)
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

fn path_input(path: &AssetPath, out: &mut Printer) {
    let path = path.decoded();
    if is_plain_path(&path) {
        out.pair("i", &path.replace('/', "@@"));
    } else {
        out.pair("ie", &base64::encode(path.as_bytes()));
    }
}

/// Prints a text. It is plain if ImageKit's SDKs write it plain: `^[a-zA-Z0-9-._ ]*$`. A text whose base64 would be
/// truncated by the parser is plain too: it must have been parsed from the plain spelling, otherwise it would be
/// shorter.
fn text_input(text: &str, out: &mut Printer) {
    let encoded = base64::encode(text.as_bytes());
    if text.bytes().all(is_plain) || encoded.len() > Limits::default().base64_chars {
        out.pair("i", text);
    } else {
        out.pair("ie", &encoded);
    }
}
