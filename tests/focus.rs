//! Focus on content: the calls of detectors, the part of the image that their answers keep, and the detection that is
//! built in. All images are drawn here.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test that cannot draw its image may stop"
)]

use originkit::error::PlanError;
use originkit::extend::{Found, Subject};
use originkit::plan::{Oracle, Plan, Rect, Region, Rules, Size, SourceInfo, plan};
use originkit::transform::Object;

/// An oracle with fixed areas that records its calls.
struct Canned {
    size: Size,
    salient: Vec<Found>,
    stored: Vec<Found>,
    faces: Vec<Found>,
    objects: Vec<Found>,
    asked: Vec<&'static str>,
}

impl Canned {
    fn new(size: (u32, u32)) -> Self {
        let none = Vec::new;
        let size = Size::new(size.0, size.1);
        Self { size, salient: none(), stored: none(), faces: none(), objects: none(), asked: Vec::new() }
    }
}

impl Oracle for Canned {
    fn source(&mut self, _: Option<&originkit::transform::AssetPath>) -> Result<SourceInfo, PlanError> {
        Ok(SourceInfo::new(self.size))
    }

    fn trim(&mut self, so_far: &Plan, _: u8) -> Result<Rect, PlanError> {
        Ok(Rect::full(so_far.size))
    }

    fn regions(&mut self, _: &Plan, subject: &Subject) -> Result<Vec<Found>, PlanError> {
        let (name, found) = match subject {
            Subject::Salient => ("salient", &self.salient),
            Subject::Faces => ("faces", &self.faces),
            Subject::Objects(_) => ("objects", &self.objects),
            Subject::Custom => ("custom", &self.stored),
            _ => panic!("{subject:?}"),
        };
        self.asked.push(name);
        Ok(found.clone())
    }
}

fn area(x: f64, y: f64, width: f64, height: f64) -> Found {
    Found::at(Region { x, y, width, height })
}

fn object(name: &str, score: f32, mut found: Found) -> Found {
    found.label = Object::new(name);
    found.score = score;
    found
}

/// 640x865 with something at 400,100, a stored area at 100,700, a face, two cars and a dog.
fn full() -> Canned {
    Canned {
        salient: vec![area(400.0, 100.0, 100.0, 100.0)],
        stored: vec![area(100.0, 700.0, 50.0, 50.0)],
        faces: vec![area(400.0, 100.0, 100.0, 100.0)],
        objects: vec![
            object("car", 0.5, area(0.0, 0.0, 30.0, 30.0)),
            object("car", 0.9, area(400.0, 100.0, 100.0, 100.0)),
            object("dog", 0.4, area(500.0, 300.0, 40.0, 20.0)),
        ],
        ..Canned::new((640, 865))
    }
}

#[track_caller]
fn assert_frame(mut oracle: Canned, text: &str, asked: &str, source: &str, canvas: (u32, u32)) {
    let plan = plan(&text.parse().unwrap(), &mut oracle, &Rules::default()).unwrap();
    let frame = plan.steps[0];
    assert_eq!(oracle.asked.join(" "), asked, "{text}");
    assert_eq!(frame.source.to_string(), source, "{text}");
    assert_eq!((frame.canvas.width, frame.canvas.height), canvas, "{text}");
}

