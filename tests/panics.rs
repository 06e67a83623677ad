//! Panics in an embedder's code inside a render: every driver answers, and goes on.
#![cfg(feature = "pixels")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod images;

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::SystemTime;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use image::ImageFormat;
use originkit::client::{Inline, Io, drive};
use originkit::delivery::{Delivery, Input, Output, Render};
use originkit::extend::{
    Bitmap, BoxError, Decoder, Detector, EffectJob, EffectOutcome, Effector, Extensions, FontQuery, Fonts, Found,
    Search,
};
use originkit::testing::Origins;
use originkit::{Endpoint, Engine, Error, ErrorCode, Format, Origin};

struct Panics;

impl Effector for Panics {
    fn apply(&self, _: EffectJob<'_>) -> EffectOutcome {
        panic!("an effect")
    }
}

impl Detector for Panics {
    fn find(&self, _: &Search<'_>) -> Result<Vec<Found>, BoxError> {
        panic!("a detector")
    }
}

impl Decoder for Panics {
    fn decode(&self, _: &[u8], _: u32, _: u64) -> Result<Bitmap, BoxError> {
        panic!("a decoder")
    }
}

impl Fonts for Panics {
    fn find(&self, _: &FontQuery<'_>) -> Option<Bytes> {
        panic!("a font")
    }
}

/// Returns the panicking extensions, each with a transformation that calls it.
fn cases() -> Vec<(&'static str, Extensions, &'static str)> {
    let mut cases = vec![
        ("effect", Extensions::new().effector(Panics), "e-upscale"),
        ("detector", Extensions::new().detector(Panics), "w-8,h-4,fo-face"),
        ("decoder", Extensions::new().decoder(Format::Png, Panics), "w-8"),
    ];
    if cfg!(feature = "text") {
        cases.push(("font", Extensions::new().fonts(Panics), "l-text,i-hi,ff-Foo,l-end"));
    }
    cases
}

fn delivery(extensions: &Extensions, text: &str) -> Delivery {
    let endpoint = Endpoint::new("https://img.test").origin(Origin::new("https://o.test"));
    let engine = Engine::builder().endpoint(endpoint).extensions(extensions.clone()).build().unwrap();
    engine.deliver(&Request::get(format!("https://img.test/tr:{text}/a.png")).body(()).unwrap(), SystemTime::now())
}

fn file() -> Bytes {
    images::file(images::photo(16, 16), ImageFormat::Png).into()
}

fn origins() -> Origins {
    Origins::new().file("https://o.test/a.png", file())
}

fn by_hand(mut delivery: Delivery) -> Response<Bytes> {
    loop {
        match delivery.poll() {
            Output::Lookup(key) => _ = delivery.handle(Input::Found(key, None)),
            Output::Fetch(fetch) => {
                _ = delivery.handle(Input::Head(fetch.id, Response::new(())));
                _ = delivery.handle(Input::Chunk(fetch.id, file()));
                _ = delivery.handle(Input::End(fetch.id));
            }
            Output::Render(job) => {
                assert!(job.memory().is_err() || cfg!(feature = "text"), "to work out the memory is fenced in, too");
                _ = delivery.handle(Input::Rendered(job.run()));
            }
            Output::Respond(response) => return response,
            _ => {}
        }
    }
}

/// Polls a future that never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

fn blocking(delivery: Delivery) -> Response<Bytes> {
    let io = originkit::blocking::Io::new(origins(), Render::run);
    originkit::blocking::drive(delivery, &io).response
}

fn is_an_error_of_its_request(response: &Response<Bytes>, what: &str) {
    let error = response.extensions().get::<Error>();
    let code = error.map(Error::code);
    assert_eq!((response.status().as_u16(), code), (500, Some(ErrorCode::Unidentified)), "{what}: {error:?}");
    let told = response.headers()["ik-error"].to_str().unwrap();
    assert!(!told.contains("panic") && !told.contains(&format!("a {what}")), "{what}: {told}");
}

#[test]
fn every_driver_survives() {
    for (what, extensions, text) in cases() {
        for _ in 0..2 {
            is_an_error_of_its_request(&by_hand(delivery(&extensions, text)), what);
            is_an_error_of_its_request(&blocking(delivery(&extensions, text)), what);
            let inline = now(drive(delivery(&extensions, text), &Io::new(origins(), Inline))).response;
            is_an_error_of_its_request(&inline, what);
        }
    }
    let fine = blocking(delivery(&Extensions::new(), "w-8"));
    assert_eq!(fine.status(), StatusCode::OK);
}

#[cfg(feature = "tokio")]
#[tokio::test]
async fn threads_survive() {
    let threads = originkit::adapters::Threads::new().at_once(1);
    let io = Io::new(origins(), threads.clone());
    for (what, extensions, text) in cases() {
        for _ in 0..3 {
            let response = drive(delivery(&extensions, text), &io).await.response;
            is_an_error_of_its_request(&response, what);
        }
    }
    let fine = drive(delivery(&Extensions::new(), "w-8"), &io).await.response;
    assert_eq!(fine.status(), StatusCode::OK);
    // The slot of the last is back a moment after its answer.
    while threads.load().running > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!((threads.load().bytes, threads.load().waiting, threads.load().refused), (0, 0, 0));
}
