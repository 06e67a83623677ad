//! Read, print, read: the values are equal, and printing again gives the same text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use originkit::Limits;
use originkit::transform::Transformation;

fuzz_target!(|text: &str| {
    // The canonical form may be longer than the text, so it gets a higher limit.
    let mut room = Limits::default();
    room.transformation_bytes *= 8;
    let Ok(reading) = Transformation::parse(text, &Limits::default()) else { return };
    let canonical = reading.transformation.to_string();
    let again = Transformation::parse(&canonical, &room).expect("the canonical form reads");
    assert_eq!(again.transformation, reading.transformation);
    assert!(again.ignored.is_empty());
    assert_eq!(again.transformation.to_string(), canonical);
});
