//! `cargo bench -p benches`: the cost of a request, stage by stage.
//!
//! Single times depend on the machine and its load; compare within one run.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench")]

use std::time::SystemTime;

use divan::{Bencher, black_box, counter::BytesCount};
use http::{Request, Response};
use originkit::bytes::Bytes;
use originkit::delivery::{Input, Output, Rendered};
use originkit::plan::{Rules, Size, SizeOnly, plan};
use originkit::render::Encoded;
use originkit::store::Stored;
use originkit::transform::Transformation;
use originkit::{Endpoint, Engine, Format, Limits, Origin};

#[path = "../examples/images/mod.rs"]
mod images;

fn main() {
    divan::main();
}

const TRANSFORMATIONS: [&str; 4] = [
    "w-300,h-300",
    "w-400,h-300,cm-pad_resize,bg-F3F3F3:rt-90",
    "if-ar_gt_1,w-iw_div_4,if-else,h-200,if-end:q-50",
    "h-300,l-image,i-logo.png,w-bw_div_3,lfo-bottom_right,l-end:l-text,i-Hello%20World,fs-45,co-red,l-end",
];

#[divan::bench(args = TRANSFORMATIONS)]
fn parse(bencher: Bencher<'_, '_>, text: &str) {
    bencher.counter(BytesCount::of_str(text)).bench(|| Transformation::parse(black_box(text), &Limits::default()));
}

/// Linear in length: the bytes per second of the three must be similar.
#[divan::bench(args = [8, 16, 32])]
fn parse_steps(bencher: Bencher<'_, '_>, steps: usize) {
    let text = vec!["w-300,h-200,fo-top_left,q-50"; steps].join(":");
    bencher.counter(BytesCount::of_str(&text)).bench(|| Transformation::parse(black_box(&text), &Limits::default()));
}

/// The first parts and the repeated parts of the longest texts of one construct each. None may take as long as a
/// millisecond.
const HOSTILE: [(&str, &str); 12] = [
    ("", "w-1,h-1:"),
    ("", "foo-1,l-image,"),
    ("", "l-text,i-a,l-end,"),
    ("", "if-w_gt_1,"),
    ("", "ar-4:"),
    ("", "pg-name-\",\","),
    ("", ",:"),
    ("w-iw", "_mul_1"),
    ("if-w_gt_1", "_and_w_gt_1"),
    ("fo-tv", "_toothbrush"),
    ("e-gradient-sp-1", "_from-F00"),
    ("l-text,ie-", "YWJj"),
];

#[divan::bench(args = HOSTILE)]
fn parse_hostile(bencher: Bencher<'_, '_>, (start, piece): (&str, &str)) {
    let limit = Limits::default().transformation_bytes;
    let text = format!("{start}{}", piece.repeat((limit - start.len()) / piece.len()));
    bencher.bench(|| Transformation::parse(black_box(&text), &Limits::default()));
}

#[divan::bench(args = TRANSFORMATIONS)]
fn print(bencher: Bencher<'_, '_>, text: &str) {
    let t: Transformation = text.parse().unwrap();
    bencher.bench(|| black_box(&t).to_string());
}

#[divan::bench(args = TRANSFORMATIONS)]
fn plan_blind(bencher: Bencher<'_, '_>, text: &str) {
    let (t, rules) = (text.parse().unwrap(), Rules::default());
    bencher.bench(|| plan(black_box(&t), &mut SizeOnly::new(Size::new(4000, 3000)), &rules));
}

fn engine() -> Engine {
    let endpoint = Endpoint::new("https://ik.imagekit.io/demo")
        .origin(Origin::new("https://www.example.com").canonical("https://www.example.com"))
        .origin(Origin::new("https://backup.example.net/images").forward_host(true));
    Engine::builder().endpoint(endpoint).build().unwrap()
}

#[divan::bench]
fn resolve(bencher: Bencher<'_, '_>) {
    let engine = engine();
    let request = Request::get("https://ik.imagekit.io/demo/tr:w-300,h-300,f-auto/folder/photo.jpg?v=3")
        .header("accept", "image/avif,image/webp,*/*;q=0.8")
        .body(())
        .unwrap();
    bencher.bench(|| engine.resolve(black_box(&request), SystemTime::UNIX_EPOCH));
}

/// From a request to its response, with an origin and a renderer that answer immediately.
#[divan::bench]
fn machine(bencher: Bencher<'_, '_>) {
    let engine = engine();
    let request = Request::get("https://ik.imagekit.io/demo/tr:w-300,h-300/folder/photo.jpg").body(()).unwrap();
    let file = Bytes::from_static(b"\xFF\xD8\xFF\xE0 and what follows");
    bencher.bench(|| {
        let mut delivery = engine.deliver(black_box(&request), SystemTime::UNIX_EPOCH);
        loop {
            match delivery.poll() {
                Output::Lookup(key) => _ = delivery.handle(Input::Found(key, None)),
                Output::Fetch(fetch) => {
                    _ = delivery.handle(Input::Head(fetch.id, Response::new(())));
                    _ = delivery.handle(Input::Chunk(fetch.id, file.clone()));
                    _ = delivery.handle(Input::End(fetch.id));
                }
                Output::Render(_) => {
                    let made = Encoded::new(file.clone(), Format::Jpeg, Size::new(300, 300));
                    _ = delivery.handle(Input::Rendered(Rendered::new(Ok(made))));
                }
                Output::Store(_) => {}
                Output::Respond(response) => break response,
                Output::Wait => unreachable!("everything was answered"),
            }
        }
    });
}

