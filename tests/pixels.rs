//! Transformations of real files, checked pixel by pixel. All images are drawn here.
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

#[cfg(feature = "qoi")]
use image::ImageEncoder as _;
use image::{DynamicImage, ImageFormat, Luma, LumaA, Rgb, RgbImage, Rgba, RgbaImage};
use originkit::plan::Size;
use originkit::render::Encoded;
use originkit::{Error, Format, Renderer};

use images::*;

#[test]
fn orientation_is_applied_in_every_format_that_has_one() {
    let stored = blocks("abc/def");
    for (tag, want) in [
        (1, "abc/def"),
        (2, "cba/fed"),
        (3, "fed/cba"),
        (4, "def/abc"),
        (5, "ad/be/cf"),
        (6, "da/eb/fc"),
        (7, "fc/eb/da"),
        (8, "cf/be/ad"),
    ] {
        let files = [
            jpeg_with_exif(&jpeg(&stored), tag),
            png_with(&file(stored.clone(), ImageFormat::Png), b"eXIf", &exif(tag)),
            webp_with_exif(&file(stored.clone(), ImageFormat::WebP), stored.dimensions(), tag),
            tiff_with_orientation(&stored, tag.into()),
        ];
        for bytes in files {
            let format = Format::sniff(&bytes).unwrap();
            assert_eq!(letters(&view(&run(&bytes, "f-png"))), want, "{format}, orientation {tag}");
            let mut options = Renderer::new();
            options.rules.auto_orient = false;
            let left = options.render(&bytes, &"f-png".parse().unwrap()).unwrap();
            assert_eq!(letters(&view(&left)), "abc/def", "{format}, not turned");
            let asked = options.render(&bytes, &"rt-auto,f-png".parse().unwrap()).unwrap();
            assert_eq!(letters(&view(&asked)), want, "{format}, rt-auto");
        }
    }
}

#[test]
fn moves_and_cuts_blocks() {
    let bytes = file(blocks("abc/def"), ImageFormat::Png);
    for (text, want) in [
        ("fl-h", "cba/fed"),
        ("fl-v", "def/abc"),
        ("fl-h_v", "fed/cba"),
        ("rt-90", "da/eb/fc"),
        ("rt-180", "fed/cba"),
        ("rt-N90", "cf/be/ad"),
        ("w-16,h-32,cm-extract", "b/e"),
        ("w-16,h-16,cm-extract,fo-bottom_right", "f"),
        ("w-32,h-16,cm-extract,x-0,y-16", "de"),
        ("w-32,h-16,cm-extract,x-0,y-16:rt-90:fl-v", "e/d"),
        ("w-96,h-64,c-force:w-48", "abc/def"),
    ] {
        let result = run(&bytes, &format!("{text},f-png"));
        assert_eq!(letters(&view(&result)), want, "{text}");
    }
}

#[test]
fn paddings_and_borders_have_their_colour() {
    let bytes = file(blocks("a"), ImageFormat::Png);
    let padded = view(&run(&bytes, "w-32,h-16,cm-pad_resize,bg-FF0000,f-png"));
    assert_eq!((padded.dimensions(), padded.get_pixel(0, 0).0), ((32, 16), [255, 0, 0, 255]));
    assert_eq!((padded.get_pixel(8, 0).0, padded.get_pixel(24, 0).0), ([10, 10, 10, 255], [255, 0, 0, 255]));
    let black = view(&run(&bytes, "w-32,h-16,cm-pad_resize,f-png"));
    assert_eq!(black.get_pixel(0, 0).0, [0, 0, 0, 255]);
    let framed = view(&run(&bytes, "b-3_00FF00,f-png"));
    assert_eq!((framed.dimensions(), framed.get_pixel(2, 10).0), ((22, 22), [0, 255, 0, 255]));
    assert_eq!(framed.get_pixel(3, 3).0, [10, 10, 10, 255]);
}

