//! Files of arbitrary bytes as images: no panic, and no more memory or time than was stated.
//!
//! The first byte chooses a transformation, the second a format whose first bytes are prepended, or none.
#![no_main]

use libfuzzer_sys::fuzz_target;
use originkit_fuzz::{chosen, limit, measured, options, render, within};

const WANTED: [&str; 18] = [
    "f-png",
    "w-64,h-64,f-png",
    "w-64,f-webp",
    "w-30,h-50,cm-extract,f-jpg",
    "f-webp,lo-true",
    "f-jpg,pr-true,q-50",
    "f-gif",
    "w-20,h-20,cm-pad_resize,bg-blurred_10,f-png",
    "rt-30,bl-3,f-png",
    "pg-2,t-true,f-png",
    "w-40,e-shadow,f-webp",
    "fo-auto,w-9,h-30,f-png",
    "",
    "md-true,cp-true,f-png,w-30",
    "e-contrast,e-sharpen-3,f-jpg",
    "w-200,h-3,c-force,f-webp",
    "f-jpg,md-true,cp-true",
    "w-3,f-jpg",
];

/// The first bytes of each format.
const STARTS: [&[u8]; 11] = [
    b"\xFF\xD8\xFF",
    b"\x89PNG\r\n\x1a\n\0\0\0\x0DIHDR",
    b"GIF89a",
    b"BM",
    b"II*\0",
    b"MM\0*",
    b"II+\0\x08\0\0\0",
    b"\0\0\x01\0\x01\0",
    b"qoif",
    b"\0\0\0\x20ftypavif",
    b"RIFF\xFF\xFF\0\0WEBPVP8",
];

fuzz_target!(|input: &[u8]| {
    let Some((wanted, rest)) = chosen(input) else { return };
    let Some((start, rest)) = chosen(rest) else { return };
    let mut file = rest.to_vec();
    if let Some(start) = STARTS.get(start.wrapping_sub(1)) {
        file.resize(file.len().max(start.len()), 0);
        file[..start.len()].copy_from_slice(start);
    }
    let options = options();
    let wanted = WANTED[wanted % WANTED.len()].parse().expect("a transformation");
    _ = render(&file, &wanted, &options);
    let (_, taken) = measured(|| options.inspect(&file));
    within("inspected", taken, limit(&options.rules.limits), file.len() as u64);
});
