//! Good images that carry metadata which may be anything.

use std::sync::OnceLock;

use image::ImageFormat;

#[path = "../../tests/images/mod.rs"]
mod images;

use images::{file, jpeg, photo, png_with, webp_with};

const SIZE: (u32, u32) = (24, 16);

/// Where a block is put.
#[derive(Debug, Clone, Copy)]
pub enum Carrier {
    JpegProfile,
    GrayJpegProfile,
    JpegExif,
    JpegXmp,
    JpegPhotoshop,
    PngProfile,
    PngExif,
    PngXmp,
    WebpProfile,
    WebpExif,
    WebpXmp,
    TiffProfile,
    TiffExif,
    TiffXmp,
}

impl Carrier {
    pub const ALL: [Self; 14] = [
        Self::JpegProfile,
        Self::GrayJpegProfile,
        Self::JpegExif,
        Self::JpegXmp,
        Self::JpegPhotoshop,
        Self::PngProfile,
        Self::PngExif,
        Self::PngXmp,
        Self::WebpProfile,
        Self::WebpExif,
        Self::WebpXmp,
        Self::TiffProfile,
        Self::TiffExif,
        Self::TiffXmp,
    ];
}

struct Plain {
    jpeg: Vec<u8>,
    gray: Vec<u8>,
    png: Vec<u8>,
    webp: Vec<u8>,
}

fn plain() -> &'static Plain {
    static PLAIN: OnceLock<Plain> = OnceLock::new();
    PLAIN.get_or_init(|| {
        let image = photo(SIZE.0, SIZE.1);
        let gray = image::DynamicImage::from(image.clone()).to_luma8();
        Plain {
            jpeg: jpeg(&image),
            gray: images::jpeg_at(90, &gray),
            png: file(image.clone(), ImageFormat::Png),
            webp: file(image, ImageFormat::WebP),
        }
    })
}

/// A good image with this block in it.
pub fn with_metadata(carrier: Carrier, block: &[u8]) -> Vec<u8> {
    let Plain { jpeg, gray, png, webp } = plain();
    let webp = |kind| webp_with(webp, SIZE, &[(kind, block)]);
    match carrier {
        Carrier::JpegProfile => segment(jpeg, 0xE2, b"ICC_PROFILE\0\x01\x01", block),
        Carrier::GrayJpegProfile => segment(gray, 0xE2, b"ICC_PROFILE\0\x01\x01", block),
        Carrier::JpegExif => segment(jpeg, 0xE1, b"Exif\0\0", block),
        Carrier::JpegXmp => segment(jpeg, 0xE1, b"http://ns.adobe.com/xap/1.0/\0", block),
        Carrier::JpegPhotoshop => segment(jpeg, 0xED, b"Photoshop 3.0\0", block),
        Carrier::PngProfile => png_with(png, b"iCCP", &[b"a\0\0", &stored(block)[..]].concat()),
        Carrier::PngExif => png_with(png, b"eXIf", block),
        Carrier::PngXmp => png_with(png, b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0", block].concat()),
        Carrier::WebpProfile => webp(b"ICCP"),
        Carrier::WebpExif => webp(b"EXIF"),
        Carrier::WebpXmp => webp(b"XMP "),
        Carrier::TiffProfile => tiff(34675, block),
        Carrier::TiffExif => tiff(34665, block),
        Carrier::TiffXmp => tiff(700, block),
    }
}

/// A JPEG with one more segment; a block that is too long for one is cut.
fn segment(jpeg: &[u8], marker: u8, name: &[u8], block: &[u8]) -> Vec<u8> {
    let block = &block[..block.len().min(65_000)];
    let length = (name.len() + block.len() + 2) as u16;
    [&jpeg[..2], &[0xFF, marker], &length.to_be_bytes(), name, block, &jpeg[2..]].concat()
}

/// A zlib stream of one stored block (RFC 1950, RFC 1951).
fn stored(block: &[u8]) -> Vec<u8> {
    let block = &block[..block.len().min(65_535)];
    let length = block.len() as u16;
    [&[0x78, 1, 1][..], &length.to_le_bytes(), &(!length).to_le_bytes(), block, &adler(block).to_be_bytes()].concat()
}

fn adler(block: &[u8]) -> u32 {
    let (a, b) = block.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (a + b) % 65_521)
    });
    b << 16 | a
}

/// A gray TIFF of 2x2 pixels with one more tag. For EXIF the tag says where a directory is: the block is one.
fn tiff(tag: u16, block: &[u8]) -> Vec<u8> {
    const BEHIND: u32 = 8 + 2 + 9 * 12 + 4;
    let is_place = tag == 34665;
    let (kind, count, value) = if is_place { (4, 1, BEHIND + 4) } else { (1, block.len() as u32, BEHIND + 4) };
    let mut entries = [
        (256_u16, 4_u16, 1, 2),
        (257, 4, 1, 2),
        (258, 4, 1, 8),
        (259, 4, 1, 1),
        (262, 4, 1, 1),
        (273, 4, 1, BEHIND),
        (278, 4, 1, 2),
        (279, 4, 1, 4),
        (tag, kind, count, value),
    ];
    entries.sort_by_key(|entry| entry.0);
    let mut out = b"II*\0\x08\0\0\0\x09\0".to_vec();
    for (tag, kind, count, value) in entries {
        out.extend(
            [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &u32::to_le_bytes(count), &value.to_le_bytes()].concat(),
        );
    }
    out.extend([0; 4]);
    out.extend([0, 80, 160, 240]);
    out.extend(block);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_carrier_is_an_image() {
        for carrier in Carrier::ALL {
            let file = with_metadata(carrier, b"II*\0\x08\0\0\0\0\0\0\0\0\0");
            let made = (Renderer::new()).render(&file, &"f-png".parse().unwrap());
            assert!(made.is_ok(), "{carrier:?}: {made:?}");
        }
    }
}