#[test]
fn what_was_found_decides_what_is_kept() {
    for (text, asked, source, canvas) in [
        // The largest 3:2 is 640x426.67, the largest 1:2 is 432.5x865; middle of the area, moved inside.
        ("w-300,h-200,fo-auto", "salient", "640x426.67+0+0", (300, 200)),
        ("w-100,h-200,fo-auto", "salient", "432.5x865+207.5+0", (100, 200)),
        ("w-300,h-200,fo-custom", "custom", "640x426.67+0+438.33", (300, 200)),
        ("w-100,h-200,fo-custom", "custom", "432.5x865+0+0", (100, 200)),
        ("w-400,h-400,fo-auto", "salient", "640x640+0+0", (400, 400)),
        ("ar-1-1,w-400,fo-custom", "custom", "640x640+0+225", (400, 400)),
        // One to one.
        ("w-200,h-200,cm-extract,fo-auto", "salient", "200x200+350+50", (200, 200)),
        ("w-201,h-201,cm-extract,fo-auto", "salient", "201x201+350+50", (201, 201)),
        ("w-200,h-200,cm-extract,fo-custom", "custom", "200x200+25+625", (200, 200)),
        ("w-400,h-400,cm-extract,fo-custom", "custom", "400x400+0+465", (400, 400)),
        ("w-900,h-200,cm-extract,fo-auto", "salient", "640x200+0+50", (640, 200)),
        ("w-200,h-200,cm-extract,fo-face,z-2", "faces", "200x200+350+50", (200, 200)),
        ("w-200,h-200,cm-pad_extract,fo-auto", "salient", "200x200+350+50", (200, 200)),
        ("w-200,h-200,cm-pad_extract,fo-auto,x-0", "salient", "200x200+0+50", (200, 200)),
        ("w-900,h-200,cm-pad_extract,fo-auto", "salient", "640x200+0+50", (900, 200)),
        ("w-900,h-900,c-maintain_ratio_no_enlarge,fo-custom", "custom", "640x640+0+225", (640, 640)),
        // Faces with room, in the shape wanted.
        ("w-300,h-200,fo-face", "faces", "225x150+337.5+75", (300, 200)),
        ("w-300,h-200,fo-face,z-2", "faces", "112.5x75+393.75+112.5", (300, 200)),
        ("w-300,h-200,fo-face,z-0.5", "faces", "450x300+190+0", (300, 200)),
        ("w-300,h-200,fo-face,z-0.1", "faces", "640x426.67+0+0", (300, 200)),
        ("w-640,h-865,fo-face", "faces", "150x202.73+375+48.63", (640, 865)),
        ("w-200,h-200,c-maintain_ratio_no_enlarge,fo-face", "faces", "200x200+350+50", (200, 200)),
        ("w-100,h-100,c-maintain_ratio_no_enlarge,fo-face", "faces", "150x150+375+75", (100, 100)),
        // Whole pixels where nothing is scaled.
        ("w-101,h-865,fo-auto", "salient", "101x865+400+0", (101, 865)),
        // Objects.
        ("w-300,h-200,fo-car", "objects", "640x426.67+0+0", (300, 200)),
        ("w-300,h-200,fo-car,z-2", "objects", "320x213.33+290+43.33", (300, 200)),
        ("w-300,h-200,fo-car,z-0.5", "objects", "640x426.67+0+0", (300, 200)),
        ("w-200,h-200,cm-extract,fo-car", "objects", "200x200+350+50", (200, 200)),
        ("w-100,h-100,cm-extract,fo-car_dog", "objects", "100x100+420+160", (100, 100)),
        // Tight crops, which are scaled but not cut where one side is given.
        ("fo-car", "objects", "100x100+400+100", (100, 100)),
        ("fo-car_dog", "objects", "140x220+400+100", (140, 220)),
        ("fo-car,ar-2-1", "objects", "200x100+350+100", (200, 100)),
        ("fo-car,ar-1-2", "objects", "100x200+400+50", (100, 200)),
        ("w-50,fo-car", "objects", "100x100+400+100", (50, 50)),
        ("h-440,fo-car_dog", "objects", "140x220+400+100", (280, 440)),
        ("h-440,fo-car_dog,c-at_max", "objects", "140x220+400+100", (140, 220)),
        ("w-0.5,fo-car", "objects", "100x100+400+100", (320, 320)),
        // A stored area comes before what the image shows.
        ("w-300,h-200,fo-auto-custom_override", "custom", "640x426.67+0+438.33", (300, 200)),
    ] {
        assert_frame(full(), text, asked, source, canvas);
    }
}

