//! Hostile and damaged files: they are refused by arithmetic, and never cause a panic.
#![cfg(feature = "pixels")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test that cannot draw its image may stop"
)]

mod images;

use std::thread;
use std::time::{Duration, Instant};

use image::{DynamicImage, ImageFormat};
use originkit::{Error, ErrorCode, Limits, Renderer};

use images::*;

#[test]
fn bombs_are_refused_by_their_headers() {
    let mut png_of_2_gigapixels_a_row = png_header(i32::MAX as u32, i32::MAX as u32, 6);
    png_of_2_gigapixels_a_row.extend(png_chunk(b"IDAT", &[0; 10]));
    for (name, bytes) in [
        ("GIF 65535x65535 in a few bytes", gif_header((65535, 65535), (65535, 65535))),
        ("GIF with a frame larger than its screen", gif_header((1, 1), (65535, 65535))),
        ("PNG header alone", png_header(i32::MAX as u32, i32::MAX as u32, 6)),
        ("PNG header and some data", png_of_2_gigapixels_a_row),
        ("PNG 30000x30000 gray", png_header(30_000, 30_000, 0)),
        ("PNG with a side of zero", png_header(0, 5, 0)),
        ("PNG as one endless row", png_header(u32::MAX, 1, 0)),
        ("WebP 16383x16383", webp_header(16383, 16383)),
        ("JPEG 32000x32000", jpeg_header(0xC0, 32_000, 32_000)),
        ("JPEG 65535x65535 progressive", jpeg_header(0xC2, 65535, 65535)),
        ("BMP 2^31-1 wide", bmp_header(i32::MAX, i32::MAX)),
        ("BMP upside down", bmp_header(40_000, i32::MIN)),
    ] {
        let start = Instant::now();
        let error = (Renderer::new()).render(&bytes, &"w-10".parse().unwrap()).unwrap_err();
        assert!(matches!(error.code(), ErrorCode::Limit | ErrorCode::Format), "{name}: {error}");
        assert!(start.elapsed() < Duration::from_secs(5), "{name}: {:?}", start.elapsed());
    }
}

#[test]
fn progressive_jpegs_are_charged_for_their_coefficients() {
    let image = file(photo(700, 700), ImageFormat::Png);
    let baseline = (Renderer::new()).render(&image, &"f-jpg".parse().unwrap()).unwrap();
    let progressive = (Renderer::new()).render(&image, &"f-jpg,pr-true".parse().unwrap()).unwrap();
    let wanted = "w-1,h-1,cm-extract,f-png".parse().unwrap();
    let stated = |bytes: &[u8]| (Renderer::new()).peak_memory(bytes, &wanted).unwrap();
    let needs = |bytes: &[u8], memory: u64| {
        let mut options = Renderer::new();
        options.rules.limits.memory = memory;
        options.render(bytes, &wanted).map(|_| ()).map_err(|e| e.code())
    };
    // Two bytes for each coefficient of luma and of chroma.
    let more = stated(&progressive.bytes) - stated(&baseline.bytes);
    assert!((490_000..490_000 * 3).contains(&more), "{more}");
    for bytes in [&baseline.bytes, &progressive.bytes] {
        // A plan alone takes eight bytes for a pixel of any file.
        assert_eq!(needs(bytes, stated(bytes).max(490_000 * 8)), Ok(()));
        assert_eq!(needs(bytes, stated(bytes) - 1), Err(ErrorCode::Limit));
    }
}

#[test]
fn a_profile_that_inflates_without_end_is_ignored() {
    const INFLATED: usize = 64 * 1024 * 1024;
    let body = [&b"bomb\0\0"[..], &deflated_zeros(INFLATED)].concat();
    assert!(body.len() < INFLATED / 100);
    let bytes = png_with(&file(photo(4, 4), ImageFormat::Png), b"iCCP", &body);
    let start = Instant::now();
    let result = (Renderer::new()).render(&bytes, &"w-2".parse().unwrap());
    assert!(result.is_ok() && start.elapsed() < Duration::from_secs(5), "{result:?} {:?}", start.elapsed());
}

#[test]
fn exactly_enough_passes_and_one_more_is_refused() {
    let bytes = file(photo(20, 10), ImageFormat::Png);
    let size = bytes.len() as u64;
    type Set = fn(&mut Limits, u64);
    let cases: [(&str, &str, Set, u64); 5] = [
        ("source pixels", "w-1,h-1", |l, n| l.pixels = n, 200),
        ("result pixels", "w-40,h-30,c-force", |l, n| l.pixels = n, 1200),
        ("padded pixels", "w-60,h-30,cm-pad_extract", |l, n| l.pixels = n, 1800),
        ("source bytes", "w-5", |l, n| l.source_bytes = n, size),
        ("WebP side", "w-40,h-7,c-force,f-webp", |l, n| l.webp_side = n as u32, 40),
    ];
    for (name, text, set, enough) in cases {
        let run = |limit: u64| {
            let mut options = Renderer::new();
            set(&mut options.rules.limits, limit);
            options.render(&bytes, &text.parse().unwrap()).map(|_| ()).map_err(|e| e.code())
        };
        assert_eq!(run(enough), Ok(()), "{name}");
        assert_eq!(run(enough - 1), Err(ErrorCode::Limit), "{name}");
    }
}

