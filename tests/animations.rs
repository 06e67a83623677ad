//! Animations: read frame by frame, transformed frame by frame, written frame by frame.
//!
//! Sources are drawn and encoded here; results are read by other decoders than those of this crate.
#![cfg(feature = "pixels")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test that cannot draw its image may stop"
)]

mod images;
mod movies;

use std::time::{Duration, Instant};

use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use originkit::render::Encoded;
use originkit::transform::AssetPath;
use originkit::{Error, ErrorCode, Format, Limits, Renderer};

use images::*;
use movies::*;

fn run(bytes: &[u8], text: &str, options: &Renderer) -> Result<Encoded, Error> {
    options.render(bytes, &text.parse().unwrap())
}

fn accepting_webp() -> Renderer {
    let mut options = Renderer::new();
    options.accept = vec![Format::WebP];
    options
}

/// Returns the mean difference of samples, over white so that hidden colours do not count.
fn difference(a: &RgbaImage, b: &RgbaImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let over_white = |p: &Rgba<u8>| [0, 1, 2].map(|c| 255.0 - (255.0 - f64::from(p[c])) * f64::from(p[3]) / 255.0);
    let sum: f64 = a
        .pixels()
        .zip(b.pixels())
        .map(|(a, b)| over_white(a).iter().zip(over_white(b)).map(|(a, b)| (a - b).abs()).sum::<f64>())
        .sum();
    sum / f64::from(a.width() * a.height() * 3)
}

/// Applies the same transformation to every frame as a separate still.
fn expected(movie: &Movie, text: &str, options: &Renderer) -> Movie {
    let frame = |frame: &RgbaImage| {
        let png = file(frame.clone(), ImageFormat::Png);
        let made = run(&png, &format!("{text}:f-png"), options).unwrap();
        image::load_from_memory(&made.bytes).unwrap().to_rgba8()
    };
    Movie { frames: movie.frames.iter().map(|(image, delay)| (frame(image), *delay)).collect(), ..*movie }
}

fn assert_alike(found: &Movie, want: &Movie, tolerance: f64, what: &str) {
    assert_eq!(found.frames.len(), want.frames.len(), "frames of {what}");
    assert_eq!(found.plays, want.plays, "repetitions of {what}");
    let delays = |movie: &Movie| movie.frames.iter().map(|(_, delay)| *delay).collect::<Vec<_>>();
    assert_eq!(delays(found), delays(want), "delays of {what}");
    for (at, ((found, _), (want, _))) in found.frames.iter().zip(&want.frames).enumerate() {
        let difference = difference(found, want);
        assert!(difference <= tolerance, "frame {at} of {what} is off by {difference:.2}");
    }
}

#[test]
fn animations_stay_animated() {
    for movie in [square(), ghost(), wheel()] {
        for (name, bytes) in [("gif", gif(&movie)), ("webp", webp(&movie)), ("png", png(&movie))] {
            for (text, options, format, tolerance) in [
                // Colours are those of the source, so nothing is lost where they fit a palette.
                ("", Renderer::new(), own(name), if movie.colors() <= 255 { 0.0 } else { 6.0 }),
                ("", accepting_webp(), Format::WebP, 4.0),
                // The decoder that reads it back is off by one where it blends.
                ("f-webp,lo-true", Renderer::new(), Format::WebP, 0.5),
                ("f-auto", Renderer::new(), Format::Gif, 6.0),
                ("f-orig", accepting_webp(), if name == "webp" { Format::WebP } else { Format::Gif }, 6.0),
            ] {
                let what = format!("`{text}` of a {name} of {}", movie.name);
                // As a decoder that is not ours reads the source: a GIF has fewer colours than were drawn.
                let movie = read(&bytes);
                let made = run(&bytes, text, &options).unwrap();
                assert_eq!(made.format, format, "{what}");
                let lossy = cfg!(feature = "webp-lossy") && format == Format::WebP && !text.contains("lo-true");
                assert_alike(&read(&made.bytes), &movie, if lossy { 8.0 } else { tolerance }, &what);
            }
        }
    }
}

/// Without a requested format, and without WebP accepted, only GIF is possible.
fn own(_: &str) -> Format {
    Format::Gif
}

