//! JPEGs of arbitrary bytes, reduced while they are decoded and then resized: no panic, no more memory or time than was
//! stated, and an image of the requested size.
//!
//! The first bytes choose the size and a crop; the rest is put between the markers that begin and end a JPEG.
#![no_main]

use libfuzzer_sys::fuzz_target;
use originkit::Limits;
use originkit::transform::Transformation;
use originkit_fuzz::{options, render};

fuzz_target!(|input: (u8, u8, bool, &[u8])| {
    let (width, height, cropped, rest) = input;
    let (width, height) = (u32::from(width) + 1, u32::from(height) + 1);
    let text = if cropped { format!("w-{width},h-{height},f-png") } else { format!("w-{width},c-at_max,f-png") };
    let wanted = Transformation::parse(&text, &Limits::default()).expect("a transformation").transformation;
    let file = [&[0xFF, 0xD8, 0xFF], rest, &[0xFF, 0xD9]].concat();
    let Ok(image) = render(&file, &wanted, &options()) else { return };
    assert!(if cropped { image.size.width == width } else { image.size.width <= width });
});
