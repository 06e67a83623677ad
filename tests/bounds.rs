//! Bounds on fetches and deliveries: a request over a bound is refused immediately, and cheap answers wait for no
//! render.
#![cfg(all(feature = "tokio", feature = "tower", feature = "memory-store"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod first_fetch;
mod images;

use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use image::ImageFormat;
use originkit::adapters::Threads;
use originkit::client::{Body, Bounded, Client};
use originkit::delivery::{Approved, FetchError};
use originkit::extend::{EffectJob, EffectOutcome, Effector, Extensions};
use originkit::store::Memory;
use originkit::tower::ImageService;
use originkit::{Endpoint, Engine, Origin};
use tokio::sync::watch;
use tower_service::Service as _;

use self::first_fetch::first_fetch;

/// An origin whose answers wait for the gate, and arrive in pieces.
#[derive(Clone)]
struct Gated {
    open: watch::Receiver<bool>,
    pieces: Vec<Bytes>,
}

struct Pieces(std::vec::IntoIter<Bytes>);

impl Client for Gated {
    type Body = Pieces;

    async fn lookup(&self, _: &str, port: u16, _: Duration) -> Result<Vec<SocketAddr>, FetchError> {
        Ok(vec![SocketAddr::from(([93, 184, 215, 14], port))])
    }

    async fn send(&self, _: Approved) -> Result<Response<Pieces>, FetchError> {
        self.open.clone().wait_for(|open| *open).await.unwrap();
        Ok(Response::new(Pieces(self.pieces.clone().into_iter())))
    }
}

impl Body for Pieces {
    async fn chunk(&mut self) -> Result<Option<Bytes>, FetchError> {
        Ok(self.0.next())
    }
}

fn engine(extensions: Extensions) -> Engine {
    let endpoint = Endpoint::new("https://img.test").origin(Origin::new("https://o.test"));
    Engine::builder().endpoint(endpoint).extensions(extensions).build().unwrap()
}

fn approved() -> Approved {
    let request = Request::get("https://img.test/a.png").body(()).unwrap();
    let fetch = first_fetch(&mut engine(Extensions::new()).deliver(&request, SystemTime::now()));
    fetch.approve(vec![SocketAddr::from(([93, 184, 215, 14], 443))]).unwrap()
}

fn pieces(sizes: &[usize]) -> Vec<Bytes> {
    sizes.iter().map(|size| Bytes::from(vec![7; *size])).collect()
}

#[tokio::test]
async fn fetches_are_counted_until_their_bodies_end() {
    let (gate, open) = watch::channel(false);
    let client = Bounded::new(Gated { open, pieces: pieces(&[10]) }).fetches(2);
    let waiting: Vec<_> = (0..2)
        .map(|_| {
            tokio::spawn({
                let client = client.clone();
                async move { client.send(approved()).await }
            })
        })
        .collect();
    while client.under_way().0 < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(client.send(approved()).await.err(), Some(FetchError::Busy));
    assert_eq!(client.lookup("o.test", 443, Duration::from_secs(1)).await.err(), Some(FetchError::Busy));
    assert_eq!((client.under_way(), client.refused()), ((2, 0), 2));
    // One that is dropped makes room.
    waiting[0].abort();
    while client.under_way().0 > 1 {
        tokio::task::yield_now().await;
    }
    gate.send(true).unwrap();
    let mut second = client.send(approved()).await.unwrap();
    assert_eq!(second.body_mut().chunk().await.unwrap().unwrap().len(), 10);
    assert_eq!(second.body_mut().chunk().await, Ok(None));
    drop(second);
    for one in waiting {
        drop(one.await);
    }
    assert_eq!((client.under_way(), client.refused()), ((0, 0), 2));
}

#[tokio::test]
async fn bytes_are_counted_until_their_bodies_end() {
    let client = Bounded::new(Gated { open: watch::channel(true).1, pieces: pieces(&[60, 30, 30]) }).bytes(100);
    let mut first = client.send(approved()).await.unwrap();
    let mut second = client.send(approved()).await.unwrap();
    assert_eq!(first.body_mut().chunk().await.unwrap().unwrap().len(), 60);
    assert_eq!(second.body_mut().chunk().await, Err(FetchError::Busy));
    assert_eq!(first.body_mut().chunk().await.unwrap().unwrap().len(), 30);
    assert_eq!(client.under_way(), (2, 90));
    // It is over its own bytes, and stays so.
    assert_eq!(first.body_mut().chunk().await, Err(FetchError::Busy));
    assert_eq!(first.body_mut().chunk().await, Err(FetchError::Busy));
    assert_eq!(client.refused(), 2);
    drop((first, second));
    assert_eq!(client.under_way(), (0, 0));
}