#[test]
fn every_frame_goes_through_the_plan() {
    let bytes = gif(&wheel());
    let movie = read(&bytes);
    let mut options = Renderer::new();
    let mut logo = RgbaImage::from_pixel(9, 7, Rgba([250, 10, 200, 255]));
    logo.put_pixel(4, 3, Rgba([0, 0, 0, 0]));
    options.files = vec![(AssetPath::from_text("logo.png").unwrap(), file(logo, ImageFormat::Png).into())];
    for text in [
        "w-20",
        "w-61,h-47,c-force",
        "w-16,h-12,cm-extract",
        "w-30,h-30,cm-pad_resize,bg-00FF00",
        "fl-h",
        "rt-90",
        "b-3_FF0000",
        "e-grayscale",
        "r-max",
        "w-30:rt-90,w-12",
        "l-image,i-logo.png,lx-5,ly-2,l-end",
        "w-32,l-image,i-logo.png,lx-5,ly-2,l-end",
    ] {
        let want = expected(&movie, text, &options);
        let made = run(&bytes, text, &options).unwrap();
        assert_eq!((made.format, made.size.width), (Format::Gif, want.frames[0].0.width()), "{text}");
        assert_alike(&read(&made.bytes), &want, 3.0, text);
        options.accept = vec![Format::WebP];
        let made = run(&bytes, text, &options).unwrap();
        assert_eq!(made.format, Format::WebP, "{text}");
        // Few pixels with halved chroma.
        assert_alike(&read(&made.bytes), &want, 16.0, text);
        options.accept.clear();
    }
}

#[test]
fn frames_are_composed_as_viewers_do() {
    // The `image` crate composes, too; of WebP it does not dispose of frames.
    for bytes in [gif_of_parts(), png_of_parts()] {
        let want = read(&bytes);
        assert!(want.frames.len() >= 5);
        let made = run(&bytes, "lo-true,f-webp", &Renderer::new()).unwrap();
        // The decoder that reads it back is off by one where it blends.
        assert_alike(&read(&made.bytes), &want, 0.5, "parts, as WebP");
        let made = run(&bytes, "lo-true", &Renderer::new()).unwrap();
        let hard = want.frames.iter().all(|(frame, _)| frame.pixels().all(|p| matches!(p[3], 0 | 255)));
        assert_alike(&read(&made.bytes), &want, if hard { 0.0 } else { 20.0 }, "parts, as GIF");
        for (at, (frame, _)) in want.frames.iter().enumerate() {
            let off = difference(&frame_of(&bytes, at), frame);
            assert!(off < 0.5, "frame {at} is off by {off}");
        }
    }
}

/// Returns one frame as a still.
fn frame_of(bytes: &[u8], at: usize) -> RgbaImage {
    let made = run(bytes, &format!("pg-{},f-png", at + 1), &Renderer::new()).unwrap();
    image::load_from_memory(&made.bytes).unwrap().to_rgba8()
}

#[test]
fn webps_are_composed_as_libwebp_does() {
    // Pixels of the seventh row, as libwebp's own reader of animations gives them.
    let (red, green, open, half) = ([230, 20, 20, 255], [10, 200, 30, 255], [0; 4], [0, 250, 250, 120]);
    let mixed = [121, 128, 128, 255];
    for (at, want) in [
        [red; 6],
        [red; 6],
        [red, red, red, mixed, mixed, red],
        [half, open, red, open, open, red],
        [half, open, red, green, open, red],
        [half, open, red, open, open, red],
    ]
    .into_iter()
    .enumerate()
    {
        let frame = frame_of(&webp_of_parts(), at);
        for (x, want) in [0, 1, 3, 7, 10, 11].into_iter().zip(want) {
            let found = frame.get_pixel(x, 6).0;
            assert!(found.iter().zip(want).all(|(a, b)| a.abs_diff(b) <= 1), "{found:?} at {x} of {at}, not {want:?}");
        }
    }
}

