//! URLs of other services: no panic, and the native form of the result reads back as an equal value.
#![no_main]

use libfuzzer_sys::fuzz_target;
use originkit::transform::Transformation;
use originkit::{Dialect, Endpoint, Engine, Limits, Origin};

fuzz_target!(|input: (u8, &str)| {
    let (which, text) = input;
    let dialect = match which % 4 {
        0 => Dialect::cloudinary(),
        1 => Dialect::Cloudinary { preserve_asset_delivery_types: true },
        2 => Dialect::Imgix,
        _ => Dialect::Akamai,
    };
    let endpoint = Endpoint::new("https://img.example.com").origin(Origin::new("https://www.example.com"));
    let engine = Engine::builder().endpoint(endpoint.dialect(dialect)).build().expect("a configuration");
    _ = engine.parse(&format!("https://img.example.com/{text}"));

    let Ok(read) = dialect.translate(text) else { return };
    assert!(read.ignored.iter().all(|it| text.get(it.span.clone()) == Some(&it.token)));
    // The canonical form may be longer than the text, so it gets a higher limit.
    let room = Limits::default().transformation_bytes(8 * Limits::default().transformation_bytes);
    let canonical = read.transformation.to_string();
    let again = Transformation::parse(&canonical, &room).expect("the canonical form reads");
    assert_eq!(again.transformation, read.transformation);
    assert!(again.ignored.is_empty());
});
