//! Colours: a result looks as the profile of its source says.
//!
//! Little CMS is the reference. It computes in floating point, and this crate answers in 8 bits, so half a level of
//! difference is rounding; the rest is an error of this crate.
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

use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage, Rgba, RgbaImage};
use lcms2::PixelFormat;
use originkit::render::Encoded;
use originkit::transform::AssetPath;
use originkit::{Format, Renderer};

use images::*;
use profiles::*;

/// Measured, mean and largest in levels: Display P3 0.19 and 0.83, Adobe RGB 0.19 and 0.76, BT.2020 0.17 and
/// 1.03, linear 0.21 and 0.62, the scanner's table 0.42 and 2.09. Rounding alone is 0.25 and 0.50.
#[test]
fn three_channels_agree_with_little_cms() {
    let image = cube(17);
    for (name, icc, mean, most) in [
        ("Display P3", display_p3(), 0.25, 0.9),
        ("Adobe RGB", adobe_like(), 0.25, 0.9),
        ("BT.2020 with a table", wide_with_table(), 0.25, 1.2),
        ("linear", linear(), 0.25, 1.2),
        ("a scanner", scanner(), 0.5, 2.5),
    ] {
        let want = by_little_cms(&icc, image.as_raw(), PixelFormat::RGB_8);
        let files = [
            png_in(image.clone(), &icc),
            webp_with(&file(image.clone(), ImageFormat::WebP), image.dimensions(), &[(b"ICCP", &icc)]),
            tiff_in(&image, &icc),
        ];
        for bytes in files {
            let seen = view(&run(&bytes, "f-png"));
            let found = distance(seen.as_raw(), &want);
            let format = Format::sniff(&bytes).unwrap();
            assert!(found.0 < mean && found.1 < most, "{name}, {format}: {found:?}");
        }
        assert!(distance(image.as_raw(), &want).0 > 1.5, "{name}: there was something to convert");
    }
}

/// Through JPEG, whose loss is separated by decoding the same file without its profile.
#[test]
fn jpegs_have_profiles_in_parts() {
    let image = photo(64, 48);
    let (plain, icc) = (jpeg(&image), display_p3());
    let want = by_little_cms(&icc, view(&run(&plain, "f-png")).as_raw(), PixelFormat::RGB_8);
    for part in [65_519, 200, 7] {
        let seen = view(&run(&jpeg_in(&plain, &icc, part), "f-png"));
        let found = distance(seen.as_raw(), &want);
        assert!(found.0 < 0.3 && found.1 < 2.0, "parts of {part}: {found:?}");
    }
}

/// Measured: 0.28 and 0.52 at most, which is rounding.
#[test]
fn gray_agrees_with_little_cms() {
    let ramp = GrayImage::from_fn(256, 8, |x, _| Luma([x as u8]));
    for gamma in [1.0, 1.8, 2.2, 2.6] {
        let icc = gray(gamma);
        let want = by_little_cms(&icc, ramp.as_raw(), PixelFormat::GRAY_8);
        let found = distance(view(&run(&png_in(ramp.clone(), &icc), "f-png")).as_raw(), &want);
        assert!(found.0 < 0.3 && found.1 < 0.6, "gamma {gamma}: {found:?}");
    }
    let plain = jpeg_at(95, &photo_gray(40, 30));
    let icc = gray(1.4);
    let read = DynamicImage::from(view(&run(&plain, "f-png"))).to_luma8();
    let want = by_little_cms(&icc, read.as_raw(), PixelFormat::GRAY_8);
    let found = distance(view(&run(&jpeg_in(&plain, &icc, 65_000), "f-png")).as_raw(), &want);
    assert!(found.0 < 0.35 && found.1 < 1.0, "JPEG: {found:?}");
}

/// A JPEG that is reduced while it is decoded has the same colours as one that is not.
#[test]
fn profiles_go_with_jpegs_that_are_reduced() {
    let plain_gray = jpeg_at(95, &photo_gray(320, 240));
    let colored = jpeg(&photo(320, 240));
    for (name, plain, icc, format) in [
        ("gray", &plain_gray, gray(1.4), Some(PixelFormat::GRAY_8)),
        ("gray with a profile for colours", &plain_gray, adobe_like(), None),
        ("colours", &colored, adobe_like(), Some(PixelFormat::RGB_8)),
        ("colours with a profile for gray", &colored, gray(1.4), None),
    ] {
        for text in ["w-32,f-png", "w-80,f-png", "w-150,f-png"] {
            let before = view(&run(plain, text));
            let seen = view(&run(&jpeg_in(plain, &icc, 65_000), text));
            let Some(format) = format else {
                assert!(seen == before, "{name}, {text}");
                continue;
            };
            let is_gray = format == PixelFormat::GRAY_8;
            let samples: Vec<u8> = before.as_raw().iter().copied().step_by(if is_gray { 3 } else { 1 }).collect();
            let found = distance(seen.as_raw(), &by_little_cms(&icc, &samples, format));
            assert!(found.0 < 0.35 && found.1 < 1.2, "{name}, {text}: {found:?}");
        }
    }
}