#[test]
fn delays_and_repetitions_stay() {
    let mut movie = square();
    for (plays, delays) in [
        (None, vec![0, 10, 20, 30, 5000, 70]),
        (Some(1), vec![40; 6]),
        (Some(3), vec![100, 655_350, 20, 0, 0, 990]),
        (Some(65_000), vec![20; 6]),
    ] {
        movie.plays = plays;
        movie.frames.iter_mut().zip(delays).for_each(|((_, old), new)| *old = new);
        for bytes in [gif(&movie), webp(&movie), png(&movie)] {
            for text in ["f-gif", "f-webp"] {
                let made = run(&bytes, text, &Renderer::new()).unwrap();
                assert_alike(&read(&made.bytes), &movie, 4.0, &format!("{text} played {plays:?} times"));
            }
        }
    }
    // Sixtieths of a second are no whole milliseconds, and no hundredths: the sum is kept as far as it can be.
    let quick = run(&png_of_sixtieths(60), "f-webp", &Renderer::new()).unwrap();
    let delays: Vec<u64> = read(&quick.bytes).frames.iter().map(|(_, delay)| *delay).collect();
    assert_eq!((delays.iter().sum::<u64>(), delays.len()), (1000, 60));
    assert!(delays.iter().all(|delay| (16..=17).contains(delay)), "{delays:?}");
    // Browsers slow frames of a hundredth down to a tenth of a second, so two is the least.
    let quick = run(&png_of_sixtieths(60), "", &Renderer::new()).unwrap();
    assert!(read(&quick.bytes).frames.iter().all(|(_, delay)| *delay == 20));
}

#[test]
fn a_still_is_made_where_one_is_asked_for() {
    let movie = wheel();
    for (name, bytes) in [("gif", gif(&movie)), ("webp", webp(&movie)), ("png", png(&movie))] {
        for (text, frame, format) in [
            ("f-jpg", 0, Format::Jpeg),
            ("f-png", 0, Format::Png),
            ("f-jpg,pg-3", 2, Format::Jpeg),
            ("f-webp,pg-2", 1, Format::WebP),
            ("pg-1,f-png", 0, Format::Png),
        ] {
            let made = run(&bytes, text, &accepting_webp()).unwrap();
            assert_eq!(made.format, format, "{text} of a {name}");
            let still = image::load_from_memory(&made.bytes).unwrap().to_rgba8();
            let difference = difference(&still, &read(&bytes).frames[frame].0);
            // Chroma is halved, and colours of a palette jump from pixel to pixel.
            assert!(difference < 8.0, "{text} of a {name} is off by {difference}");
        }
        // In whatever format: what `pg` picks does not move.
        let made = run(&bytes, "pg-4", &accepting_webp()).unwrap();
        assert_eq!(frames_of(&made.bytes), 1, "{name} {}", made.format);
        let error = run(&bytes, &format!("pg-{}", movie.frames.len() + 1), &Renderer::new()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Invalid, "{error}");
        assert_eq!(error.to_string(), "`pg` asks for number 7 of the source, which has 6");
    }
    let still = file(movie.frames[0].0.clone(), ImageFormat::Png);
    assert_eq!(run(&still, "pg-2", &Renderer::new()).unwrap_err().code(), ErrorCode::Invalid);
    // An animation of one frame is a still.
    let mut one = movie;
    one.frames.truncate(1);
    let made = run(&webp(&one), "w-10", &Renderer::new()).unwrap();
    assert_eq!(made.format, Format::Jpeg);
}

#[test]
fn a_layer_shows_a_frame() {
    let movie = wheel();
    let (width, height) = movie.frames[0].0.dimensions();
    let base = file(RgbaImage::from_pixel(width, height, Rgba([0, 0, 0, 255])), ImageFormat::Png);
    let mut options = Renderer::new();
    let bytes = gif(&movie);
    let movie = read(&bytes);
    options.files = vec![(AssetPath::from_text("wheel.gif").unwrap(), bytes.into())];
    for (page, frame) in [("", 0), (",pg-5", 4)] {
        let made = run(&base, &format!("l-image,i-wheel.gif{page},lx-0,ly-0,l-end,f-png"), &options).unwrap();
        let still = image::load_from_memory(&made.bytes).unwrap().to_rgba8();
        assert!(difference(&still, &movie.frames[frame].0) < 0.5, "{page}");
    }
}