#[test]
fn memory_is_refused_not_taken() {
    let bytes = file(photo(100, 100), ImageFormat::Png);
    for text in
        ["w-50", "w-3000,h-3000,c-force", "w-2000,h-2000,cm-pad_extract", "b-900_red", "rt-45", "w-1,h-9000,c-force"]
    {
        let mut options = Renderer::new();
        options.rules.limits.memory = 50_000;
        let error = options.render(&bytes, &text.parse().unwrap()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Limit, "{text}: {error}");
    }
}

#[test]
fn a_file_cut_short_is_no_image() {
    for (name, bytes) in samples() {
        let mut accepted = Vec::new();
        for end in 0..bytes.len() {
            let mut options = Renderer::new();
            options.rules.refuse_damaged = true;
            if options.render(&bytes[..end], &"w-5,f-png".parse().unwrap()).is_ok() {
                accepted.push(end);
            }
        }
        // What is missing where a prefix is accepted holds no pixels: a trailer, a checksum, padding.
        let first = accepted.first().copied().unwrap_or(bytes.len());
        let tolerated = match name {
            // The end marker, and bits that fill up the last byte.
            "jpeg" | "progressive jpeg" => 3,
            // Two checksums and the end mark, and the last bits of the pixels' data.
            "png" => 24,
            _ => 8,
        };
        assert!(bytes.len() - first <= tolerated, "{name}: {first} of {} bytes are enough", bytes.len());
    }
}

#[test]
fn damaged_bytes_never_panic() {
    let mut next = random(0x2545_F491_4F6C_DD1D);
    let mut options = Renderer::new();
    options.rules.limits.pixels = 1_000_000;
    options.rules.limits.memory = 64 * 1024 * 1024;
    for (_, bytes) in samples() {
        for _ in 0..400 {
            let mut damaged = bytes.clone();
            for _ in 0..=next(4) {
                let at = next(damaged.len());
                damaged[at] = next(256) as u8;
            }
            // Any answer will do.
            _ = options.render(&damaged, &"t-true:w-5,f-png".parse().unwrap());
        }
    }
}

/// Returns a small file of every format that is decoded.
fn samples() -> Vec<(&'static str, Vec<u8>)> {
    let image = photo(19, 13);
    let png = file(image.clone(), ImageFormat::Png);
    let made = |text: &str| (Renderer::new()).render(&png, &text.parse().unwrap()).unwrap().bytes.to_vec();
    vec![
        ("jpeg", jpeg_with_exif(&jpeg(&image), 6)),
        ("progressive jpeg", made("f-jpg,pr-true")),
        ("lossy webp", made("f-webp")),
        ("webp", webp_with_exif(&file(image.clone(), ImageFormat::WebP), (19, 13), 3)),
        ("gif", file(DynamicImage::from(image.clone()).to_rgba8(), ImageFormat::Gif)),
        ("bmp", file(image.clone(), ImageFormat::Bmp)),
        ("tiff", tiff_with_orientation(&image, 8)),
        ("png", png),
    ]
}

fn gif_header(screen: (u16, u16), frame: (u16, u16)) -> Vec<u8> {
    let mut out = b"GIF89a".to_vec();
    out.extend([screen.0.to_le_bytes(), screen.1.to_le_bytes()].concat());
    out.extend(b"\x80\0\0\0\0\0\xFF\xFF\xFF,\0\0\0\0");
    out.extend([frame.0.to_le_bytes(), frame.1.to_le_bytes()].concat());
    out.extend(b"\0\x02\x02\x4C\x01\0;");
    out
}

fn png_header(width: u32, height: u32, color: u8) -> Vec<u8> {
    let body = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, color, 0, 0, 0]].concat();
    [&b"\x89PNG\r\n\x1a\n"[..], &png_chunk(b"IHDR", &body)].concat()
}

