//! `cargo bench`: what a request costs, stage by stage.
//!
//! Single times are of this machine and this moment; compare within one run.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench")]

use std::time::SystemTime;

use divan::{Bencher, black_box, counter::BytesCount};
use http::Request;
use originkit::plan::{Blind, Rules, Size, plan};
use originkit::transform::Transformation;
use originkit::{Endpoint, Engine, Limits, Origin};

#[cfg(feature = "pixels")]
#[path = "../examples/pictures/mod.rs"]
mod pictures;

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

/// Linear in length: the bytes per second of these three are to stay alike.
#[divan::bench(args = [8, 16, 32])]
fn parse_steps(bencher: Bencher<'_, '_>, steps: usize) {
    let text = vec!["w-300,h-200,fo-top_left,q-50"; steps].join(":");
    bencher.counter(BytesCount::of_str(&text)).bench(|| Transformation::parse(black_box(&text), &Limits::default()));
}

/// The longest texts of one thing each, and how each starts. None may take as long as a millisecond.
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
    bencher.bench(|| plan(black_box(&t), &mut Blind::new(Size::new(4000, 3000)), &rules));
}

fn engine() -> Engine {
    let endpoint = Endpoint::new("https://ik.imagekit.io/demo")
        .unwrap()
        .origin(Origin::new("https://www.example.com").unwrap().canonical("https://www.example.com").unwrap())
        .origin(Origin::new("https://backup.example.net/images").unwrap().forward_host(true));
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

#[cfg(feature = "pixels")]
mod pixels {
    use super::{Bencher, Size, Transformation, black_box, pictures};
    use originkit::{Options, transform};

    #[divan::bench(args = ["w-300,h-300,f-jpg", "w-720,f-jpg", "w-720,f-webp", "w-720,f-png"], sample_count = 10)]
    fn transform_photo(bencher: Bencher<'_, '_>, text: &str) {
        let (photo, t) = (pictures::draw("photo.jpg").unwrap(), text.parse::<Transformation>().unwrap());
        bencher
            .counter(divan::counter::ItemsCount::new(Size::new(1600, 1067).pixels()))
            .bench(|| transform(black_box(&photo), &t, &Options::default()));
    }
}
