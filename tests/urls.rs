//! URLs that are put together: how they are spelled, and that they are read as what they were made from.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use originkit::transform::{Edit, Focus, Gravity, Layer, Length, Number, PathError, Transformation};
use originkit::{BuildError, Endpoint, UrlBuilder};

const BASE: &str = "https://img.example.com/shop";

fn endpoint() -> Endpoint {
    Endpoint::new(BASE).unwrap().also("https://www.example.com").unwrap()
}

fn url(path: &str) -> UrlBuilder {
    endpoint().url(path)
}

#[test]
fn each_part_has_its_place() {
    for (builder, want) in [
        (url("a.jpg"), "/a.jpg"),
        (url("//a//b/c.jpg/"), "/a/b/c.jpg/"),
        (url("red shoe/100%25 é?#\"<>`{}^|.jpg"), "/red%20shoe/100%25%20%C3%A9%3F%23%22%3C%3E%60%7B%7D^|.jpg"),
        (url("a.jpg").transformation_text("h-200,w-300"), "/a.jpg?tr=h-200,w-300"),
        (url("a.jpg").transformation_text("tr:h-200").in_path(), "/tr:h-200/a.jpg"),
        (url("a.jpg").transformation_text("").in_path(), "/a.jpg"),
        (url("a.jpg").query("a b", "c&d=~*").transformation_text("w-1"), "/a.jpg?a+b=c%26d%3D%7E*&tr=w-1"),
        (url("a.jpg").attachment(""), "/a.jpg?ik-attachment=true"),
        (url("a.jpg").attachment("my é+&"), "/a.jpg?ik-attachment=true&ik-attachment-filename=my%20%C3%A9%2B%26"),
        (url("x/a.b.jpg").seo("red shoe/1%"), "/ik-seo/x/a.b/red%20shoe%2F1%25.jpg"),
        (url("a.jpg").seo("b").transformation_text("w-1").in_path(), "/ik-seo/tr:w-1/a/b.jpg"),
        // What would be another URL as it stands.
        (
            url("a.jpg").transformation_text("l-image,i-a/b c.png,l-end").in_path(),
            "/tr:l-image,i-a%2Fb%20c.png,l-end/a.jpg",
        ),
        (url("a.jpg").transformation_text("l-text,i-a&b#c,l-end"), "/a.jpg?tr=l-text,i-a%26b%23c,l-end"),
    ] {
        let made = builder.build().unwrap();
        assert_eq!(made, format!("{BASE}{want}"));
        endpoint().parse(&made).unwrap();
    }
    let other = Endpoint::new("https://IMG.example.com:443/shop/").unwrap().url("a.jpg").build().unwrap();
    assert_eq!(other, "https://img.example.com/shop/a.jpg");
}

#[test]
fn absolute_urls_stay_as_they_are() {
    for (src, text, query, want) in [
        ("https://img.example.com/shop/a%20b.jpg", "w-1", None, "https://img.example.com/shop/a%20b.jpg?tr=w-1"),
        ("http://www.example.com/a.jpg?x=a%20b#c", "w-1", None, "http://www.example.com/a.jpg?x=a%20b&tr=w-1"),
        ("https://www.example.com/a.jpg?x=a%20b&y", "", Some(("v", "1")), "https://www.example.com/a.jpg?x=a+b&y=&v=1"),
        ("https://www.example.com/a.jpg?", "w-1", None, "https://www.example.com/a.jpg?tr=w-1"),
    ] {
        let mut builder = url(src).transformation_text(text).in_path();
        if let Some((name, value)) = query {
            builder = builder.query(name, value);
        }
        assert_eq!(builder.build().unwrap(), want);
    }
    assert_eq!(url("https://img.example.com/a.jpg").build(), Err(BuildError::Elsewhere));
    assert_eq!(url("https://img.example.com/shop/a.jpg").seo("b").build(), Err(BuildError::Seo));
}

