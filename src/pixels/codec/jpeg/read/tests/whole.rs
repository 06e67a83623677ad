//! Whole images: colours by the rules of libjpeg, at every sampling and size.

use super::files::{Kind, compose, gray_of, interleave, push, segments};
use super::plain::Blocks;
use crate::error::Error;
use crate::geometry::{Rect, Size};
use crate::limits::Limits;
use crate::pixels::codec::Codec as _;
use crate::pixels::codec::jpeg::Jpeg;
use crate::pixels::codec::jpeg::read::Opened;
use crate::pixels::codec::reader::{Colors, Request};
use crate::pixels::raster::{Raster, Scratch};
use crate::pixels::run::thumbnail::thumbnail;
use crate::plan::{Region, Thumbnail};
use crate::stop::Stop;

const SIZE: Size = Size::new(93, 61);

/// Returns slow waves in three channels, which survive any subsampling.
fn wave(channel: usize, x: f64, y: f64) -> f64 {
    let (x, y) = (x / 93.0, y / 61.0);
    [128.0 + 90.0 * (x * 5.0).sin(), 110.0 + 80.0 * (y * 4.0).cos(), 128.0 + 70.0 * (x * 3.0 - y * 2.0).sin()][channel]
}

/// Returns a component of this size. Each sample is the value at the centre of its pixels.
fn component(channel: usize, size: Size) -> Vec<u8> {
    let (across, down) = (93.0 / f64::from(size.width), 61.0 / f64::from(size.height));
    let middle = |at: u32, scale: f64| (f64::from(at) + 0.5) * scale - 0.5;
    let samples = (0..size.height).flat_map(|y| (0..size.width).map(move |x| (x, y)));
    samples.map(|(x, y)| wave(channel, middle(x, across), middle(y, down)).round() as u8).collect()
}

fn parts(factors: &[(u8, u8)]) -> Vec<Vec<u8>> {
    let most = |of: fn(&(u8, u8)) -> u8| u32::from(factors.iter().map(of).max().unwrap());
    let (wide, high) = (most(|f| f.0), most(|f| f.1));
    let part = |(channel, (x, y)): (usize, &(u8, u8))| {
        let size = Size::new((93 * u32::from(*x)).div_ceil(wide), (61 * u32::from(*y)).div_ceil(high));
        gray_of(&component(channel, size), size, Kind::Interleaved, 0)
    };
    factors.iter().enumerate().map(part).collect()
}

fn decode(file: &[u8], limits: &Limits) -> Result<Raster, Error> {
    Jpeg.open(file, limits)?.decode(&Request::plain(SIZE, &Stop::new()))
}

fn whole(file: &[u8]) -> Raster {
    let header = Opened::read(file).unwrap().header;
    decode(file, &Limits::default()).unwrap_or_else(|error| panic!("{error}: {header:?}"))
}

/// Returns the mean difference per sample between an image and a function of position.
fn off(image: &Raster, wanted: impl Fn(f64, f64) -> [f64; 3]) -> f64 {
    let (across, down) = (93.0 / f64::from(image.size().width), 61.0 / f64::from(image.size().height));
    let width = image.size().width as usize;
    let sum: f64 = (image.pixels().enumerate())
        .map(|(at, [r, g, b, _])| {
            let middle = |at: usize, scale: f64| (at as f64 + 0.5) * scale - 0.5;
            let wanted = wanted(middle(at % width, across), middle(at / width, down));
            [r, g, b].iter().zip(wanted).map(|(got, want)| (f64::from(*got) - want).abs()).sum::<f64>() / 3.0
        })
        .sum();
    sum / image.size().pixels() as f64
}

fn from_luma_and_chroma(x: f64, y: f64) -> [f64; 3] {
    let [y, cb, cr] = [wave(0, x, y), wave(1, x, y) - 128.0, wave(2, x, y) - 128.0];
    [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb].map(|v| v.clamp(0.0, 255.0))
}

fn plain(x: f64, y: f64) -> [f64; 3] {
    [wave(0, x, y), wave(1, x, y), wave(2, x, y)]
}

#[test]
fn every_sampling_has_the_colours_of_the_image_at_every_size() {
    let all = || (1..=4).flat_map(|x| (1..=4).map(move |y| (x, y)));
    for (luma, chroma) in all().flat_map(|luma| all().map(move |chroma| (luma, chroma))) {
        let factors = [luma, chroma, chroma];
        let parts = parts(&factors);
        let blocks: Vec<_> = parts.iter().map(|part| Blocks::read(part)).collect();
        let mut files = vec![compose(SIZE, &parts, &factors)];
        if luma.0 * luma.1 + 2 * chroma.0 * chroma.1 <= 10 {
            files.extend([false, true].map(|progressive| interleave(SIZE, &blocks, &factors, progressive)));
        }
        for file in &files {
            // Measured: at most 6.2, for one sample of luma per four lines and one of chroma per four columns. Wrong
            // decoding is off by dozens.
            let found = off(&whole(file), from_luma_and_chroma);
            assert!(found < 8.0, "{factors:?}: {found}");
            let limits = Limits::default();
            let opened = Jpeg.open(file, &limits).unwrap();
            assert!(opened.reducing().is_some());
            for to in [Size::new(93, 61), Size::new(64, 42), Size::new(31, 20), Size::new(9, 6)] {
                let scale_eighths = (to.width * 8).div_ceil(93).min(8) as u8;
                // At the smallest size, a sample of halved chroma would cover a fifth of the width.
                for chroma_420 in [false, true].into_iter().take(if to.width < 30 { 1 } else { 2 }) {
                    let (part, from) = (Rect::full(SIZE), Region::full(SIZE));
                    let wanted = Thumbnail { size: SIZE, part, from, to, scale_eighths, chroma_420 };
                    let image = thumbnail(&*opened, &wanted, Colors::Srgb, &Scratch::once(), &limits, &Stop::new());
                    let found = off(&image.unwrap().into_raster().unwrap(), from_luma_and_chroma);
                    assert!(found < 8.0, "{factors:?} to {to:?}, {chroma_420}: {found}");
                }
            }
        }
    }
}

