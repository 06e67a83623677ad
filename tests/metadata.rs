//! Metadata of files: a result has none of it unless it was requested, and then it is correct.
#![cfg(feature = "pixels")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a test that cannot draw its image may stop"
)]

mod images;
mod profiles;

use std::io::Cursor;
use std::time::{Duration, Instant};

use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader};
use originkit::render::Encoded;
use originkit::{Format, Renderer};

use images::*;
use profiles::*;

const XMP: &[u8] = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><a tiff:Orientation=\"6\">XMP SECRET</a></x:xmpmeta>";
const OUTPUTS: [&str; 6] = ["f-jpg", "f-jpg,pr-true", "f-png", "f-webp", "f-webp,lo-true", "w-20,f-webp"];

#[test]
fn everything_is_kept_if_asked_for() {
    for source in sources(6) {
        for text in OUTPUTS {
            let result = run(&source, &format!("{text},md-true"));
            let found = read(&result.bytes);
            let exif = found.exif.unwrap();
            assert!(holds(&exif, b"GPS SECRET!"), "{text}");
            // The image is upright, and so says the tag.
            assert_eq!((exif[18], found.orientation), (1, 1), "{text}");
            assert!(result.size.height > result.size.width, "{text}");
            let xmp = found.xmp.unwrap();
            assert_eq!(xmp, String::from_utf8_lossy(XMP).replace('6', "1").into_bytes(), "{text}");
            assert_eq!(found.icc, Some(display_p3()), "{text}");
        }
        // The profile alone.
        let found = read(&run(&source, "f-webp,cp-true").bytes);
        assert_eq!((found.icc, found.exif, found.xmp), (Some(display_p3()), None, None));
        // The last to speak counts.
        let found = read(&run(&source, "md-true:f-png,md-false").bytes);
        assert_eq!((found.icc, found.exif, found.xmp), (None, None, None));
    }
}

#[test]
fn an_image_that_was_not_turned_keeps_its_orientation() {
    for source in sources(6) {
        for text in OUTPUTS {
            let mut options = Renderer::new();
            options.rules.auto_orient = false;
            let kept = options.render(&source, &format!("{text},md-true").parse().unwrap()).unwrap();
            let found = read(&kept.bytes);
            assert_eq!((found.orientation, found.xmp.as_deref()), (6, Some(XMP)), "{text}");
            assert!(kept.size.width > kept.size.height);
            let turned = options.render(&source, &format!("rt-auto,{text},md-true").parse().unwrap()).unwrap();
            assert_eq!(read(&turned.bytes).orientation, 1, "{text}");
        }
    }
}

#[test]
fn nothing_of_it_goes_into_a_result_unasked() {
    let gif = {
        let mut gif = file(DynamicImage::from(photo(40, 30)).to_rgba8(), ImageFormat::Gif);
        let body = b"!\xFE\x0BGPS SECRET!\0";
        let at = gif.len() - 1;
        gif.splice(at..at, body.iter().copied());
        gif
    };
    for source in sources(6).into_iter().chain([gif]) {
        assert!(holds(&source, b"SECRET"));
        for text in OUTPUTS.into_iter().chain(["f-auto", "f-orig", "w-10:w-5", "cp-true", "dn-300"]) {
            let result = run(&source, text);
            for word in [&b"SECRET"[..], b"Exif\0", b"EXIF", b"eXIf", b"tEXt", b"iTXt", b"XMP ", b"xmpmeta", b"GPS"] {
                assert!(!holds(&result.bytes, word), "{text}: {}", String::from_utf8_lossy(word));
            }
        }
    }
}