/// Measured, as CIE 1976 differences: mean 0.66, largest 2.6. The table is sampled again in 17 places for each ink, and
/// Little CMS interpolates differently between places. The JPEGs are of even blocks, and lose little.
#[test]
fn inks_agree_with_little_cms() {
    let icc = cmyk();
    let (inks, size) = all_inks();
    let want = by_little_cms(&icc, &inks, PixelFormat::CMYK_8);
    let deep: Vec<u8> = inks.iter().flat_map(|ink| (u16::from(*ink) * 257).to_le_bytes()).collect();
    let adobe = jpeg_of_inks(&inks, size, jpeg_encoder::ColorType::Cmyk);
    let ycck = jpeg_of_inks(&inks, size, jpeg_encoder::ColorType::CmykAsYcck);
    // Whoever wrote them, browsers take four components for what inks leave of the paper.
    let other = without_adobe(&adobe);
    for (name, bytes) in [
        ("TIFF", tiff_of_inks(&inks, size, 8, &icc)),
        ("TIFF of 16 bits", tiff_of_inks(&deep, size, 16, &icc)),
        ("Adobe's CMYK", jpeg_in(&adobe, &icc, 65_000)),
        ("Adobe's YCCK", jpeg_in(&ycck, &icc, 65_000)),
        ("not Adobe's", jpeg_in(&other, &icc, 65_000)),
    ] {
        let seen = view(&run(&bytes, "f-png"));
        let found = delta_e(seen.as_raw(), &want);
        assert!(found.0 < 0.8 && found.1 < 3.5, "{name}: {found:?}");
        // Turned and cut as any other.
        let cut = view(&run(&bytes, "w-40,h-30,cm-extract,fo-top_left,f-png"));
        assert!(cut == image::imageops::crop_imm(&seen, 0, 0, 40, 30).to_image(), "{name}");
    }
    // Without a profile the decoder's formula stands in: paper is white and all ink is black.
    let seen = view(&run(&adobe, "f-png"));
    assert_eq!(seen.get_pixel(0, 0).0, [255; 3]);
    let ink = run(&jpeg_of_inks(&[255; 4 * 64], (8, 8), jpeg_encoder::ColorType::Cmyk), "f-png");
    assert_eq!(view(&ink).get_pixel(3, 3).0, [0; 3]);
}

#[test]
fn deep_samples_are_converted_before_they_are_rounded() {
    // A dark ramp in linear light: in 8 bits there would be ten steps left of it.
    let ramp =
        image::ImageBuffer::<Rgb<u16>, _>::from_fn(1000, 4, |x, _| Rgb([x as u16, (x * 2) as u16, (x * 3) as u16]));
    let icc = linear();
    let bytes: Vec<u8> = ramp.as_raw().iter().flat_map(|s| s.to_ne_bytes()).collect();
    let want = by_little_cms(&icc, &bytes, PixelFormat::RGB_16);
    let result = view(&run(&png_in(ramp, &icc), "f-png"));
    let found = distance(result.as_raw(), &want);
    // Measured: 0.25 and 0.54, which is rounding.
    assert!(found.0 < 0.3 && found.1 < 0.6, "{found:?}");
    let levels = |channel: usize| {
        let mut all: Vec<u8> = result.pixels().map(|p| p.0[channel]).collect();
        all.sort_unstable();
        all.dedup();
        all.len()
    };
    assert!(levels(0) > 30 && levels(2) > 50, "{} {}", levels(0), levels(2));

    let gray_ramp = image::ImageBuffer::<Luma<u16>, _>::from_fn(1000, 4, |x, _| Luma([(x * 60) as u16]));
    let icc = gray(1.8);
    let bytes: Vec<u8> = gray_ramp.as_raw().iter().flat_map(|s| s.to_ne_bytes()).collect();
    let want = by_little_cms(&icc, &bytes, PixelFormat::GRAY_16);
    let found = distance(view(&run(&png_in(gray_ramp, &icc), "f-png")).as_raw(), &want);
    assert!(found.0 < 0.3 && found.1 < 0.6, "gray: {found:?}");

    // Through a table, and as TIFF.
    let deep = DynamicImage::from(cube(17)).to_rgb16();
    let want = by_little_cms(&scanner(), cube(17).as_raw(), PixelFormat::RGB_8);
    let found = distance(view(&run(&png_in(deep, &scanner()), "f-png")).as_raw(), &want);
    assert!(found.0 < 0.5 && found.1 < 2.5, "table: {found:?}");
}