#[test]
fn trims_what_was_drawn_around() {
    let mut image = RgbImage::from_pixel(60, 40, Rgb([250, 250, 250]));
    image::imageops::replace(&mut image, &blocks("ab"), 7, 9);
    let bytes = file(image.clone(), ImageFormat::Png);
    let trimmed = run(&bytes, "t-true,f-png");
    assert_eq!((trimmed.size, letters(&view(&trimmed)).as_str()), (Size::new(32, 16), "ab"));
    // What was rendered to be measured goes on being used.
    let chained = run(&bytes, "rt-90:t-5:rt-N90,f-png");
    assert_eq!(letters(&view(&chained)), "ab");
    let even = file(RgbImage::from_pixel(9, 5, Rgb([1, 2, 3])), ImageFormat::Png);
    assert_eq!(run(&even, "t-true,f-png").size, Size::new(9, 5));
}

#[test]
fn resizing_agrees_with_another_implementation() {
    let image = photo(240, 170);
    let bytes = file(image.clone(), ImageFormat::Png);
    for (width, height) in [(120, 85), (77, 31), (13, 9), (300, 300), (240, 50)] {
        let ours = view(&run(&bytes, &format!("w-{width},h-{height},c-force,f-png")));
        let theirs = image::imageops::resize(&image, width, height, image::imageops::FilterType::Lanczos3);
        let (mean, most) = difference(&DynamicImage::from(ours).to_rgb8(), &theirs);
        // Both round between their passes, in different orders.
        assert!(mean < 0.5 && most <= 4, "{width}x{height}: mean {mean}, most {most}");
    }
    // A crop that lies between pixels: the same as cutting a larger image.
    let covered = view(&run(&bytes, "w-50,h-50,f-png"));
    let cut = image::imageops::crop_imm(&image, 35, 0, 170, 170).to_image();
    let theirs = image::imageops::resize(&cut, 50, 50, image::imageops::FilterType::Lanczos3);
    let (mean, _) = difference(&DynamicImage::from(covered).to_rgb8(), &theirs);
    assert!(mean < 1.0, "{mean}");
}

/// The subject of `fo-auto` is found in an image that was reduced while it was decoded, where that is possible.
#[test]
fn a_reduced_copy_has_the_same_subject() {
    let (cx, cy) = (880.0, 300.0);
    let drawn = RgbImage::from_fn(1200, 900, |x, y| {
        let (x, y) = (x as f32, y as f32);
        let far = (x - cx).hypot(y - cy);
        let ground = ((x / 40.0).sin() * (y / 55.0).cos() * 12.0) as i16;
        if far < 90.0 {
            Rgb([230, (60.0 + far) as u8, 40])
        } else {
            Rgb([100, 120, 110].map(|c: i16| (c + ground) as u8))
        }
    });
    let lossless = file(drawn.clone(), ImageFormat::Png);
    for jpeg in [jpeg(&drawn), jpeg_with_exif(&jpeg(&image::imageops::rotate270(&drawn)), 6)] {
        for text in [
            "w-300,h-300,fo-auto",
            "w-150,h-300,fo-auto",
            "w-300,h-300,cm-extract,fo-auto",
            "rt-90:w-100,h-200,fo-auto",
        ] {
            let text = format!("{text},f-png");
            let (whole, reduced) = (view(&run(&lossless, &text)), view(&run(&jpeg, &text)));
            let rgb = |image: RgbaImage| DynamicImage::from(image).to_rgb8();
            let (mean, _) = difference(&rgb(whole), &rgb(reduced));
            assert!(mean < 2.0, "{text}: {mean}");
        }
    }
}

#[test]
fn invisible_colours_do_not_bleed() {
    let image =
        RgbaImage::from_fn(64, 64, |x, _| if x % 2 == 0 { Rgba([255, 0, 0, 255]) } else { Rgba([0, 255, 0, 0]) });
    let bytes = file(image, ImageFormat::Png);
    for text in ["w-32,h-32,f-png", "w-20,h-11,c-force,f-png", "w-100,f-png", "rt-30,f-png"] {
        for pixel in view(&run(&bytes, text)).pixels() {
            let [r, g, b, a] = pixel.0;
            // At very low alpha eight bits cannot say much about a colour.
            assert!(a < 16 || r >= 240 && g <= 8 && b <= 8, "{text}: {pixel:?}");
        }
    }
}

