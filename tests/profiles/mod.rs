//! Colour profiles made by the tests, files that carry them, and what Little CMS makes of colours.
#![allow(dead_code, reason = "each test takes what it needs")]

#[path = "../table_profile/mod.rs"]
mod table_profile;

use std::io::{Cursor, Write as _};

use image::{ImageDecoder as _, ImageFormat, ImageReader, RgbImage};
use lcms2::{CIExyY, CIExyYTRIPLE, Flags, Intent, PixelFormat, Profile, ToneCurve, Transform};

use originkit::render::Encoded;

use crate::images::{file, png_with};

/// sRGB as Little CMS understands it.
pub(crate) fn srgb() -> Vec<u8> {
    undated(&Profile::new_srgb())
}

/// The primaries of Display P3 with the curve of sRGB.
pub(crate) fn display_p3() -> Vec<u8> {
    rgb([(0.680, 0.320), (0.265, 0.690), (0.150, 0.060)], &srgb_curve())
}

/// The primaries and the gamma of Adobe RGB (1998).
pub(crate) fn adobe_like() -> Vec<u8> {
    rgb([(0.640, 0.330), (0.210, 0.710), (0.150, 0.060)], &ToneCurve::new(2.199_218_75))
}

/// The primaries of ITU-R BT.2020 with a curve of 1024 places.
pub(crate) fn wide_with_table() -> Vec<u8> {
    let table: Vec<u16> = (0..1024).map(|i| ((f64::from(i) / 1023.0).powf(1.8) * 65535.0).round() as u16).collect();
    rgb([(0.708, 0.292), (0.170, 0.797), (0.131, 0.046)], &ToneCurve::new_tabulated(&table))
}

/// The primaries of sRGB, and light itself.
pub(crate) fn linear() -> Vec<u8> {
    rgb([(0.640, 0.330), (0.300, 0.600), (0.150, 0.060)], &ToneCurve::new(1.0))
}

pub(crate) fn gray(gamma: f64) -> Vec<u8> {
    undated(&Profile::new_gray(&D50, &ToneCurve::new(gamma)).unwrap())
}

fn srgb_curve() -> ToneCurve {
    ToneCurve::new_parametric(4, &[2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045]).unwrap()
}

fn rgb(primaries: [(f64, f64); 3], curve: &ToneCurve) -> Vec<u8> {
    let [red, green, blue] = primaries.map(|(x, y)| CIExyY { x, y, Y: 1.0 });
    let d65 = CIExyY { x: 0.3127, y: 0.3290, Y: 1.0 };
    let primaries = CIExyYTRIPLE { Red: red, Green: green, Blue: blue };
    undated(&Profile::new_rgb(&d65, &primaries, &[curve, curve, curve]).unwrap())
}

/// The bytes of a profile, which are the same whenever they are written: Little CMS puts in the second of its making.
fn undated(profile: &Profile) -> Vec<u8> {
    let mut icc = profile.icc().unwrap();
    icc[24..36].fill(0);
    icc
}

const D50: CIExyY = CIExyY { x: 0.3457, y: 0.3585, Y: 1.0 };

/// A press that nobody has: each ink takes its share of light away, black takes 97 percent.
///
/// Written byte by byte (ICC.1:2001-04, 6.5.7): a table of 9 places for each ink, colours as Lab of version 2.
pub(crate) fn cmyk() -> Vec<u8> {
    const TAKES: [[f64; 3]; 4] = [[0.95, 0.45, 0.1], [0.15, 0.93, 0.4], [0.05, 0.12, 0.9], [0.97, 0.97, 0.97]];
    with_table(b"CMYK", 4, 9, |inks| {
        let mut light = [1.0; 3];
        for (ink, takes) in inks.iter().zip(TAKES) {
            for (light, takes) in light.iter_mut().zip(takes) {
                *light *= 1.0 - ink * takes;
            }
        }
        light
    })
}

