//! Fonts of arbitrary bytes: a text is shaped and drawn without a panic, and takes no more memory or time than was
//! stated.
//!
//! The first byte chooses the text.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use originkit::bytes::Bytes;
use originkit::transform::{AssetPath, Transformation};
use originkit_fuzz::{Carrier, chosen, options, render, with_metadata};

const WANTED: [&str; 6] = [
    "l-text,i-Hello affine World,fs-20,ff-f.ttf,l-end,f-png",
    "l-text,ie-4KSV4KWN4KS3INmF2LEgYWJjIPCfmIA%3D,fs-30,tg-b_i,ff-f.ttf,l-end,f-png",
    "l-text,i-AV fi ffl T. 1/2 xyz,fs-200,ff-f.ttf,w-40,l-end,f-png",
    "l-text,ie-16nXnNeV150gYWJj,fs-9,tg-strikethrough,ff-f.ttf,ia-right,l-end,f-png",
    "l-text,i-aaaa bbbb AAAA,fs-3,w-10,lh-5,pa-3,bg-FF0000,rt-20,ff-f.ttf,l-end,f-png",
    "l-text,ie-zqnDqQ%3D%3D,fs-60,ff-f.ttf,w-100,ia-center,l-end,f-png",
];

fuzz_target!(|input: &[u8]| {
    static BASE: OnceLock<Vec<u8>> = OnceLock::new();
    let base = BASE.get_or_init(|| with_metadata(Carrier::PngExif, b""));
    let Some((wanted, font)) = chosen(input) else { return };
    let wanted: Transformation = WANTED[wanted % WANTED.len()].parse().expect("a transformation");
    let mut options = options();
    options.files = vec![(AssetPath::from_text("f.ttf").expect("a path"), Bytes::copy_from_slice(font))];
    _ = render(base, &wanted, &options);
});
