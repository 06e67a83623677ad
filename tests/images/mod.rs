//! Images drawn by the tests, and files with things in them that encoders do not write.
#![allow(
    dead_code,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::indexing_slicing,
    reason = "each test takes what it needs"
)]

use std::io::Cursor;

use image::{DynamicImage, GenericImageView, ImageFormat, PixelWithColorType, Rgb, RgbImage, RgbaImage};
pub(crate) use jpeg_encoder::SamplingFactor as Sampling;

/// Something like a photograph: slow gradients, soft waves, a few edges.
pub(crate) fn photo(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let (fx, fy) = (f64::from(x) / f64::from(width), f64::from(y) / f64::from(height));
        let wave = (fx * 23.0).sin() * (fy * 17.0).cos() * 40.0;
        let edge = if (fx - 0.5).hypot(fy - 0.5) < 0.3 { 60.0 } else { 0.0 };
        let level = |v: f64| v.clamp(0.0, 255.0) as u8;
        Rgb([level(40.0 + 150.0 * fx + wave + edge), level(60.0 + 120.0 * fy - wave), level(180.0 - 100.0 * fx + edge)])
    })
}

/// Blocks of 16x16 pixels, a gray for each letter of `abc/def`.
pub(crate) fn blocks(text: &str) -> RgbImage {
    let rows: Vec<&[u8]> = text.split('/').map(str::as_bytes).collect();
    RgbImage::from_fn(rows[0].len() as u32 * 16, rows.len() as u32 * 16, |x, y| {
        Rgb([gray(rows[y as usize / 16][x as usize / 16]); 3])
    })
}

/// Reads blocks back, by the middle of each.
pub(crate) fn letters(image: &RgbaImage) -> String {
    let row = |y: u32| -> String {
        (0..image.width() / 16)
            .map(|x| {
                let seen = image.get_pixel(x * 16 + 8, y * 16 + 8).0[0];
                (b'a'..=b'z').find(|l| gray(*l).abs_diff(seen) <= 4).map_or('?', char::from)
            })
            .collect()
    };
    (0..image.height() / 16).map(row).collect::<Vec<_>>().join("/")
}

fn gray(letter: u8) -> u8 {
    10 + (letter - b'a') % 26 * 9
}

/// Encodes with the `image` crate.
pub(crate) fn file(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image.into().write_to(&mut out, format).unwrap();
    out.into_inner()
}

/// A JPEG with little loss.
pub(crate) fn jpeg(image: &RgbImage) -> Vec<u8> {
    jpeg_at(98, image)
}

/// A JPEG of this quality, 1 to 100, by the `image` crate.
pub(crate) fn jpeg_at<I: GenericImageView<Pixel: PixelWithColorType>>(quality: u8, image: &I) -> Vec<u8> {
    let mut out = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, quality).encode_image(image).unwrap();
    out
}

/// A JPEG with its chroma sampled in this way, in one scan or progressive, with a restart marker after so many blocks
/// or, for 0, none.
pub(crate) fn jpeg_sampled(
    image: &RgbImage,
    quality: u8,
    sampling: Sampling,
    progressive: bool,
    restart: u16,
) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut out, quality);
    encoder.set_sampling_factor(sampling);
    encoder.set_progressive(progressive);
    if restart > 0 {
        encoder.set_restart_interval(restart);
    }
    let (width, height) = image.dimensions();
    encoder.encode(image.as_raw(), width as u16, height as u16, jpeg_encoder::ColorType::Rgb).unwrap();
    out
}

/// Numbers below what is asked for, the same at each run (xorshift, Marsaglia 2003).
pub(crate) fn random(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    }
}

/// The EXIF block of a file that is to be turned, and that tells a secret.
pub(crate) fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
    tiff.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    // Artist, 12 bytes at offset 38.
    tiff.extend([0x3B, 0x01, 2, 0, 12, 0, 0, 0, 38, 0, 0, 0]);
    tiff.extend(b"\0\0\0\0GPS SECRET!\0");
    tiff
}

pub(crate) fn jpeg_with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let body = [b"Exif\0\0", &exif(orientation)[..]].concat();
    let length = (body.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], b"\xFF\xE1", &length, &body, &jpeg[2..]].concat()
}

pub(crate) fn png_with(png: &[u8], kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    // Behind the signature and IHDR.
    [&png[..33], &png_chunk(kind, body), &png[33..]].concat()
}

pub(crate) fn png_chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let checked = [&kind[..], body].concat();
    let crc = !checked.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0xEDB8_8320 } else { c >> 1 })
    });
    [&(body.len() as u32).to_be_bytes()[..], &checked, &crc.to_be_bytes()].concat()
}

pub(crate) fn webp_with_exif(webp: &[u8], size: (u32, u32), orientation: u8) -> Vec<u8> {
    webp_with(webp, size, &[(b"EXIF", &exif(orientation))])
}

/// A WebP in the extended container (RFC 9649, 2.7), with a profile before the image and the rest behind.
pub(crate) fn webp_with(webp: &[u8], size: (u32, u32), extras: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let three = |n: u32| n.to_le_bytes()[..3].to_vec();
    let flag = |(kind, _): &(&[u8; 4], &[u8])| match *kind {
        b"ICCP" => 0x20,
        b"EXIF" => 0x08,
        _ => 0x04,
    };
    let flags: u8 = extras.iter().map(flag).sum();
    let extended = [vec![flags, 0, 0, 0], three(size.0 - 1), three(size.1 - 1)].concat();
    let chunk = |kind: &[u8; 4], body: &[u8]| {
        let padding = vec![0; body.len() % 2];
        [&kind[..], &(body.len() as u32).to_le_bytes(), body, &padding].concat()
    };
    let some = |before: bool| -> Vec<u8> {
        let wanted = extras.iter().filter(|(kind, _)| (*kind == b"ICCP") == before);
        wanted.flat_map(|(kind, body)| chunk(kind, body)).collect()
    };
    let body = [b"WEBP", &chunk(b"VP8X", &extended)[..], &some(true), &webp[12..], &some(false)].concat();
    [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()
}

/// A gray TIFF without compression.
pub(crate) fn tiff_with_orientation(image: &RgbImage, orientation: u16) -> Vec<u8> {
    let gray: Vec<u8> = image.pixels().map(|p| p.0[0]).collect();
    let (width, height) = image.dimensions();
    let entries: [(u16, u32); 9] = [
        (256, width),
        (257, height),
        (258, 8),
        (259, 1),
        (262, 1),
        (273, 8 + 2 + 9 * 12 + 4),
        (274, orientation.into()),
        (278, height),
        (279, gray.len() as u32),
    ];
    let mut out = b"II*\0\x08\0\0\0".to_vec();
    out.extend((entries.len() as u16).to_le_bytes());
    for (tag, value) in entries {
        out.extend([&tag.to_le_bytes()[..], &[4, 0, 1, 0, 0, 0], &value.to_le_bytes()].concat());
    }
    out.extend([0; 4]);
    out.extend(gray);
    out
}

/// A PNG that says it is so large, and goes no further.
pub(crate) fn png_header_of(width: u32, height: u32) -> Vec<u8> {
    let body = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    [&b"\x89PNG\r\n\x1a\n"[..], &png_chunk(b"IHDR", &body)].concat()
}
