//! Blurring, sharpening, resampling and compositing against formulas in double precision, which are written here again
//! in the simplest way. Images are drawn here and passed on as PNG, which is lossless.
//!
//! Differences are in steps of 255, of alpha and of colour times alpha, which is the visible part of a colour.
#![cfg(feature = "pixels")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::needless_range_loop,
    reason = "a test that cannot draw its image may stop"
)]

mod images;

use image::{ImageFormat, Rgba, RgbaImage};
use originkit::Renderer;
use originkit::transform::AssetPath;

use images::file;

/// Returns the image that this crate makes; layers may name `layer.png`.
#[track_caller]
fn made(image: &RgbaImage, layer: Option<&RgbaImage>, text: &str) -> RgbaImage {
    let mut options = Renderer::new();
    let files = layer.map(|layer| (AssetPath::from_text("layer.png").unwrap(), file(layer.clone(), ImageFormat::Png)));
    options.files = files.into_iter().map(|(path, bytes)| (path, bytes.into())).collect();
    let wanted = format!("{text}:f-png").parse().unwrap();
    let result = options.render(&file(image.clone(), ImageFormat::Png), &wanted);
    image::load_from_memory(&result.unwrap_or_else(|error| panic!("{text}: {error}")).bytes).unwrap().to_rgba8()
}

// ---- images of real numbers ----------------------------------------------------------------------

/// Colours times alpha, and alpha, 0 to 255, row by row.
#[derive(Clone)]
struct Exact {
    width: usize,
    pixels: Vec<[f64; 4]>,
}

impl Exact {
    fn of(image: &RgbaImage) -> Self {
        Self { width: image.width() as usize, pixels: image.pixels().map(|p| premultiplied(p.0)).collect() }
    }

    fn height(&self) -> usize {
        self.pixels.len() / self.width
    }

    fn transposed(&self) -> Self {
        let pixels = (0..self.width).flat_map(|x| (0..self.height()).map(move |y| self.pixels[y * self.width + x]));
        Self { width: self.height(), pixels: pixels.collect() }
    }

    /// Returns rows of a new width, each pixel of which is a weighted mean of pixels of the old rows.
    fn mapped(&self, width: usize, weights: impl Fn(usize) -> Vec<(usize, f64)>) -> Self {
        let weights: Vec<_> = (0..width).map(weights).collect();
        let mut pixels = Vec::with_capacity(width * self.height());
        for row in self.pixels.chunks(self.width) {
            for taps in &weights {
                let all: f64 = taps.iter().map(|(_, weight)| weight).sum();
                let mut sum = [0.0; 4];
                for (at, weight) in taps {
                    sum.iter_mut().zip(row[*at]).for_each(|(sum, value)| *sum += value * weight / all);
                }
                pixels.push(sum);
            }
        }
        Self { width, pixels }
    }

    /// Returns the largest and the mean difference from the crate's image.
    fn apart(&self, made: &RgbaImage) -> (f64, f64) {
        assert_eq!((made.width() as usize, made.height() as usize), (self.width, self.height()));
        let pairs = self.pixels.iter().zip(made.pixels());
        let off = pairs.flat_map(|(want, got)| {
            let got = premultiplied(got.0);
            [0, 1, 2, 3].map(|i| (want[i] - got[i]).abs())
        });
        let off: Vec<f64> = off.collect();
        (off.iter().copied().fold(0.0, f64::max), off.iter().sum::<f64>() / off.len() as f64)
    }
}

fn premultiplied([r, g, b, a]: [u8; 4]) -> [f64; 4] {
    let alpha = f64::from(a);
    [f64::from(r) * alpha / 255.0, f64::from(g) * alpha / 255.0, f64::from(b) * alpha / 255.0, alpha]
}

/// Makes an image with a fixed generator, so that it is always the same.
fn random(seed: u32) -> impl FnMut() -> u32 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 8
    }
}

