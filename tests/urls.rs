//! URLs from the builder: their spelling, and that they are read as the values that they were built from.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    reason = "a test with known numbers"
)]

use originkit::error::BuildError;
use originkit::error::PathError;
use originkit::transform::{Edit, Focus, Gravity, Layer, Length, Number, Transformation};
use originkit::{Endpoint, Engine, Origin, UrlBuilder};

const BASE: &str = "https://img.example.com/shop";

fn endpoint() -> Endpoint {
    Endpoint::new(BASE).also("https://www.example.com")
}

fn engine() -> Engine {
    Engine::builder()
        .endpoint(endpoint().origin(Origin::new("https://origin.example")))
        .named("small", "w-1")
        .build()
        .unwrap()
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
        engine().parse(&made).unwrap();
    }
    let other = Endpoint::new("https://IMG.example.com:443/shop/").url("a.jpg").build().unwrap();
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
        let read = engine().parse(&made).unwrap();
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
    use originkit::config::SigningKey;
    use std::time::{Duration, SystemTime};

    let plain = url("a b.jpg").transformation_text("w-1").build().unwrap();
    for key in [SigningKey::sha1("key"), SigningKey::sha256("key")] {
        let url = |path: &str| endpoint().signing_key(&key).url(path);
        let made = |builder: UrlBuilder| builder.transformation_text("w-1").sign().unwrap();
        assert_eq!(made(url("a b.jpg")), key.sign_url(&plain, BASE, None));
        assert_eq!(made(url("a b.jpg").expires(5)), key.sign_url(&plain, BASE, Some(5)));
        let later = SystemTime::UNIX_EPOCH + Duration::from_millis(5999);
        assert_eq!(made(url("a b.jpg").expires_at(later)), key.sign_url(&plain, BASE, Some(5)));
        assert_eq!(made(url("https://www.example.com/a.jpg?v=1")), {
            let plain = "https://www.example.com/a.jpg?v=1&tr=w-1";
            key.sign_url(plain, "https://www.example.com", None)
        });
    }
    assert_eq!(url("a.jpg").expires(5).build(), Err(BuildError::Unsigned));
}

