//! Text layers from the URL to pixels. The shapes of letters are tested where they are drawn.
#![cfg(feature = "text")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot draw its image may stop")]

use bytes::Bytes;
use image::{ImageFormat, Rgba, RgbaImage};
use originkit::extend::{Extensions, FontQuery, Fonts};
use originkit::{ErrorCode, Renderer};

mod images;

/// Returns an image of one grey on which a text is drawn.
fn base() -> Vec<u8> {
    images::file(RgbaImage::from_pixel(200, 100, Rgba([200, 200, 200, 255])), ImageFormat::Png)
}

fn with(text: &str, options: &Renderer) -> Result<RgbaImage, ErrorCode> {
    let result = options.render(&base(), &format!("{text},f-png").parse().unwrap());
    result.map(|encoded| image::load_from_memory(&encoded.bytes).unwrap().to_rgba8()).map_err(|error| error.code())
}

fn written(text: &str) -> RgbaImage {
    with(text, &Renderer::new()).unwrap_or_else(|code| panic!("{text}: {code}"))
}

/// Returns the left, top, right and bottom of the part that differs from the base.
fn touched(image: &RgbaImage) -> Option<[u32; 4]> {
    let changed = image.enumerate_pixels().filter(|(.., p)| p.0 != [200, 200, 200, 255]);
    changed
        .map(|(x, y, _)| [x, y, x, y])
        .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
}

#[test]
fn a_text_stands_where_it_is_put() {
    let [left, top, right, bottom] = touched(&written("l-text,i-HHH,fs-28,lx-7,ly-9,l-end")).unwrap();
    // Capitals of 28 pixels are 20 high, and the box is their ink.
    assert_eq!((left, top, bottom), (7, 9, 28));
    assert!((60..80).contains(&right), "{right}");
    // In the middle by default.
    let [left, top, right, bottom] = touched(&written("l-text,i-HHH,fs-28,l-end")).unwrap();
    assert!(left.abs_diff(199 - right) <= 1 && top.abs_diff(99 - bottom) <= 1);
    let image = written("l-text,i-IIIIIIIIII,fs-40,co-FF0000,lfo-top_left,l-end");
    assert!(image.pixels().any(|p| p.0 == [255, 0, 0, 255]), "there is a stem in full colour");
}

#[test]
fn a_box_has_its_width_padding_and_background() {
    let image = written("l-text,i-Hi there you,fs-20,w-100,pa-5_10,bg-0000FF,lx-0,ly-0,l-end");
    let [left, top, right, bottom] = touched(&image).unwrap();
    assert_eq!((left, top, right), (0, 0, 119));
    assert!(bottom > 40, "two lines");
    assert_eq!(image.get_pixel(1, 1).0, [0, 0, 255, 255]);
    // Corners, opacity and turning are done to the box.
    let round = written("l-text,i-Hi,fs-20,pa-20,r-20,bg-0000FF,lx-0,ly-0,l-end");
    assert_eq!(round.get_pixel(0, 0).0, [200, 200, 200, 255]);
    let turned = touched(&written("l-text,i-Hello,fs-20,rt-90,bg-0000FF,lx-0,ly-0,l-end")).unwrap();
    assert!(turned[2] < turned[3]);
    let pale = written("l-text,i-Hi,fs-20,pa-20,bg-000000,al-5,lx-0,ly-0,l-end");
    assert!(pale.get_pixel(1, 1).0[0].abs_diff(100) <= 1);
}

#[test]
fn base64_carries_any_script() {
    // `שלום` and `Ωé`
    for text in ["16nXnNeV150%3D", "zqnDqQ%3D%3D"] {
        assert!(touched(&written(&format!("l-text,ie-{text},fs-40,l-end"))).is_some());
    }
}

struct Mono;

impl Fonts for Mono {
    fn find(&self, wanted: &FontQuery<'_>) -> Option<Bytes> {
        (wanted.family == "PT Mono").then(|| Bytes::from_static(dejavu::sans_mono::regular()))
    }
}

#[test]
fn fonts_come_from_files_and_from_the_embedder() {
    let text = "l-text,i-iiiiMMMM,fs-20,ff-fonts@@Mono.ttf,l-end";
    let mut options = Renderer::new();
    assert_eq!(with(text, &options), Err(ErrorCode::NotFound));
    let path = originkit::transform::AssetPath::from_text("fonts/Mono.ttf").unwrap();
    options.files = vec![(path.clone(), Bytes::from_static(b"<html>"))];
    assert_eq!(with(text, &options), Err(ErrorCode::Format));
    options.files = vec![(path, Bytes::from_static(dejavu::sans_mono::regular()))];
    let mono = with(text, &options).unwrap();
    let named = "l-text,i-iiiiMMMM,fs-20,ff-PT Mono,l-end";
    assert_ne!(written(named), mono, "unknown here, so the default");
    let mut options = Renderer::new();
    options.extensions = Extensions::new().fonts(Mono);
    assert_eq!(with(named, &options).unwrap(), mono);
}

#[test]
fn what_is_too_large_is_refused() {
    for text in ["fs-100000", "fs-20,w-16384", "fs-20,pa-9000"] {
        let text = format!("l-text,i-Hello,{text},l-end");
        assert_eq!(with(&text, &Renderer::new()), Err(ErrorCode::Limit), "{text}");
    }
    let mut options = Renderer::new();
    options.rules.limits.text_side = 50;
    assert!(with("l-text,i-x,fs-20,w-50,l-end", &options).is_ok());
    assert_eq!(with("l-text,i-x,fs-20,w-51,l-end", &options), Err(ErrorCode::Limit));
}
