//! What a render really takes: each in a process of its own, by the peak that Linux reports for it.
#![cfg(all(feature = "pixels", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot measure may stop")]

mod pictures;

use std::path::{Path, PathBuf};
use std::process::Command;

use image::{DynamicImage, ImageFormat, RgbImage};
use originkit::{Options, peak_memory, transform};
use pictures::{Sampling, file, jpeg_sampled, photo};

const MIB: u64 = 1024 * 1024;

/// `VmHWM` or `VmRSS` of this process, in bytes.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim_matches([':', ' ', '\t']).split_whitespace().next().unwrap().parse::<u64>().unwrap() * 1024
}

/// The process that renders: says how much more it held at its peak than before it read the file, and the bound.
#[test]
#[ignore = "started by the others"]
fn one_render() {
    let Ok(path) = std::env::var("ORIGINKIT_RENDER") else { return };
    let wanted = std::env::var("ORIGINKIT_WANTED").unwrap().parse().unwrap();
    // The first use of anything pays for tables, and for code that is paged in.
    let warm = file(photo(32, 32), ImageFormat::Png);
    transform(&warm, &"w-8,f-webp".parse().unwrap(), &Options::default()).unwrap();
    let idle = status("VmHWM");
    let bytes = std::fs::read(path).unwrap();
    let options = Options::default();
    let result = transform(&bytes, &wanted, &options).unwrap();
    let taken = status("VmHWM") - idle;
    let bound = peak_memory(&bytes, &wanted, &options).unwrap();
    println!("taken {taken} bound {bound} files {}", bytes.len() + result.bytes.len());
}

struct Measured {
    taken: u64,
    bound: u64,
    files: u64,
}

fn measure(source: &Path, wanted: &str) -> Measured {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "one_render", "--ignored", "--nocapture"])
        .env("ORIGINKIT_RENDER", source)
        .env("ORIGINKIT_WANTED", wanted)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let number = |name: &str| -> u64 {
        let rest = text.split(name).nth(1).unwrap_or_else(|| panic!("{wanted}: {text}"));
        rest.split_whitespace().next().unwrap().parse().unwrap()
    };
    Measured { taken: number("taken "), bound: number("bound "), files: number("files ") }
}

/// A picture of a scene repeated: it takes long to draw a large one.
fn large(width: u32, height: u32) -> RgbImage {
    let tile = photo(512, 512);
    RgbImage::from_fn(width, height, |x, y| *tile.get_pixel(x % 512, (x / 512 * 97 + y) % 512))
}

fn jpeg(picture: &RgbImage, sampling: Sampling, progressive: bool) -> Vec<u8> {
    jpeg_sampled(picture, 90, sampling, progressive, 0)
}

fn stored(name: &str, bytes: &[u8]) -> PathBuf {
    let path = std::env::temp_dir().join(format!("originkit-memory-{}-{name}", std::process::id()));
    std::fs::write(&path, bytes).unwrap();
    path
}

/// What an allocator and the system take beyond what is asked for.
const SLACK: u64 = 4 * MIB;

#[test]
fn what_is_stated_before_is_an_upper_bound() {
    let picture = large(2000, 1500);
    let alpha = DynamicImage::from(picture.clone()).to_rgba8();
    let png = |picture: DynamicImage| file(picture, ImageFormat::Png);
    let sources = [
        ("444p.jpg", jpeg(&picture, Sampling::R_4_4_4, true)),
        ("420.jpg", jpeg(&picture, Sampling::R_4_2_0, false)),
        ("rgb.png", png(picture.clone().into())),
        ("rgba16.png", png(DynamicImage::from(alpha.clone()).to_rgba16().into())),
        ("gray.png", png(DynamicImage::from(picture.clone()).to_luma8().into())),
        ("a.webp", file(alpha.clone(), ImageFormat::WebP)),
        ("a.tiff", file(alpha, ImageFormat::Tiff)),
        ("a.bmp", file(picture, ImageFormat::Bmp)),
    ];
    let mut broken = Vec::new();
    let mut loosest = (0, String::new());
    for (name, bytes) in sources {
        let path = stored(name, &bytes);
        for wanted in [
            "w-600,f-jpg",
            "w-1500,f-jpg",
            "w-1500,f-webp",
            "w-1000,f-webp,lo-true",
            "f-png,w-900",
            "w-300,h-300,f-jpg",
            "w-700,bl-20,f-jpg",
            "w-800:rt-30:f-webp",
            "w-500:l-image,i-ik_canvas,w-400,h-300,bg-FF0000,l-end:f-jpg",
            "f-jpg",
            "w-500,h-500,cm-extract,f-jpg",
        ] {
            let Measured { taken, bound, files } = measure(&path, wanted);
            if taken > bound + files + SLACK {
                broken.push(format!("{name} {wanted}: {taken} taken, {bound} stated, {files} files"));
            }
            // A bound that is nowhere near says nothing.
            loosest = loosest.max((bound / (taken + MIB), format!("{name} {wanted}: {taken} taken, {bound} stated")));
        }
        std::fs::remove_file(path).unwrap();
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(loosest.0 < 12, "{loosest:?}");
}

#[test]
fn thumbnails_of_large_photos_take_25_mib() {
    // As the sources of common benchmarks: 12 and 24 megapixels, baseline and progressive.
    let twelve = large(4032, 3024);
    let baseline = jpeg(&twelve, Sampling::R_4_2_0, false);
    let progressive = jpeg(&twelve, Sampling::R_4_4_4, true);
    drop(twelve);
    let huge = jpeg(&large(4032, 6048), Sampling::R_4_2_0, false);
    for (name, bytes, wanted) in [
        ("12.jpg", &baseline, "w-300,h-300,f-jpg"),
        ("12.jpg", &baseline, "w-1600,f-webp"),
        ("12p.jpg", &progressive, "w-720,f-jpg"),
        ("12.jpg", &baseline, "w-800:bl-10:f-jpg"),
        ("12.jpg", &baseline, "w-800:l-image,i-ik_canvas,w-300,h-225,bg-FF000080,l-end:f-jpg"),
        ("24.jpg", &huge, "w-400,f-webp"),
    ] {
        let path = stored(name, bytes);
        let Measured { taken, files, .. } = measure(&path, wanted);
        std::fs::remove_file(path).unwrap();
        assert!(taken - files.min(taken) <= 25 * MIB, "{name} {wanted}: {taken}, of which {files} are files");
    }
}