#[test]
fn providers_are_not_asked_for_every_frame() {
    let error = run(&gif(&square()), "e-bgremove", &Renderer::new()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Unsupported, "{error}");
}

#[test]
fn exactly_enough_passes_and_one_more_is_refused() {
    let movie = square();
    let (width, height) = movie.frames[0].0.dimensions();
    let pixels = u64::from(width * height) * 6;
    type Set = fn(&mut Limits, u64);
    let cases: [(&str, &str, Set, u64); 6] = [
        ("frames", "", |l, n| l.frames = n as u32, 6),
        ("pixels of the source", "w-5", |l, n| l.animation_pixels = n, pixels),
        ("pixels of the result", "w-100,h-100,c-force", |l, n| l.animation_pixels = n, 60_000),
        ("pixels in between", "w-100,h-100,c-force:w-5", |l, n| l.animation_pixels = n, 60_000),
        ("frames up to the one asked for", "pg-4,f-png", |l, n| l.frames = n as u32, 4),
        ("pixels up to the one asked for", "pg-4,f-png", |l, n| l.animation_pixels = n, pixels / 6 * 4),
    ];
    for bytes in [gif(&movie), webp(&movie), png(&movie)] {
        for (name, text, set, enough) in cases {
            let run = |limit: u64| {
                let mut options = Renderer::new();
                set(&mut options.rules.limits, limit);
                run(&bytes, text, &options).map(|_| ()).map_err(|e| e.code())
            };
            assert_eq!(run(enough), Ok(()), "{name}");
            assert_eq!(run(enough - 1), Err(ErrorCode::Limit), "{name}");
        }
    }
}

#[test]
fn frames_are_not_all_in_memory() {
    let movie = movie("long", 120, (100, 100), |frame, x, y| {
        if (x + frame) % 100 < 20 && y < 50 { [200, (y * 4) as u8, 30, 255] } else { [10, 20, 30, 255] }
    });
    // All frames would be 4.8 MB, and each result may have 300,000 bytes, twice while it grows.
    let mut options = Renderer::new();
    options.rules.limits.result_bytes = 300_000;
    options.rules.limits.memory = 4_700_000;
    for bytes in [gif(&movie), webp(&movie), png(&movie)] {
        for text in ["w-50", "w-50,f-webp"] {
            assert_eq!(frames_of(&run(&bytes, text, &options).unwrap().bytes), 120, "{text}");
        }
        options.rules.limits.memory = 100_000;
        assert_eq!(run(&bytes, "w-50", &options).unwrap_err().code(), ErrorCode::Limit);
        options.rules.limits.memory = 4_700_000;
    }
}

#[test]
fn bombs_are_refused_by_their_blocks() {
    let tiny = |x, y| gif_frame((x, y), 0);
    let frames = |screen, frame: Vec<u8>, count| [gif_screen(screen), frame.repeat(count), b";".to_vec()].concat();
    for (name, bytes) in [
        ("GIF 65535x65535", frames((65535, 65535), tiny(65535, 65535), 1)),
        ("GIF 65535x65535, three frames", frames((65535, 65535), tiny(1, 1), 3)),
        ("GIF whose second frame is larger than its screen", {
            [gif_screen((1, 1)), tiny(1, 1), tiny(65535, 65535), b";".to_vec()].concat()
        }),
        ("GIF 4096x4096, 10 000 frames", frames((4096, 4096), tiny(1, 1), 10_000)),
        ("GIF with a million frames", frames((16, 16), tiny(1, 1), 1_000_000)),
        ("GIF with a thousand frames of 4096x4096", frames((16, 16), tiny(4096, 4096), 1000)),
        ("WebP 16384x16384, two frames", webp_header((16384, 16384), 2, (16384, 16384))),
        ("WebP 4096x4096, 10 000 frames", webp_header((4096, 4096), 10_000, (1, 1))),
        ("WebP 2^24x2^7, two frames", webp_header((1 << 24, 1 << 7), 2, (1 << 24, 1 << 7))),
        ("PNG 4096x4096, 10 000 frames", png_header((4096, 4096), 10_000, (1, 1))),
        ("PNG with frames larger than itself", png_header((16, 16), 2, (1 << 20, 1 << 20))),
    ] {
        for text in ["w-10", "f-webp", "w-10,f-gif"] {
            let start = Instant::now();
            let error = run(&bytes, text, &Renderer::new()).unwrap_err();
            // A file that announces more than it holds is damaged, whatever that would have been.
            let codes =
                if name.starts_with("PNG") { &[ErrorCode::Limit, ErrorCode::Format][..] } else { &[ErrorCode::Limit] };
            assert!(codes.contains(&error.code()), "{name}: {error}");
            assert!(start.elapsed() < Duration::from_secs(5), "{name}: {:?}", start.elapsed());
        }
    }
}