/// A scanner: three channels through a table.
pub(crate) fn scanner() -> Vec<u8> {
    with_table(b"RGB ", 3, 17, |c| {
        let light = [c[0].powf(1.9), c[1].powf(2.1), c[2].powf(2.0)];
        [0.9 * light[0] + 0.1 * light[1], 0.95 * light[1] + 0.05 * light[2], 0.12 * light[0] + 0.88 * light[2]]
    })
}

/// A profile of version 2 with one table from device to Lab.
fn with_table(space: &[u8; 4], channels: usize, places: usize, light: impl Fn(&[f64]) -> [f64; 3]) -> Vec<u8> {
    let mut table = b"mft2\0\0\0\0".to_vec();
    table.extend([channels as u8, 3, places as u8, 0]);
    for (row, column) in (0..3).flat_map(|r| (0..3).map(move |c| (r, c))) {
        table.extend(if row == column { 65536_u32 } else { 0 }.to_be_bytes());
    }
    table.extend([0, 2, 0, 2]);
    let line = [0_u16, 65535].map(u16::to_be_bytes).concat();
    table.extend(line.repeat(channels));
    for index in 0..places.pow(channels as u32) {
        let device: Vec<f64> = (0..channels)
            .rev()
            .map(|power| (index / places.pow(power as u32) % places) as f64 / (places - 1) as f64)
            .collect();
        for number in lab_of(light(&device)) {
            table.extend((number.round() as u16).to_be_bytes());
        }
    }
    table.extend(line.repeat(3));
    table_profile::profile(space, table)
}

/// Mean and largest CIE 1976 difference between sRGB colours; one is about what an eye can tell.
pub(crate) fn delta_e(seen: &[u8], want: &[f32]) -> (f64, f64) {
    let light = |level: f64| {
        let x = level / 255.0;
        if x <= 0.04045 { x / 12.92 } else { ((x + 0.055) / 1.055).powf(2.4) }
    };
    let distances = seen.chunks_exact(3).zip(want.chunks_exact(3)).map(|(s, w)| {
        let s = lab([s[0], s[1], s[2]].map(|level| light(level.into())));
        let w = lab([w[0], w[1], w[2]].map(|level| light(level.into())));
        s.iter().zip(w).map(|(s, w)| (s - w).powi(2)).sum::<f64>().sqrt()
    });
    let (sum, most, count) = distances.fold((0.0, 0.0, 0.0), |(sum, most, n), d| (sum + d, f64::max(most, d), n + 1.0));
    (sum / count, most)
}

/// Lab in 16 bits as version 2 of the standard has it.
fn lab_of(light: [f64; 3]) -> [f64; 3] {
    let [lightness, a, b] = lab(light);
    [lightness * 652.8, (a + 128.0) * 256.0, (b + 128.0) * 256.0].map(|n| n.clamp(0.0, 65535.0))
}

/// Linear sRGB to Lab.
fn lab(light: [f64; 3]) -> [f64; 3] {
    let [r, g, b] = light;
    let x = 0.43607 * r + 0.38515 * g + 0.14307 * b;
    let y = 0.22249 * r + 0.71687 * g + 0.06061 * b;
    let z = 0.01392 * r + 0.09708 * g + 0.71410 * b;
    let f = |t: f64| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
    let (fx, fy, fz) = (f(x / 0.9642), f(y), f(z / 0.8249));
    [116.0 * fy - 16.0, 500.0 * (fx - fy), 200.0 * (fy - fz)]
}

/// What Little CMS makes of samples, unrounded, 0 to 255.
pub(crate) fn by_little_cms(icc: &[u8], samples: &[u8], format: PixelFormat) -> Vec<f32> {
    let (source, srgb) = (Profile::new_icc(icc).unwrap(), Profile::new_srgb());
    let flags = Flags::NO_OPTIMIZE | Flags::default();
    let transform =
        Transform::<u8, [f32; 3]>::new_flags(&source, format, &srgb, PixelFormat::RGB_FLT, Intent::Perceptual, flags);
    let mut out = vec![[0.0; 3]; samples.len() / format.bytes_per_pixel()];
    transform.unwrap().transform_pixels(samples, &mut out);
    out.into_iter().flatten().map(|level| level.clamp(0.0, 1.0) * 255.0).collect()
}

