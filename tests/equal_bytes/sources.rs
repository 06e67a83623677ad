//! Files that are drawn and written with whole numbers alone, so that they are the same on every machine.

#[path = "../table_profile/mod.rs"]
mod table_profile;

use image::{ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

use crate::images::{file, png_with, random};

/// Something like a photo: slow gradients, a disc with an edge, stripes, and noise.
pub(crate) fn photo(width: u32, height: u32) -> RgbImage {
    let mut noise = random(0x9E37_79B9_7F4A_7C15);
    RgbImage::from_fn(width, height, |x, y| {
        let (across, down) = (x * 255 / width, y * 255 / height);
        let (dx, dy) = (2 * i64::from(x) - i64::from(width), 3 * i64::from(y) - i64::from(height));
        let disc = if dx * dx + dy * dy < i64::from(height * height / 2) { 70 } else { 0 };
        let stripe = if (x + 2 * y) % 37 < 5 { 40 } else { 0 };
        let grain = noise(9) as u32;
        let level = |v: u32| v.min(255) as u8;
        Rgb([
            level(across / 2 + disc + grain),
            level(down / 2 + stripe + 40 + grain),
            level(200 - across / 2 + disc / 2),
        ])
    })
}

/// A disc with a soft rim on a transparent ground.
pub(crate) fn badge(side: u32) -> RgbaImage {
    RgbaImage::from_fn(side, side, |x, y| {
        let (dx, dy) = (2 * i64::from(x) - i64::from(side), 2 * i64::from(y) - i64::from(side));
        let side = i64::from(side);
        let cover = ((side * side - dx * dx - dy * dy) * 1024 / (side * side)).clamp(0, 255);
        Rgba([230, (x * 255 / 64 % 256) as u8, (y * 3 % 256) as u8, cover as u8])
    })
}

pub(crate) fn png(image: impl Into<image::DynamicImage>) -> Vec<u8> {
    file(image, ImageFormat::Png)
}

/// A PNG of 16 bits with the primaries of Display P3 (ITU-T H.273).
pub(crate) fn deep(image: &RgbImage) -> Vec<u8> {
    let deep = image::DynamicImage::from(image.clone()).into_rgb16();
    png_with(&png(deep), b"cICP", &[12, 13, 0, 1])
}

/// A PNG with a gamma and primaries as numbers.
pub(crate) fn with_gamma(image: &RgbImage) -> Vec<u8> {
    let primaries = [31_270_u32, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000];
    let with = png_with(&png(image.clone()), b"cHRM", &primaries.map(u32::to_be_bytes).concat());
    png_with(&with, b"gAMA", &55_556_u32.to_be_bytes())
}

/// A PNG with a profile of tables, in a zlib stream without compression.
pub(crate) fn with_tables(image: &RgbImage) -> Vec<u8> {
    let profile = table_profile(b"RGB ", 3, 9);
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in &profile {
        a = (a + u32::from(*byte)) % 65521;
        b = (b + a) % 65521;
    }
    let mut stream = vec![0x78, 0x01];
    let blocks = profile.chunks(0xFFFF);
    let last = blocks.len() - 1;
    for (number, block) in blocks.enumerate() {
        let length = block.len() as u16;
        stream.push(u8::from(number == last));
        stream.extend([length.to_le_bytes(), (!length).to_le_bytes()].concat());
        stream.extend(block);
    }
    stream.extend((b << 16 | a).to_be_bytes());
    png_with(&png(image.clone()), b"iCCP", &[b"name\0\0", &stream[..]].concat())
}

/// An uncompressed TIFF of four inks with a profile.
pub(crate) fn inks(image: &RgbImage) -> Vec<u8> {
    let icc = table_profile(b"CMYK", 4, 7);
    let (width, height) = image.dimensions();
    let samples: Vec<u8> =
        image.pixels().flat_map(|p| [255 - p.0[0], 255 - p.0[1], 255 - p.0[2], p.0[1] / 4]).collect();
    let at = 8 + 2 + 11 * 12 + 4;
    let bits = at + samples.len() as u32;
    let entries: [(u16, u16, u32, u32); 11] = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 4, bits),
        (259, 3, 1, 1),
        (262, 3, 1, 5),
        (273, 4, 1, at),
        (277, 3, 1, 4),
        (278, 4, 1, height),
        (279, 4, 1, samples.len() as u32),
        (284, 3, 1, 1),
        (34675, 7, icc.len() as u32, bits + 8),
    ];
    let mut out = b"II*\0\x08\0\0\0\x0B\0".to_vec();
    for (tag, kind, count, value) in entries {
        out.extend([&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat());
    }
    out.extend([0; 4]);
    out.extend(samples);
    out.extend([8, 0, 8, 0, 8, 0, 8, 0]);
    out.extend(icc);
    out
}

/// A profile of version 2 (ICC.1:2001-04, 6.5.7) with one table from the device to Lab. Its colours are those of no
/// device, and are made of whole numbers.
fn table_profile(space: &[u8; 4], channels: u32, places: u32) -> Vec<u8> {
    let mut table = b"mft2\0\0\0\0".to_vec();
    table.extend([channels as u8, 3, places as u8, 0]);
    for place in 0..9_u32 {
        table.extend((if place % 4 == 0 { 65536_u32 } else { 0 }).to_be_bytes());
    }
    table.extend([0, 2, 0, 2]);
    let line = [0_u16, 65535].map(u16::to_be_bytes).concat();
    table.extend(line.repeat(channels as usize));
    for index in 0..places.pow(channels) {
        let device = |channel: u32| index / places.pow(channel) % places * 1000 / (places - 1);
        let all = (0..channels).map(device).sum::<u32>() / channels;
        let light = if space == b"CMYK" { 1000 - all } else { all };
        let lightness = light * light / 1000 * 65280 / 1000;
        let a = 32768 + device(0) * 12 - device(1) * 12;
        let b = 32768 + device(1) * 9 - device(2) * 9;
        table.extend([lightness, a, b].map(|n| (n as u16).to_be_bytes()).concat());
    }
    table.extend(line.repeat(3));
    table_profile::profile(space, table)
}

/// An animation of four frames of 60x40: a bright block that moves over a dark ground. Its codes are never longer than
/// 8 bits, because the table is cleared before it grows.
pub(crate) fn movie() -> Vec<u8> {
    let mut out = b"GIF89a".to_vec();
    out.extend([60, 0, 40, 0, 0b1111_0110, 0, 0]);
    out.extend((0..128_u8).flat_map(|n| [n * 2, 255 - n, n.wrapping_mul(5)]));
    out.extend(b"\x21\xFF\x0BNETSCAPE2.0\x03\x01\0\0\0");
    for frame in 0..4_u32 {
        out.extend([0x21, 0xF9, 4, 4, 8, 0, 0, 0, 0x2C, 0, 0, 0, 0, 60, 0, 40, 0, 0, 7]);
        let pixels: Vec<u8> = (0..60 * 40)
            .map(|at| {
                let (x, y) = (at % 60, at / 60);
                if (x / 12, y / 12) == (frame, 1) { 120 } else { ((x + y) / 3) as u8 }
            })
            .collect();
        let codes: Vec<u8> = pixels.chunks(100).flat_map(|run| [&[128], run].concat()).chain([129]).collect();
        for block in codes.chunks(255) {
            out.push(block.len() as u8);
            out.extend(block);
        }
        out.push(0);
    }
    out.push(0x3B);
    out
}