#[test]
fn transparency_is_kept_or_filled() {
    let mut image = RgbaImage::from_pixel(20, 20, Rgba([200, 100, 50, 255]));
    image.put_pixel(0, 0, Rgba([9, 9, 9, 0]));
    let bytes = file(image, ImageFormat::Png);
    let kept = run(&bytes, "w-40");
    assert_eq!(kept.format, Format::Png);
    assert!(view(&kept).get_pixel(0, 0).0[3] < 40);
    for (text, want) in [("f-jpg,q-100", [0, 0, 0]), ("f-jpg,q-100,bg-0000FF", [0, 0, 255])] {
        let filled = view(&run(&bytes, text));
        let seen = filled.get_pixel(0, 0).0;
        assert!(want.iter().zip(seen).all(|(w, s)| s.abs_diff(*w) < 12), "{text}: {seen:?}");
        let seen = filled.get_pixel(15, 15).0;
        assert!([200, 100, 50].iter().zip(seen).all(|(w, s)| s.abs_diff(*w) < 4), "{text}: {seen:?}");
    }
}

#[test]
fn transparency_is_judged_by_pixels_not_by_files() {
    let opaque = DynamicImage::from(photo(64, 64)).to_rgba8();
    let result = run(&file(opaque, ImageFormat::Png), "w-60");
    assert_eq!(result.format, Format::Jpeg);
}

#[test]
fn reads_every_kind_of_source() {
    let image = photo(40, 30);
    let dynamic = DynamicImage::from(image.clone());
    let sources: [(&str, Vec<u8>); 9] = [
        ("jpeg", jpeg(&image)),
        ("png", file(image.clone(), ImageFormat::Png)),
        ("png 16", file(dynamic.to_rgb16(), ImageFormat::Png)),
        ("png alpha 16", file(dynamic.to_rgba16(), ImageFormat::Png)),
        ("webp", file(image.clone(), ImageFormat::WebP)),
        ("bmp", file(image.clone(), ImageFormat::Bmp)),
        ("tiff", file(image.clone(), ImageFormat::Tiff)),
        ("tiff 16", file(dynamic.to_rgb16(), ImageFormat::Tiff)),
        ("gif", file(dynamic.to_rgba8(), ImageFormat::Gif)),
    ];
    for (name, bytes) in sources {
        let seen = DynamicImage::from(view(&run(&bytes, "f-png"))).to_rgb8();
        let (mean, _) = difference(&seen, &image);
        let tolerated = match name {
            "gif" => 6.0,
            "jpeg" => 1.5,
            _ => 0.0,
        };
        assert!(mean <= tolerated, "{name}: {mean}");
    }
    let gray = image::GrayImage::from_pixel(5, 5, Luma([77]));
    assert_eq!(view(&run(&file(gray, ImageFormat::Png), "f-png")).get_pixel(2, 2).0, [77, 77, 77, 255]);
    let faint = image::GrayAlphaImage::from_pixel(5, 5, LumaA([77, 9]));
    assert_eq!(view(&run(&file(faint, ImageFormat::Png), "f-png")).get_pixel(2, 2).0, [77, 77, 77, 9]);
}

#[test]
fn every_encoder_round_trips() {
    let image = photo(100, 75);
    let bytes = file(image.clone(), ImageFormat::Png);
    for (text, format, tolerated) in [
        ("f-png", Format::Png, 0.0),
        ("f-webp,lo-true", Format::WebP, 0.0),
        ("f-webp,q-95", Format::WebP, 3.0),
        ("f-jpg,q-95", Format::Jpeg, 1.5),
        ("f-jpg,q-95,pr-true", Format::Jpeg, 1.5),
        ("f-jpg", Format::Jpeg, 4.0),
    ] {
        let result = run(&bytes, text);
        assert_eq!((result.format, Format::sniff(&result.bytes)), (format, Some(format)));
        let (mean, _) = difference(&DynamicImage::from(view(&result)).to_rgb8(), &image);
        assert!(mean <= tolerated, "{text}: {mean}");
    }
    let gif = file(DynamicImage::from(image.clone()).to_rgba8(), ImageFormat::Gif);
    let result = run(&gif, "fl-h:fl-h");
    let (mean, _) = difference(&DynamicImage::from(view(&result)).to_rgb8(), &image);
    assert!(result.format == Format::Gif && mean < 6.0, "{mean}");
    assert!(run(&bytes, "f-jpg,q-30").bytes.len() < run(&bytes, "f-jpg,q-90").bytes.len());
}

