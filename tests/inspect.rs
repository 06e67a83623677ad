//! The results of `inspect` for files that are drawn here.
#![cfg(feature = "pixels")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test that cannot draw its image may stop"
)]

mod images;

use image::{ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use originkit::plan::{Orientation, Size};
use originkit::{Error, Format, Renderer};

/// Returns an image that is blue in three quarters, and orange in the right quarter.
fn flag(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x * 4 < width * 3 { Rgb([20, 40, 180]) } else { Rgb([240, 150, 20]) })
}

#[test]
fn an_image_is_described() {
    let file = images::jpeg(&flag(800, 400));
    let info = (Renderer::new()).inspect(&file).unwrap();
    assert_eq!((info.size, info.format, info.frames, info.alpha), (Size::new(800, 400), Format::Jpeg, 1, false));
    assert_eq!((info.orientation, info.bytes), (Orientation::Upright, file.len() as u64));
    let near =
        |color: originkit::transform::Color, want: [u8; 3]| color.rgb.iter().zip(want).all(|(a, b)| a.abs_diff(b) <= 6);
    assert!(near(info.dominant.unwrap(), [20, 40, 180]), "{:?}", info.dominant);
    for want in [[20, 40, 180], [240, 150, 20]] {
        assert!(info.palette.iter().any(|(color, _)| near(*color, want)), "{:?}", info.palette);
    }
    assert!((info.palette.iter().map(|(_, share)| share).sum::<f64>() - 1.0).abs() < 1e-9);
    // 4x3 components.
    assert!(info.blur_hash.starts_with('L') && info.blur_hash.len() == 28, "{}", info.blur_hash);
    assert!((5..=25).contains(&info.thumb_hash.len()));
}

#[test]
fn json_can_be_read_by_others() {
    let clear = RgbaImage::from_fn(40, 60, |x, _| Rgba([200, 30, 60, if x < 20 { 255 } else { 0 }]));
    let file = images::file(clear, ImageFormat::Png);
    let info = (Renderer::new()).inspect(&file).unwrap();
    let json: serde_json::Value = serde_json::from_str(&info.to_json()).unwrap();
    assert_eq!(json["width"], 40);
    assert_eq!(json["height"], 60);
    assert_eq!(json["format"], "png");
    assert_eq!(json["orientation"], 1);
    assert_eq!(json["alpha"], true);
    assert_eq!(json["frames"], 1);
    assert_eq!(json["bytes"], file.len());
    assert_eq!(json["density"], serde_json::Value::Null);
    assert_eq!(json["dominant"], "#C81E3C");
    assert_eq!(json["palette"], serde_json::json!([{ "color": "#C81E3C", "share": 1.0 }]));
    assert_eq!(json["blurhash"], info.blur_hash.as_str());
    assert!(json["thumbhash"].as_str().unwrap().len() > 20);
    let empty = RgbaImage::from_pixel(3, 3, Rgba([1, 2, 3, 0]));
    let info = (Renderer::new()).inspect(&images::file(empty, ImageFormat::Png)).unwrap();
    let json: serde_json::Value = serde_json::from_str(&info.to_json()).unwrap();
    assert_eq!((&json["dominant"], &json["palette"]), (&serde_json::Value::Null, &serde_json::json!([])));
}

#[test]
fn everything_is_told_of_the_image_as_it_is_seen() {
    let upright = (Renderer::new()).inspect(&images::jpeg(&flag(400, 200))).unwrap();
    // Stored lying on its side: to be turned by 90 degrees.
    let stored = image::imageops::rotate270(&flag(400, 200));
    let file = images::jpeg_with_exif(&images::jpeg(&stored), 6);
    let turned = (Renderer::new()).inspect(&file).unwrap();
    assert_eq!((turned.size, turned.orientation), (Size::new(400, 200), Orientation::Rotate90));
    assert_eq!(turned.blur_hash[..2], upright.blur_hash[..2]);
    let mut as_stored = Renderer::new();
    as_stored.rules.auto_orient = false;
    let lying = as_stored.inspect(&file).unwrap();
    assert_eq!(lying.size, Size::new(200, 400));
    assert!(lying.blur_hash.starts_with('T'), "3x4 components: {}", lying.blur_hash);
}

#[test]
fn any_size_is_fine_and_limits_hold() {
    for (width, height) in [(1, 1), (1, 500), (500, 1), (101, 100), (3000, 2)] {
        let file = images::file(RgbImage::from_pixel(width, height, Rgb([9, 99, 199])), ImageFormat::Png);
        let info = (Renderer::new()).inspect(&file).unwrap();
        assert_eq!(info.size, Size::new(width, height));
        assert_eq!(info.dominant.unwrap().rgb, [9, 99, 199]);
    }
    let file = images::file(flag(100, 100), ImageFormat::Png);
    let mut strict = Renderer::new();
    strict.rules.limits.pixels = 9_999;
    assert!(matches!(strict.inspect(&file), Err(Error::Limit(_))));
    strict.rules.limits.pixels = 10_000;
    assert!(strict.inspect(&file).is_ok());
    for end in [0, 10, 40] {
        assert!((Renderer::new()).inspect(&file[..end]).is_err());
    }
    let mut strict = Renderer::new();
    strict.rules.refuse_damaged = true;
    let half = &file[..file.len() / 2];
    assert!(strict.inspect(half).is_err());
    assert_eq!((Renderer::new()).inspect(half).unwrap().size, Size::new(100, 100), "what there is, is looked at");
}

/// Large JPEGs are decoded reduced; their description is that of the whole image.
#[test]
fn large_files_look_as_they_are() {
    let image = images::photo(1600, 1000);
    let jpeg = images::jpeg_at(95, &image);
    let whole = images::file(image::load_from_memory(&jpeg).unwrap().to_rgb8(), ImageFormat::Png);
    let [reduced, whole] = [jpeg, whole].map(|bytes| (Renderer::new()).inspect(&bytes).unwrap());
    assert_eq!((reduced.size, reduced.blur_hash.len()), (whole.size, whole.blur_hash.len()));
    let (a, b) = (reduced.dominant.unwrap().rgb, whole.dominant.unwrap().rgb);
    assert!(a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= 6), "{a:?} {b:?}");
    assert_eq!(reduced.palette.len(), whole.palette.len());
}