#[test]
fn all_orientations_are_written_as_upright() {
    let stored = blocks("abc/def");
    for tag in 1..=8 {
        let files = [
            jpeg_with_exif(&jpeg(&stored), tag),
            png_with(&file(stored.clone(), ImageFormat::Png), b"eXIf", &exif(tag)),
            webp_with_exif(&file(stored.clone(), ImageFormat::WebP), stored.dimensions(), tag),
        ];
        for bytes in files {
            for text in ["f-jpg", "f-png", "f-webp,lo-true"] {
                let (kept, bare) = (run(&bytes, &format!("{text},md-true")), run(&bytes, text));
                assert_eq!(read(&kept.bytes).orientation, 1);
                let [kept, bare] =
                    [kept, bare].map(|r| letters(&image::load_from_memory(&r.bytes).unwrap().to_rgba8()));
                assert_eq!(kept, bare, "orientation {tag}, {text}");
            }
        }
    }
}

#[test]
fn density_is_kept_or_written() {
    let image = photo(20, 10);
    let plain = jpeg(&image);
    let png = file(image.clone(), ImageFormat::Png);
    let at_150 = with_jfif_density(&plain, 150);
    let png_72 = png_with(&png, b"pHYs", b"\0\0\x0B\x13\0\0\x0B\x13\x01");
    let in_exif = jpeg_with(&without_jfif(&plain), 1, &[b"Exif\0\0", &exif_with_density(6, 240)[..]].concat());
    for (source, text, want) in [
        (&at_150, "f-jpg", Some(150)),
        (&at_150, "f-png", Some(150)),
        (&at_150, "f-webp", None),
        (&at_150, "f-jpg,dn-300", Some(300)),
        (&at_150, "f-png,dn-300", Some(300)),
        (&at_150, "f-png,dn-idn_mul_2", Some(300)),
        (&at_150, "f-jpg,pr-true,dn-idn_div_2", Some(75)),
        (&at_150, "f-jpg,dn-idn_div_100", Some(2)),
        (&at_150, "f-jpg,dn-idn_mul_9", Some(150)),
        (&at_150, "dn-200:f-jpg,dn-idn_mul_9", Some(200)),
        (&at_150, "dn-200:f-jpg", Some(200)),
        (&at_150, "w-10:dn-idn_add_10:f-jpg", Some(160)),
        (&png_72, "f-jpg", Some(72)),
        (&png_72, "f-png", Some(72)),
        (&in_exif, "f-jpg", Some(240)),
        (&in_exif, "f-png,dn-idn_mul_2", Some(480)),
        (&png, "f-png", None),
        (&png, "f-png,dn-idn_mul_2", None),
        (&png, "f-png,dn-1", Some(1)),
        (&png, "f-png,dn-1200", Some(1200)),
        (&png, "f-jpg,dn-97", Some(97)),
    ] {
        assert_eq!(density(&run(source, text).bytes), want, "{text}");
    }
    // In EXIF, too, if that is kept: the only place in a WebP.
    for text in ["f-jpg", "f-png", "f-webp"] {
        let block = read(&run(&in_exif, &format!("{text},md-true,dn-96")).bytes).exif.unwrap();
        assert_eq!(exif_density(&block), (9600, 100, 2), "{text}");
        let block = read(&run(&in_exif, &format!("{text},md-true")).bytes).exif.unwrap();
        assert_eq!(exif_density(&block), (240, 1, 2), "{text}");
    }
}