#[test]
fn opacity_is_no_colour() {
    let image = RgbaImage::from_fn(16, 16, |x, y| Rgba([x as u8 * 16, y as u8 * 16, 99, (x * y) as u8]));
    let deep = DynamicImage::from(image.clone()).to_rgba16();
    let opaque = DynamicImage::from(image.clone()).to_rgb8();
    let want = by_little_cms(&adobe_like(), opaque.as_raw(), PixelFormat::RGB_8);
    for bytes in [png_in(image.clone(), &adobe_like()), png_in(deep, &adobe_like())] {
        let seen = image::load_from_memory(&run(&bytes, "f-png").bytes).unwrap().to_rgba8();
        assert!(seen.pixels().zip(image.pixels()).all(|(s, p)| s.0[3] == p.0[3]));
        let colors: Vec<u8> = seen.pixels().flat_map(|p| [p.0[0], p.0[1], p.0[2]]).collect();
        assert!(distance(&colors, &want).1 < 1.2);
    }
}

#[test]
fn what_is_srgb_already_is_left_alone() {
    let image = cube(9);
    let by_moxcms = moxcms::ColorProfile::new_srgb().encode().unwrap();
    for icc in [srgb(), by_moxcms] {
        assert!(view(&run(&png_in(image.clone(), &icc), "f-png")) == image);
    }
}

#[test]
fn a_profile_for_other_samples_is_as_if_absent() {
    let (colored, plain) = (cube(9), photo_gray(20, 20));
    for icc in [gray(1.4), cmyk()] {
        assert!(view(&run(&png_in(colored.clone(), &icc), "f-png")) == colored);
    }
    for icc in [display_p3(), linear(), cmyk()] {
        let seen = view(&run(&png_in(plain.clone(), &icc), "f-png"));
        assert!(seen == DynamicImage::from(plain.clone()).to_rgb8());
    }
    let inks = jpeg_of_inks(&all_inks().0, all_inks().1, jpeg_encoder::ColorType::Cmyk);
    let want = view(&run(&inks, "f-png"));
    assert!(view(&run(&jpeg_in(&inks, &linear(), 65_000), "f-png")) == want);
}

