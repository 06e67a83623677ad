//! AVIF: encoded, and decoded again.
#![cfg(feature = "avif")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test"
)]

mod pictures;

use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use originkit::{ErrorCode, Format, Renderer};

use pictures::{file, photo, random};

fn avif(picture: impl Into<DynamicImage>, quality: u8) -> Vec<u8> {
    let png = file(picture.into(), ImageFormat::Png);
    let result = (Renderer::new()).render(&png, &format!("f-avif,q-{quality}").parse().unwrap()).unwrap();
    assert_eq!((result.format, Format::sniff(&result.bytes)), (Format::Avif, Some(Format::Avif)));
    result.bytes.to_vec()
}

fn read(bytes: &[u8], text: &str) -> RgbaImage {
    let result = (Renderer::new()).render(bytes, &format!("{text}:f-png,lo-true").parse().unwrap()).unwrap();
    image::load_from_memory(&result.bytes).unwrap().to_rgba8()
}

/// Returns the peak signal-to-noise ratio of two images in decibels, over the channels.
fn psnr(a: &RgbaImage, b: &RgbaImage, channels: std::ops::Range<usize>) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let count = f64::from(a.width() * a.height()) * channels.len() as f64;
    let squares = |(a, b): (&Rgba<u8>, &Rgba<u8>)| -> f64 {
        channels.clone().map(|c| (f64::from(a[c]) - f64::from(b[c])).powi(2)).sum()
    };
    let error = a.pixels().zip(b.pixels()).map(squares).sum::<f64>() / count;
    10.0 * (255.0_f64.powi(2) / error.max(1e-9)).log10()
}

#[test]
fn comes_back_as_it_went() {
    let picture = photo(67, 45);
    let before = DynamicImage::from(picture.clone()).to_rgba8();
    let (fine, coarse) = (avif(picture.clone(), 95), avif(picture, 30));
    assert!(coarse.len() < fine.len());
    let fine = psnr(&before, &read(&fine, "w-67"), 0..3);
    let coarse = psnr(&before, &read(&coarse, "w-67"), 0..3);
    assert!(fine > 38.0 && coarse > 26.0 && fine > coarse, "{fine} {coarse}");
}

#[test]
fn transparency_comes_back_too() {
    let picture = RgbaImage::from_fn(64, 48, |x, y| Rgba([200, (y * 5) as u8, 40, (x * 4) as u8]));
    let back = read(&avif(picture.clone(), 90), "w-64");
    assert!(psnr(&picture, &back, 3..4) > 36.0, "{}", psnr(&picture, &back, 3..4));
    // Where it can be seen the colour is right.
    for (x, y) in [(60, 5), (50, 40), (63, 20)] {
        let (a, b) = (picture.get_pixel(x, y), back.get_pixel(x, y));
        assert!((0..3).all(|c| a[c].abs_diff(b[c]) <= 12), "{a:?} {b:?}");
    }
    // And gray is gray: no channel is mistaken for another.
    let gray = RgbaImage::from_fn(32, 32, |x, _| Rgba([(x * 8) as u8, (x * 8) as u8, (x * 8) as u8, 255]));
    let back = read(&avif(gray, 90), "w-32");
    assert!(back.pixels().all(|p| p[0].abs_diff(p[1]) <= 4 && p[1].abs_diff(p[2]) <= 4));
}

#[test]
fn large_ones_are_not_written() {
    let png = file(photo(40, 30), ImageFormat::Png);
    let mut options = Renderer::new();
    options.accept = vec![Format::Avif];
    let run = |text: &str, allowed: u64| {
        let mut options = options.clone();
        options.rules.limits.work = allowed;
        options.render(&png, &text.parse().unwrap()).map(|e| e.format).map_err(|e| e.code())
    };
    let enough = options.cost(&png, &"w-40,f-avif".parse().unwrap()).unwrap().work;
    assert_eq!(run("w-40,f-avif", enough), Ok(Format::Avif));
    assert_eq!(run("w-40,f-avif", enough - 1), Err(ErrorCode::Limit));
    // What is chosen by itself is another format then.
    assert!(matches!(run("w-40", enough - 1), Ok(Format::Jpeg | Format::Png)));
    // As a source it counts as every source does.
    let bytes = avif(photo(40, 30), 50);
    let mut options = Renderer::new();
    options.rules.limits.pixels = 1199;
    assert_eq!(options.render(&bytes, &"w-4,f-png".parse().unwrap()).unwrap_err().code(), ErrorCode::Limit);
    options.rules.limits.pixels = 1200;
    options.rules.limits.memory = 20_000;
    assert_eq!(options.render(&bytes, &"w-4,f-png".parse().unwrap()).unwrap_err().code(), ErrorCode::Limit);
}

#[test]
fn a_file_cut_short_is_no_picture() {
    let bytes = avif(RgbaImage::from_fn(24, 16, |x, y| Rgba([(x * 9) as u8, (y * 9) as u8, 7, 200])), 60);
    for end in 0..bytes.len() {
        let result = (Renderer::new()).render(&bytes[..end], &"w-5,f-png".parse().unwrap());
        assert!(result.is_err(), "{end} of {} bytes are enough", bytes.len());
    }
    assert!((Renderer::new()).render(&bytes, &"w-5,f-png".parse().unwrap()).is_ok());
}

#[test]
fn damaged_bytes_never_panic() {
    let mut next = random(0x9E37_79B9_7F4A_7C15);
    let bytes = avif(RgbaImage::from_fn(24, 16, |x, y| Rgba([(x * 9) as u8, (y * 9) as u8, 7, 200])), 60);
    let mut options = Renderer::new();
    options.rules.limits.pixels = 1_000_000;
    options.rules.limits.memory = 64 * 1024 * 1024;
    for _ in 0..600 {
        let mut damaged = bytes.clone();
        for _ in 0..=next(3) {
            let at = next(damaged.len());
            damaged[at] = next(256) as u8;
        }
        // Any answer will do.
        _ = options.render(&damaged, &"w-5,f-png".parse().unwrap());
    }
}
