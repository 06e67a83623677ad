//! Profiles, EXIF and XMP of arbitrary bytes in valid images: no panic, no more memory or time than was stated, and the
//! image is delivered, whatever they contain.
//!
//! The first byte chooses the place of the block, the second a transformation.
#![no_main]

use libfuzzer_sys::fuzz_target;
use originkit_fuzz::{Carrier, chosen, options, render, with_metadata};

const WANTED: [&str; 6] = [
    "w-9,f-png",
    "w-9,f-jpg,cp-true",
    "w-9,f-webp,md-true,cp-true",
    "f-png,md-true",
    "f-jpg,md-true,rt-auto",
    "f-webp",
];

fuzz_target!(|input: &[u8]| {
    let Some((carrier, rest)) = chosen(input) else { return };
    let Some((wanted, block)) = chosen(rest) else { return };
    let file = with_metadata(Carrier::ALL[carrier % Carrier::ALL.len()], block);
    let wanted = WANTED[wanted % WANTED.len()].parse().expect("a transformation");
    let options = options();
    let made = render(&file, &wanted, &options);
    assert!(made.is_ok(), "{:?}", made.err());
    assert!(options.inspect(&file).is_ok());
});