/// An effect that waits for its gate.
#[derive(Clone, Default)]
struct Slow(Arc<(Mutex<bool>, Condvar)>);

impl Effector for Slow {
    fn apply(&self, job: EffectJob<'_>) -> EffectOutcome {
        drop(self.0.1.wait_while(self.0.0.lock().unwrap(), |open| !*open).unwrap());
        EffectOutcome::Done(job.image)
    }
}

async fn get(service: &ImageService, path: &str, tag: Option<&str>) -> (StatusCode, HeaderMap, Bytes) {
    let mut request = Request::get(format!("https://img.test/{path}"));
    if let Some(tag) = tag {
        request = request.header("if-none-match", tag);
    }
    let response = service.clone().call(request.body(()).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    (head.status, head.headers, body.collect().await.unwrap().to_bytes())
}

fn start(service: &ImageService, path: &'static str) -> tokio::task::JoinHandle<StatusCode> {
    let service = service.clone();
    tokio::spawn(async move { get(&service, path, None).await.0 })
}

#[tokio::test]
async fn cheap_answers_wait_for_no_render_and_deliveries_are_bounded() {
    let slow = Slow::default();
    let threads = Threads::new().at_once(1).queue(1);
    let file = Bytes::from(images::file(images::photo(16, 16), ImageFormat::Png));
    let client = Gated { open: watch::channel(true).1, pieces: vec![file] };
    let store = Arc::new(Memory::new(1 << 20));
    let engine = engine(Extensions::new().effector(slow.clone()));
    let service = ImageService::builder(engine).client(client).compute(threads.clone());
    let service = service.store(Arc::clone(&store)).at_once(3).build();

    let (status, headers, kept) = get(&service, "tr:w-8/a.png", None).await;
    assert_eq!(status, StatusCode::OK);
    let tag = headers["etag"].to_str().unwrap();
    while store.bytes() == 0 {
        tokio::task::yield_now().await;
    }

    // A render runs, another waits: the next is told so.
    let renders = [start(&service, "tr:e-upscale/a.png"), start(&service, "tr:w-4,e-upscale/a.png")];
    while (threads.load().running, threads.load().waiting) != (1, 1) {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let (status, headers, _) = get(&service, "tr:w-5/a.png", None).await;
    assert_eq!((status, &headers["cache-control"]), (StatusCode::SERVICE_UNAVAILABLE, &"no-store".parse().unwrap()));
    assert!(headers.contains_key("retry-after"));
    // Neither of these is.
    assert_eq!(get(&service, "tr:w-8/a.png", None).await.2, kept);
    assert_eq!(get(&service, "tr:w-8/a.png", Some(tag)).await.0, StatusCode::NOT_MODIFIED);
    assert_eq!(get(&service, "tr:w-8,l-image/a.png", None).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(get(&service, "tr:orig-true/a.png", None).await.0, StatusCode::OK);
    assert_eq!((threads.load().running, threads.load().waiting), (1, 1));

    // Deliveries at a time: one waits for the same image as another.
    assert_eq!(service.under_way(), 2);
    let third = start(&service, "tr:e-upscale/a.png");
    while service.under_way() < 3 {
        tokio::task::yield_now().await;
    }
    let (status, headers, _) = get(&service, "tr:w-8/a.png", None).await;
    assert_eq!((status, &headers["cache-control"]), (StatusCode::SERVICE_UNAVAILABLE, &"no-store".parse().unwrap()));
    assert_eq!((&headers["retry-after"], &headers["vary"]), (&"1".parse().unwrap(), &"accept".parse().unwrap()));
    assert!(headers["ik-error"].to_str().unwrap().starts_with("EBUSY - "));

    *slow.0.0.lock().unwrap() = true;
    slow.0.1.notify_all();
    for render in renders.into_iter().chain([third]) {
        assert_eq!(render.await.unwrap(), StatusCode::OK);
    }
    assert_eq!(service.under_way(), 0);
    assert_eq!(get(&service, "tr:w-8/a.png", None).await.0, StatusCode::OK);
}
