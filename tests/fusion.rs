//! Fused plans against the plans that they were made from, compared as images.
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

use image::{ImageFormat, Rgb, RgbImage};
use images::{Sampling, exif, file, jpeg_at, jpeg_sampled, photo, random};
use originkit::plan::Fusion;
use originkit::render::Note;
use originkit::{ErrorCode, Renderer};

fn run(bytes: &[u8], text: &str) -> RgbImage {
    run_with(bytes, &format!("{text}:f-png"), Fusion::ALL)
}

fn run_with(bytes: &[u8], text: &str, fusion: Fusion) -> RgbImage {
    let mut options = Renderer::new();
    options.rules.fusion = fusion;
    let result = options.render(bytes, &text.parse().unwrap()).unwrap_or_else(|error| panic!("{text}: {error}"));
    image::load_from_memory(&result.bytes).unwrap().to_rgb8()
}

/// Every pass with those that it needs, and all passes.
fn passes() -> [(&'static str, Fusion); 5] {
    let with = |set: fn(&mut Fusion)| {
        let mut fusion = Fusion::NONE;
        set(&mut fusion);
        fusion
    };
    [
        ("orient_last", with(|f| f.orient_last = true)),
        ("crop_first", with(|f| f.crop_first = true)),
        ("shrink_on_load", with(|f| (f.crop_first, f.shrink_on_load) = (true, true))),
        ("planes", with(|f| (f.crop_first, f.planes) = (true, true))),
        ("all", Fusion::ALL),
    ]
}

/// Returns the peak signal-to-noise ratio in decibels.
fn psnr(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let squares: f64 = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
    10.0 * (255.0_f64.powi(2) / (squares / a.as_raw().len() as f64).max(1e-9)).log10()
}

fn jpeg(image: &RgbImage, sampling: Sampling, progressive: bool, restart: u16) -> Vec<u8> {
    jpeg_sampled(image, 92, sampling, progressive, restart)
}

/// Returns the source as another crate decodes it, as a PNG: no part of it is decoded reduced.
fn unfused(bytes: &[u8]) -> Vec<u8> {
    // zune-jpeg, behind `image`, decodes baseline files with a scan for each component to something else.
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    let samples = decoder.decode().unwrap();
    let info = decoder.info().unwrap();
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    let samples = match info.pixel_format {
        jpeg_decoder::PixelFormat::L8 => samples.into_iter().flat_map(|sample| [sample; 3]).collect(),
        _ => samples,
    };
    file(RgbImage::from_raw(width, height, samples).unwrap(), ImageFormat::Png)
}

#[test]
fn images_that_are_reduced_while_they_are_decoded_look_the_same() {
    let samplings = [Sampling::R_4_4_4, Sampling::R_4_2_2, Sampling::R_4_2_0, Sampling::R_4_4_0, Sampling::R_4_1_1];
    for (width, height) in [(640, 480), (333, 517), (1001, 250)] {
        let image = photo(width, height);
        for sampling in samplings {
            for (progressive, restart) in [(false, 0), (true, 0), (false, 5)] {
                let bytes = jpeg(&image, sampling, progressive, restart);
                let whole = unfused(&bytes);
                for text in ["w-0.4", "w-0.2", "w-0.1", "w-40,h-40", "w-60,h-30,fo-bottom_right", "h-30,w-70,c-force"] {
                    let quality = psnr(&run(&bytes, text), &run(&whole, text));
                    let what = format!("{text} of {width}x{height} {sampling:?} {progressive} {restart}");
                    assert!(quality > 34.0, "{what}: {quality:.1} dB");
                }
            }
        }
    }
}

/// Compares the same file by the same steps, with and without each pass. `f-jpg` stays in planes.
#[test]
fn every_pass_makes_the_image_of_the_plan_it_was_made_from() {
    let mut worst = std::collections::BTreeMap::new();
    for (width, height) in [(320, 240), (333, 517)] {
        let image = photo(width, height);
        for sampling in [Sampling::R_4_4_4, Sampling::R_4_2_2, Sampling::R_4_2_0] {
            let bytes = turned(&jpeg(&image, sampling, false, 0), 6);
            for text in [
                "w-0.7",
                "w-0.3",
                "w-55",
                "w-60,h-60",
                "w-41,h-77,fo-bottom_right",
                "w-200,h-200,x-30,y-40,cm-extract:w-60",
                "w-100:bl-3",
                "w-90,h-70:e-grayscale",
                "w-90,h-70:rt-180,fl-h",
                "w-0.3:l-image,i-ik_canvas,w-20,h-20,bg-FF000080,l-end",
                "w-70,cm-pad_resize,h-70,bg-00FF00",
            ] {
                for format in ["f-png", "f-jpg,q-95"] {
                    let text = format!("{text}:{format}");
                    let unfused = run_with(&bytes, &text, Fusion::NONE);
                    for (name, fusion) in passes() {
                        let quality = psnr(&run_with(&bytes, &text, fusion), &unfused);
                        let least = worst.entry(name).or_insert((f64::INFINITY, String::new()));
                        if quality < least.0 {
                            *least = (quality, format!("{text} of {width}x{height} {sampling:?}"));
                        }
                    }
                }
            }
        }
    }
    for (name, (quality, text)) in &worst {
        let allowed = if *name == "orient_last" { 44.0 } else { 33.0 };
        assert!(*quality > allowed, "{name}: {quality:.1} dB for {text}; {worst:?}");
    }
}

/// A file with an orientation.
fn turned(stored: &[u8], orientation: u8) -> Vec<u8> {
    let segment = [b"Exif\0\0", &exif(orientation)[..]].concat();
    let length = (segment.len() as u16 + 2).to_be_bytes();
    [&stored[..2], &[0xFF, 0xE1], &length, &segment, &stored[2..]].concat()
}

#[test]
fn gray_and_turned_images_are_reduced_too() {
    let image = photo(400, 304);
    let gray = RgbImage::from_fn(400, 304, |x, y| Rgb([image.get_pixel(x, y).0[1]; 3]));
    let bytes = jpeg_at(92, &image::DynamicImage::from(gray.clone()).to_luma8());
    assert!(psnr(&run(&bytes, "w-50"), &run(&unfused(&bytes), "w-50")) > 38.0);

    let stored = jpeg(&image, Sampling::R_4_2_0, false, 0);
    for orientation in 1..=8 {
        let turned = turned(&stored, orientation);
        let upright = {
            let mut whole = image::DynamicImage::from(image::load_from_memory(&stored).unwrap().to_rgb8());
            whole.apply_orientation(image::metadata::Orientation::from_exif(orientation).unwrap());
            file(whole.to_rgb8(), ImageFormat::Png)
        };
        for text in ["w-45", "w-30,h-30,fo-top_left"] {
            let quality = psnr(&run(&turned, text), &run(&upright, text));
            assert!(quality > 34.0, "{text} of orientation {orientation}: {quality:.1} dB");
        }
    }
}

#[test]
fn damaged_files_are_refused_or_read_and_never_panic() {
    let mut next = random(0x9E37_79B9_7F4A_7C15);
    let image = photo(97, 61);
    for progressive in [false, true] {
        let whole = jpeg(&image, Sampling::R_4_2_0, progressive, 3);
        for end in 0..whole.len() {
            if end % 7 == 0 {
                // Shown as far as it goes, which is told, or refused, reduced or not; without its end marker it is whole.
                let found = ["w-9", "f-png"].map(|text| {
                    let cut = (Renderer::new()).render(&whole[..end], &text.parse().unwrap());
                    cut.map(|cut| cut.notes).map_err(|error| error.code())
                });
                let told = |found: &Result<Vec<Note>, _>| match found {
                    Ok(notes) => notes.contains(&Note::CutShort) || end + 3 >= whole.len(),
                    Err(code) => *code == ErrorCode::Format,
                };
                assert!(found.iter().all(told) && found[0].is_ok() == found[1].is_ok(), "{end}: {found:?}");
            }
        }
        for _ in 0..3000 {
            let mut damaged = whole.clone();
            for _ in 0..1 + next(4) {
                let at = next(damaged.len());
                damaged[at] = next(256) as u8;
            }
            // Any answer will do.
            _ = (Renderer::new()).render(&damaged, &"w-9".parse().unwrap());
        }
    }
}

/// Large lossy WebP files are decoded reduced, by another decoder than whole ones.
#[cfg(feature = "webp-lossy")]
#[test]
fn webp_that_is_reduced_while_it_is_decoded_looks_the_same() {
    for (width, height) in [(640, 480), (333, 517)] {
        let source = file(photo(width, height), ImageFormat::Png);
        let webp = (Renderer::new()).render(&source, &"f-webp,q-95".parse().unwrap()).unwrap().bytes;
        for text in ["w-0.4", "w-0.2", "w-60,h-60,fo-top_left", "w-200,h-200,x-30,y-40,cm-extract:w-60"] {
            let text = format!("{text}:f-png");
            let (fused, unfused) = (run_with(&webp, &text, Fusion::ALL), run_with(&webp, &text, Fusion::NONE));
            let quality = psnr(&fused, &unfused);
            assert!(quality > 33.0, "{text} of {width}x{height}: {quality:.1} dB");
            assert!(fused != unfused, "{text} was not reduced");
        }
    }
}

#[test]
fn memory_that_is_used_again_leaves_no_trace() {
    let renderer = Renderer::new();
    let large = jpeg(&photo(640, 480), Sampling::R_4_2_0, false, 0);
    let small = jpeg(&photo(97, 61), Sampling::R_4_4_4, true, 0);
    for (source, text) in [
        (&large, "w-300,f-jpg"),
        (&small, "w-30,h-30,f-jpg"),
        (&small, "w-50:bl-2:f-png"),
        (&large, "w-100,h-200:f-jpg"),
        (&small, "w-30,h-30,f-jpg"),
    ] {
        let wanted = text.parse().unwrap();
        let again = renderer.render(source, &wanted).unwrap();
        assert_eq!(again, Renderer::new().render(source, &wanted).unwrap(), "{text}");
    }
}