#[test]
fn nobody_is_asked_where_it_cannot_matter() {
    for (text, source, canvas) in [
        ("w-320,fo-auto", "640x865+0+0", (320, 433)),
        ("w-320,fo-face", "640x865+0+0", (320, 433)),
        ("fo-custom,ar-1-1", "640x865+0+0", (640, 865)),
        ("w-300,h-200,c-force,fo-face", "640x865+0+0", (300, 200)),
        ("w-300,h-200,c-at_max,fo-car", "640x865+0+0", (148, 200)),
        ("w-300,h-200,c-at_max_enlarge,fo-auto", "640x865+0+0", (148, 200)),
        ("w-300,h-200,c-at_least,fo-auto", "640x865+0+0", (300, 405)),
        ("w-300,h-200,cm-pad_resize,fo-auto", "640x865+0+0", (300, 200)),
        ("w-640,h-865,fo-auto", "640x865+0+0", (640, 865)),
        ("w-1280,h-1730,fo-car", "640x865+0+0", (1280, 1730)),
        ("w-900,h-900,cm-extract,fo-auto", "640x865+0+0", (640, 865)),
        ("w-900,h-900,cm-pad_extract,fo-auto", "640x865+0+0", (900, 900)),
        // Coordinates say where.
        ("w-200,h-200,cm-extract,fo-auto,x-10", "200x200+10+0", (200, 200)),
        ("w-200,h-200,cm-extract,fo-face,xc-100", "200x200+0+333", (200, 200)),
        ("w-200,h-200,cm-pad_extract,fo-auto,x-10,y-20", "200x200+10+20", (200, 200)),
        ("w-200,h-200,fo-top", "640x640+0+0", (200, 200)),
    ] {
        assert_frame(full(), text, "", source, canvas);
    }
}

#[test]
fn the_centre_is_kept_where_nothing_is_found() {
    for (text, asked, source, canvas) in [
        ("w-300,h-200,fo-auto", "salient", "640x426.67+0+219.17", (300, 200)),
        ("w-300,h-200,fo-face,z-2", "faces", "640x426.67+0+219.17", (300, 200)),
        ("w-300,h-200,fo-car,z-2", "objects", "640x426.67+0+219.17", (300, 200)),
        ("w-300,h-200,fo-auto-custom_override", "custom salient", "640x426.67+0+219.17", (300, 200)),
        ("w-200,h-201,cm-extract,fo-custom", "custom", "200x201+220+332", (200, 201)),
        // A tight crop around nothing is none.
        ("fo-car", "objects", "640x865+0+0", (640, 865)),
        ("fo-car,ar-2-1", "objects", "640x865+0+0", (640, 865)),
        ("w-320,fo-car", "objects", "640x865+0+0", (320, 433)),
    ] {
        assert_frame(Canned::new((640, 865)), text, asked, source, canvas);
    }
    // What lies outside the image, or is no area, was not found either.
    let mut wrong = Canned::new((640, 865));
    wrong.salient = vec![area(700.0, 0.0, 10.0, 10.0), area(f64::NAN, 0.0, 1.0, 1.0), area(10.0, 10.0, -5.0, 5.0)];
    assert_frame(wrong, "w-300,h-200,fo-auto", "salient", "640x426.67+0+219.17", (300, 200));
}

#[cfg(feature = "pixels")]
mod images;

#[cfg(feature = "pixels")]
mod pixels {
    use std::sync::{Arc, Mutex};

    use image::{ImageFormat, Rgb, RgbImage};
    use originkit::Renderer;
    use originkit::extend::{BoxError, Detector, Extensions, Found, Search, Subject};
    use originkit::plan::Size;

    use super::area;
    use super::images::file;

    fn run(image: &RgbImage, text: &str, extensions: Extensions) -> RgbImage {
        let file = file(image.clone(), ImageFormat::Png);
        let mut options = Renderer::new();
        options.extensions = extensions;
        let result = options.render(&file, &format!("{text},f-png").parse().unwrap()).unwrap();
        image::load_from_memory(&result.bytes).unwrap().to_rgb8()
    }