/// Returns hard edges up to the rim, a thin line, noise, and rings that get finer down to single pixels.
fn hard(width: u32, height: u32) -> RgbaImage {
    let mut next = random(7);
    RgbaImage::from_fn(width, height, |x, y| {
        let square = f64::from(x).powi(2) + f64::from(y).powi(2);
        let ring = (127.5 + 127.5 * (square * std::f64::consts::PI / f64::from(2 * width)).cos()) as u8;
        match (x * 5 / width, y * 3 / height) {
            _ if x == 0 || y == height - 1 => Rgba([0, 0, 255, 255]),
            _ if x == width * 7 / 10 => Rgba([255, 0, 255, 255]),
            (1, 0 | 1) => Rgba([255, 0, 0, 255]),
            (2, _) => Rgba([next() as u8, next() as u8, next() as u8, 255]),
            (0 | 3, _) => Rgba([ring, ring, 255 - ring, 255]),
            _ => Rgba([255, 240, 10, 255]),
        }
    })
}

/// Returns a disc of one colour on a transparent background, whose hidden colour must not show, with a half transparent
/// part.
fn clear(width: u32, height: u32) -> RgbaImage {
    let (cx, cy) = (f64::from(width) / 2.0, f64::from(height) / 2.0);
    RgbaImage::from_fn(width, height, |x, y| {
        let away = (f64::from(x) - cx).hypot(f64::from(y) - cy);
        match away / cy {
            ..0.4 => Rgba([20, 200, 255, 90 + (x % 7) as u8 * 10]),
            ..0.8 => Rgba([200, 40, 40, 255]),
            _ => Rgba([0, 255, 0, 0]),
        }
    })
}

// ---- blur ------------------------------------------------------------------------------------------

/// Blurs with a Gaussian that is cut off at a radius; pixels beyond the rim are those of the rim.
fn gaussian(image: &RgbaImage, sigma: f64, radius: f64) -> Exact {
    let reach = (sigma * 6.0).min(radius).ceil() as i64;
    let pass = |image: &Exact| {
        let last = image.width as i64 - 1;
        image.mapped(image.width, |x| {
            let weight = |d: i64| (-0.5 * (d as f64 / sigma).powi(2)).exp();
            (-reach..=reach).map(|d| ((x as i64 + d).clamp(0, last) as usize, weight(d))).collect()
        })
    };
    pass(&pass(&Exact::of(image)).transposed()).transposed()
}

/// Measured on ImageKit's own images: the Gaussian is cut off where it falls below a fifth of its peak.
#[test]
fn blur_is_a_gaussian() {
    for sigma in [0.5, 1.0, 2.0, 3.3, 4.9, 5.0, 8.0, 10.0, 15.0, 30.0, 60.0] {
        for (name, image) in [("opaque", hard(151, 90)), ("clear", clear(120, 100))] {
            let reach = (sigma * (2.0 * 5.0_f64.ln()).sqrt()).floor();
            let (most, mean) = gaussian(&image, sigma, reach).apart(&made(&image, None, &format!("bl-{sigma}")));
            println!("sigma {sigma}, {name}: {most:.2}, {mean:.3} in the mean");
            // Half a step is rounding; clear pixels are rounded twice.
            // The sharp end of a long one is as exact as the cells that it is worked out in.
            let (most_allowed, mean_allowed) = if sigma < 17.0 { (2.0, 0.5) } else { (4.0, 0.75) };
            assert!(
                most <= most_allowed && mean <= mean_allowed,
                "sigma {sigma}, {name}: {most} apart, {mean} in the mean"
            );
        }
    }
    let flat = RgbaImage::from_pixel(30, 30, Rgba([9, 80, 200, 255]));
    assert_eq!(made(&flat, None, "bl-100"), flat);
}

