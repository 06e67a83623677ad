//! Transformations applied to a small image: no panic, and no more memory or time than was stated.
//!
//! The input is text. If its first byte is above 127, it is a list of token numbers in the dictionary, two bytes each.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use originkit::bytes::Bytes;
use originkit::transform::{AssetPath, Transformation};
use originkit::{Format, Renderer};
use originkit_fuzz::{Carrier, TOKENS, options, render, with_metadata};

const BETWEEN: [char; 8] = [',', ',', ',', ',', ':', ':', '-', '_'];

fuzz_target!(|input: &[u8]| {
    static SETTING: OnceLock<(Vec<&str>, Vec<u8>, Renderer)> = OnceLock::new();
    let (tokens, image, options) = SETTING.get_or_init(|| (tokens(), with_metadata(Carrier::PngExif, b""), setting()));
    let text = match input.split_first() {
        Some((128.., numbers)) => composed(tokens, numbers),
        _ => String::from_utf8_lossy(input).into_owned(),
    };
    let Ok(read) = Transformation::parse(&text, &options.rules.limits) else { return };
    _ = render(image, &read.transformation, options);
});

fn composed(tokens: &[&str], numbers: &[u8]) -> String {
    let mut text = String::new();
    for (number, _) in numbers.as_chunks::<2>().0.iter().zip(0..40) {
        let number = usize::from(u16::from_le_bytes(*number));
        text += tokens[number % tokens.len()];
        text.push(BETWEEN[number / tokens.len() % BETWEEN.len()]);
    }
    text
}

fn tokens() -> Vec<&'static str> {
    TOKENS.lines().filter_map(|line| line.strip_prefix('"')?.strip_suffix('"')).collect()
}

fn setting() -> Renderer {
    let mut options = options();
    let layer = Bytes::from(with_metadata(Carrier::GrayJpegProfile, b""));
    options.files = vec![(AssetPath::from_text("a.jpg").expect("a path"), layer)];
    options.accept = vec![Format::WebP];
    options
}
