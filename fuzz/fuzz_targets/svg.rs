//! SVG: sanitising twice gives the same as once, a second parser finds no active content and no external reference in
//! the result, and drawing takes no more memory or time than was stated.
#![no_main]

use libfuzzer_sys::fuzz_target;
use originkit_fuzz::{options, render, sanitized};
use roxmltree::{Document, Node};

/// Elements with active content, or that load other resources.
const ACTIVE: [&str; 12] = [
    "a",
    "script",
    "foreignobject",
    "iframe",
    "object",
    "embed",
    "handler",
    "listener",
    "audio",
    "video",
    "link",
    "meta",
];

fuzz_target!(|input: &[u8]| {
    if let Ok(once) = sanitized(input) {
        let text = std::str::from_utf8(&once.bytes).expect("UTF-8");
        let document = Document::parse(text).expect("XML");
        document.descendants().filter(Node::is_element).for_each(check);
        assert!(!document.descendants().any(|node| node.is_pi() || node.is_comment()), "{text}");
        let twice = sanitized(&once.bytes).expect("what is sanitised can be");
        assert_eq!(twice.bytes, once.bytes);
    }
    _ = render(input, &"w-64,h-64,f-png".parse().expect("a transformation"), &options());
});

fn check(element: Node<'_, '_>) {
    let name = element.tag_name().name().to_ascii_lowercase();
    assert!(!ACTIVE.contains(&name.as_str()), "{name}");
    assert_eq!(element.tag_name().namespace(), Some("http://www.w3.org/2000/svg"), "{name}");
    if name == "style" {
        element.text().into_iter().for_each(|sheet| refers_inside(&bare(sheet), sheet));
    }
    for attribute in element.attributes() {
        let own = attribute.name().to_ascii_lowercase();
        assert!(!own.starts_with("on"), "{own}");
        if matches!(own.as_str(), "href" | "src" | "data" | "action") {
            let value = attribute.value().trim();
            assert!(value.is_empty() || value.starts_with('#') || value.starts_with("data:image/"), "{own}={value}");
        }
        // An attribute that names another one to set must not activate it.
        if own == "attributename" {
            let set = attribute.value().to_ascii_lowercase();
            assert!(!set.contains("href") && !set.trim().starts_with("on"), "{set}");
        }
        points_inside(attribute.value());
    }
}

/// Checks the value of an attribute, which may be an address.
fn points_inside(value: &str) {
    let bare = bare(value);
    for scheme in ["javascript:", "vbscript:", "data:text", "data:image/svg"] {
        assert!(!bare.starts_with(scheme), "{value}");
    }
    refers_inside(&bare, value);
}

/// Checks the references in a value or a style sheet.
fn refers_inside(bare: &str, value: &str) {
    assert!(!bare.contains("@import") && !bare.contains("expression("), "{value}");
    for (at, _) in bare.match_indices("url(") {
        let inside = bare[at + 4..].trim_start_matches(['"', '\'']);
        assert!(inside.starts_with('#') || inside.starts_with("data:"), "{value}");
    }
}

/// Returns a text as browsers read it: they ignore spaces and escapes before a scheme.
fn bare(value: &str) -> String {
    let bare: String = value.chars().filter(|it| !it.is_whitespace() && !it.is_control()).collect();
    bare.to_ascii_lowercase()
}