#[test]
fn what_is_too_large_or_broken_stays_behind() {
    let image = photo(20, 10);
    let png = file(image.clone(), ImageFormat::Png);
    let webp = file(image.clone(), ImageFormat::WebP);
    let mut options = Renderer::new();
    let block = exif(1);
    options.rules.limits.metadata_bytes = block.len() as u64;
    let long = [&block[..], b"x"].concat();
    for (file, kept) in [
        (png_with(&png, b"eXIf", &block), true),
        (png_with(&png, b"eXIf", &long), false),
        (webp_with(&webp, (20, 10), &[(b"EXIF", &block)]), true),
        (webp_with(&webp, (20, 10), &[(b"EXIF", &long)]), false),
        (jpeg_with(&jpeg(&image), 1, &[b"Exif\0\0", &block[..]].concat()), true),
        (jpeg_with(&jpeg(&image), 1, &[b"Exif\0\0", &long[..]].concat()), false),
    ] {
        for text in ["f-png,md-true", "f-webp,md-true"] {
            let result = options.render(&file, &text.parse().unwrap()).unwrap();
            assert_eq!(read(&result.bytes).exif.is_some(), kept, "{text}");
        }
    }
    // Too long for a segment of a JPEG, though within the limit.
    let long = [&block[..], &[b'x'; 70_000]].concat();
    let result = run(&png_with(&png, b"eXIf", &long), "f-jpg,md-true");
    assert_eq!(read(&result.bytes).exif, None);
    assert_eq!(read(&run(&png_with(&png, b"eXIf", &long), "f-webp,md-true").bytes).exif, Some(long));

    // A packet that inflates without end.
    let bomb = [&b"XML:com.adobe.xmp\0\x01\0\0\0"[..], &deflated(&vec![0; 64 * 1024 * 1024])].concat();
    let start = Instant::now();
    let found = read(&run(&png_with(&png, b"iTXt", &bomb), "f-webp,md-true").bytes);
    assert!(found.xmp.is_none() && start.elapsed() < Duration::from_secs(5));
    let packed = [&b"XML:com.adobe.xmp\0\x01\0\0\0"[..], &deflated(XMP)].concat();
    assert!(read(&run(&png_with(&png, b"iTXt", &packed), "f-webp,md-true").bytes).xmp.is_some());

    // A directory that follows itself, one that is far away, and one without an end.
    for (name, block) in [
        ("a loop", &b"II*\0\x08\0\0\0\0\0\x08\0\0\0"[..]),
        ("far away", b"II*\0\xFF\xFF\xFF\xFF"),
        ("endless", b"II*\0\x08\0\0\0\xFF\xFF"),
        ("nothing", b""),
    ] {
        for text in ["f-jpg,md-true", "f-png,md-true", "f-webp,md-true"] {
            let start = Instant::now();
            run(&png_with(&png, b"eXIf", block), text);
            assert!(start.elapsed() < Duration::from_secs(5), "{name}");
        }
    }
}

#[test]
fn a_jpeg_of_low_quality_does_not_grow() {
    let image = photo(120, 90);
    let source = |quality: u8| jpeg_at(quality, &image);
    for (quality, text, same) in [
        (40, "f-jpg", "f-jpg,q-40"),
        (40, "f-webp", "f-webp,q-40"),
        (40, "w-60,f-jpg,pr-true", "w-60,f-jpg,pr-true,q-40"),
        (95, "f-jpg", "f-jpg,q-80"),
        (79, "f-jpg", "f-jpg,q-79"),
        (81, "f-jpg", "f-jpg,q-80"),
        (1, "f-jpg", "f-jpg,q-1"),
    ] {
        let source = source(quality);
        assert_eq!(run(&source, text).bytes, run(&source, same).bytes, "{quality}, {text}");
    }
    let bytes = source(40);
    assert!(run(&bytes, "f-jpg,q-70").bytes.len() > run(&bytes, "f-jpg").bytes.len());
    let png = file(image.clone(), ImageFormat::Png);
    assert_eq!(run(&png, "f-jpg").bytes, run(&png, "f-jpg,q-80").bytes);
}

/// Returns the same image in each format, with EXIF, XMP and a profile.
fn sources(orientation: u8) -> [Vec<u8>; 3] {
    let image = photo(40, 30);
    let (icc, block) = (display_p3(), exif(orientation));
    let packet = [&b"http://ns.adobe.com/xap/1.0/\0"[..], XMP].concat();
    let jpeg = jpeg_with(&jpeg_in(&jpeg(&image), &icc, 300), 1, &packet);
    let text = [&b"XML:com.adobe.xmp\0\0\0\0\0"[..], XMP].concat();
    let png = png_with(&png_with(&png_in(image.clone(), &icc), b"iTXt", &text), b"eXIf", &block);
    let extras: [(&[u8; 4], &[u8]); 3] = [(b"ICCP", &icc), (b"EXIF", &block), (b"XMP ", XMP)];
    [
        jpeg_with_exif(&jpeg, orientation),
        png_with(&png, b"tEXt", b"Comment\0SECRET"),
        webp_with(&file(image.clone(), ImageFormat::WebP), image.dimensions(), &extras),
    ]
}

