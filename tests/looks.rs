//! What each parameter of looks does to pixels. All pictures are drawn here and come back as PNG, which
//! loses nothing; tolerances are in steps of 255.
#![cfg(feature = "pixels")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test that cannot draw its picture may stop"
)]

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use originkit::{Error, Format, Options, transform};

fn png(picture: &RgbaImage) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, ImageFormat::Png).unwrap();
    out.into_inner()
}

fn try_look(picture: &RgbaImage, text: &str) -> Result<RgbaImage, Error> {
    let result = transform(&png(picture), &format!("{text},f-png").parse().unwrap(), &Options::default())?;
    Ok(image::load_from_memory(&result.bytes).unwrap().to_rgba8())
}

#[track_caller]
fn look(picture: &RgbaImage, text: &str) -> RgbaImage {
    try_look(picture, text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn plain(width: u32, height: u32, pixel: [u8; 4]) -> RgbaImage {
    RgbaImage::from_pixel(width, height, Rgba(pixel))
}

fn near(found: [u8; 4], want: [u8; 4], tolerance: u8) -> bool {
    found.iter().zip(want).all(|(a, b)| a.abs_diff(b) <= tolerance)
}

#[track_caller]
fn assert_pixel(picture: &RgbaImage, (x, y): (u32, u32), want: [u8; 4], tolerance: u8) {
    let found = picture.get_pixel(x, y).0;
    assert!(near(found, want, tolerance), "{found:?} at {x},{y}, not {want:?}");
}

#[test]
fn opacity_multiplies_alpha_and_blends_over_a_background() {
    let half = plain(4, 4, [200, 100, 0, 128]);
    assert_pixel(&look(&half, "o-50"), (1, 1), [200, 100, 0, 64], 0);
    assert_pixel(&look(&half, "o-0"), (1, 1), [0, 0, 0, 0], 200);
    let opaque = plain(4, 4, [200, 100, 0, 255]);
    assert_pixel(&look(&opaque, "o-40"), (1, 1), [200, 100, 0, 102], 0);
    // 0.4 of the picture and 0.6 of the colour, whose own opacity is ignored.
    assert_pixel(&look(&opaque, "o-40,bg-0000FF20"), (1, 1), [80, 40, 153, 255], 1);
    assert_eq!(look(&opaque, "o-100"), opaque);
}

#[test]
fn what_becomes_transparent_is_no_jpeg_unless_asked() {
    let mut jpeg = Cursor::new(Vec::new());
    DynamicImage::from(plain(64, 64, [200, 100, 0, 255])).to_rgb8().write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
    for (text, want) in
        [("w-64", Format::Jpeg), ("r-9", Format::Png), ("o-9", Format::Png), ("r-9,f-jpg", Format::Jpeg)]
    {
        let result = transform(jpeg.get_ref(), &text.parse().unwrap(), &Options::default()).unwrap();
        assert!(result.format == want || text == "w-64", "{text}: {}", result.format);
    }
}

#[test]
fn corners_are_round_and_their_edges_smooth() {
    let white = plain(100, 60, [255; 4]);
    let round = look(&white, "r-20");
    for (at, alpha) in
        [((0, 0), 0), ((99, 0), 0), ((99, 59), 0), ((0, 59), 0), ((20, 0), 255), ((5, 5), 0), ((6, 6), 255)]
    {
        // On the diagonal the circle passes 20 * (1 - sqrt(1/2)) = 5.86 from the edges.
        let found = round.get_pixel(at.0, at.1).0;
        let fine = if at == (5, 5) { (1..60).contains(&found[3]) } else { found[3] == alpha };
        assert!(fine, "{found:?} at {at:?}");
        assert_eq!(found[..3], [255; 3], "the colour stays");
    }
    let one = look(&white, "r-20_0_0_0");
    assert_eq!([(0, 0), (99, 0), (99, 59), (0, 59)].map(|(x, y)| one.get_pixel(x, y).0[3]), [0, 255, 255, 255]);
    let ellipse = look(&white, "r-max");
    let area: f64 = ellipse.pixels().map(|p| f64::from(p.0[3]) / 255.0).sum();
    assert!((area - std::f64::consts::PI * 50.0 * 30.0).abs() < 1.0, "{area}");
    // Half of the shorter side is the most.
    assert_eq!(look(&white, "r-999"), look(&white, "r-30"));
    // Filled where a colour is given, and the border is rounded too.
    assert_pixel(&look(&white, "r-20,bg-FF0000"), (0, 0), [255, 0, 0, 255], 0);
    assert_eq!(look(&white, "b-5_blue,r-30").get_pixel(0, 0).0[3], 0);
}
