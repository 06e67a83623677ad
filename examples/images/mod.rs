//! Images that the examples draw themselves, so that they need no other files.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "a drawing with known numbers, not a library"
)]

use image::codecs::gif::{GifEncoder, Repeat};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{Delay, Frame, ImageEncoder as _, Rgb, RgbImage, Rgba, RgbaImage};

/// The file of this name; there are `photo.jpg`, `badge.png`, `sideways.jpg` and `sunrise.gif`.
pub(crate) fn draw(name: &str) -> Option<Vec<u8>> {
    match name {
        "photo.jpg" => Some(photo()),
        "badge.png" => Some(badge()),
        "sideways.jpg" => Some(sideways()),
        "sunrise.gif" => Some(sunrise()),
        _ => None,
    }
}

/// Returns a landscape at dusk, 1600x1067: sky, sun, three ridges and a lake, with the grain of a photo.
fn photo() -> Vec<u8> {
    jpeg(&landscape(1600, 1067))
}

/// Returns a round badge with soft edges on a transparent background, 640x640.
fn badge() -> Vec<u8> {
    const SIDE: u32 = 640;
    let image = RgbaImage::from_fn(SIDE, SIDE, |x, y| {
        let (dx, dy) = (f64::from(x) - 319.5, f64::from(y) - 319.5);
        let (radius, angle) = (dx.hypot(dy), dy.atan2(dx));
        // A disc with a wavy rim; the last pixels fade out.
        let rim = 270.0 + 14.0 * (angle * 12.0).cos();
        let cover = (rim - radius).clamp(0.0, 6.0) / 6.0;
        let ring = (radius - 200.0).abs() < 12.0;
        let star = radius < 150.0 * (0.62 + 0.38 * (angle * 5.0 + std::f64::consts::FRAC_PI_2).cos());
        let [r, g, b] = if ring || star { [255, 214, 102] } else { [26, 83 + (y / 8) as u8, 140] };
        Rgba([r, g, b, (cover * 255.0) as u8])
    });
    let mut file = Vec::new();
    PngEncoder::new(&mut file)
        .write_image(&image, SIDE, SIDE, image::ExtendedColorType::Rgba8)
        .expect("memory holds it");
    file
}

/// Returns the landscape as a camera held upright stores it: turned on its side, with an orientation tag.
fn sideways() -> Vec<u8> {
    // Stored turned by 270 degrees, so turning it by 90 (EXIF orientation 6) sets it right.
    let stored = image::imageops::rotate270(&landscape(900, 1200));
    with_orientation(&jpeg(&stored), 6)
}

/// A sun that rises behind a hill and brightens the sky, 240x160: an animation of eight frames.
fn sunrise() -> Vec<u8> {
    const FRAMES: u32 = 8;
    let frame = |number: u32| {
        let day = f64::from(number) / f64::from(FRAMES - 1);
        let sun = (60.0 + 120.0 * day, 130.0 - 90.0 * day);
        let shade = |night: f64, noon: f64| (night + (noon - night) * day) as u8;
        let image = RgbaImage::from_fn(240, 160, |x, y| {
            let (x, y) = (f64::from(x), f64::from(y));
            let hill = y > 120.0 - 18.0 * (x / 38.0).sin();
            let is_sun = (x - sun.0).hypot(y - sun.1) < 24.0;
            if hill {
                Rgba([shade(20.0, 62.0), shade(34.0, 120.0), shade(48.0, 70.0), 255])
            } else if is_sun {
                Rgba([255, shade(150.0, 224.0), shade(80.0, 120.0), 255])
            } else {
                Rgba([shade(44.0, 150.0), shade(48.0, 200.0), shade(96.0, 240.0), 255])
            }
        });
        Frame::from_parts(image, 0, 0, Delay::from_numer_denom_ms(160, 1))
    };
    let mut file = Vec::new();
    let mut encoder = GifEncoder::new(&mut file);
    encoder.set_repeat(Repeat::Infinite).expect("memory holds it");
    encoder.encode_frames((0..FRAMES).map(frame)).expect("memory holds it");
    drop(encoder);
    file
}

fn landscape(width: u32, height: u32) -> RgbImage {
    let (w, h) = (f64::from(width), f64::from(height));
    let mix = |a: [f64; 3], b: [f64; 3], t: f64| [0, 1, 2].map(|i| a[i] + (b[i] - a[i]) * t.clamp(0.0, 1.0));
    let ridge = |x: f64, at: f64, high: f64, waves: f64| {
        at - high * ((x * waves).sin() * 0.6 + (x * waves * 2.7 + 1.0).sin() * 0.3)
    };
    let scene = |x: f64, y: f64| {
        let sky = mix([38.0, 44.0, 92.0], [255.0, 170.0, 110.0], y * 1.7);
        let sun = (-((x - 0.7).powi(2) * (w / h).powi(2) + (y - 0.38).powi(2)) * 90.0).exp();
        let mut color = mix(sky, [255.0, 240.0, 200.0], sun * 1.2);
        for (at, high, waves, tint) in [
            (0.52, 0.07, 7.0, [120.0, 96.0, 130.0]),
            (0.60, 0.06, 11.0, [70.0, 66.0, 104.0]),
            (0.68, 0.04, 17.0, [34.0, 40.0, 66.0]),
        ] {
            if y > ridge(x, at, high, waves) {
                color = mix(tint, [255.0, 170.0, 110.0], (y - at).abs() * 0.9 * (1.0 - x * 0.3));
            }
        }
        color
    };
    // A fixed generator makes the same image every time.
    let mut state = 0x2545_F491_u32;
    RgbImage::from_fn(width, height, |px, py| {
        let (x, y) = (f64::from(px) / w, f64::from(py) / h);
        let lake = 0.74;
        let color = if y > lake {
            let ripple = ((y * 900.0).sin() * 0.004 + (x * 60.0 + y * 300.0).sin() * 0.002) * (y - lake) * 8.0;
            mix(scene(x + ripple, 2.0 * lake - y), [20.0, 30.0, 60.0], 0.35)
        } else {
            scene(x, y)
        };
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        let grain = f64::from(state % 9) - 4.0;
        Rgb(color.map(|c| (c + grain).clamp(0.0, 255.0) as u8))
    })
}

fn jpeg(image: &RgbImage) -> Vec<u8> {
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, 90).encode_image(image).expect("memory holds it");
    file
}

/// Inserts an EXIF segment with only the orientation tag after the start of a JPEG.
fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    let (start, rest) = jpeg.split_at(2);
    let length = (exif.len() + 2) as u16;
    [start, &[0xFF, 0xE1], &length.to_be_bytes(), &exif, rest].concat()
}
