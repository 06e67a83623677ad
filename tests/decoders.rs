//! Formats that an embedder decodes, and files that are damaged.
#![cfg(feature = "pixels")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test"
)]

#[path = "decoders/damaged.rs"]
mod damaged;
mod images;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use image::{ImageFormat, Rgba, RgbaImage};
use originkit::extend::{Bitmap, BoxError, Decoder, Extensions};
use originkit::plan::Size;
use originkit::transform::AssetPath;
use originkit::{ErrorCode, Format, Renderer};

const PDF: &[u8] = b"%PDF-1.7 a document";

/// Pages of one colour: the first is 40x30 and red, each further one is a pixel wider and less red.
struct Pages(Arc<AtomicUsize>);

impl Decoder for Pages {
    fn decode(&self, file: &[u8], page: u32, max_pixels: u64) -> Result<Bitmap, BoxError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let size = Size::new(40 + page, 30);
        if page > 2 || size.pixels() > max_pixels || file.ends_with(b"broken") {
            return Err("a secret of the decoder".into());
        }
        let dot = [200 - page as u8 * 50, 0, 0, 255];
        Ok(Bitmap::new(size, dot.repeat(size.pixels() as usize)).unwrap())
    }
}

fn options(format: Format) -> (Renderer, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let mut options = Renderer::new();
    options.extensions = Extensions::new().decoder(format, Pages(Arc::clone(&calls)));
    (options, calls)
}

fn run(file: &[u8], text: &str, options: &Renderer) -> Result<RgbaImage, ErrorCode> {
    let result = options.render(file, &text.parse().unwrap()).map_err(|e| e.code())?;
    Ok(image::load_from_memory(&result.bytes).unwrap().to_rgba8())
}

#[test]
fn what_a_decoder_gives_is_a_source_like_others() {
    for (format, file) in [
        (Format::Pdf, PDF),
        (Format::Psd, b"8BPS\0\x01"),
        (Format::Qoi, b"qoif\0\0\0\x01\0\0\0\x01\x03\0"),
        (Format::Heic, b"\0\0\0\x20ftypheic\0\0\0\0"),
        // Ours are asked after it.
        (Format::Gif, b"GIF89a, or nearly"),
        (Format::Svg, b"<svg/>"),
        (Format::Avif, b"\0\0\0\x20ftypavif\0\0\0\0"),
    ] {
        let (options, calls) = options(format);
        let image = run(file, "w-20,f-png", &options).unwrap();
        assert_eq!((image.dimensions(), *image.get_pixel(9, 9)), ((20, 15), Rgba([200, 0, 0, 255])), "{format}");
        // Asked for its size it is decoded, and not again to be seen.
        assert_eq!(calls.load(Ordering::SeqCst), 1, "{format}");
        assert_eq!(run(file, "t-true:w-20,f-png", &options).map(|_| ()), Ok(()), "{format}");
    }
}

#[test]
fn pages_are_asked_for() {
    let (options, calls) = options(Format::Pdf);
    let image = run(PDF, "pg-3,f-png", &options).unwrap();
    assert_eq!((image.dimensions(), *image.get_pixel(0, 0)), ((42, 30), Rgba([100, 0, 0, 255])));
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    assert_eq!(run(PDF, "pg-4,f-png", &options), Err(ErrorCode::Format));
}

#[test]
fn a_decoder_keeps_to_the_limits_and_its_secrets() {
    let (mut options, _) = options(Format::Pdf);
    let error = options.render(b"%PDF-1.7 broken", &"w-5,f-png".parse().unwrap()).unwrap_err();
    assert!(error.code() == ErrorCode::Format && !error.to_string().contains("secret"), "{error}");
    options.rules.limits.pixels = 1200;
    assert!(run(PDF, "w-5,f-png", &options).is_ok());
    options.rules.limits.pixels = 1199;
    assert!(run(PDF, "w-5,f-png", &options).is_err());
    options.rules.limits.source_bytes = 3;
    assert_eq!(run(PDF, "w-5,f-png", &options), Err(ErrorCode::Limit));
}

#[test]
fn layers_are_decoded_too() {
    let (mut options, calls) = options(Format::Psd);
    options.files = vec![(AssetPath::from_text("a.psd").unwrap(), b"8BPS\0\x01".as_slice().into())];
    let base = images::file(RgbaImage::from_pixel(60, 40, Rgba([0, 0, 255, 255])), ImageFormat::Png);
    let image = run(&base, "l-image,i-a.psd,w-20,t-false,lx-0,ly-0,l-end,f-png", &options).unwrap();
    assert_eq!(*image.get_pixel(5, 5), Rgba([200, 0, 0, 255]));
    assert_eq!(*image.get_pixel(30, 5), Rgba([0, 0, 255, 255]));
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}
