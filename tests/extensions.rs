//! Extensions of an embedder: effects, detectors and decoders, and their results in images and responses.
#![cfg(feature = "pixels")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod images;

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use image::{ImageFormat, Rgba, RgbaImage};
use originkit::delivery::{Delivery, Input, Output};
use originkit::error::PlanError;
use originkit::extend::{
    Bitmap, BoxError, Detector, Effect, EffectJob, EffectOutcome, Effector, Extensions, Found, Search,
};
use originkit::plan::{Region, Size};
use originkit::transform::{Ai, AssetPath};
use originkit::{Endpoint, Engine, Error, ErrorCode, Format, Origin, Renderer};

fn png(image: RgbaImage) -> Vec<u8> {
    images::file(image, ImageFormat::Png)
}

/// Returns an image that is red left of the middle, and blue right of it.
fn halves(width: u32, height: u32) -> Vec<u8> {
    png(RgbaImage::from_fn(width, height, |x, _| Rgba(if x < width / 2 { [255, 0, 0, 255] } else { [0, 0, 255, 255] })))
}

fn with(extensions: Extensions) -> Renderer {
    let mut options = Renderer::new();
    options.extensions = extensions;
    options
}

fn run(file: &[u8], text: &str, options: &Renderer) -> Result<RgbaImage, Error> {
    let result = options.render(file, &format!("{text}:f-png").parse().unwrap())?;
    assert_eq!(result.format, Format::Png);
    Ok(image::load_from_memory(&result.bytes).unwrap().to_rgba8())
}

/// A closure as an effector.
struct Does<F>(F);

impl<F: Fn(EffectJob<'_>) -> EffectOutcome + Send + Sync> Effector for Does<F> {
    fn apply(&self, job: EffectJob<'_>) -> EffectOutcome {
        (self.0)(job)
    }
}

#[test]
fn effects_without_a_provider_are_refused_by_name() {
    for text in [
        "e-bgremove",
        "e-removedotbg",
        "e-dropshadow",
        "e-retouch",
        "e-upscale",
        "e-genvar",
        "e-changebg-prompt-snow",
        "e-edit-prompt-hat",
    ] {
        let error = (Renderer::new()).render(&halves(8, 8), &text.parse().unwrap()).unwrap_err();
        let key = text.split("-prompt").next().unwrap();
        assert_eq!(error.to_string(), format!("`{key}` is not supported: needs an effect provider"));
        assert_eq!(error.code(), ErrorCode::Unsupported);
    }
}

#[test]
fn a_provider_gets_the_image_as_it_is_at_that_step() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let extensions = Extensions::new().effector(Does(move |mut job: EffectJob<'_>| {
        let Effect::Ai(effect) = job.effect else { return EffectOutcome::Unsupported };
        log.lock().unwrap().push((effect.key(), job.image.size(), job.max_pixels));
        match effect {
            Ai::RemoveBackground => {
                job.image.rgba_mut().chunks_exact_mut(4).filter(|p| p[0] == 255).for_each(|p| p[3] = 0);
                EffectOutcome::Done(job.image)
            }
            Ai::Upscale => {
                let Size { width, height } = job.image.size();
                let rgba = vec![9; (width * height * 16) as usize];
                EffectOutcome::Done(Bitmap::new(Size::new(width * 2, height * 2), rgba).unwrap())
            }
            Ai::Retouch => EffectOutcome::Done(Bitmap::new(Size::new(1, 1), vec![0; 4]).unwrap()),
            Ai::Edit { prompt } => EffectOutcome::Failed(prompt.clone().into()),
            _ => EffectOutcome::Unsupported,
        }
    }));
    let options = with(extensions);

    let cut = run(&halves(40, 20), "w-20,e-bgremove", &options).unwrap();
    assert_eq!((cut.get_pixel(2, 5).0[3], cut.get_pixel(17, 5).0), (0, [0, 0, 255, 255]));
    // Asked once, though the planner had to know the size.
    assert_eq!(*seen.lock().unwrap(), [("e-bgremove", Size::new(20, 10), 200)]);

    // `cw` of the next step is what the effect made of it.
    let large = run(&halves(40, 20), "w-20:e-upscale:w-cw_sub_10", &options).unwrap();
    assert_eq!(large.dimensions(), (30, 15));

    // The same inside a layer.
    let mut layered = with(options.extensions.clone());
    layered.files.push((AssetPath::from_text("cut.png").unwrap(), halves(10, 10).into()));
    let page = run(
        &png(RgbaImage::from_pixel(30, 30, Rgba([0, 255, 0, 255]))),
        "l-image,i-cut.png,t-false,e-bgremove,l-end",
        &layered,
    );
    let page = page.unwrap();
    assert_eq!((page.get_pixel(12, 15).0, page.get_pixel(17, 15).0), ([0, 255, 0, 255], [0, 0, 255, 255]));

    let code = |text: &str| run(&halves(8, 8), text, &options).unwrap_err().code();
    assert_eq!(code("e-retouch"), ErrorCode::Unidentified, "a size that may not change");
    assert_eq!(code("e-genvar"), ErrorCode::Unsupported);
    let failed = run(&halves(8, 8), "e-edit-prompt-secret", &options).unwrap_err();
    assert!(!failed.to_string().contains("secret"), "{failed}");
    let mut tight = with(options.extensions.clone());
    tight.rules.limits.pixels = 100;
    assert_eq!(run(&halves(8, 8), "e-upscale", &tight).unwrap_err().code(), ErrorCode::Limit);
}