#[test]
fn chroma_is_halved_unless_told_otherwise() {
    let image = photo(100, 75);
    let bytes = file(image.clone(), ImageFormat::Png);
    let halved = (Renderer::new()).render(&bytes, &"f-jpg,q-95".parse().unwrap()).unwrap();
    let whole = run(&bytes, "f-jpg,q-95");
    assert!(halved.bytes.len() < whole.bytes.len(), "{} {}", halved.bytes.len(), whole.bytes.len());
    let (mean, _) = difference(&DynamicImage::from(view(&halved)).to_rgb8(), &image);
    assert!(mean < 3.0, "{mean}");
}

#[test]
fn two_decoders_read_our_jpeg_alike() {
    // Sides that are no multiple of a block, too.
    for (width, height) in [(100, 75), (64, 64), (1, 1), (17, 33)] {
        let bytes = file(photo(width, height), ImageFormat::Png);
        for text in ["f-jpg", "f-jpg,pr-true", "f-jpg,q-100", "f-jpg,q-20"] {
            let result = run(&bytes, text);
            let mut decoder = jpeg_decoder::Decoder::new(&result.bytes[..]);
            let other = RgbImage::from_raw(width, height, decoder.decode().unwrap()).unwrap();
            let one = DynamicImage::from(view(&result)).to_rgb8();
            let (mean, most) = difference(&one, &other);
            assert!(mean < 1.0 && most <= 6, "{width}x{height} {text}: mean {mean}, most {most}");
        }
    }
}

#[test]
fn metadata_stays_behind() {
    let image = photo(32, 32);
    let comment = b"Comment\0SECRET".as_slice();
    let png = file(image.clone(), ImageFormat::Png);
    let sources = [
        jpeg_with_exif(&jpeg(&image), 1),
        png_with(&png_with(&png, b"eXIf", &exif(1)), b"tEXt", comment),
        webp_with_exif(&file(image.clone(), ImageFormat::WebP), (32, 32), 1),
    ];
    for bytes in sources {
        assert!(holds(&bytes, b"SECRET"));
        for text in ["f-jpg", "f-png", "f-webp", "w-20,f-jpg,pr-true", "f-webp,lo-true"] {
            let result = run(&bytes, text);
            for word in [&b"SECRET"[..], b"Exif", b"EXIF", b"eXIf", b"tEXt", b"iCCP", b"ICCP", b"GPS"] {
                assert!(!holds(&result.bytes, word), "{text}: {}", String::from_utf8_lossy(word));
            }
        }
    }
}

#[test]
fn the_smallest_candidate_is_delivered() {
    let mut options = Renderer::new();
    options.accept = vec![Format::WebP];
    let bytes = file(photo(200, 150), ImageFormat::Png);
    let wanted = "w-180".parse().unwrap();
    let chosen = options.render(&bytes, &wanted).unwrap();
    for text in ["w-180,f-webp", "w-180,f-jpg", "w-180,f-png"] {
        assert!(chosen.bytes.len() <= run(&bytes, text).bytes.len(), "{text}");
    }
    // A plain image is smallest as a PNG, and JPEG is passed over.
    let plain = file(RgbImage::from_pixel(200, 150, Rgb([9, 99, 199])), ImageFormat::Png);
    assert_eq!(run(&plain, "w-180").format, Format::Png);
}

#[test]
fn original_bytes_are_left_alone() {
    let bytes = jpeg_with_exif(&jpeg(&photo(20, 10)), 6);
    let result = run(&bytes, "orig-true,w-5");
    assert!(result.bytes == bytes && result.format == Format::Jpeg);
}

