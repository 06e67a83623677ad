//! URLs from the builder: the parser reads back the values that they were built from.
//!
//! The lines are: path, transformation, name for search engines, name for the download, a parameter and its value.
#![no_main]

use libfuzzer_sys::fuzz_target;
use originkit::error::{NameError, Rejection};
use originkit::transform::Transformation;
use originkit::{Endpoint, Engine, Limits, Origin};

fuzz_target!(|input: (bool, &str)| {
    let (in_path, text) = input;
    let mut lines = text.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    let (path, wanted, seo, attachment, name, value) = (line(), line(), line(), line(), line(), line());
    // These names are reserved: with them, the URL has another meaning.
    let is_ours = |segment: &str| segment.starts_with("tr:") || segment.starts_with("ik-");
    if path.split('/').any(is_ours) || name == "tr" || name.starts_with("ik-") {
        return;
    }
    let endpoint = Endpoint::new("https://img.example.com/base").origin(Origin::new("https://www.example.com"));
    let engine = Engine::builder().endpoint(endpoint).build().expect("a configuration");
    let mut builder = engine.url_below("https://img.example.com/base", path).transformation_text(wanted);
    if in_path {
        builder = builder.in_path();
    }
    if !seo.is_empty() {
        builder = builder.seo(seo);
    }
    if !attachment.is_empty() {
        builder = builder.attachment(attachment);
    }
    if !name.is_empty() {
        builder = builder.query(name, value);
    }
    let Ok(url) = builder.build() else { return };
    assert!(url.is_ascii() && !url.bytes().any(|byte| byte <= b' ' || byte == 0x7F), "{url}");
    if url.len() > Limits::default().url_bytes {
        return;
    }
    let read = match engine.parse(&url) {
        // There is no stored transformation with this name.
        Err(Rejection::Name(NameError::Unknown(_))) => return,
        read => read.unwrap_or_else(|error| panic!("{url}: {error}")),
    };
    let meant = Transformation::parse(wanted, &Limits::default()).expect("it was built").transformation;
    assert_eq!(read.transformation(), &meant, "{url}");
    assert_eq!(read.attachment_filename().unwrap_or_default(), attachment, "{url}");
    // A path may be encoded already, or be a whole URL below the endpoint.
    if !path.contains(['%', ':', '?', '#']) {
        let segments: Vec<_> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        // A path with a file name is not a folder.
        let end = if path.ends_with('/') && seo.is_empty() { "/" } else { "" };
        assert_eq!(percent_decoded(read.path()), segments.join("/") + end, "{url}");
    }
});

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let code = (*first == b'%').then(|| behind.get(..2)).flatten();
        let code = code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = &behind[if code.is_some() { 2 } else { 0 }..];
    }
    String::from_utf8(bytes).expect("UTF-8")
}