/// Delivers one file for any request.
fn deliver(engine: &Engine, url: &str, file: &[u8]) -> Response<Bytes> {
    let request = Request::get(url).body(()).unwrap();
    let mut delivery: Delivery = engine.deliver(&request, SystemTime::UNIX_EPOCH);
    loop {
        match delivery.poll() {
            Output::Lookup(key) => _ = delivery.handle(Input::Found(key, None)),
            Output::Fetch(fetch) => {
                _ = delivery.handle(Input::Head(fetch.id, Response::new(())));
                _ = delivery.handle(Input::Chunk(fetch.id, Bytes::copy_from_slice(file)));
                _ = delivery.handle(Input::End(fetch.id));
            }
            Output::Render(render) => _ = delivery.handle(Input::Rendered(render.run())),
            Output::Store(_) => {}
            Output::Respond(response) => return response,
            Output::Wait => panic!("nothing is out"),
        }
    }
}

fn engine(extensions: Extensions) -> Engine {
    let endpoint = Endpoint::new("https://img.example.com").origin(Origin::new("https://o.example.com"));
    Engine::builder().endpoint(endpoint).extensions(extensions).build().unwrap()
}

#[test]
fn an_effect_in_the_making_is_answered_with_a_page() {
    let slow = Does(|_: EffectJob<'_>| EffectOutcome::Pending { retry_after: Duration::from_secs(20) });
    let response =
        deliver(&engine(Extensions::new().effector(slow)), "https://img.example.com/tr:e-genvar/a.png", &halves(8, 8));
    assert_eq!(response.status(), StatusCode::OK);
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("is-intermediate-response"), "true");
    assert_eq!(header("content-type"), "text/html; charset=utf-8");
    assert_eq!((header("cache-control"), header("retry-after")), ("no-store".to_owned(), "20".to_owned()));
    assert!(!response.headers().contains_key("ik-error"));
}

#[test]
fn what_is_invented_follows_from_the_url() {
    let seeds = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seeds);
    let engine = engine(Extensions::new().effector(Does(move |job: EffectJob<'_>| {
        log.lock().unwrap().push(job.seed);
        EffectOutcome::Done(job.image)
    })));
    for url in ["tr:e-genvar/a.png", "tr:e-genvar/a.png", "tr:e-genvar/a.png?v=2", "tr:e-genvar,w-4/a.png"] {
        assert_eq!(deliver(&engine, &format!("https://img.example.com/{url}"), &halves(8, 8)).status(), StatusCode::OK);
    }
    let seeds = seeds.lock().unwrap();
    assert_eq!(seeds[0], seeds[1]);
    assert!(seeds[0] != seeds[2] && seeds[0] != seeds[3] && seeds[2] != seeds[3]);
}

/// A detector that finds the same area everywhere, or fails.
struct Finds(Result<Region, &'static str>, Arc<Mutex<Vec<String>>>);

impl Detector for Finds {
    fn find(&self, search: &Search<'_>) -> Result<Vec<Found>, BoxError> {
        self.1.lock().unwrap().push(format!("{:?} in {} of {}", search.subject, search.image.size(), search.asset));
        Ok(self.0.map(|area| vec![Found::at(area)])?)
    }
}

#[test]
fn a_detector_sees_the_steps_input_and_may_fail() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let right = Region { x: 150.0, y: 20.0, width: 20.0, height: 20.0 };
    let there = engine(Extensions::new().detector(Finds(Ok(right), Arc::clone(&asked))));
    let response =
        deliver(&there, "https://img.example.com/tr:w-200:fo-custom,w-50,h-50,f-png/a%20b.png", &halves(400, 200));
    let image = image::load_from_memory(response.body()).unwrap().to_rgba8();
    assert_eq!(image.get_pixel(10, 25).0, [0, 0, 255, 255], "the right side is kept");
    assert_eq!(*asked.lock().unwrap(), ["Custom in 200x100 of a%20b.png"]);

    let broken = engine(Extensions::new().detector(Finds(Err("model is gone"), asked)));
    let response = deliver(&broken, "https://img.example.com/tr:fo-custom,w-50,h-50,f-png/a.png", &halves(400, 200));
    let image = image::load_from_memory(response.body()).unwrap().to_rgba8();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!((image.get_pixel(2, 25).0[0], image.get_pixel(47, 25).0[2]), (255, 255), "the centre is kept");
}

#[test]
fn a_layer_whose_file_is_nowhere_is_an_error() {
    let error = run(&halves(8, 8), "l-image,i-gone.png,l-end", &Renderer::new()).unwrap_err();
    assert!(matches!(error, Error::Plan(PlanError::Pixels { .. })), "{error:?}");
    assert_eq!((error.code(), error.status()), (ErrorCode::NotFound, StatusCode::NOT_FOUND));
}