#[test]
fn what_is_read_is_what_it_was_made_from() {
    let edit = Edit::new().width(Length::Share("0.5".parse::<Number>().unwrap())).focus(Focus::Auto);
    let text = Layer::text("Größe: 50%, &c.").edit(Edit::new().rotation(-5)).at(-3, 0);
    let wanted = Transformation::new().then(edit.layer(text)).then(Edit::new().grayscale().original());
    for in_path in [false, true] {
        let mut builder =
            url("x/photo.jpg").transformation(wanted.clone()).seo("rot").query("v", "2").attachment("a b");
        if in_path {
            builder = builder.in_path();
        }
        let made = builder.build().unwrap();
        let read = endpoint().parse(&made).unwrap();
        assert_eq!((read.transformation(), read.path(), read.query()), (&wanted, "x/photo.jpg", Some("v=2")), "{made}");
        assert_eq!((read.is_attachment(), read.attachment_filename()), (true, Some("a b")), "{made}");
        assert!(read.ignored().is_empty());
    }
}

#[test]
fn what_cannot_be_written_is_refused() {
    assert_eq!(url("").build(), Err(BuildError::Path(PathError::Empty)));
    assert_eq!(url("//").build(), Err(BuildError::Path(PathError::Empty)));
    assert_eq!(url("a/../b.jpg").build(), Err(BuildError::Path(PathError::DotSegment)));
    assert_eq!(url("a\\b.jpg").build(), Err(BuildError::Path(PathError::Backslash)));
    for (path, name) in [("a", "b"), ("x.y/a", "b"), ("a.", "b"), (".jpg", "b"), ("x/.jpg", "b"), ("a.jpg", "")] {
        assert_eq!(url(path).seo(name).build(), Err(BuildError::Seo), "{path}");
    }
    let zero = url("a.jpg").transformation(Edit::new().width(0)).build();
    assert_eq!(zero, Err(BuildError::Unwritable("w-0".to_owned())));
    let side = Transformation::from(Edit::new().font_size(5));
    assert!(matches!(url("a.jpg").transformation(side).build(), Err(BuildError::Unwritable(_))));
    let open = url("a.jpg").transformation_text("l-image,i-a.png").build();
    assert!(matches!(open, Err(BuildError::Parse(_))), "{open:?}");
    let deep = (0..4).fold(Layer::canvas(), |inner, _| Layer::canvas().edit(Edit::new().layer(inner)));
    assert!(matches!(url("a.jpg").transformation(Edit::new().layer(deep)).build(), Err(BuildError::Parse(_))));
    // The side of nothing is the centre.
    assert!(url("a.jpg").transformation(Edit::new().layer(Layer::canvas().focus(Gravity::Center))).build().is_ok());
}

#[cfg(feature = "signing")]
#[test]
fn signatures_cover_what_is_behind_the_endpoint() {
    use originkit::{SigningKey, sign};
    use std::time::{Duration, SystemTime};

    let plain = url("a b.jpg").transformation_text("w-1").build().unwrap();
    for key in [SigningKey::sha1("key"), SigningKey::sha256("key")] {
        let made = |builder: UrlBuilder| builder.transformation_text("w-1").sign(&key).unwrap();
        assert_eq!(made(url("a b.jpg")), sign(&plain, BASE, &key, None));
        assert_eq!(made(url("a b.jpg").expires(5)), sign(&plain, BASE, &key, Some(5)));
        let later = SystemTime::UNIX_EPOCH + Duration::from_millis(5999);
        assert_eq!(made(url("a b.jpg").expires_at(later)), sign(&plain, BASE, &key, Some(5)));
        assert_eq!(made(url("https://www.example.com/a.jpg?v=1")), {
            let plain = "https://www.example.com/a.jpg?v=1&tr=w-1";
            sign(plain, "https://www.example.com", &key, None)
        });
    }
    assert_eq!(url("a.jpg").expires(5).build(), Err(BuildError::Unsigned));
}
