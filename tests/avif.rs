//! AVIF: encoded, and decoded again.
#![cfg(feature = "avif")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test"
)]

mod images;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use image::{DynamicImage, ImageFormat, RgbImage, Rgba, RgbaImage};
use originkit::delivery::{Delivery, Outcome, Render, Rendered};
use originkit::store::StoreKey;
use originkit::testing::Origins;
use originkit::{Endpoint, Engine, Error, ErrorCode, Format, Origin, Renderer, Settings, blocking};

use images::{file, photo, random};

fn avif(image: impl Into<DynamicImage>, quality: u8) -> Vec<u8> {
    let png = file(image.into(), ImageFormat::Png);
    let result = (Renderer::new()).render(&png, &format!("f-avif,q-{quality}").parse().unwrap()).unwrap();
    assert_eq!((result.format, Format::sniff(&result.bytes)), (Format::Avif, Some(Format::Avif)));
    result.bytes.to_vec()
}

fn read(bytes: &[u8], text: &str) -> RgbaImage {
    let result = (Renderer::new()).render(bytes, &format!("{text}:f-png,lo-true").parse().unwrap()).unwrap();
    image::load_from_memory(&result.bytes).unwrap().to_rgba8()
}

/// Returns the peak signal-to-noise ratio of two images in decibels, over the channels.
fn psnr(a: &RgbaImage, b: &RgbaImage, channels: std::ops::Range<usize>) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let count = f64::from(a.width() * a.height()) * channels.len() as f64;
    let squares = |(a, b): (&Rgba<u8>, &Rgba<u8>)| -> f64 {
        channels.clone().map(|c| (f64::from(a[c]) - f64::from(b[c])).powi(2)).sum()
    };
    let error = a.pixels().zip(b.pixels()).map(squares).sum::<f64>() / count;
    10.0 * (255.0_f64.powi(2) / error.max(1e-9)).log10()
}

#[test]
fn comes_back_as_it_went() {
    let image = photo(67, 45);
    let before = DynamicImage::from(image.clone()).to_rgba8();
    let (fine, coarse) = (avif(image.clone(), 95), avif(image, 30));
    assert!(coarse.len() < fine.len());
    let fine = psnr(&before, &read(&fine, "w-67"), 0..3);
    let coarse = psnr(&before, &read(&coarse, "w-67"), 0..3);
    assert!(fine > 38.0 && coarse > 26.0 && fine > coarse, "{fine} {coarse}");
}

#[test]
fn transparency_comes_back_too() {
    let image = RgbaImage::from_fn(64, 48, |x, y| Rgba([200, (y * 5) as u8, 40, (x * 4) as u8]));
    let back = read(&avif(image.clone(), 90), "w-64");
    assert!(psnr(&image, &back, 3..4) > 36.0, "{}", psnr(&image, &back, 3..4));
    // Where it can be seen the colour is right.
    for (x, y) in [(60, 5), (50, 40), (63, 20)] {
        let (a, b) = (image.get_pixel(x, y), back.get_pixel(x, y));
        assert!((0..3).all(|c| a[c].abs_diff(b[c]) <= 12), "{a:?} {b:?}");
    }
    // And gray is gray: no channel is mistaken for another.
    let gray = RgbaImage::from_fn(32, 32, |x, _| Rgba([(x * 8) as u8, (x * 8) as u8, (x * 8) as u8, 255]));
    let back = read(&avif(gray, 90), "w-32");
    assert!(back.pixels().all(|p| p[0].abs_diff(p[1]) <= 4 && p[1].abs_diff(p[2]) <= 4));
}

#[test]
fn large_ones_are_not_written() {
    let png = file(photo(40, 30), ImageFormat::Png);
    let mut options = Renderer::new();
    options.accept = vec![Format::Avif];
    let run = |text: &str, allowed: u64| {
        let mut options = options.clone();
        options.rules.limits.work = allowed;
        options.render(&png, &text.parse().unwrap()).map(|e| e.format).map_err(|e| e.code())
    };
    let enough = options.cost(&png, &"w-40,f-avif".parse().unwrap()).unwrap().work;
    assert_eq!(run("w-40,f-avif", enough), Ok(Format::Avif));
    assert_eq!(run("w-40,f-avif", enough - 1), Err(ErrorCode::Limit));
    // What is chosen by itself is another format then.
    assert!(matches!(run("w-40", enough - 1), Ok(Format::Jpeg | Format::Png)));
    // As a source it counts as every source does.
    let bytes = avif(photo(40, 30), 50);
    let mut options = Renderer::new();
    options.rules.limits.pixels = 1199;
    assert_eq!(options.render(&bytes, &"w-4,f-png".parse().unwrap()).unwrap_err().code(), ErrorCode::Limit);
    options.rules.limits.pixels = 1200;
    options.rules.limits.memory = 20_000;
    assert_eq!(options.render(&bytes, &"w-4,f-png".parse().unwrap()).unwrap_err().code(), ErrorCode::Limit);
}

