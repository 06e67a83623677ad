//! `Save-Data`: the parameters that it lowers, for which clients, and the headers for caches.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::time::SystemTime;

use http::Request;
use originkit::{Endpoint, Engine, Order, Origin, Settings};

fn engine(data_saver: bool) -> Engine {
    let mut settings = Settings::default();
    settings.data_saver = data_saver;
    let endpoint = Endpoint::new("https://e.example").origin(Origin::new("https://o.example"));
    Engine::builder().endpoint(endpoint).settings(settings).build().unwrap()
}

fn order(data_saver: bool, tr: &str, save_data: Option<&str>) -> Order {
    let mut request = Request::get(format!("https://e.example/tr:{tr}/a.jpg"));
    if let Some(value) = save_data {
        request = request.header("save-data", value);
    }
    engine(data_saver).resolve(&request.body(()).unwrap(), SystemTime::UNIX_EPOCH).unwrap()
}

#[test]
fn vary_and_key_name_it_exactly_where_it_counts() {
    for (tr, consulted) in [
        ("", true),
        ("w-1,f-jpg", true),
        ("q-50", false),
        ("q-50:w-1", false),
        ("orig-true", false),
        ("if-w_gt_1,q-50,if-end", true),
        ("if-w_gt_1,q-50,if-else,w-1,if-end:q-60", false),
    ] {
        for (data_saver, header) in [(true, Some("on")), (true, Some("off")), (true, None), (false, Some("on"))] {
            let order = order(data_saver, tr, header);
            let varies = order.vary().iter().any(|name| name == "save-data");
            assert_eq!(varies, data_saver && consulted, "{tr} {data_saver} {header:?}");
            let parts: Vec<_> = order.cache_key().as_str().split(' ').collect();
            let keyed = parts.contains(&"save-data:1");
            assert_eq!(keyed, varies && header == Some("on"), "{tr} {data_saver} {header:?}: {parts:?}");
        }
    }
    let names: Vec<_> = order(true, "w-auto", None).vary().iter().map(ToString::to_string).collect();
    assert_eq!(names, ["accept", "save-data", "sec-ch-width", "width", "sec-ch-dpr", "dpr"]);
}

#[cfg(feature = "pixels")]
mod images;

#[cfg(feature = "pixels")]
mod pixels {
    use bytes::Bytes;
    use http::Response;
    use image::{Rgb, RgbImage};
    use originkit::delivery::{Input, Output};

    use super::*;

    /// Returns a JPEG of compressible content, encoded with this quality.
    fn photo(quality: u8) -> Vec<u8> {
        let wave = |x: u32, y: u32| u8::try_from((x * x + y * 7 + x * y / 5) % 256).unwrap();
        let image = RgbImage::from_fn(64, 48, |x, y| Rgb([wave(x, y), wave(y, x), wave(x + y, x)]));
        images::jpeg_at(quality, &image)
    }

    fn delivered(source: &[u8], data_saver: bool, tr: &str, save_data: Option<&str>) -> Bytes {
        let mut delivery = order(data_saver, tr, save_data).deliver();
        loop {
            match delivery.poll() {
                Output::Lookup(key) => _ = delivery.handle(Input::Found(key, None)),
                Output::Fetch(fetch) => {
                    let _ = delivery.handle(Input::Head(fetch.id, Response::new(())));
                    let _ = delivery.handle(Input::Chunk(fetch.id, Bytes::copy_from_slice(source)));
                    let _ = delivery.handle(Input::End(fetch.id));
                }
                Output::Render(render) => _ = delivery.handle(Input::Rendered(render.run())),
                Output::Respond(response) => return response.into_body(),
                Output::Store(_) => {}
                Output::Wait => panic!("nothing is out"),
            }
        }
    }

    #[test]
    fn the_default_quality_is_twenty_less() {
        let fine = photo(95);
        let q = |quality: u8| delivered(&fine, false, &format!("w-32,q-{quality}"), None);
        assert_ne!(q(60), q(80));
        assert_eq!(delivered(&fine, true, "w-32", Some("on")), q(60));
        for (data_saver, header) in [(true, Some("off")), (true, None), (false, Some("on"))] {
            assert_eq!(delivered(&fine, data_saver, "w-32", header), q(80), "{data_saver} {header:?}");
        }
        assert_eq!(delivered(&fine, true, "w-32,q-90", Some("on")), q(90));
    }

    /// Conditions are ignored for GIF, so no branch decides in place of a header.
    #[test]
    fn what_a_gif_depends_on_is_in_its_key() {
        let frame = |shift: u32| {
            let shade = |x: u32, y: u32| u8::try_from((x * 5 + y * 3 + shift) % 256).unwrap();
            image::Frame::new(image::RgbaImage::from_fn(32, 32, |x, y| {
                image::Rgba([shade(x, y), shade(y, x), 90, 255])
            }))
        };
        let mut movie = Vec::new();
        let mut encoder = image::codecs::gif::GifEncoder::new(&mut movie);
        encoder.encode_frames([frame(0), frame(2), frame(4)]).unwrap();
        drop(encoder);
        let tr = "w-24:if-w_gt_1,q-50,if-else,q-60,if-end";
        let answer = |header| (delivered(&movie, true, tr, header), order(true, tr, header).cache_key().clone());
        let (saved, saved_key) = answer(Some("on"));
        let (usual, usual_key) = answer(None);
        assert!(saved != usual, "the movie does not depend on the quality");
        assert_ne!(saved_key, usual_key);
    }

    #[test]
    fn a_source_of_lower_quality_keeps_its_own() {
        let coarse = photo(50);
        let kept = delivered(&coarse, false, "w-32,q-50", None);
        assert_eq!(delivered(&coarse, true, "w-32", Some("on")), kept);
        assert_eq!(delivered(&coarse, true, "w-32", None), kept);
        let between = photo(70);
        let q = |quality: u8| delivered(&between, false, &format!("w-32,q-{quality}"), None);
        assert_eq!(delivered(&between, true, "w-32", None), q(70));
        assert_eq!(delivered(&between, true, "w-32", Some("on")), q(60));
    }
}
