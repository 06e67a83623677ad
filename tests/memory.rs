//! The actual memory of renders: each runs in a separate process, and the peak is the one that Linux reports.
#![cfg(all(feature = "pixels", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot measure may stop")]

mod images;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use image::{DynamicImage, ImageFormat, RgbImage};
use images::{Sampling, file, jpeg_sampled, photo};
use originkit::extend::{EffectJob, EffectOutcome, Effector, Extensions};
use originkit::{Format, Renderer};

const MIB: u64 = 1024 * 1024;

/// Returns `VmHWM` or `VmRSS` of this process, in bytes.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim_matches([':', ' ', '\t']).split_whitespace().next().unwrap().parse::<u64>().unwrap() * 1024
}

/// The process that renders. It prints by how much its peak exceeds its memory before it read the file, and the bound.
#[test]
#[ignore = "started by the others"]
fn one_render() {
    let Ok(path) = std::env::var("ORIGINKIT_RENDER") else { return };
    let wanted = std::env::var("ORIGINKIT_WANTED").unwrap().parse().unwrap();
    // The first use of anything pays for tables, and for code that is paged in.
    let warm = file(photo(32, 32), ImageFormat::Png);
    (Renderer::new()).render(&warm, &"w-8,f-webp".parse().unwrap()).unwrap();
    let idle = status("VmHWM");
    let bytes = std::fs::read(path).unwrap();
    let mut options = Renderer::new();
    options.accept = vec![Format::WebP];
    options.extensions = Extensions::new().effector(Same);
    let result = options.render(&bytes, &wanted).unwrap();
    let taken = status("VmHWM") - idle;
    let bound = options.peak_memory(&bytes, &wanted).unwrap();
    println!("taken {taken} bound {bound} files {}", bytes.len() + result.bytes.len());
}

/// A provider that returns its input.
struct Same;