/// Every combination of so many levels of each of three channels.
pub(crate) fn cube(levels: u32) -> RgbImage {
    let level = |n: u32| (n % levels * 255 / (levels - 1)) as u8;
    RgbImage::from_fn(levels * levels, levels, |x, y| image::Rgb([level(x), level(x / levels), level(y)]))
}

/// A PNG with a profile.
pub(crate) fn png_in(image: impl Into<image::DynamicImage>, icc: &[u8]) -> Vec<u8> {
    png_with(&file(image, ImageFormat::Png), b"iCCP", &[b"name\0\0", &deflated(icc)[..]].concat())
}

/// A zlib stream.
pub(crate) fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A JPEG with a profile in parts of so many bytes.
pub(crate) fn jpeg_in(jpeg: &[u8], icc: &[u8], part: usize) -> Vec<u8> {
    let count = icc.chunks(part).count() as u8;
    let mut out = jpeg[..2].to_vec();
    for (number, bytes) in (1_u8..).zip(icc.chunks(part)) {
        let body = [&b"ICC_PROFILE\0"[..], &[number, count], bytes].concat();
        out.extend([&b"\xFF\xE2"[..], &(body.len() as u16 + 2).to_be_bytes(), &body].concat());
    }
    out.extend(&jpeg[2..]);
    out
}

/// A TIFF of three channels with a profile.
pub(crate) fn tiff_in(image: &RgbImage, icc: &[u8]) -> Vec<u8> {
    use image::ImageEncoder as _;

    let mut out = Cursor::new(Vec::new());
    let mut encoder = image::codecs::tiff::TiffEncoder::new(&mut out);
    encoder.set_icc_profile(icc.to_vec()).unwrap();
    encoder.write_image(image, image.width(), image.height(), image::ExtendedColorType::Rgb8).unwrap();
    out.into_inner()
}

/// The profile in a result, by the `image` crate.
pub(crate) fn profile_of(result: &Encoded) -> Option<Vec<u8>> {
    let reader = ImageReader::new(Cursor::new(&result.bytes)).with_guessed_format().unwrap();
    reader.into_decoder().unwrap().icc_profile().unwrap()
}

/// A TIFF of four inks without compression, 8 or 16 bits each, with a profile.
pub(crate) fn tiff_of_inks(inks: &[u8], (width, height): (u32, u32), bits: u16, icc: &[u8]) -> Vec<u8> {
    const ENTRIES: u32 = 11;
    let behind = 8 + 2 + ENTRIES * 12 + 4;
    let (pixels, profile) = (behind + 8, behind + 8 + inks.len() as u32);
    let entries: [(u16, u16, u32, u32); ENTRIES as usize] = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 4, behind),
        (259, 3, 1, 1),
        (262, 3, 1, 5),
        (273, 4, 1, pixels),
        (277, 3, 1, 4),
        (278, 4, 1, height),
        (279, 4, 1, inks.len() as u32),
        (284, 3, 1, 1),
        (34675, 7, icc.len() as u32, profile),
    ];
    let mut out = b"II*\0\x08\0\0\0".to_vec();
    out.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in entries {
        out.extend([&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat());
    }
    out.extend([0; 4]);
    out.extend(bits.to_le_bytes().repeat(4));
    out.extend(inks);
    out.extend(icc);
    out
}

/// Mean and largest difference between 8-bit samples and unrounded ones.
pub(crate) fn distance(seen: &[u8], want: &[f32]) -> (f32, f32) {
    assert_eq!(seen.len(), want.len());
    let differences = || seen.iter().zip(want).map(|(s, w)| (f32::from(*s) - w).abs());
    (differences().sum::<f32>() / seen.len() as f32, differences().fold(0.0, f32::max))
}