#[test]
fn sharpening_adds_what_blurring_takes() {
    for (text, sigma, radius, amount, threshold) in [
        ("e-sharpen", 1.0, f64::INFINITY, 1.0, 0.0),
        ("e-sharpen-100", 1.0, f64::INFINITY, 2.0, 0.0),
        ("e-sharpen-9000", 1.0, f64::INFINITY, 10.0, 0.0),
        ("e-usm", 2.0, 2.0, 0.8, 0.024),
        ("e-usm-2-2-0.8-0.024", 2.0, 2.0, 0.8, 0.024),
        ("e-usm-0-2-0.8-0.024", 2.0, f64::INFINITY, 0.8, 0.024),
        ("e-usm-1.5-6-3-0.1", 6.0, 1.5, 3.0, 0.1),
        ("e-usm-0-8-1.5-0", 8.0, f64::INFINITY, 1.5, 0.0),
        ("e-usm-30-90-1-0", 90.0, 30.0, 1.0, 0.0),
    ] {
        let image = hard(151, 90);
        let (soft, sharp) = (gaussian(&image, sigma, radius), made(&image, None, text));
        let mut seen = 0;
        for ((own, soft), got) in image.pixels().zip(&soft.pixels).zip(sharp.pixels()) {
            for i in 0..3 {
                let own = f64::from(own.0[i]);
                let difference = own - soft[i];
                // Where it is not sure on which side of the threshold this is.
                if threshold > 0.0 && (difference.abs() - threshold * 255.0).abs() < 0.5 {
                    continue;
                }
                let added = if difference.abs() > threshold * 255.0 { amount * difference } else { 0.0 };
                let want = (own + added).clamp(0.0, 255.0);
                // Rounding, and what the kernel leaves out beyond its end, as often as it is added.
                let tolerance = 0.51 + amount * if sigma > 5.0 && radius > 64.0 { 1.2 } else { 0.15 };
                assert!((f64::from(got.0[i]) - want).abs() <= tolerance, "{text}: {} for {want}", got.0[i]);
                seen += 1;
            }
        }
        assert!(seen > 30_000, "{text}: {seen}");
    }
    // Alpha stays, and colours nobody sees do not bleed into what is seen.
    let clear =
        RgbaImage::from_fn(20, 20, |x, _| if x < 10 { Rgba([90, 90, 90, 255]) } else { Rgba([255, 255, 255, 0]) });
    assert_eq!(made(&clear, None, "e-sharpen-500"), clear);
}

// ---- resampling ------------------------------------------------------------------------------------

/// Resamples one axis with Lanczos of three lobes, from a region to a number of pixels.
fn lanczos(image: &Exact, from: f64, length: f64, to: usize) -> Exact {
    let scale = length / to as f64;
    let wide = scale.max(1.0);
    let sinc = |x: f64| if x == 0.0 { 1.0 } else { (x * std::f64::consts::PI).sin() / (x * std::f64::consts::PI) };
    let weight = |x: f64| if x.abs() < 3.0 { sinc(x) * sinc(x / 3.0) } else { 0.0 };
    image.mapped(to, |x| {
        let centre = from + (x as f64 + 0.5) * scale;
        (0..image.width).map(|at| (at, weight((at as f64 + 0.5 - centre) / wide))).filter(|(_, w)| *w != 0.0).collect()
    })
}

#[test]
fn resampling_is_lanczos_in_premultiplied_alpha() {
    // No level so near to either end that a lobe could go beyond it: there all resamplers of bytes cut off.
    let (mut next, mut other) = (random(3), random(5));
    let opaque = RgbaImage::from_fn(97, 61, |x, _| {
        let edge = if (30..50).contains(&x) { 60 } else { 0 };
        let mut level = || 90 + edge + (next() % 30) as u8;
        Rgba([level(), level(), level(), 255])
    });
    let clear = RgbaImage::from_fn(80, 66, |x, y| {
        let colour = if (x / 9 + y / 9) % 2 == 0 { [200, 60, 90] } else { [70, 190, 120] };
        let alpha = 80 + (other() % 20) as u8 + if (20..40).contains(&y) { 70 } else { 0 };
        Rgba([colour[0], colour[1], colour[2], alpha])
    });
    for (name, image) in [("opaque", &opaque), ("clear", &clear)] {
        let (width, height) = (f64::from(image.width()), f64::from(image.height()));
        for (w, h) in [(40, 30), (13, 50), (200, 20), (150, 140), (1, 1), (96, 60)] {
            let across = lanczos(&Exact::of(image), 0.0, width, w);
            let want = lanczos(&across.transposed(), 0.0, height, h).transposed();
            let (most, mean) = want.apart(&made(image, None, &format!("w-{w},h-{h},c-force")));
            println!("{name} to {w}x{h}: {most:.2}, {mean:.3} in the mean");
            // Rounding after each of two passes, of weights to fourteen bits, and to straight alpha and back.
            assert!(most <= 2.0 && mean <= 0.6, "{name} to {w}x{h}: {most} apart, {mean} in the mean");
        }
        // A part that begins and ends between pixels.
        let (w, h) = (31_u32, 23_u32);
        let scale = (f64::from(w) / width).max(f64::from(h) / height);
        let (part_width, part_height) = (f64::from(w) / scale, f64::from(h) / scale);
        let across = lanczos(&Exact::of(image), (width - part_width) / 2.0, part_width, w as usize);
        let want = lanczos(&across.transposed(), (height - part_height) / 2.0, part_height, h as usize).transposed();
        let (most, mean) = want.apart(&made(image, None, &format!("w-{w},h-{h}")));
        assert!(most <= 2.0 && mean <= 0.6, "part of {name}: {most} apart, {mean} in the mean");
    }
}