/// Halved components are interpolated as in libjpeg: compares with another decoder that does so.
#[test]
fn halves_are_interpolated() {
    for factors in [(2, 1), (2, 2)] {
        let file = compose(SIZE, &parts(&[factors, (1, 1), (1, 1)]), &[factors, (1, 1), (1, 1)]);
        let theirs = jpeg_decoder::Decoder::new(file.as_slice()).decode().unwrap();
        let ours = whole(&file);
        let worst = ours.samples().iter().zip(&theirs).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst <= Some(4), "{factors:?}: {worst:?}");
    }
    // Gray files may have any factors.
    let gray = gray_of(&component(0, SIZE), SIZE, Kind::Interleaved, 0);
    let frame = gray.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    for factors in [0x21, 0x22, 0x33, 0x44] {
        let mut file = gray.clone();
        assert_eq!(file[frame + 11], 0x11);
        file[frame + 11] = factors;
        assert_eq!(whole(&file), whole(&gray));
    }
}

/// Returns a file with these component identifiers, and these segments before the frame.
fn named(parts: &[Vec<u8>], names: &[u8], before: &[(u8, &[u8])]) -> Vec<u8> {
    let file = compose(SIZE, parts, &vec![(1, 1); parts.len()]);
    let mut out = vec![0xFF, 0xD8];
    before.iter().for_each(|(marker, payload)| push(&mut out, *marker, payload, &[]));
    for (marker, payload, data) in segments(&file) {
        let mut payload = payload.to_vec();
        match marker {
            0xC0 => names.iter().enumerate().for_each(|(at, name)| payload[6 + 3 * at] = *name),
            0xDA => payload[1] = names[usize::from(payload[1]) - 1],
            _ => {}
        }
        push(&mut out, marker, &payload, data);
    }
    out.extend([0xFF, 0xD9]);
    out
}

const JFIF: (u8, &[u8]) = (0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");

fn adobe(transform: u8) -> Vec<u8> {
    [b"Adobe\0\x64\0\0\0\0", &[transform][..]].concat()
}

#[test]
fn three_components_are_what_libjpeg_takes_them_for() {
    let parts = parts(&[(1, 1); 3]);
    let adobes = [0, 1, 2].map(adobe);
    let [zero, one, two] = adobes.each_ref().map(|payload| (0xEE, payload.as_slice()));
    for (names, before, rgb) in [
        (&[1, 2, 3], &[][..], false),
        (b"RGB", &[], true),
        (&[0, 1, 2], &[], false),
        (b"rgb", &[], false),
        (b"RGB", &[JFIF], false),
        (b"RGB", &[one], false),
        (&[1, 2, 3], &[zero], true),
        (&[1, 2, 3], &[two], false),
        (&[1, 2, 3], &[JFIF, zero], false),
        (&[1, 2, 3], &[zero, JFIF], false),
        (&[1, 2, 3], &[(0xE0, b"JFIF\0"), zero], true),
        // The last of two Adobe segments counts. One that is cut short does not.
        (&[1, 2, 3], &[zero, one], false),
        (&[1, 2, 3], &[zero, (0xEE, b"Adobe\0\x64")], true),
    ] {
        let file = named(&parts, names, before);
        let found = off(&whole(&file), if rgb { plain } else { from_luma_and_chroma });
        assert!(found < 2.0, "{names:?} {before:?}: {found}");
        assert_eq!(Jpeg.open(&file, &Limits::default()).unwrap().reducing().is_some(), !rgb);
    }
}

#[test]
fn four_components_are_paper() {
    let mut parts = parts(&[(1, 1); 3]);
    let black: Vec<u8> = component(0, SIZE).iter().map(|sample| 255 - sample / 3).collect();
    parts.push(gray_of(&black, SIZE, Kind::Interleaved, 0));
    let share = |x: f64, y: f64| (255.0 - wave(0, x, y) / 3.0) / 255.0;
    let cmyk = |x: f64, y: f64| plain(x, y).map(|paper| paper * share(x, y));
    let ycck = |x: f64, y: f64| from_luma_and_chroma(x, y).map(|light| (255.0 - light) * share(x, y));
    let adobes = [0, 1, 2].map(adobe);
    let [zero, one, two] = adobes.each_ref().map(|payload| (0xEE, payload.as_slice()));
    for (before, inks) in [(&[][..], true), (&[zero], true), (&[two], false), (&[one], false), (&[JFIF], true)] {
        let file = named(&parts, &[1, 2, 3, 4], before);
        let found = if inks { off(&whole(&file), cmyk) } else { off(&whole(&file), ycck) };
        assert!(found < 2.0, "{before:?}: {found}");
    }
}

#[test]
fn memory_is_counted_before_it_is_taken() {
    for progressive in [false, true] {
        let factors = [(2, 2), (1, 1), (1, 1)];
        let blocks: Vec<_> = parts(&factors).iter().map(|part| Blocks::read(part)).collect();
        let file = interleave(SIZE, &blocks, &factors, progressive);
        let enough =
            Jpeg.open(&file, &Limits::default()).unwrap().cost(&Request::plain(SIZE, &Stop::new())).unwrap().memory;
        let limits = |memory| Limits { memory, ..Limits::default() };
        assert!(decode(&file, &limits(enough)).is_ok());
        assert!(decode(&file, &limits(enough - 1)).is_err());
    }
}