#[test]
fn an_animation_cut_short_may_be_refused() {
    let mut strict = Renderer::new();
    strict.rules.refuse_damaged = true;
    for (name, bytes) in samples() {
        let whole = frames_of(&bytes);
        let mut accepted = Vec::new();
        for end in 0..bytes.len() {
            if let Ok(made) = run(&bytes[..end], "w-5,f-webp", &strict) {
                accepted.push((end, frames_of(&made.bytes)));
            }
        }
        match name {
            // A GIF may end after any frame: its trailer says nothing. Of what it holds nothing is lost.
            "gif" => {
                let mut counts: Vec<_> = accepted.iter().map(|(_, n)| *n).collect();
                counts.dedup();
                assert_eq!(counts, (1..=whole).collect::<Vec<_>>());
            }
            // The end mark alone may be missing.
            "png" => assert!(accepted.iter().all(|(end, frames)| bytes.len() - end <= 12 && *frames == whole)),
            _ => assert_eq!(accepted, [], "{name}"),
        }
    }
}

#[test]
fn damaged_bytes_never_panic() {
    let mut next = random(0x2545_F491_4F6C_DD1D);
    let mut options = Renderer::new();
    options.rules.limits.pixels = 100_000;
    options.rules.limits.animation_pixels = 1_000_000;
    for (_, bytes) in samples() {
        for _ in 0..400 {
            let mut damaged = bytes.clone();
            for _ in 0..=next(4) {
                let at = next(damaged.len());
                damaged[at] = next(256) as u8;
            }
            // Any answer will do.
            for text in ["w-5", "f-webp", "pg-3,f-png"] {
                _ = run(&damaged, text, &options);
            }
        }
    }
}

fn samples() -> [(&'static str, Vec<u8>); 3] {
    [("gif", gif_of_parts()), ("webp", webp_of_parts()), ("png", png_of_parts())]
}

#[test]
fn stills_are_written_in_good_palettes() {
    let few = RgbaImage::from_fn(40, 30, |x, y| Rgba([(x * 6) as u8, (y / 6 * 40) as u8, 77, 255]));
    let made = run(&gif(&Movie::still(few.clone())), "", &Renderer::new()).unwrap();
    assert_eq!((made.format, difference(&read(&made.bytes).frames[0].0, &few)), (Format::Gif, 0.0));
    // A photograph in 255 colours: the mean of squared differences counts here.
    let photo = DynamicImage::from(photo(160, 120)).to_rgba8();
    let source = gif(&Movie::still(RgbaImage::from_fn(1, 1, |_, _| Rgba([9, 9, 9, 255]))));
    let mut options = Renderer::new();
    options.files = vec![(AssetPath::from_text("photo.png").unwrap(), file(photo.clone(), ImageFormat::Png).into())];
    let text = "w-160,h-120,c-force,l-image,i-photo.png,lx-0,ly-0,l-end";
    let made = run(&source, text, &options).unwrap();
    let found = read(&made.bytes).frames.remove(0).0;
    let squares: f64 = found
        .pixels()
        .zip(photo.pixels())
        .map(|(a, b)| (0..3).map(|c| (f64::from(a[c]) - f64::from(b[c])).powi(2)).sum::<f64>())
        .sum();
    let psnr = 10.0 * (255.0_f64.powi(2) / (squares / f64::from(160 * 120 * 3))).log10();
    assert!(psnr > 33.0, "PSNR {psnr:.1}");
}