#[test]
fn a_file_cut_short_is_no_image() {
    let bytes = avif(RgbaImage::from_fn(24, 16, |x, y| Rgba([(x * 9) as u8, (y * 9) as u8, 7, 200])), 60);
    for end in 0..bytes.len() {
        let result = (Renderer::new()).render(&bytes[..end], &"w-5,f-png".parse().unwrap());
        assert!(result.is_err(), "{end} of {} bytes are enough", bytes.len());
    }
    assert!((Renderer::new()).render(&bytes, &"w-5,f-png".parse().unwrap()).is_ok());
}

#[test]
fn damaged_bytes_never_panic() {
    let mut next = random(0x9E37_79B9_7F4A_7C15);
    let bytes = avif(RgbaImage::from_fn(24, 16, |x, y| Rgba([(x * 9) as u8, (y * 9) as u8, 7, 200])), 60);
    let mut options = Renderer::new();
    options.rules.limits.pixels = 1_000_000;
    options.rules.limits.memory = 64 * 1024 * 1024;
    for _ in 0..600 {
        let mut damaged = bytes.clone();
        for _ in 0..=next(3) {
            let at = next(damaged.len());
            damaged[at] = next(256) as u8;
        }
        // Any answer will do.
        _ = options.render(&damaged, &"w-5,f-png".parse().unwrap());
    }
}

/// A store that is a map.
#[derive(Debug, Clone, Default)]
struct Map(Arc<Mutex<HashMap<StoreKey, Bytes>>>);

impl blocking::Store for Map {
    fn get(&self, key: &StoreKey) -> Option<Bytes> {
        self.0.lock().unwrap().get(key).cloned()
    }

    fn put(&self, key: &StoreKey, file: Bytes) {
        self.0.lock().unwrap().insert(key.clone(), file);
    }
}

impl Map {
    fn renditions(&self) -> usize {
        self.0.lock().unwrap().keys().filter(|key| !key.is_original()).count()
    }
}

const NOW: u64 = 1_800_000_000;

fn engine(settings: Settings) -> Engine {
    let endpoint = Endpoint::new("https://img.test").origin(Origin::new("https://o.test"));
    Engine::builder().endpoint(endpoint).settings(settings).build().unwrap()
}

fn later() -> Engine {
    engine(Settings::default().avif(true).avif_after_answer(true))
}

/// Returns origins with a photo, and with a table in three colours, for which PNG is the smallest format.
fn origins() -> Origins {
    let table = RgbImage::from_fn(400, 300, |x, y| image::Rgb([if x % 40 == 0 || y % 20 == 0 { 0 } else { 250 }; 3]));
    Origins::new()
        .file("https://o.test/photo.png", file(photo(400, 300), ImageFormat::Png))
        .file("https://o.test/whole.jpg", images::jpeg_at(95, &photo(400, 300)))
        .file("https://o.test/table.png", file(table, ImageFormat::Png))
}

/// Returns a delivery some seconds after [`NOW`], of a client that reads AVIF and WebP.
fn delivery(engine: &Engine, path: &str, after: u64, etag: Option<&str>) -> Delivery {
    let request = Request::get(format!("https://img.test{path}")).header("accept", "image/avif,image/webp");
    let request = etag.into_iter().fold(request, |request, etag| request.header("if-none-match", etag));
    engine.deliver(&request.body(()).unwrap(), UNIX_EPOCH + Duration::from_secs(NOW + after))
}

/// The facts of an answer: its outcome, its type, its lifetime, its tag.
fn facts(response: &Response<Bytes>) -> (Outcome, &str, &str, &str) {
    let header = |name: &str| response.headers().get(name).map_or("", |value| value.to_str().unwrap());
    (Outcome::of(response).unwrap(), header("content-type"), header("cache-control"), header("etag"))
}

