//! The effect on pixels of each parameter that adjusts colours, edges and effects. All images are drawn here and come
//! back as PNG, which is lossless; tolerances are in steps of 255.
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

use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use originkit::{Error, Format, Renderer};

use images::file;

fn png(image: &RgbaImage) -> Vec<u8> {
    file(image.clone(), ImageFormat::Png)
}

fn try_look(image: &RgbaImage, text: &str) -> Result<RgbaImage, Error> {
    let result = (Renderer::new()).render(&png(image), &format!("{text},f-png").parse().unwrap())?;
    Ok(image::load_from_memory(&result.bytes).unwrap().to_rgba8())
}

#[track_caller]
fn look(image: &RgbaImage, text: &str) -> RgbaImage {
    try_look(image, text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn plain(width: u32, height: u32, pixel: [u8; 4]) -> RgbaImage {
    RgbaImage::from_pixel(width, height, Rgba(pixel))
}

fn near(found: [u8; 4], want: [u8; 4], tolerance: u8) -> bool {
    found.iter().zip(want).all(|(a, b)| a.abs_diff(b) <= tolerance)
}

#[track_caller]
fn assert_pixel(image: &RgbaImage, (x, y): (u32, u32), want: [u8; 4], tolerance: u8) {
    let found = image.get_pixel(x, y).0;
    assert!(near(found, want, tolerance), "{found:?} at {x},{y}, not {want:?}");
}

#[test]
fn opacity_multiplies_alpha_and_blends_over_a_background() {
    let half = plain(4, 4, [200, 100, 0, 128]);
    assert_pixel(&look(&half, "o-50"), (1, 1), [200, 100, 0, 64], 0);
    assert_pixel(&look(&half, "o-0"), (1, 1), [200, 100, 0, 0], 0);
    let opaque = plain(4, 4, [200, 100, 0, 255]);
    assert_pixel(&look(&opaque, "o-40"), (1, 1), [200, 100, 0, 102], 0);
    // 0.4 of the image and 0.6 of the colour, whose own opacity is ignored.
    assert_pixel(&look(&opaque, "o-40,bg-0000FF20"), (1, 1), [80, 40, 153, 255], 1);
    assert_eq!(look(&opaque, "o-100"), opaque);
}

#[test]
fn what_becomes_transparent_is_no_jpeg_unless_asked() {
    let jpeg = file(DynamicImage::from(plain(64, 64, [200, 100, 0, 255])).to_rgb8(), ImageFormat::Jpeg);
    for (text, want) in
        [("w-64", Format::Jpeg), ("r-9", Format::Png), ("o-9", Format::Png), ("r-9,f-jpg", Format::Jpeg)]
    {
        let result = (Renderer::new()).render(&jpeg, &text.parse().unwrap()).unwrap();
        assert_eq!(result.format, want, "{text}");
    }
}

#[test]
fn corners_are_round_and_their_edges_smooth() {
    let white = plain(100, 60, [255; 4]);
    let round = look(&white, "r-20");
    for (at, alpha) in
        [((0, 0), 0), ((99, 0), 0), ((99, 59), 0), ((0, 59), 0), ((20, 0), 255), ((5, 5), 0), ((6, 6), 255)]
    {
        // On the diagonal the circle passes 20 * (1 - sqrt(1/2)) = 5.86 from the edges.
        let found = round.get_pixel(at.0, at.1).0;
        let fine = if at == (5, 5) { (1..60).contains(&found[3]) } else { found[3] == alpha };
        assert!(fine, "{found:?} at {at:?}");
        assert_eq!(found[..3], [255; 3], "the colour stays");
    }
    let one = look(&white, "r-20_0_0_0");
    assert_eq!([(0, 0), (99, 0), (99, 59), (0, 59)].map(|(x, y)| one.get_pixel(x, y).0[3]), [0, 255, 255, 255]);
    let ellipse = look(&white, "r-max");
    let area: f64 = ellipse.pixels().map(|p| f64::from(p.0[3]) / 255.0).sum();
    assert!((area - std::f64::consts::PI * 50.0 * 30.0).abs() < 1.0, "{area}");
    // Half of the shorter side is the most.
    assert_eq!(look(&white, "r-999"), look(&white, "r-30"));
    // Filled where a colour is given, and the border is rounded too.
    assert_pixel(&look(&white, "r-20,bg-FF0000"), (0, 0), [255, 0, 0, 255], 0);
    assert_eq!(look(&white, "b-5_blue,r-30").get_pixel(0, 0).0[3], 0);
}

#[test]
fn grey_is_weighed_and_keeps_alpha() {
    for (color, want) in [([255, 0, 0], 76), ([0, 255, 0], 150), ([0, 0, 255], 29), ([100, 150, 200], 141)] {
        let [r, g, b] = color;
        assert_pixel(&look(&plain(2, 2, [r, g, b, 77]), "e-grayscale"), (0, 0), [want, want, want, 77], 0);
    }
}

#[test]
fn contrast_reaches_both_ends() {
    // A ramp from 100 to 150, with one stray pixel of each extreme: less than a percent.
    let mut ramp = RgbaImage::from_fn(51, 40, |x, _| Rgba([100 + x as u8, 100 + x as u8, 100 + x as u8, 255]));
    ramp.put_pixel(0, 0, Rgba([0, 0, 0, 255]));
    ramp.put_pixel(1, 0, Rgba([255; 4]));
    let wide = look(&ramp, "e-contrast");
    for (x, want) in [(0, 0), (25, 128), (50, 255)] {
        assert_pixel(&wide, (x, 20), [want, want, want, 255], 3);
    }
    let flat = plain(9, 9, [90, 90, 90, 255]);
    assert_eq!(look(&flat, "e-contrast"), flat);
    // What cannot be seen has no say.
    let mut hidden = ramp.clone();
    hidden.pixels_mut().skip(1000).for_each(|p| *p = Rgba([255, 255, 255, 0]));
    assert_pixel(&look(&hidden, "e-contrast"), (50, 3), [255; 4], 3);
}

#[test]
fn gradients_run_from_end_to_stop() {
    let black = plain(100, 50, [0, 0, 0, 255]);
    // Down: white, which gets thinner to the bottom.
    let down = look(&black, "e-gradient");
    for (y, want) in [(0, 252), (24, 130), (49, 3)] {
        assert_pixel(&down, (60, y), [want, want, want, 255], 1);
    }
    // To the right, opaque red to opaque blue, which is reached at a quarter.
    for text in ["e-gradient-ld-right_from-FF0000_to-0000FF_sp-0.25", "e-gradient-ld-90_from-FF0000_to-0000FF_sp-25"] {
        let right = look(&black, text);
        for (x, want) in
            [(0, [250, 0, 5, 255]), (12, [128, 0, 128, 255]), (25, [0, 0, 255, 255]), (99, [0, 0, 255, 255])]
        {
            assert_pixel(&right, (x, 7), want, 1);
        }
    }
    // Towards a corner both other corners are halfway, in a square.
    let corner = look(&plain(50, 50, [0, 0, 0, 255]), "e-gradient-ld-top_right_from-000000_to-FFFFFF");
    for (at, want) in [((0, 49), 3), ((49, 0), 252), ((0, 0), 128), ((49, 49), 128)] {
        assert_pixel(&corner, at, [want, want, want, 255], 1);
    }
    // Over nothing there is the gradient alone, and it keeps its colour.
    let clear = look(&plain(10, 100, [0; 4]), "e-gradient-from-FF0000");
    assert_pixel(&clear, (5, 50), [255, 0, 0, 126], 2);
}

#[test]
fn shadows_lie_below_and_where_they_are_told() {
    let dot = RgbaImage::from_fn(100, 100, |x, y| {
        if (40..60).contains(&x) && (40..60).contains(&y) { Rgba([255, 0, 0, 255]) } else { Rgba([0; 4]) }
    });
    let sharp = look(&dot, "e-shadow-bl-0_st-40_x-10_y-N20");
    assert_pixel(&sharp, (50, 50), [255, 0, 0, 255], 0);
    for (at, alpha) in [((50, 20), 102), ((69, 39), 102), ((50, 39), 102), ((49, 20), 0), ((70, 39), 0), ((65, 40), 0)]
    {
        assert_pixel(&sharp, at, [0, 0, 0, alpha], 0);
    }
    let soft = look(&dot, "e-shadow-bl-5_st-100_x-30_y-0");
    // Halfway along a straight edge, some 2 sigma from its ends.
    let edge = (soft.get_pixel(89, 50).0[3], soft.get_pixel(90, 50).0[3]);
    assert!(edge.0 > edge.1 && (i32::from(edge.0) + i32::from(edge.1) - 243).abs() < 12, "{edge:?}");
    assert_eq!(soft.dimensions(), (100, 100));
    let opaque = plain(50, 50, [10, 20, 30, 255]);
    assert_eq!(look(&opaque, "e-shadow"), opaque);
    let large = plain(2001, 1000, [0; 4]);
    assert_eq!(try_look(&large, "e-shadow").unwrap_err().status(), 400);
    assert!(try_look(&large, "w-500,e-shadow").is_ok());
}

#[test]
fn tints_keep_brightness() {
    let image = RgbaImage::from_fn(256, 3, |x, y| match y {
        0 => Rgba([x as u8, x as u8, x as u8, 255]),
        1 => Rgba([x as u8, 255 - x as u8, 60, 255]),
        _ => Rgba([40, 90, x as u8, 100]),
    });
    let luma = |p: [u8; 4]| 0.299 * f64::from(p[0]) + 0.587 * f64::from(p[1]) + 0.114 * f64::from(p[2]);
    let red = look(&image, "e-colorize-co-red");
    for (from, to) in image.pixels().zip(red.pixels()) {
        // Half a step for the table, half a step for each sample.
        assert!((luma(from.0) - luma(to.0)).abs() < 1.1 && from.0[3] == to.0[3], "{from:?} {to:?}");
        assert!(to.0[0] >= to.0[1] && to.0[1].abs_diff(to.0[2]) <= 1, "{to:?} is no red");
    }
    // Red where it is as bright as red itself; the default is grey, and none is nothing.
    assert_pixel(&red, (76, 0), [255, 0, 0, 255], 1);
    assert_eq!(look(&image, "e-colorize"), look(&image, "e-grayscale"));
    assert_eq!(look(&image, "e-colorize-co-red_in-0"), image);
    let half = look(&image, "e-colorize-co-red_in-50");
    assert_pixel(&half, (76, 0), [166, 38, 38, 255], 1);
}

#[test]
fn a_colour_is_replaced_with_its_shades() {
    // Green with a darker green, and red beside it.
    let image =
        RgbaImage::from_fn(6, 1, |x, _| Rgba([[0, 200, 0, 255], [0, 170, 0, 255], [220, 0, 0, 255]][x as usize / 2]));
    let blue = look(&image, "cr-0000C8_20_00C800");
    assert_pixel(&blue, (0, 0), [0, 0, 200, 255], 0);
    // The same shade of it.
    assert_pixel(&blue, (2, 0), [0, 0, 170, 255], 1);
    assert_pixel(&blue, (4, 0), [220, 0, 0, 255], 0);
    // Without an old colour it is the one there is most of.
    let most = RgbaImage::from_fn(5, 1, |x, _| Rgba(if x < 3 { [250, 250, 250, 255] } else { [0, 0, 0, 255] }));
    assert_pixel(&look(&most, "cr-FF0000_10"), (0, 0), [255, 0, 0, 255], 0);
    assert_pixel(&look(&most, "cr-FF0000_10"), (4, 0), [0, 0, 0, 255], 0);
    // Nothing else is near enough.
    assert_eq!(look(&image, "cr-0000C8_0_FFFFFF"), image);
}

#[test]
fn replacing_keeps_what_colours_are_to_each_other() {
    let grey = |p: [u8; 4]| 0.299 * f64::from(p[0]) + 0.587 * f64::from(p[1]) + 0.114 * f64::from(p[2]);
    // From black over red to white, and all greys.
    let shades = RgbaImage::from_fn(256, 2, |x, y| {
        let (dark, light) = ((x * 2).min(255) as u8, (x.max(128) * 2 - 256) as u8);
        Rgba(if y == 0 { [dark, light, light, 255] } else { [x as u8, x as u8, x as u8, 255] })
    });
    let green = look(&shades, "cr-00A000_45_red");
    assert_pixel(&green, (127, 0), [0, 160, 0, 255], 1);
    let row: Vec<[u8; 4]> = (0..256).map(|x| green.get_pixel(x, 0).0).collect();
    for (x, pair) in row.windows(2).enumerate() {
        // What is lighter stays lighter, and nowhere is there an edge.
        assert!(grey(pair[0]) <= grey(pair[1]) + 1.0, "{pair:?} at {x}");
        assert!(near(pair[0], pair[1], 16), "{pair:?} at {x}");
    }
    assert_pixel(&green, (255, 0), [255, 255, 255, 255], 1);
    // Greys are too far from red.
    for x in 0..256 {
        assert_pixel(&green, (x, 1), [x as u8, x as u8, x as u8, 255], 0);
    }
    // Half of a half opaque colour, and alpha stays.
    let clear = plain(3, 3, [255, 0, 0, 99]);
    assert_pixel(&look(&clear, "cr-0000FF50"), (1, 1), [128, 0, 128, 99], 1);
    assert_pixel(&look(&plain(3, 3, [255; 4]), "cr-0000FF_1"), (1, 1), [0, 0, 255, 255], 0);
    assert_pixel(&look(&plain(3, 3, [0, 0, 0, 255]), "cr-gold_1"), (1, 1), [255, 215, 0, 255], 0);
}

#[test]
fn padding_follows_from_the_image() {
    // Left red, right blue, with a white row at the top that is not at the sides.
    let image = RgbaImage::from_fn(40, 20, |x, _| Rgba(if x < 20 { [200, 0, 0, 255] } else { [0, 0, 200, 255] }));
    let square = "w-40,h-40,cm-pad_resize,bg-";
    let blurred = look(&image, &format!("{square}blurred_4"));
    assert_eq!(blurred.dimensions(), (40, 40));
    assert_pixel(&blurred, (3, 2), [200, 0, 0, 255], 8);
    assert_pixel(&blurred, (37, 38), [0, 0, 200, 255], 8);
    // Where the sides meet the backdrop is soft and the image is not.
    assert_pixel(&blurred, (20, 2), [95, 0, 105, 255], 30);
    assert_pixel(&blurred, (19, 20), [200, 0, 0, 255], 0);
    assert_pixel(&look(&image, &format!("{square}blurred_4_50")), (3, 2), [255, 99, 64, 255], 8);
    assert_pixel(&look(&image, &format!("{square}blurred_4_N50")), (3, 2), [122, 0, 0, 255], 8);

    let framed = RgbaImage::from_fn(40, 20, |x, y| {
        Rgba(if x == 0 || y == 0 || x == 39 || y == 19 { [10, 200, 30, 255] } else { [90, 90, 90, 255] })
    });
    assert_pixel(&look(&framed, &format!("{square}dominant")), (20, 2), [10, 200, 30, 255], 0);

    let wide = look(&image, "w-80,h-20,cm-pad_resize,bg-gradient_dominant");
    assert_pixel(&wide, (0, 10), [200, 0, 0, 255], 0);
    assert_pixel(&wide, (79, 10), [0, 0, 200, 255], 0);
    assert_pixel(&wide, (10, 3), [175, 0, 25, 255], 2);
    let four = look(&image, &format!("{square}gradient_dominant_4"));
    assert_pixel(&four, (0, 0), [200, 0, 0, 255], 0);
    assert_pixel(&four, (39, 39), [0, 0, 200, 255], 0);
    // Without anything to pad there is nothing to see of it, and blurred is for padding after resizing alone.
    assert_eq!(look(&image, "w-40,h-20,bg-dominant"), image);
    assert_pixel(&look(&image, "w-40,h-40,cm-pad_extract,bg-blurred"), (20, 2), [0, 0, 0, 255], 0);
}

#[test]
fn images_are_tilted_and_bent() {
    let image = plain(60, 20, [200, 100, 0, 255]);
    let tilted = look(&image, "e-distort-p-10_0_50_0_60_20_0_20");
    assert_eq!(tilted.dimensions(), (60, 20));
    assert_eq!(tilted.get_pixel(2, 2).0[3], 0);
    assert_pixel(&tilted, (30, 10), [200, 100, 0, 255], 1);
    assert_pixel(&tilted, (3, 18), [200, 100, 0, 255], 1);
    // A bow tie is no image: ignored.
    assert_eq!(look(&image, "e-distort-p-0_0_60_20_60_0_0_20"), image);

    let arch = look(&image, "e-distort-a-180");
    assert_eq!(arch.dimensions(), (60, 30));
    assert_pixel(&arch, (30, 5), [200, 100, 0, 255], 1);
    assert_eq!((arch.get_pixel(30, 28).0[3], arch.get_pixel(0, 0).0[3]), (0, 0));
    let smile = look(&image, "e-distort-a-N180");
    assert_pixel(&smile, (30, 25), [200, 100, 0, 255], 1);
    assert_eq!(look(&image, "e-distort-a-0"), image);
    // What it is made smaller to is smooth at its edges.
    let small = look(&image, "e-distort-p-10_2_30_5_28_14_12_10");
    assert!(small.pixels().filter(|p| (1..255).contains(&p.0[3])).count() > 30);
    assert!(small.pixels().all(|p| p.0[3] == 0 || p.0[..3] == [200, 100, 0]));
    // With a background there is no hole.
    assert_pixel(&look(&image, "e-distort-a-180,bg-white"), (0, 0), [255, 255, 255, 255], 0);
}

/// Measured on images that ImageKit rendered: a blur ends where its gaussian falls below a fifth of its peak.
#[test]
fn a_blur_is_cut_off_where_imagekit_cuts_it() {
    let dot = RgbaImage::from_fn(81, 81, |x, y| Rgba(if (x, y) == (40, 40) { [255; 4] } else { [0, 0, 0, 255] }));
    for (sigma, reach) in [(1_u32, 1), (2, 3), (3, 5), (6, 10)] {
        // One pixel is too dark to be seen once it is spread; a line is not.
        let line = RgbaImage::from_fn(81, 81, |x, _| Rgba(if x == 40 { [255; 4] } else { [0, 0, 0, 255] }));
        let blurred = look(&line, &format!("bl-{sigma}"));
        let weight = |x: u32| (-f64::from(x * x) / f64::from(2 * sigma * sigma)).exp();
        let sum = weight(0) + 2.0 * (1..=reach).map(weight).sum::<f64>();
        for away in 0..40 {
            let want = if away <= reach { 255.0 * weight(away) / sum } else { 0.0 };
            let found = f64::from(blurred.get_pixel(40 + away, 40).0[0]);
            assert!((found - want).abs() <= 1.0, "bl-{sigma}: {found} at {away}, not {want}");
        }
    }
    // In both directions: a square, not a circle.
    let square = look(&dot, "bl-1");
    assert!(square.get_pixel(41, 41).0[0] > 0 && square.get_pixel(42, 40).0[0] == 0);
}

#[test]
fn a_backdrop_lies_behind_transparent_pixels() {
    // A disc of one colour on nothing.
    let disc = RgbaImage::from_fn(60, 40, |x, y| {
        let (x, y) = (f64::from(x) - 29.5, f64::from(y) - 19.5);
        Rgba(if x * x + y * y < 225.0 { [200, 40, 60, 255] } else { [0; 4] })
    });
    for text in [
        "w-60,h-60,cm-pad_resize,bg-blurred",
        "w-60,h-60,cm-pad_resize,bg-dominant",
        "w-60,h-60,cm-pad_resize,bg-gradient_dominant",
        "w-60,h-60,cm-pad_resize,bg-gradient_dominant_4",
        // Also where there is nothing to pad.
        "w-60,h-40,cm-pad_resize,bg-blurred",
        "bg-dominant",
        "bg-gradient_dominant",
    ] {
        let seen = look(&disc, text);
        assert!(seen.pixels().all(|pixel| near(pixel.0, [200, 40, 60, 255], 3)), "{text}");
    }
    // Where there is nothing at all, nothing is black.
    assert_pixel(&look(&plain(8, 8, [0; 4]), "bg-dominant"), (4, 4), [255; 4], 0);
}

/// Documented: the setting *maximum image dimensions*.
#[test]
fn what_has_no_size_is_fitted_into_the_largest() {
    let mut options = Renderer::new();
    options.rules.max_size = Some(originkit::plan::Size::new(50, 50));
    let made = |text: &str| {
        let result = options.render(&png(&plain(100, 40, [9, 9, 9, 255])), &text.parse().unwrap()).unwrap();
        (result.size.width, result.size.height)
    };
    for (text, want) in [
        ("f-png", (50, 20)),
        ("rt-90,f-png", (20, 50)),
        ("b-10_red,f-png", (50, 25)),
        ("w-80,f-png", (80, 32)),
        ("h-30:b-5_red,f-png", (85, 40)),
        ("if-w_gt_1,w-70,if-end:f-png", (70, 28)),
    ] {
        assert_eq!(made(text), want, "{text}");
    }
    options.rules.max_size = Some(originkit::plan::Size::new(500, 500));
    let small = options.render(&png(&plain(100, 40, [9; 4])), &"f-png".parse().unwrap()).unwrap();
    assert_eq!(small.size.width, 100, "nothing is enlarged");
}