// ---- compositing -----------------------------------------------------------------------------------

/// Computes each mode for one pixel by its formula, with straight alpha, 0 to 1; no layer counts as a clear one.
fn mixed(mode: &str, base: [f64; 4], layer: [f64; 4]) -> [f64; 4] {
    let ([.., ba], [.., la]) = (base, layer);
    let with = |color: &dyn Fn(usize) -> f64, alpha: f64| [color(0), color(1), color(2), alpha];
    match mode {
        "multiply" => with(&|i| base[i] * (1.0 - la) + base[i] * layer[i] * la, ba),
        "cutout" => with(&|i| base[i], ba * (1.0 - la)),
        "cutter" => with(&|i| base[i], ba * la),
        _ => {
            let all = la + ba * (1.0 - la);
            with(&|i| if all > 0.0 { (layer[i] * la + base[i] * ba * (1.0 - la)) / all } else { 0.0 }, all)
        }
    }
}

#[test]
fn layers_mix_as_their_formulas_say() {
    let mut next = random(11);
    let mut noise = |width: u32, height: u32, opaque: bool| {
        RgbaImage::from_fn(width, height, |x, _| {
            let alpha = match x % 4 {
                _ if opaque => 255,
                0 => 255,
                1 => 0,
                _ => next() as u8,
            };
            Rgba([next() as u8, next() as u8, next() as u8, alpha])
        })
    };
    let (opaque, clear) = (noise(64, 48, true), noise(64, 48, false));
    let (layer, solid) = (noise(40, 60, false), noise(40, 60, true));
    for base in [&opaque, &clear] {
        for layer in [&layer, &solid] {
            for mode in ["", "multiply", "cutout", "cutter"] {
                for (place, (at_x, at_y)) in [("lx-10,ly-N30", (10, -42)), ("lx-N60,ly-20", (-36, 20))] {
                    let lm = if mode.is_empty() { String::new() } else { format!("lm-{mode},") };
                    let text = format!("l-image,i-layer.png,t-false,{lm}{place},l-end");
                    let got = made(base, Some(layer), &text);
                    for (x, y, got) in got.enumerate_pixels() {
                        let (lx, ly) = (i64::from(x) - at_x, i64::from(y) - at_y);
                        let over = u32::try_from(lx).ok().zip(u32::try_from(ly).ok());
                        let over = over.and_then(|(x, y)| layer.get_pixel_checked(x, y));
                        let unit = |p: [u8; 4]| p.map(|v| f64::from(v) / 255.0);
                        let outside = over.is_none() && mode != "cutter";
                        let below = unit(base.get_pixel(x, y).0);
                        let want =
                            if outside { below } else { mixed(mode, below, over.map_or([0.0; 4], |p| unit(p.0))) };
                        // Colours of what cannot be seen do not count.
                        let from = if got.0[3] == 0 { 3 } else { 0 };
                        for i in from..4 {
                            let off = (f64::from(got.0[i]) - want[i] * 255.0).abs();
                            assert!(off <= 1.0, "{text} at {x},{y}: {got:?}, not {want:?}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn a_displacement_map_moves_pixels() {
    let base = hard(60, 40);
    // Full red and no green: each pixel shows what lies 6 to the right and 4 above.
    let map = RgbaImage::from_pixel(5, 5, Rgba([255, 0, 77, 255]));
    let moved = made(&base, Some(&map), "l-image,i-layer.png,t-false,lm-displace,lx-6,ly-4,l-end");
    for (x, y, got) in moved.enumerate_pixels() {
        let want = base.get_pixel((x + 6).min(59), y.saturating_sub(4));
        let near = got.0.iter().zip(want.0).all(|(a, b)| a.abs_diff(b) <= 1);
        assert!(near, "{got:?} at {x},{y}, not {want:?}");
    }
}