struct Found {
    icc: Option<Vec<u8>>,
    exif: Option<Vec<u8>>,
    xmp: Option<Vec<u8>>,
    orientation: u8,
}

/// Returns the metadata that the `image` crate finds.
fn read(bytes: &[u8]) -> Found {
    let mut decoder = ImageReader::new(Cursor::new(bytes)).with_guessed_format().unwrap().into_decoder().unwrap();
    let found = Found {
        icc: decoder.icc_profile().unwrap(),
        exif: decoder.exif_metadata().unwrap(),
        xmp: decoder.xmp_metadata().unwrap(),
        orientation: decoder.orientation().unwrap().to_exif(),
    };
    let mut samples = vec![0; decoder.total_bytes() as usize];
    decoder.read_image(&mut samples).unwrap();
    found
}

/// Returns the dots per inch in the header of a JPEG or PNG.
fn density(bytes: &[u8]) -> Option<u32> {
    match Format::sniff(bytes).unwrap() {
        Format::Jpeg => {
            assert_eq!(&bytes[6..11], b"JFIF\0");
            (bytes[13] == 1).then(|| u32::from(u16::from_be_bytes([bytes[14], bytes[15]])))
        }
        Format::Png => {
            let at = bytes.windows(4).position(|w| w == b"pHYs")? + 4;
            let per_metre = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
            Some((f64::from(per_metre) * 0.0254).round() as u32)
        }
        _ => None,
    }
}

fn with_jfif_density(jpeg: &[u8], dots: u16) -> Vec<u8> {
    assert_eq!(&jpeg[6..11], b"JFIF\0");
    let mut out = jpeg.to_vec();
    out[13] = 1;
    out[14..16].copy_from_slice(&dots.to_be_bytes());
    out[16..18].copy_from_slice(&dots.to_be_bytes());
    out
}

fn without_jfif(jpeg: &[u8]) -> Vec<u8> {
    assert_eq!(&jpeg[6..11], b"JFIF\0");
    [&jpeg[..2], &jpeg[20..]].concat()
}

fn jpeg_with(jpeg: &[u8], number: u8, body: &[u8]) -> Vec<u8> {
    [&jpeg[..2], &[0xFF, 0xE0 + number], &(body.len() as u16 + 2).to_be_bytes(), body, &jpeg[2..]].concat()
}

/// Three entries in order: both resolutions share a fraction of dots per inch at offset 62.
fn exif_with_density(orientation: u8, dots: u32) -> Vec<u8> {
    let mut out = b"II*\0\x08\0\0\0\x04\0".to_vec();
    for (tag, kind, value) in
        [(0x112_u16, 3_u16, u32::from(orientation)), (0x11A, 5, 62), (0x11B, 5, 62), (0x128, 3, 2)]
    {
        out.extend([&tag.to_le_bytes()[..], &kind.to_le_bytes(), &1_u32.to_le_bytes(), &value.to_le_bytes()].concat());
    }
    out.extend([0; 4]);
    out.extend([dots.to_le_bytes(), 1_u32.to_le_bytes()].concat());
    out
}

fn exif_density(block: &[u8]) -> (u32, u32, u32) {
    let long = |at: usize| u32::from_le_bytes(block[at..at + 4].try_into().unwrap());
    (long(62), long(66), long(10 + 3 * 12 + 8))
}

/// Encodes with whole chroma planes, so that blocks of gray stay apart.
fn run(bytes: &[u8], text: &str) -> Encoded {
    let mut options = Renderer::new();
    options.chroma_420 = false;
    let result = options.render(bytes, &text.parse().unwrap());
    result.unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}