/// From a request to its response, with the rendition in the store.
#[divan::bench]
fn kept(bencher: Bencher<'_, '_>) {
    let engine = engine();
    let request = Request::get("https://ik.imagekit.io/demo/tr:w-300,h-300,f-jpg/photo.jpg").body(()).unwrap();
    let mut delivery = engine.deliver(&request, SystemTime::UNIX_EPOCH);
    let stored = loop {
        match delivery.poll() {
            Output::Lookup(key) => _ = delivery.handle(Input::Found(key, None)),
            Output::Fetch(fetch) => {
                _ = delivery.handle(Input::Head(fetch.id, Response::new(())));
                _ = delivery.handle(Input::Chunk(fetch.id, Bytes::from_static(b"\xFF\xD8\xFF\xE0 and what follows")));
                _ = delivery.handle(Input::End(fetch.id));
            }
            Output::Render(_) => {
                let made = Encoded::new(vec![0; 20_000].into(), Format::Jpeg, Size::new(300, 300));
                _ = delivery.handle(Input::Rendered(Rendered::new(Ok(made))));
            }
            Output::Store(Stored::Rendition(rendition)) => break rendition.to_bytes(),
            Output::Store(Stored::Original(_)) => {}
            Output::Respond(_) | Output::Wait => unreachable!("it is kept before it is answered"),
        }
    };
    bencher.bench(|| {
        let mut delivery = engine.deliver(black_box(&request), SystemTime::UNIX_EPOCH);
        let Output::Lookup(key) = delivery.poll() else { unreachable!("a store is asked first") };
        _ = delivery.handle(Input::Found(key, Some(stored.clone())));
        let Output::Respond(response) = delivery.poll() else { unreachable!("it is as new") };
        response
    });
}

/// The benchmarks on pixels. Each is named after its most expensive stage.
mod pixels {
    use super::{Bencher, Size, Transformation, black_box, images};
    use divan::counter::ItemsCount;
    use originkit::Renderer;
    use originkit::plan::Fusion;

    const SIZE: Size = Size::new(1600, 1067);

    fn run(bencher: Bencher<'_, '_>, file: &[u8], text: &str, options: &Renderer) {
        let wanted = text.parse::<Transformation>().unwrap();
        bencher.counter(ItemsCount::new(SIZE.pixels())).bench(|| options.render(black_box(file), &wanted).unwrap());
    }

    /// Returns the photo in another format, at its size.
    fn photo_as(text: &str) -> Vec<u8> {
        let photo = images::draw("photo.jpg").unwrap();
        (Renderer::new()).render(&photo, &text.parse().unwrap()).unwrap().bytes.to_vec()
    }

    /// Resizes to a size so small that decoding dominates: JPEGs are decoded at an eighth, others whole.
    #[divan::bench(args = ["f-jpg", "f-jpg,pr-true", "f-png", "f-webp"], sample_count = 10)]
    fn decode(bencher: Bencher<'_, '_>, format: &str) {
        run(bencher, &photo_as(format), "w-16,h-16,f-jpg", &Renderer::new());
    }

    /// The JPEGs are decoded at three eighths, at a half, at five eighths and whole.
    #[divan::bench(args = ["w-420,f-jpg", "w-600,f-jpg", "w-800,f-jpg", "w-1400,f-jpg"], sample_count = 10)]
    fn resize(bencher: Bencher<'_, '_>, text: &str) {
        run(bencher, &photo_as("f-jpg"), text, &Renderer::new());
    }

    #[divan::bench(args = ["f-jpg", "f-jpg,pr-true", "f-webp", "f-png"], sample_count = 10)]
    fn encode(bencher: Bencher<'_, '_>, format: &str) {
        run(bencher, &photo_as("f-jpg"), &format!("w-800,{format}"), &Renderer::new());
    }

    /// Runs the whole render with the fused plan; `end_to_end_unfused` uses the plan as it was made.
    #[divan::bench(args = ["w-300,h-300,f-jpg", "w-720,f-jpg", "w-720,f-webp", "w-600:bl-10:f-jpg"], sample_count = 10)]
    fn end_to_end(bencher: Bencher<'_, '_>, text: &str) {
        run(bencher, &photo_as("f-jpg"), text, &Renderer::new());
    }

    #[divan::bench(args = ["w-300,h-300,f-jpg", "w-720,f-jpg", "w-720,f-webp", "w-600:bl-10:f-jpg"], sample_count = 10)]
    fn end_to_end_unfused(bencher: Bencher<'_, '_>, text: &str) {
        let mut options = Renderer::new();
        options.rules.fusion = Fusion::NONE;
        run(bencher, &photo_as("f-jpg"), text, &options);
    }

    #[divan::bench(sample_count = 10)]
    fn look(bencher: Bencher<'_, '_>) {
        let photo = photo_as("f-jpg");
        bencher.bench(|| (Renderer::new()).inspect(black_box(&photo)).unwrap());
    }

    #[divan::bench]
    fn state_memory(bencher: Bencher<'_, '_>) {
        let (photo, wanted) = (photo_as("f-jpg"), "w-720,f-jpg".parse::<Transformation>().unwrap());
        bencher.bench(|| (Renderer::new()).peak_memory(black_box(&photo), &wanted).unwrap());
    }
}
