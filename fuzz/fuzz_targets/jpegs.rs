//! JPEGs of any bytes, reduced while they are read and then resized: no panic, no more taken than was
//! stated, and the size that was asked for.
//!
//! The first bytes choose the size and a crop; what follows stands between the markers that begin and end a JPEG.
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
    let Ok(picture) = render(&file, &wanted, &options()) else { return };
    assert!(if cropped { picture.size.width == width } else { picture.size.width <= width });
});