    /// Returns noise that is equal for equal pixels.
    fn grain(x: u32, y: u32) -> u8 {
        let mut hash = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77);
        hash ^= hash >> 15;
        hash = hash.wrapping_mul(0xC2B2_AE3D);
        (hash >> 24) as u8
    }

    type Ground = fn(u32, u32) -> [u8; 3];
    type Shape = fn(f64, f64) -> Option<[u8; 3]>;

    const GROUNDS: [(&str, Ground); 4] = [
        ("one colour", |_, _| [90, 110, 130]),
        ("sky and ground", |x, y| if y < 130 { [120, 160, 220 - (y / 3) as u8] } else { [90 + (x % 7) as u8, 80, 40] }),
        ("noise", |x, y| [100 + grain(x, y) / 8, 110 + grain(y, x) / 8, 100]),
        ("stripes", |x, y| if (x / 20) % 2 == 0 { [60, 90, 60] } else { [70, 100, 65 + (y / 40) as u8] }),
    ];

    const SHAPES: [(&str, Shape); 3] = [
        ("ball", |x, y| (x.hypot(y) < 1.0).then_some([220, 60, 40])),
        ("flower", |x, y| {
            let petals = 0.7 + 0.3 * (6.0 * y.atan2(x)).cos();
            (x.hypot(y) < petals).then_some(if x.hypot(y) < 0.3 { [250, 210, 40] } else { [245, 240, 250] })
        }),
        ("figure", |x, y| {
            let head = x.hypot(y + 0.65) < 0.3;
            let body = x.abs() < 0.35 && (-0.4..1.0).contains(&y);
            if head { Some([224, 172, 140]) } else { body.then_some([30, 30, 60]) }
        }),
    ];

    /// Returns an image of 360x240 with one shape in it, 56 pixels high, at this place.
    fn scene(ground: Ground, shape: Shape, at: (f64, f64)) -> RgbImage {
        RgbImage::from_fn(360, 240, |x, y| {
            let inside = shape((f64::from(x) - at.0) / 28.0, (f64::from(y) - at.1) / 28.0);
            Rgb(inside.unwrap_or_else(|| ground(x, y)))
        })
    }

    /// Returns the part of a shape that is in this part of an image. Its colours are not those of any background.
    fn share(shape: Shape, part: &RgbImage, image: &RgbImage) -> f64 {
        let mut colors: Vec<[u8; 3]> = Vec::new();
        for (x, y) in (0..80).flat_map(|x| (0..80).map(move |y| (x, y))) {
            colors.extend(shape(f64::from(x) / 40.0 - 1.0, f64::from(y) / 40.0 - 1.0));
        }
        colors.sort_unstable();
        colors.dedup();
        let count = |image: &RgbImage| image.pixels().filter(|pixel| colors.contains(&pixel.0)).count();
        assert!(count(image) > 500, "there is nothing");
        count(part) as f64 / count(image) as f64
    }

    #[test]
    fn fo_auto_keeps_what_the_centre_would_lose() {
        // None of these scales, so colours can be counted.
        let crops = ["w-240,h-240", "w-135,h-240", "w-360,h-120", "w-160,h-160,cm-extract"];
        let places = [(40.0, 60.0), (40.0, 120.0), (320.0, 180.0), (180.0, 40.0), (318.0, 60.0), (60.0, 200.0)];
        let (mut lost, mut all) = (0, 0);
        for (g, (ground_name, ground)) in GROUNDS.into_iter().enumerate() {
            for (s, (shape_name, shape)) in SHAPES.into_iter().enumerate() {
                // Every place twice, every crop six times.
                for turn in 0..2 {
                    let at = places[(g * 3 + s + turn * 5) % 6];
                    let crop = crops[(s + turn * 2 + g) % 4];
                    let image = scene(ground, shape, at);
                    let auto = run(&image, &format!("{crop},fo-auto"), Extensions::new());
                    let auto = share(shape, &auto, &image);
                    assert!(auto > 0.98, "{shape_name} at {at:?} on {ground_name}, {crop}: {auto:.2}");
                    let centre = run(&image, crop, Extensions::new());
                    all += 1;
                    lost += usize::from(share(shape, &centre, &image) < 0.9);
                }
            }
        }
        assert!(lost * 4 > all * 3, "only {lost} of {all} crops need more than the centre");
    }

    #[test]
    fn fo_auto_keeps_the_centre_where_nothing_stands_out() {
        for (name, image) in [
            ("flat", RgbImage::from_pixel(300, 200, Rgb([70, 80, 90]))),
            ("a dot", RgbImage::from_pixel(1, 1, Rgb([70, 80, 90]))),
            ("a line", RgbImage::from_pixel(300, 1, Rgb([70, 80, 90]))),
            ("faint noise", RgbImage::from_fn(300, 200, |x, y| Rgb([100 + grain(x, y) / 64, 100, 100]))),
        ] {
            for text in ["w-100,h-100,cm-extract", "w-50,h-150"] {
                let centre = run(&image, text, Extensions::new());
                assert_eq!(run(&image, &format!("{text},fo-auto"), Extensions::new()), centre, "{name}, {text}");
            }
        }
    }

    /// The subject, the asset, and the size of the image.
    type Asked = (Subject, String, Size);

    /// A detector with a fixed answer that records its calls.
    struct Told {
        answer: Result<Vec<Found>, &'static str>,
        asked: Arc<Mutex<Vec<Asked>>>,
    }

    impl Detector for Told {
        fn find(&self, search: &Search<'_>) -> Result<Vec<Found>, BoxError> {
            let asked = (search.subject.clone(), search.asset.to_owned(), search.image.size());
            self.asked.lock().unwrap().push(asked);
            self.answer.clone().map_err(BoxError::from)
        }
    }

    fn told(answer: Result<Vec<Found>, &'static str>) -> (Extensions, Arc<Mutex<Vec<Asked>>>) {
        let asked = Arc::default();
        (Extensions::new().detector(Told { answer, asked: Arc::clone(&asked) }), asked)
    }

    #[test]
    fn a_detector_is_asked_before_the_built_in_one() {
        // Red at the left, where the built-in detector looks; the registered one says right.
        let (ground, shape) = (GROUNDS[0].1, SHAPES[0].1);
        let image = scene(ground, shape, (60.0, 60.0));
        let right = || vec![area(340.0, 220.0, 10.0, 10.0)];
        let crop = |text: &str, extensions: Extensions| {
            let text = format!("w-100,h-100,cm-extract,{text}");
            share(shape, &run(&image, &text, extensions), &image)
        };
        for (text, answer, want) in [
            ("fo-auto", Ok(right()), 0.0),
            ("fo-auto", Ok(vec![]), 1.0),
            ("fo-auto", Err("out of order"), 1.0),
            ("fo-custom", Ok(vec![area(60.0, 60.0, 0.0, 0.0)]), 1.0),
            // No stored area is no reason to look for another.
            ("fo-custom", Ok(vec![]), 0.0),
            ("fo-custom", Err("out of order"), 0.0),
            ("fo-auto-custom_override", Ok(vec![]), 1.0),
            ("fo-auto-custom_override", Ok(right()), 0.0),
            ("fo-face", Ok(vec![area(60.0, 60.0, 0.0, 0.0)]), 1.0),
            ("fo-face", Err("out of order"), 0.0),
            ("fo-car", Ok(vec![]), 0.0),
        ] {
            let (extensions, asked) = told(answer.clone());
            let found = crop(text, extensions);
            assert!((found - want).abs() < 0.02, "{text}, {answer:?}: {found}");
            assert!(!asked.lock().unwrap().is_empty());
        }
        assert!(crop("fo-face", Extensions::new()) < 0.02, "without a detector the centre");
    }

    #[test]
    fn a_detector_sees_the_image_as_the_step_gets_it() {
        let (extensions, asked) = told(Ok(vec![area(0.0, 0.0, 10.0, 10.0)]));
        let image = scene(GROUNDS[0].1, SHAPES[0].1, (60.0, 60.0));
        run(&image, "w-180:w-90,h-90,fo-car_dog:w-50,h-20,fo-face", extensions);
        let asked: Vec<_> = asked.lock().unwrap().iter().map(|(_, _, size)| (size.width, size.height)).collect();
        assert_eq!(asked, [(180, 120), (90, 90)]);
    }
}