impl Effector for Same {
    fn apply(&self, job: EffectJob<'_>) -> EffectOutcome {
        EffectOutcome::Done(job.image)
    }
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

/// Returns an image of a repeated scene, since a large one takes long to draw.
fn large(width: u32, height: u32) -> RgbImage {
    let tile = photo(512, 512);
    RgbImage::from_fn(width, height, |x, y| *tile.get_pixel(x % 512, (x / 512 * 97 + y) % 512))
}

fn jpeg(image: &RgbImage, sampling: Sampling, progressive: bool) -> Vec<u8> {
    jpeg_sampled(image, 90, sampling, progressive, 0)
}

fn stored(name: &str, bytes: &[u8]) -> PathBuf {
    let path = std::env::temp_dir().join(format!("originkit-memory-{}-{name}", std::process::id()));
    std::fs::write(&path, bytes).unwrap();
    path
}

/// The bytes that an allocator and the system take beyond the requested ones.
const SLACK: u64 = 4 * MIB;

#[test]
#[cfg_attr(feature = "text", ignore = "measured without further features")]
fn what_is_stated_before_is_an_upper_bound() {
    let image = large(1600, 1200);
    let alpha = DynamicImage::from(image.clone()).to_rgba8();
    let png = |image: DynamicImage| file(image, ImageFormat::Png);
    let sources = [
        ("444p.jpg", jpeg(&image, Sampling::R_4_4_4, true)),
        ("420.jpg", jpeg(&image, Sampling::R_4_2_0, false)),
        ("rgb.png", png(image.clone().into())),
        ("rgba16.png", png(DynamicImage::from(alpha.clone()).to_rgba16().into())),
        ("gray.png", png(DynamicImage::from(image.clone()).to_luma8().into())),
        ("a.webp", file(alpha.clone(), ImageFormat::WebP)),
        ("a.tiff", file(alpha, ImageFormat::Tiff)),
        ("a.bmp", file(image, ImageFormat::Bmp)),
    ];
    let of_all = ["w-600,f-jpg", "w-1500,f-webp", "f-png,w-900", "f-jpg", "w-500,h-500,cm-extract,f-jpg"];
    // What comes after decoding goes by whether there are planes, pixels or opacity.
    let of_some = [
        "w-1500,f-jpg",
        "w-1000,f-webp,lo-true",
        "w-300,h-300,f-jpg",
        "w-700,bl-20,f-jpg",
        "w-800:rt-30:f-webp",
        "w-500:l-image,i-ik_canvas,w-400,h-300,bg-FF0000,l-end:f-jpg",
    ];
    let mut broken = Vec::new();
    let mut loosest = (0, String::new());
    for (name, bytes) in sources {
        let path = stored(name, &bytes);
        let of_this: &[_] = if matches!(name, "444p.jpg" | "rgb.png" | "rgba16.png") { &of_some } else { &[] };
        for wanted in of_all.iter().chain(of_this) {
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

/// Returns the variants of an enum, as in its source.
fn variants(source: &str, name: &str) -> BTreeSet<String> {
    let body = source.split(&format!("pub enum {name} {{")).nth(1).unwrap().split("\n}\n").next().unwrap();
    let starts = body.lines().filter_map(|line| line.strip_prefix("    "));
    let names = starts.filter(|line| line.starts_with(|first: char| first.is_ascii_uppercase()));
    names.map(|line| line.chars().take_while(char::is_ascii_alphanumeric).collect()).collect()
}

/// Measures each of these at 1600x1200, enlarged from a small image and reduced again, so that nothing else takes as
/// much.
#[test]
fn every_operation_stays_within_what_is_stated() {
    let mut rows = vec![
        ("Decode", "w-99"),
        ("Thumbnail", "w-99"),
        ("Canvas Compose Over", "l-image,i-ik_canvas,w-1600,h-1200,bg-FF000080,l-end"),
        ("Compose Multiply", "l-image,i-ik_canvas,w-1600,h-1200,bg-FF000080,lm-multiply,l-end"),
        ("Compose Displace", "l-image,i-ik_canvas,w-1600,h-1200,bg-808000,lm-displace,x-30,y-40,l-end"),
        ("Compose Cutout", "l-image,i-ik_canvas,w-900,h-900,bg-FF0000,lm-cutout,l-end"),
        ("Compose Cutter", "l-image,i-ik_canvas,w-900,h-900,bg-FF0000,lm-cutter,l-end"),
        ("Orient", "rt-90"),
        ("Trim", "t-true"),
        ("Crop", "w-1200,h-960,cm-extract"),
        ("Resize", "w-1500,h-1100,c-force"),
        ("Extend Color", "w-1920,h-1200,cm-pad_resize,bg-FF000080"),
        ("Extend Dominant", "w-1920,h-1200,cm-pad_resize,bg-dominant"),
        ("Extend DominantGradient", "w-1920,h-1200,cm-pad_resize,bg-gradient_dominant"),
        ("Extend Blurred", "w-1920,h-1200,cm-pad_resize,bg-blurred_25_20"),
        ("Extend Generated", "w-1920,h-1200,cm-pad_resize,bg-genfill"),
        ("Flip", "fl-h"),
        ("Border", "b-60_FF000080"),
        ("Rotate", "rt-30"),
        ("Distort", "e-distort-a-60"),
        ("Distort", "e-distort-p-40_40_1500_0_1400_1100_20_1150"),
        ("Flatten", "r-300,bg-FFFFFF"),
        ("Effect", "e-bgremove"),
        ("Adjust Replace", "cr-FF0000_40_00FF00"),
        ("Adjust Colorize", "e-colorize-co-red_in-40"),
        ("Adjust Grayscale", "e-grayscale"),
        ("Adjust Stretch", "e-contrast"),
        ("Adjust Blur", "bl-3"),
        ("Adjust Blur", "bl-100"),
        ("Adjust Sharpen", "e-usm-8-8-0.8-0.024"),
        ("Adjust Gradient", "e-gradient-ld-90_from-red_to-blue"),
        ("Adjust Shadow", "w-1300,h-1000:e-shadow-bl-15_st-40_x-10_y-10"),
        ("Adjust Round", "r-300"),
        ("Adjust Fade", "o-50"),
    ];
    if cfg!(feature = "text") {
        rows.push(("Text", "l-text,i-Words that are large,fs-300,co-FF0000,l-end"));
    }
    let told: BTreeSet<String> = rows.iter().flat_map(|(name, _)| name.split(' ')).map(str::to_owned).collect();
    let sources = [
        (include_str!("../src/plan/op.rs"), "Op"),
        (include_str!("../src/plan/op.rs"), "Mix"),
        (include_str!("../src/plan/adjust.rs"), "Filter"),
        (include_str!("../src/plan/fill.rs"), "Fill"),
    ];
    for variant in sources.iter().flat_map(|(source, name)| variants(source, name)) {
        let is_here = variant != "Text" || cfg!(feature = "text");
        assert!(!is_here || told.contains(&variant), "nobody measures {variant}");
    }
    // The others are measured without further features.
    rows.retain(|(label, _)| !cfg!(feature = "text") || *label == "Text");
    let small = photo(400, 300);
    let mut clear = DynamicImage::from(small.clone()).to_rgba8();
    clear.pixels_mut().step_by(3).for_each(|pixel| pixel.0[3] = 99);
    let mut broken = Vec::new();
    for (name, bytes) in
        [("rgb.jpg", jpeg(&small, Sampling::R_4_2_0, false)), ("rgba.png", file(clear, ImageFormat::Png))]
    {
        let path = stored(name, &bytes);
        for (label, operation) in &rows {
            let wanted = format!("w-1600,h-1200,c-force:{operation}:w-99,f-png");
            let Measured { taken, bound, files } = measure(&path, &wanted);
            if taken > bound + files + SLACK {
                broken.push(format!("{name} {label} {operation}: {taken} taken, {bound} stated"));
            }
        }
        std::fs::remove_file(path).unwrap();
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

fn gif(frames: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut out);
    for number in 0..frames {
        let shown = DynamicImage::from(photo(400 + number, 300)).crop_imm(number, 0, 400, 300).to_rgba8();
        encoder.encode_frame(image::Frame::new(shown)).unwrap();
    }
    drop(encoder);
    out
}

#[test]
fn animations_drawings_and_avif_stay_within_what_is_stated() {
    let mut rows =
        vec![("a.gif", gif(8), vec!["w-700,f-gif", "w-700,f-webp", "w-300,h-300,bl-4,f-gif", "pg-3,w-900,f-png"])];
    if cfg!(feature = "svg") {
        let drawing = "<svg xmlns='http://www.w3.org/2000/svg' width='400' height='300'><linearGradient id='g'>\
            <stop stop-color='red'/><stop offset='1' stop-color='blue'/></linearGradient>\
            <g opacity='.5'><rect width='400' height='300' fill='url(#g)'/><circle cx='200' cy='150' r='99'/></g></svg>";
        rows.push(("a.svg", drawing.into(), vec!["w-2000,f-png", "w-1500,f-webp", "w-2000:bl-9:w-99,f-png"]));
        // Layers in layers, a filter, a mask and a clip: each is a canvas that the renderer opens, and closes later.
        let deep = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' width='400' height='300'><filter id='f'><feGaussianBlur \
             stdDeviation='4'/><feOffset dx='3'/></filter><mask id='m'><rect width='400' height='300' fill='#fff'/></mask>\
             <clipPath id='c'><circle cx='200' cy='150' r='140' clip-path='url(#d)'/></clipPath><clipPath id='d'><rect \
             width='400' height='250'/></clipPath>{}<g mask='url(#m)'><g clip-path='url(#c)'><g filter='url(#f)'><rect \
             width='400' height='300' fill='red'/></g></g></g>{}</svg>",
            "<g opacity='.9'>".repeat(6),
            "</g>".repeat(6)
        );
        rows.push(("deep.svg", deep.into(), vec!["w-1500:w-99,f-png"]));
    }
    if cfg!(feature = "avif") {
        let avif = {
            let source = file(photo(240, 180), ImageFormat::Png);
            (Renderer::new()).render(&source, &"f-avif,q-60".parse().unwrap()).unwrap().bytes.to_vec()
        };
        rows.push(("a.avif", avif, vec!["w-300,f-png", "f-webp", "f-avif"]));
    }
    let mut broken = Vec::new();
    for (name, bytes, all) in rows {
        let path = stored(name, &bytes);
        for wanted in all {
            let Measured { taken, bound, files } = measure(&path, wanted);
            if taken > bound + files + SLACK {
                broken.push(format!("{name} {wanted}: {taken} taken, {bound} stated"));
            }
        }
        std::fs::remove_file(path).unwrap();
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
#[cfg_attr(feature = "text", ignore = "measured without further features")]
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