#[test]
fn avif_comes_after_the_answer() {
    let store = Map::default();
    let io = blocking::Io::new(origins(), Render::run).store(store.clone());
    let engine = later();
    let first = blocking::drive(delivery(&engine, "/photo.png", 0, None), &io);
    let (outcome, kind, lifetime, interim) = facts(&first.response);
    assert_eq!((outcome, kind, lifetime), (Outcome::Interim, "image/webp", "public, max-age=60"));
    assert!(first.response.headers().get("last-modified").is_none());
    // Nobody has finished it yet.
    assert_eq!((store.renditions(), first.later.is_empty()), (0, false));
    first.later.finish(&io);
    assert_eq!(store.renditions(), 1);

    let second = blocking::drive(delivery(&engine, "/photo.png", 1, None), &io);
    let (outcome, kind, lifetime, tag) = facts(&second.response);
    assert_eq!((outcome, kind), (Outcome::Hit, "image/avif"));
    assert!(second.later.is_empty() && lifetime != "public, max-age=60" && tag != interim, "{lifetime} {tag}");
    // It is the file, and the tag, of an engine that lets clients wait.
    let waited = blocking::drive(delivery(&self::engine(Settings::default().avif(true)), "/photo.png", 0, None), &io);
    assert_eq!(facts(&waited.response).3, tag);
    assert_eq!(waited.response.body(), second.response.body());
    // A client with the interim image gets the new one, and one with that gets 304.
    let status = |etag| blocking::drive(delivery(&engine, "/photo.png", 61, Some(etag)), &io).response.status();
    assert_eq!((status(interim), status(tag)), (StatusCode::OK, StatusCode::NOT_MODIFIED));
}

#[test]
fn an_interim_image_is_made_again_if_nobody_finishes() {
    let store = Map::default();
    let engine = later();
    let failing = |render: Render| {
        let is_first = render.sources()[0].path.as_str() == "photo.png" && store.renditions() == 0;
        if is_first { render.run() } else { Rendered::new(Err(Error::Busy { retry_after: Duration::from_secs(1) })) }
    };
    let io = blocking::Io::new(origins(), failing).store(store.clone());
    let first = blocking::drive(delivery(&engine, "/photo.png", 0, None), &io);
    // There is no room for the second render: the interim image stays.
    first.later.finish(&io);
    let io = blocking::Io::new(origins(), Render::run).store(store.clone());
    let within = blocking::drive(delivery(&engine, "/photo.png", 59, None), &io);
    assert_eq!(facts(&within.response).0, Outcome::Hit);
    assert_eq!(facts(&within.response).1, "image/webp");
    assert!(within.later.is_empty());
    let over = blocking::drive(delivery(&engine, "/photo.png", 61, None), &io);
    assert_eq!(facts(&over.response).0, Outcome::Interim);
    over.later.finish(&io);
    let last = blocking::drive(delivery(&engine, "/photo.png", 62, None), &io);
    assert_eq!((facts(&last.response).0, facts(&last.response).1), (Outcome::Hit, "image/avif"));
}

#[test]
fn avif_is_awaited_where_nothing_is_gained() {
    let engine = later();
    // Without a store the AVIF would be lost.
    let io = blocking::Io::new(origins(), Render::run);
    let alone = blocking::drive(delivery(&engine, "/photo.png", 0, None), &io);
    assert_eq!((facts(&alone.response).0, facts(&alone.response).1), (Outcome::Made, "image/avif"));
    let io = io.store(Map::default());
    // A URL that names the format gets it, and where AVIF is not chosen the answer is final.
    for (path, kind) in [("/tr:f-avif/photo.png", "image/avif"), ("/tr:f-jpg/photo.png", "image/jpeg")] {
        let answer = blocking::drive(delivery(&engine, path, 0, None), &io);
        assert_eq!((facts(&answer.response).0, facts(&answer.response).1), (Outcome::Made, kind), "{path}");
    }
    let table = blocking::drive(delivery(&engine, "/table.png", 0, None), &io);
    assert_eq!((facts(&table.response).0, facts(&table.response).1), (Outcome::Made, "image/png"));
}