fn webp_header(width: u16, height: u16) -> Vec<u8> {
    // A key frame of VP8.
    let mut body = b"WEBPVP8 \x0E\0\0\0\x10\0\0\x9D\x01\x2A".to_vec();
    body.extend([width.to_le_bytes(), height.to_le_bytes()].concat());
    body.extend([0; 4]);
    [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()
}

fn jpeg_header(frame: u8, width: u16, height: u16) -> Vec<u8> {
    let ([w1, w2], [h1, h2]) = (width.to_be_bytes(), height.to_be_bytes());
    let mut out = vec![0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0];
    out.extend([1; 64]);
    out.extend([0xFF, frame, 0, 17, 8, h1, h2, w1, w2, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
    out.extend([0xFF, 0xDA, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0, 0, 0xFF, 0xD9]);
    out
}

fn bmp_header(width: i32, height: i32) -> Vec<u8> {
    let mut out = b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    out.extend([width.to_le_bytes(), height.to_le_bytes()].concat());
    out.extend(b"\x01\0\x18\0");
    out.extend([0; 40]);
    out
}

/// Returns a zlib stream of this many zeros: fixed codes, one literal, then copies of 258 bytes (RFC 1951).
fn deflated_zeros(count: usize) -> Vec<u8> {
    let mut bits: Vec<bool> = Vec::new();
    let mut most_first = |code: u32, length: u32| bits.extend((0..length).rev().map(|i| code >> i & 1 == 1));
    most_first(0b110, 3); // final block: 1, then type 01 with its low bit first
    most_first(0b0011_0000, 8);
    for _ in 0..count / 258 {
        most_first(0b1100_0101, 8);
        most_first(0, 5);
    }
    most_first(0, 7);
    let packed = bits.chunks(8).map(|byte| {
        byte.iter().rev().fold(0, |b, bit| b << 1 | u8::from(*bit)) << (8 - byte.len()) >> (8 - byte.len())
    });
    [vec![0x78, 0x9C], packed.collect(), vec![0; 4]].concat()
}

/// Returns an image of noise, which no step can process quickly.
fn noise(width: u32, height: u32) -> DynamicImage {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    image::RgbImage::from_fn(width, height, |_, _| image::Rgb([next(), next(), next()])).into()
}

#[test]
fn a_render_that_is_stopped_ends() {
    let small = file(noise(40, 30), ImageFormat::Png);
    let large = (Renderer::new()).render(&file(noise(3000, 2500), ImageFormat::Png), &"f-jpg,q-100".parse().unwrap());
    let large = large.unwrap().bytes;
    for (source, wanted) in [
        (&small[..], "w-3000,h-3000,c-force:rt-30:f-bmp"),
        (&small, "w-2500,h-2500,c-force:bl-40:bl-40:bl-40:bl-40:f-png"),
        (&small, "w-2000,h-2000,c-force:e-distort-p-10_10_1900_50_1950_1900_50_1990:f-jpg"),
        (&large, "w-3000,f-png"),
        #[cfg(feature = "webp-lossy")]
        (&large, "f-webp"),
    ] {
        let run = |options: &Renderer| options.render(source, &wanted.parse().unwrap()).map(|_| ());
        // Before it begins.
        let options = Renderer::new();
        options.stop.stop();
        assert_eq!(run(&options), Err(Error::Stopped), "{wanted}");
        // On the way: were the handle not looked at, there would be a result.
        let options = Renderer::new();
        let stop = options.stop.clone();
        let done = thread::scope(|scope| {
            scope.spawn(move || {
                thread::sleep(Duration::from_millis(15));
                stop.stop();
            });
            run(&options)
        });
        assert_eq!(done, Err(Error::Stopped), "{wanted}");
    }
}

#[test]
fn what_takes_too_long_is_refused_before_it_is_begun() {
    let photo = file(noise(1000, 1000), ImageFormat::Png);
    let turned = ["w-2500,h-2500,c-force:rt-17"; 10].join(":");
    let scaled: Vec<String> = (0..60).map(|n| format!("w-{0},h-{0},c-force", 4000 + n % 2)).collect();
    for wanted in [
        &*turned,
        &*scaled.join(":"),
        "w-5000,h-5000,c-force,bl-100:rt-45:bl-100:e-sharpen",
        "w-9000,h-9000,c-force:e-distort-a-40",
        "w-6000,h-6000,c-force,f-webp",
    ] {
        let wanted = wanted.parse().unwrap();
        let start = Instant::now();
        let error = (Renderer::new()).render(&photo, &wanted).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Limit, "{wanted}");
        assert!(start.elapsed() < Duration::from_secs(5), "{wanted}: {:?}", start.elapsed());
        // And it is the computing that is too much.
        let mut options = Renderer::new();
        options.rules.limits.memory = u64::MAX;
        options.rules.limits.work = u64::MAX;
        let work = options.cost(&photo, &wanted).unwrap().work;
        assert!(work > Limits::default().work, "{wanted}: {work}");
    }
}

#[test]
fn honest_work_is_within_the_limits() {
    // A file of 100 megapixels as a thumbnail, one of 24 in any format, and long chains of small steps.
    let head = jpeg_header(0xC0, 10_000, 10_000);
    let photo = file(noise(600, 400), ImageFormat::Png);
    let large = file(DynamicImage::new_rgb8(6000, 4000), ImageFormat::Png);
    let chain = ["w-400,h-300,bl-3,e-sharpen,r-20:rt-10:w-400"; 8].join(":");
    for (source, wanted) in [
        (&head[..], "w-800"),
        (&photo, &*chain),
        (&photo, "w-1500:e-shadow,bl-10"),
        (&large, "f-jpg"),
        (&large, "f-png"),
        (&large, "w-2000,f-webp"),
        (&large, "rt-90,w-1600"),
    ] {
        let stated = (Renderer::new()).cost(source, &wanted.parse().unwrap());
        assert!(!matches!(stated, Err(ref error) if error.code() == ErrorCode::Limit), "{wanted}: {stated:?}");
    }
}