#[test]
fn what_cannot_be_read_or_written_is_named() {
    let lacking = |feature: bool| if feature { "EFORMAT" } else { "ENOTSUP" };
    for (bytes, code, word) in [
        (&b"\0\0\0\x20ftypavif\0\0\0\0"[..], lacking(cfg!(feature = "avif")), "avif"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", lacking(cfg!(feature = "svg")), "svg"),
        (b"\0\0\0\x20ftypheic\0\0\0\0", "ENOTSUP", "HEIC sources need a decoder"),
        (b"8BPS\0\x01", "ENOTSUP", "PSD sources need a decoder"),
        (b"%PDF-1.7", "ENOTSUP", "PDF sources need a decoder"),
        (b"<!doctype html><title>no</title>", "EFORMAT", "not an image"),
        (b"", "EFORMAT", "not an image"),
    ] {
        let error = (Renderer::new()).render(bytes, &"w-10,f-png".parse().unwrap()).unwrap_err();
        assert_eq!(error.code().as_str(), code, "{error}");
        assert!(error.to_string().to_lowercase().contains(&word.to_lowercase()), "{error}");
    }
    let bytes = file(photo(8, 8), ImageFormat::Png);
    #[cfg(not(feature = "avif"))]
    assert_eq!(refused(&bytes, "f-avif").code().as_str(), "ENOTSUP");
    let gif = file(DynamicImage::from(photo(8, 8)).to_rgba8(), ImageFormat::Gif);
    assert_eq!(refused(&gif, "pg-2").code().as_str(), "EINVAL");
    assert_eq!(refused(&gif, "pg-1_2").code().as_str(), "ENOTSUP");
    // An AVIF that cannot be written is passed over where it is only one of the candidates.
    let mut options = Renderer::new();
    options.accept = vec![Format::Avif];
    options.rules.limits.work = 300_000;
    assert!(options.render(&bytes, &"w-10".parse().unwrap()).is_ok());
}

/// Encodes with whole chroma planes, so that only the encoder's own error is measured.
fn run(bytes: &[u8], text: &str) -> Encoded {
    let mut options = Renderer::new();
    options.chroma_420 = false;
    let result = options.render(bytes, &text.parse().unwrap());
    result.unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused(bytes: &[u8], text: &str) -> Error {
    (Renderer::new()).render(bytes, &text.parse().unwrap()).unwrap_err()
}

fn view(result: &Encoded) -> RgbaImage {
    let image = image::load_from_memory(&result.bytes).unwrap().to_rgba8();
    assert_eq!(image.dimensions(), (result.size.width, result.size.height));
    image
}

/// Returns the mean and the largest difference of samples.
fn difference(one: &RgbImage, other: &RgbImage) -> (f64, u8) {
    assert_eq!(one.dimensions(), other.dimensions());
    let differences = || one.iter().zip(other.iter()).map(|(a, b)| a.abs_diff(*b));
    let sum: f64 = differences().map(f64::from).sum();
    (sum / one.len() as f64, differences().max().unwrap_or_default())
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

#[test]
fn smallest_spends_time_for_bytes() {
    let source = file(photo(300, 200), ImageFormat::Png);
    let mut saved = 0;
    for format in ["f-jpg", "f-webp", "f-png", "f-webp,lo-true"] {
        let wanted = format!("w-250:{format}").parse().unwrap();
        let mut options = Renderer::new();
        let usual = options.render(&source, &wanted).unwrap().bytes;
        options.smallest = true;
        let smallest = options.render(&source, &wanted).unwrap().bytes;
        assert!(smallest.len() <= usual.len(), "{format}: {} and {}", smallest.len(), usual.len());
        saved += usual.len() - smallest.len();
    }
    assert!(saved > 1000, "{saved} bytes");
}

#[cfg(feature = "qoi")]
#[test]
fn qoi_is_read_as_it_is() {
    let image = RgbaImage::from_fn(40, 30, |x, y| Rgba([x as u8 * 6, y as u8 * 8, 90, 255 - (x * y) as u8]));
    let (mut bytes, pixels) = (Vec::new(), image.clone());
    image::codecs::qoi::QoiEncoder::new(&mut bytes)
        .write_image(pixels.as_raw(), 40, 30, image::ExtendedColorType::Rgba8)
        .unwrap();
    let read = (Renderer::new()).render(&bytes, &"f-png".parse().unwrap()).unwrap();
    assert_eq!(image::load_from_memory(&read.bytes).unwrap().to_rgba8(), image);
    let info = (Renderer::new()).inspect(&bytes).unwrap();
    assert_eq!((info.format, info.size, info.alpha), (Format::Qoi, Size::new(40, 30), true));
    // One pixel more than is allowed is refused, and so is every file that ends early.
    let mut options = Renderer::new();
    options.rules.limits.pixels = 40 * 30 - 1;
    assert_eq!(options.render(&bytes, &"w-9".parse().unwrap()).unwrap_err().code().as_str(), "ELIMIT");
    for length in (4..bytes.len() - 8).step_by(97) {
        assert!((Renderer::new()).render(&bytes[..length], &"w-9".parse().unwrap()).is_err(), "{length}");
    }
}