#[test]
fn what_is_not_stored_is_not_made_twice() {
    let png = file(photo(400, 300), ImageFormat::Png);
    let private = Response::builder().header("cache-control", "no-store").body(png).unwrap();
    let io = blocking::Io::new(Origins::new().answer("https://o.test/photo.png", private), Render::run);
    let mut settings = Settings::default().avif(true).avif_after_answer(true);
    settings.caching.by_origin = true;
    let io = io.store(Map::default());
    let answer = blocking::drive(delivery(&engine(settings), "/photo.png", 0, None), &io);
    assert_eq!((facts(&answer.response).0, facts(&answer.response).1), (Outcome::Made, "image/avif"));
}

#[test]
fn a_renewal_after_the_answer_is_one_render() {
    let mut settings = Settings::default().avif(true).avif_after_answer(true);
    settings.caching.originals = Duration::from_secs(60);
    settings.caching.stale_while_revalidate = Duration::from_secs(1000);
    let (engine, store, renders) = (engine(settings), Map::default(), std::cell::Cell::new(0));
    let count = |render: Render| {
        renders.set(renders.get() + 1);
        render.run()
    };
    let io = blocking::Io::new(origins(), count).store(store.clone());
    blocking::drive(delivery(&engine, "/photo.png", 0, None), &io).later.finish(&io);
    assert_eq!(renders.replace(0), 2);
    // The file has changed.
    let changed = file(photo(300, 400), ImageFormat::Png);
    let io = blocking::Io::new(Origins::new().file("https://o.test/photo.png", changed), count).store(store);
    let stale = blocking::drive(delivery(&engine, "/photo.png", 100, None), &io);
    assert_eq!((facts(&stale.response).0, facts(&stale.response).1), (Outcome::Stale, "image/avif"));
    stale.later.finish(&io);
    assert_eq!(renders.get(), 1);
    let next = blocking::drive(delivery(&engine, "/photo.png", 101, None), &io);
    assert_eq!((facts(&next.response).0, facts(&next.response).1), (Outcome::Hit, "image/avif"));
    assert_ne!(next.response.body(), stale.response.body());
}

/// JPEGs are decoded to planes, of whole or halved chroma, which other formats than AVIF take.
#[test]
fn a_jpeg_is_written_in_any_of_several_formats() {
    let io = blocking::Io::new(origins(), Render::run);
    for avif in [false, true] {
        for smallest in [false, true] {
            for chroma_420 in [false, true] {
                let settings = Settings::default().avif(avif).smallest(smallest).chroma_420(chroma_420);
                let engine = engine(settings);
                for text in ["", "/tr:f-auto,w-60", "/tr:w-50", "/tr:f-webp", "/tr:f-jpg,w-300", "/tr:f-png"] {
                    let answer = blocking::drive(delivery(&engine, &format!("{text}/whole.jpg"), 0, None), &io);
                    assert_eq!(answer.response.status(), 200, "{avif} {smallest} {chroma_420} {text}");
                }
            }
        }
    }
}

#[cfg(all(feature = "memory-store", feature = "single-flight"))]
#[tokio::test]
async fn equal_requests_cause_one_interim_image_and_one_avif() {
    use originkit::client::{Compute, Io, drive};
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Counts renders.
    #[derive(Debug, Default)]
    struct Counting(AtomicUsize);

    impl Compute for Counting {
        async fn run(&self, render: Render) -> Rendered {
            self.0.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            render.run()
        }
    }

    let renders = Arc::new(Counting::default());
    let io = Io::new(origins(), Arc::clone(&renders)).store(originkit::store::Memory::new(1 << 24)).single_flight();
    let engine = later();
    let drive = |after| drive(delivery(&engine, "/photo.png", after, None), &io);
    let (first, second, third) = tokio::join!(drive(0), drive(0), drive(0));
    let mut outcomes = [&first, &second, &third].map(|answered| facts(&answered.response).0);
    outcomes.sort();
    assert_eq!(outcomes, [Outcome::Interim, Outcome::Shared, Outcome::Shared]);
    tokio::join!(first.later.finish(&io), second.later.finish(&io), third.later.finish(&io));
    assert_eq!(renders.0.load(Ordering::SeqCst), 2);
    let next = drive(1).await;
    assert_eq!((facts(&next.response).0, facts(&next.response).1), (Outcome::Hit, "image/avif"));
}