#[test]
fn a_broken_profile_is_never_an_error() {
    let mut next = random(0x9E37_79B9_7F4A_7C15);
    let image = cube(2);
    let plain = photo_gray(4, 4);
    let inks = [7; 64];
    type Writer<'a> = &'a dyn Fn(&[u8]) -> Vec<u8>;
    let kinds: [(Vec<u8>, Writer<'_>, usize); 5] = [
        (display_p3(), &|icc| png_in(image.clone(), icc), 100),
        (wide_with_table(), &|icc| png_in(image.clone(), icc), 100),
        (gray(2.0), &|icc| png_in(plain.clone(), icc), 100),
        (scanner(), &|icc| png_in(image.clone(), icc), 25),
        (cmyk(), &|icc| tiff_of_inks(&inks, (4, 4), 8, icc), 25),
    ];
    for (icc, in_file, times) in kinds {
        for end in [0, 1, 127, 128, 131, 140, icc.len() / 2, icc.len() - 1] {
            run(&in_file(&icc[..end]), "f-png");
        }
        for _ in 0..times {
            let mut broken = icc.clone();
            for _ in 0..=next(3) {
                // Most of the time where the structure is.
                let area = if next(4) > 0 { broken.len().min(400) } else { broken.len() };
                let at = next(area);
                broken[at] = [0, 1, 0x7F, 0x80, 0xFF, next(256) as u8][next(6)];
            }
            for text in ["f-png", "f-png,cp-true"] {
                run(&in_file(&broken), text);
            }
        }
    }
}

#[test]
fn converting_late_is_converting() {
    let icc = adobe_like();
    // Well within what both spaces can show: no sample is cut off at an end.
    let mut image = photo(120, 80);
    image.iter_mut().for_each(|level| *level = 110 + *level / 8);
    let bytes = png_in(image, &icc);
    let converted = file(view(&run(&bytes, "f-png")), ImageFormat::Png);
    for (text, tolerated) in [
        ("rt-90", 0),
        ("fl-h_v", 0),
        ("w-50,h-40,cm-extract,x-7,y-9", 0),
        ("w-140,h-100,cm-pad_extract,bg-FF8000", 0),
        ("b-3_808080", 0),
        ("e-grayscale", 0),
        ("t-20", 0),
        ("w-180", 0),
        // Shrinking mixes samples on either side of the curve: rounding, and a little more at edges.
        ("w-60", 3),
        ("w-31,h-17,c-force", 3),
        ("w-60:b-3_808080:rt-30", 4),
    ] {
        let (late, early) =
            (view(&run(&bytes, &format!("{text},f-png"))), view(&run(&converted, &format!("{text},f-png"))));
        assert_eq!(late.dimensions(), early.dimensions());
        let most = late.iter().zip(early.iter()).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        assert!(most <= tolerated, "{text}: {most}");
    }
}

#[test]
fn png_says_it_in_other_ways_too() {
    let image = cube(9);
    let png = file(image.clone(), ImageFormat::Png);
    let gamma = |n: u32| n.to_be_bytes().to_vec();
    let primaries = |numbers: [u32; 8]| numbers.iter().flat_map(|n| n.to_be_bytes()).collect::<Vec<u8>>();
    let p3 = primaries([31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000]);
    let same = primaries([31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000]);
    let name: Vec<u8> = [&b"name\0\0"[..], &deflated(&linear())].concat();
    type Chunks<'a> = &'a [(&'a [u8; 4], &'a [u8])];
    let cases: [(&str, Chunks<'_>, Option<Vec<u8>>); 12] = [
        ("cICP of Display P3", &[(b"cICP", &[12, 13, 0, 1])], Some(display_p3())),
        ("cICP of sRGB", &[(b"cICP", &[1, 13, 0, 1])], None),
        ("cICP before iCCP", &[(b"cICP", &[12, 13, 0, 1]), (b"iCCP", &name)], Some(display_p3())),
        ("cICP of nothing known", &[(b"cICP", &[99, 13, 0, 1])], None),
        ("cICP of PQ gives way", &[(b"cICP", &[9, 16, 0, 1]), (b"iCCP", &name)], Some(linear())),
        ("cICP cut short", &[(b"cICP", &[12, 13, 0])], None),
        ("a gamma", &[(b"gAMA", &gamma(100_000))], Some(linear())),
        ("the usual gamma", &[(b"gAMA", &gamma(45_455)), (b"cHRM", &same)], None),
        ("primaries", &[(b"gAMA", &gamma(45_455)), (b"cHRM", &p3)], Some(display_p3())),
        ("sRGB before gamma", &[(b"sRGB", &[0]), (b"gAMA", &gamma(100_000))], None),
        ("a gamma out of reach", &[(b"gAMA", &gamma(1))], None),
        ("primaries that are none", &[(b"gAMA", &gamma(45_455)), (b"cHRM", &primaries([0; 8]))], None),
    ];
    for (case, chunks, icc) in cases {
        let bytes = chunks.iter().rev().fold(png.clone(), |png, (kind, body)| png_with(&png, kind, body));
        let seen = view(&run(&bytes, "f-png"));
        match icc {
            None => assert!(seen == image, "{case}"),
            Some(icc) => {
                let want = by_little_cms(&icc, image.as_raw(), PixelFormat::RGB_8);
                let found = distance(seen.as_raw(), &want);
                assert!(found.0 < 0.35 && found.1 < 1.5, "{case}: {found:?}");
            }
        }
    }
}

#[test]
fn a_profile_is_kept_if_asked_for_and_samples_stay_what_they_were() {
    let (image, icc) = (photo(40, 30), display_p3());
    for source in [png_in(image.clone(), &icc), png_in(DynamicImage::from(image.clone()).to_rgb16(), &icc)] {
        for text in ["f-png", "f-webp,lo-true", "f-jpg,q-100", "f-webp,q-100", "f-jpg,pr-true", "f-auto"] {
            let result = run(&source, &format!("{text},cp-true"));
            assert_eq!(profile_of(&result), Some(icc.clone()), "{text}");
            if !text.contains("jpg") && !text.contains("q-") && text != "f-auto" {
                assert!(view(&result) == image, "{text}");
            }
            assert_eq!(profile_of(&run(&source, text)), None, "{text}");
        }
    }
    // It goes through every kind of operation, and what is drawn is drawn in its numbers (chosen).
    let source = png_in(image.clone(), &icc);
    for text in
        ["w-20", "w-60", "t-5", "rt-30,bg-FF0000", "e-grayscale", "b-2_FF0000", "r-5", "w-50,h-50,cm-pad_resize"]
    {
        let result = run(&source, &format!("{text},f-png,cp-true"));
        assert_eq!(profile_of(&result), Some(icc.clone()), "{text}");
    }
    let framed = view(&run(&source, "b-2_FF0000,f-png,cp-true"));
    assert_eq!((framed.get_pixel(0, 0).0, framed.get_pixel(9, 9)), ([255, 0, 0], image.get_pixel(7, 7)));
    // The last step to speak counts, and what was measured in other colours is done again.
    assert_eq!(profile_of(&run(&source, "t-5,cp-true:cp-false,f-png")), None);
    assert_eq!(profile_of(&run(&source, "t-5:cp-true,f-png")), Some(icc));
}

#[test]
fn a_profile_that_no_result_can_have_is_used_up() {
    let ramp = GrayImage::from_fn(256, 4, |x, _| Luma([x as u8]));
    let (inks, size) = all_inks();
    let gif = file(DynamicImage::from(photo(9, 9)).to_rgba8(), ImageFormat::Gif);
    for (name, bytes) in [
        ("gray", png_in(ramp, &gray(1.4))),
        ("inks", jpeg_in(&jpeg_of_inks(&inks, size, jpeg_encoder::ColorType::Cmyk), &cmyk(), 65_000)),
        ("by numbers", png_with(&file(cube(5), ImageFormat::Png), b"cICP", &[12, 13, 0, 1])),
        ("none", gif),
    ] {
        for text in ["f-png", "f-jpg,q-100", "f-webp,lo-true"] {
            let (kept, not) = (run(&bytes, &format!("{text},cp-true")), run(&bytes, text));
            assert!(profile_of(&kept).is_none() && kept.bytes == not.bytes, "{name}, {text}");
        }
    }
    // GIF has no place for one.
    let mut gif = file(DynamicImage::from(photo(9, 9)).to_rgba8(), ImageFormat::Gif);
    gif.truncate(gif.len());
    assert_eq!(run(&gif, "cp-true,md-true").format, Format::Gif);
}

#[test]
fn layers_are_srgb_and_meet_the_base_in_its_numbers() {
    let red = RgbImage::from_pixel(8, 8, Rgb([230, 40, 40]));
    let in_srgb = by_little_cms(&display_p3(), red.as_raw(), PixelFormat::RGB_8);
    let mut options = Renderer::new();
    options.files = vec![(AssetPath::from_text("over.png").unwrap(), png_in(red, &display_p3()).into())];
    let base = png_in(photo(40, 40), &display_p3());
    let run = |text: &str| options.render(&base, &text.parse().unwrap()).unwrap();
    for text in ["l-image,i-over.png,lx-4,ly-4,l-end,f-png", "cp-true,l-image,i-over.png,lx-4,ly-4,l-end,f-png"] {
        let result = run(text);
        let image = view(&result);
        assert!(distance(&image.get_pixel(8, 8).0, &in_srgb[..3]).1 < 1.0, "{text}");
        assert_eq!(profile_of(&result).is_some(), text.contains("cp-true"));
        let kept = image.get_pixel(30, 30) == photo(40, 40).get_pixel(30, 30);
        assert_eq!(kept, text.contains("cp-true"), "{text}");
    }
}

#[test]
fn frames_of_an_animation_have_its_profile() {
    let (one, other) = (cube(5), image::imageops::flip_vertical(&cube(5)));
    let size = one.dimensions();
    let mut apng = Vec::new();
    let mut encoder = png::Encoder::new(&mut apng, size.0, size.1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_animated(2, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(one.as_raw()).unwrap();
    writer.write_image_data(other.as_raw()).unwrap();
    writer.finish().unwrap();
    let apng = png_with(&apng, b"iCCP", &[b"name\0\0", &deflated(&adobe_like())[..]].concat());
    for (page, image) in [(1, one), (2, other)] {
        let want = by_little_cms(&adobe_like(), image.as_raw(), PixelFormat::RGB_8);
        let seen = view(&run(&apng, &format!("pg-{page},f-png")));
        assert!(distance(seen.as_raw(), &want).1 < 1.0, "frame {page}");
    }
}

#[cfg(feature = "avif")]
#[test]
fn an_avif_says_it_by_numbers() {
    // In blocks, so that nothing is lost but by rounding.
    let image = image::imageops::resize(&cube(3), 9 * 8, 3 * 8, image::imageops::FilterType::Nearest);
    let pixels: Vec<ravif::RGB8> = image.pixels().map(|p| ravif::RGB8::new(p.0[0], p.0[1], p.0[2])).collect();
    let encoder = ravif::Encoder::new().with_quality(100.0).with_speed(9).with_num_threads(Some(1));
    let encoder = encoder.with_internal_color_model(ravif::ColorModel::RGB);
    let mut avif = encoder.encode_rgb(ravif::Img::new(&pixels, 72, 24)).unwrap().avif_file;
    let plain = view(&run(&avif, "f-png"));
    let at = avif.windows(8).position(|w| w == b"colrnclx").unwrap() + 8;
    for (primaries, transfer, icc) in
        [(12, 13, Some(display_p3())), (1, 1, None), (2, 2, None), (12, 1, Some(display_p3()))]
    {
        avif[at..at + 4].copy_from_slice(&[0, primaries, 0, transfer]);
        let seen = view(&run(&avif, "f-png"));
        match icc {
            None => assert!(seen == plain, "{primaries} {transfer}"),
            Some(icc) => {
                let want = by_little_cms(&icc, plain.as_raw(), PixelFormat::RGB_8);
                let found = distance(seen.as_raw(), &want);
                assert!(found.1 < 1.0, "{primaries} {transfer}: {found:?}");
            }
        }
    }
}

#[test]
fn a_profile_has_a_limit() {
    let icc = wide_with_table();
    let image = photo(30, 30);
    let jpeg = jpeg_in(&jpeg(&image), &icc, 500);
    for bytes in [png_in(image.clone(), &icc), jpeg] {
        let run = |most: u64| {
            let mut options = Renderer::new();
            options.rules.limits.profile_bytes = most;
            options.render(&bytes, &"f-png".parse().unwrap()).unwrap().bytes
        };
        let converted = run(u64::MAX);
        assert_eq!(run(icc.len() as u64), converted);
        assert_ne!(run(icc.len() as u64 - 1), converted, "too large, so the samples are as they were");
    }
}

/// Returns seven levels of each ink, none of them a place of the profile's table except the ends; in blocks of 8x8
/// pixels, so that JPEG keeps them nearly exactly.
fn all_inks() -> (Vec<u8>, (u32, u32)) {
    let (columns, rows) = (49, 49);
    let level = |n: u32| (n % 7 * 255 / 6) as u8;
    let mut out = Vec::new();
    for (x, y) in (0..rows * 8).flat_map(|y| (0..columns * 8).map(move |x| (x / 8, y / 8))) {
        out.extend([level(x), level(x / 7), level(y), level(y / 7)]);
    }
    (out, (columns * 8, rows * 8))
}

fn jpeg_of_inks(inks: &[u8], (width, height): (u32, u32), kind: jpeg_encoder::ColorType) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut out, 100);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::R_4_4_4);
    encoder.encode(inks, width as u16, height as u16, kind).unwrap();
    out
}

/// Returns the same JPEG without the Adobe marker.
fn without_adobe(jpeg: &[u8]) -> Vec<u8> {
    let at = jpeg.windows(4).position(|w| w[..2] == [0xFF, 0xEE]).unwrap();
    let length = 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
    [&jpeg[..at], &jpeg[at + length..]].concat()
}

fn photo_gray(width: u32, height: u32) -> GrayImage {
    DynamicImage::from(photo(width, height)).to_luma8()
}

fn run(bytes: &[u8], text: &str) -> Encoded {
    let mut options = Renderer::new();
    options.chroma_420 = false;
    let result = options.render(bytes, &text.parse().unwrap());
    result.unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn view(result: &Encoded) -> RgbImage {
    view_file(&result.bytes)
}

fn view_file(bytes: &[u8]) -> RgbImage {
    image::load_from_memory(bytes).unwrap().to_rgb8()
}
