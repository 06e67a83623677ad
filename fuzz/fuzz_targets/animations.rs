//! Animations of arbitrary bytes, frame by frame: no panic, and no more memory or time than was stated.
//!
//! The first byte chooses a transformation.
#![no_main]

use libfuzzer_sys::fuzz_target;
use originkit_fuzz::{chosen, options, render};

const WANTED: [&str; 10] = [
    "f-gif",
    "f-webp",
    "f-webp,lo-true",
    "w-20,f-gif",
    "w-16,h-12,cm-extract,f-webp",
    "pg-3,f-png",
    "rt-90,f-gif",
    "w-30,h-30,cm-pad_resize,bg-FF000080,r-max,f-gif",
    "l-image,i-ik_canvas,w-5,h-5,bg-00FF00,l-end,f-webp",
    "pg-2_4,f-gif",
];

fuzz_target!(|input: &[u8]| {
    let Some((wanted, file)) = chosen(input) else { return };
    let wanted = WANTED[wanted % WANTED.len()].parse().expect("a transformation");
    _ = render(file, &wanted, &options());
});
