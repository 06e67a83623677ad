//! Code of an embedder that panics inside a render: every driver answers, and goes on.
#![cfg(feature = "pixels")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod pictures;

use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use image::ImageFormat;
use originkit::client::{Body, Client, Inline};
use originkit::delivery::{Approved, Delivery, FetchError, Input, Output};
use originkit::extend::{
    Bitmap, BoxError, Decoder, Detector, EffectJob, Effector, Extensions, FontQuery, Fonts, Found, Outcome, Search,
};
use originkit::{Endpoint, Engine, Error, ErrorCode, Format, Origin};

struct Panics;

impl Effector for Panics {
    fn apply(&self, _: EffectJob<'_>) -> Outcome {
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

/// An origin with one file.
#[derive(Clone)]
struct Same(Bytes);

struct Once(Option<Bytes>);

impl Body for Once {
    async fn chunk(&mut self) -> Result<Option<Bytes>, FetchError> {
        Ok(self.0.take())
    }
}

impl Client for Same {
    type Body = Once;

    async fn lookup(&self, _: &str, port: u16, _: Duration) -> Result<Vec<SocketAddr>, FetchError> {
        Ok(vec![SocketAddr::from(([93, 184, 215, 14], port))])
    }

    async fn send(&self, _: Approved) -> Result<Response<Once>, FetchError> {
        Ok(Response::new(Once(Some(self.0.clone()))))
    }
}

impl originkit::blocking::Client for Same {
    type Body = std::io::Cursor<Bytes>;

    fn lookup(&self, _: &str, port: u16, _: Duration) -> Result<Vec<SocketAddr>, FetchError> {
        Ok(vec![SocketAddr::from(([93, 184, 215, 14], port))])
    }

    fn send(&self, _: Approved) -> Result<Response<Self::Body>, FetchError> {
        Ok(Response::new(std::io::Cursor::new(self.0.clone())))
    }
}

/// What panics, and a URL that leads there.
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

fn file() -> Same {
    Same(pictures::file(pictures::photo(16, 16), ImageFormat::Png).into())
}

fn by_hand(mut delivery: Delivery) -> Response<Bytes> {
    loop {
        match delivery.poll() {
            Output::Fetch(fetch) => {
                _ = delivery.handle(Input::Head(fetch.id, Response::new(())));
                _ = delivery.handle(Input::Chunk(fetch.id, file().0));
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

/// Polls what never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
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
            is_an_error_of_its_request(&originkit::blocking::drive(delivery(&extensions, text), &file()), what);
            let inline = now(originkit::client::drive(delivery(&extensions, text), &file(), &Inline));
            is_an_error_of_its_request(&inline, what);
        }
    }
    let fine = originkit::blocking::drive(delivery(&Extensions::new(), "w-8"), &file());
    assert_eq!(fine.status(), StatusCode::OK);
}

#[cfg(feature = "tokio")]
#[tokio::test]
async fn threads_survive() {
    let threads = originkit::adapters::Threads::new().at_once(1);
    for (what, extensions, text) in cases() {
        for _ in 0..3 {
            let response = originkit::client::drive(delivery(&extensions, text), &file(), &threads).await;
            is_an_error_of_its_request(&response, what);
        }
    }
    let fine = originkit::client::drive(delivery(&Extensions::new(), "w-8"), &file(), &threads).await;
    assert_eq!(fine.status(), StatusCode::OK);
    // The slot of the last is back a moment after its answer.
    while threads.load().running > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!((threads.load().bytes, threads.load().waiting, threads.load().refused), (0, 0, 0));
}