/// The URLs that the tests of ImageKit's JavaScript SDK (5.x, `test/url-generation`) make of sources, transformations
/// and queries, on inputs of this crate: each URL is built byte for byte, and read with no loss except those named
/// here.
///
/// Not reproduced: sources that are empty or `https://`, for which the SDK returns an empty text and this crate an
/// error (see `what_cannot_be_written_is_refused`); and the texts of JavaScript objects (`undefined`, `null`,
/// `"false"`), which are specific to the SDK. With `node` installed, `tests/sdk.rs` compares thousands of URLs with
/// those of the Node SDK.
#[test]
fn urls_are_those_of_the_javascript_sdk() {
    const HERE: &str = "https://img.example.com/shop";
    let rows: &[(&str, &str, &str, &[&str])] = &[
        // Source, transformation, URL behind the endpoint, tokens without effect.
        ("/shoe.jpg", "", "/shoe.jpg", &[]),
        ("///shoe.jpg", "h-20,w-30", "/shoe.jpg?tr=h-20,w-30", &[]),
        ("https://img.example.com/shop/shoe_2.jpg", "", "/shoe_2.jpg", &[]),
        ("https://img.example.com/shop/shoe_2.jpg", "h-20,w-30", "/shoe_2.jpg?tr=h-20,w-30", &[]),
        ("shoe.jpg", "h-20,w-30:rt-90", "/shoe.jpg?tr=h-20,w-30:rt-90", &[]),
        ("shoe.jpg", "h-20:unheard_of-x", "/shoe.jpg?tr=h-20:unheard_of-x", &["unheard_of-x"]),
        ("shoe.jpg", "un-heard-true", "/shoe.jpg?tr=un-heard-true", &["un-heard-true"]),
        (
            "shoe.jpg",
            "w-5,l-image,i-logo.png,w-9,b-1_CDDC39,l-end",
            "/shoe.jpg?tr=w-5,l-image,i-logo.png,w-9,b-1_CDDC39,l-end",
            &[],
        ),
        ("shoe.jpg", "l-image,i-/a/logo.png,l-end", "/shoe.jpg?tr=l-image,i-/a/logo.png,l-end", &[]),
        ("shoe.jpg", "di-", "/shoe.jpg?tr=di-", &["di-"]),
        ("shoe.jpg", "e-contrast", "/shoe.jpg?tr=e-contrast", &[]),
        ("shoe.jpg", "di-none.jpg,e-shadow", "/shoe.jpg?tr=di-none.jpg,e-shadow", &[]),
        ("shoe.jpg", "e-shadow-bl-5_st-40_x-10_y-N5", "/shoe.jpg?tr=e-shadow-bl-5_st-40_x-10_y-N5", &[]),
        ("shoe.jpg", "t-true", "/shoe.jpg?tr=t-true", &[]),
        ("shoe.jpg", "t-5", "/shoe.jpg?tr=t-5", &[]),
        ("shoe.jpg", "e-bgremove", "/shoe.jpg?tr=e-bgremove", &[]),
        ("shoe.jpg", "e-removedotbg", "/shoe.jpg?tr=e-removedotbg", &[]),
        ("shoe.jpg", "e-gradient", "/shoe.jpg?tr=e-gradient", &[]),
        ("shoe.jpg", "e-gradient-ld-top_from-green_sp-1", "/shoe.jpg?tr=e-gradient-ld-top_from-green_sp-1", &[]),
        ("shoe.jpg", "e-dropshadow-az-45", "/shoe.jpg?tr=e-dropshadow-az-45", &[]),
        ("shoe.jpg", "e-sharpen-10,e-usm", "/shoe.jpg?tr=e-sharpen-10,e-usm", &[]),
        ("shoe.jpg", "w-iw_div_2,h-ih_mul_0.5,ar-iar_div_2", "/shoe.jpg?tr=w-iw_div_2,h-ih_mul_0.5,ar-iar_div_2", &[]),
        ("shoe.jpg", "ar-4:3", "/shoe.jpg?tr=ar-4:3", &[]),
        ("shoe.jpg", "ar-4_3,bg-blurred", "/shoe.jpg?tr=ar-4_3,bg-blurred", &[]),
        (
            "shoe.jpg",
            "bg-genfill,c-at_max,cm-extract,fo-face",
            "/shoe.jpg?tr=bg-genfill,c-at_max,cm-extract,fo-face",
            &[],
        ),
        ("shoe.jpg", "r-10_10_max_10,x-1,y-2,xc-3,yc-4", "/shoe.jpg?tr=r-10_10_max_10,x-1,y-2,xc-3,yc-4", &[]),
        (
            "shoe.jpg",
            "b-5-A94D34,n-small,vc-h264,so-5,e-upscale,e-retouch,e-bgremove,e-changebg-prompt-car",
            "/shoe.jpg?tr=b-5-A94D34,n-small,vc-h264,so-5,e-upscale,e-retouch,e-bgremove,e-changebg-prompt-car",
            &["vc-h264", "so-5"],
        ),
        (
            "shoe.jpg",
            "cr-FF0000_50_0000FF,e-colorize-co-red_in-40",
            "/shoe.jpg?tr=cr-FF0000_50_0000FF,e-colorize-co-red_in-40",
            &[],
        ),
        ("shoe.jpg", "e-distort-a-45", "/shoe.jpg?tr=e-distort-a-45", &[]),
        // Layers, written into the path.
        ("p/base.jpg", "l-text,i-Two%20Words,l-end", "/tr:l-text,i-Two%20Words,l-end/p/base.jpg", &[]),
        ("p/base.jpg", "l-image,i-logo.png,l-end", "/tr:l-image,i-logo.png,l-end/p/base.jpg", &[]),
        ("p/base.mp4", "l-video,i-loop.mp4,l-end", "/tr:l-video,i-loop.mp4,l-end/p/base.mp4", &[]),
        ("p/base.mp4", "l-subtitles,i-a.srt,l-end", "/tr:l-subtitles,i-a.srt,l-end/p/base.mp4", &[]),
        (
            "p/base.jpg",
            "l-image,i-ik_canvas,bg-FF0000,l-end",
            "/tr:l-image,i-ik_canvas,bg-FF0000,l-end/p/base.jpg",
            &[],
        ),
        ("p/base.jpg", "l-image,i-brand@@logo.png,l-end", "/tr:l-image,i-brand@@logo.png,l-end/p/base.jpg", &[]),
        (
            "p/base.jpg",
            "l-image,ie-YnJhbmQvw5EucG5n,lm-cutter,l-end",
            "/tr:l-image,ie-YnJhbmQvw5EucG5n,lm-cutter,l-end/p/base.jpg",
            &[],
        ),
        (
            "p/base.jpg",
            "l-text,i-Hi,lx-10,ly-20,lfo-center,lso-5,leo-15,ldu-10,w-bw_mul_0.5,ia-left,al-7,tg-b,lh-20,l-end",
            "/tr:l-text,i-Hi,lx-10,ly-20,lfo-center,lso-5,leo-15,ldu-10,w-bw_mul_0.5,ia-left,al-7,tg-b,lh-20,l-end/p/base.jpg",
            &["lfo-center", "lso-5", "leo-15", "ldu-10"],
        ),
        (
            "p/base.jpg",
            "l-image,i-a.png,w-bw_div_2,l-text,i-inside,l-end,l-end:rt-90",
            "/tr:l-image,i-a.png,w-bw_div_2,l-text,i-inside,l-end,l-end:rt-90/p/base.jpg",
            &[],
        ),
        (
            "p/base.jpg",
            "l-image,i-a.png,lm-displace,lx-1,ly-2,l-end",
            "/tr:l-image,i-a.png,lm-displace,lx-1,ly-2,l-end/p/base.jpg",
            &[],
        ),
        (
            "p/base.jpg",
            "l-image,i-a.png,lxc-9,lyc-5,lap-top_left,l-end",
            "/tr:l-image,i-a.png,lxc-9,lyc-5,lap-top_left,l-end/p/base.jpg",
            &[],
        ),
    ];
    for (src, text, want, lost) in rows {
        let mut builder = url(src).transformation_text(text);
        if want.starts_with("/tr:") {
            builder = builder.in_path();
        }
        let made = builder.build().unwrap();
        assert_eq!(made, format!("{HERE}{want}"));
        let read = engine().parse(&made).unwrap();
        let ignored: Vec<_> = read.ignored().iter().map(|ignored| ignored.token.as_str()).collect();
        assert_eq!(&ignored, lost, "{made}");
    }
    // A query of the source, more of it, and the transformation last.
    let merged = url("https://img.example.com/shop/a.jpg?t1=v1").query("t2", "v2").transformation_text("h-20").build();
    assert_eq!(merged.unwrap(), "https://img.example.com/shop/a.jpg?t1=v1&t2=v2&tr=h-20");
}
