//! The whole crate over real sockets on loopback: a browser's request, an image server, two origins.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]
#![cfg(all(feature = "reqwest", feature = "tokio"))]

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use axum::body::Body;
use axum::extract::Request;
use axum::response::IntoResponse as _;
use http::StatusCode;
use originkit::adapters::{Reqwest, Threads};
use originkit::client::{Io, drive};
use originkit::plan::Size;
use originkit::{Endpoint, Engine, Format, Origin};
use tokio::net::TcpListener;

#[path = "../examples/images/mod.rs"]
mod images;
mod visitor;

/// A request to an origin: path, host, marker.
type Log = Arc<Mutex<Vec<(String, String, String)>>>;

async fn serve(app: axum::Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// Starts an origin that has these files and keeps a log.
async fn origin(files: Vec<(&'static str, Vec<u8>)>) -> (String, Log) {
    let log = Log::default();
    let seen = Arc::clone(&log);
    let app = axum::Router::new().fallback(move |request: Request| {
        let header = |name: &str| request.headers().get(name).map_or("-", |v| v.to_str().unwrap()).to_owned();
        seen.lock().unwrap().push((request.uri().to_string(), header("host"), header("x-req-from")));
        let found = files.iter().find(|(name, _)| request.uri().path().strip_prefix('/') == Some(*name));
        let answer =
            found.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |(_, file)| file.clone().into_response());
        async { answer }
    });
    (serve(app).await, log)
}

struct Server {
    address: String,
    first: (String, Log),
    second: (String, Log),
}

async fn server() -> Server {
    let files = |names: &[&'static str]| names.iter().map(|name| (*name, images::draw(name).unwrap())).collect();
    let first = origin(files(&["photo.jpg"])).await;
    let second = origin(files(&["badge.png", "sideways.jpg"])).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let endpoint = Endpoint::new(&format!("http://{address}/demo"))
        .origin(Origin::new(&format!("http://{}", first.0)).canonical("https://www.example.com/"))
        .origin(Origin::new(&format!("http://{}", second.0)).forward_host(true));
    let engine = Engine::builder().endpoint(endpoint).build().unwrap();
    let io = std::sync::Arc::new(Io::new(Reqwest::new().unwrap(), Threads::new()));
    let app = axum::Router::new().fallback(move |request: Request| {
        let (engine, io) = (engine.clone(), std::sync::Arc::clone(&io));
        async move {
            let delivery = engine.deliver(&request, SystemTime::now());
            drive(delivery, &io).await.response.map(Body::from)
        }
    });
    tokio::spawn(async move { axum::serve(listener, app).await });
    Server { address, first, second }
}

impl Server {
    async fn get(&self, path: &str, accept: &str) -> (StatusCode, http::HeaderMap, Vec<u8>) {
        let request = Request::get(format!("/demo/{path}")).header("accept", accept).body(()).unwrap();
        let (head, body) = visitor::ask(&self.address, request).await.into_parts();
        (head.status, head.headers, body.to_vec())
    }
}

fn decoded(file: &[u8]) -> (Format, Size) {
    let image = image::load_from_memory(file).unwrap();
    (Format::sniff(file).unwrap(), Size::new(image.width(), image.height()))
}

#[tokio::test]
async fn a_square_thumbnail_of_a_photo() {
    let server = server().await;
    let (status, headers, body) = server.get("tr:w-300,h-300/photo.jpg?v=7", "*/*").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(decoded(&body), (Format::Jpeg, Size::new(300, 300)));
    assert_eq!(headers["content-type"], "image/jpeg");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["link"], "<https://www.example.com/photo.jpg>; rel=\"canonical\"");
    assert!(headers["vary"].to_str().unwrap().to_ascii_lowercase().contains("accept"));
    let asked = server.first.1.lock().unwrap().clone();
    assert_eq!(asked, [("/photo.jpg?v=7".to_owned(), server.first.0.clone(), "imagekit".to_owned())]);
    assert!(server.second.1.lock().unwrap().is_empty(), "the first origin has it, so the second is not asked");
}

#[tokio::test]
async fn a_browser_that_takes_webp_gets_it() {
    let server = server().await;
    let (_, headers, body) = server.get("tr:w-400/photo.jpg", "image/avif,image/webp,*/*;q=0.8").await;
    assert_eq!(decoded(&body), (Format::WebP, Size::new(400, 267)));
    assert_eq!(headers["content-type"], "image/webp");
}

#[tokio::test]
async fn a_404_leads_to_the_next_origin_with_the_forwarded_host() {
    let server = server().await;
    let (status, headers, body) = server.get("tr:w-200/badge.png", "*/*").await;
    assert_eq!((status, decoded(&body)), (StatusCode::OK, (Format::Png, Size::new(200, 200))));
    assert!(!headers.contains_key("link"), "the serving origin has no canonical base");
    assert_eq!(server.first.1.lock().unwrap().len(), 1);
    let asked = server.second.1.lock().unwrap().clone();
    assert_eq!(asked, [("/badge.png".to_owned(), server.address.clone(), "imagekit".to_owned())]);
}

#[tokio::test]
async fn an_image_stored_on_its_side_is_set_upright() {
    let server = server().await;
    let (_, _, body) = server.get("tr:w-300/sideways.jpg", "*/*").await;
    assert_eq!(decoded(&body).1, Size::new(300, 400));
}

#[tokio::test]
async fn what_no_origin_has_is_a_404_that_says_so() {
    let server = server().await;
    let (status, headers, body) = server.get("tr:w-200/missing.jpg", "*/*").await;
    assert_eq!((status, body.as_slice()), (StatusCode::NOT_FOUND, b"Not Found".as_slice()));
    assert!(headers["ik-error"].to_str().unwrap().starts_with("ENOENT - "));
}

#[tokio::test]
async fn a_malformed_url_is_refused_before_any_origin_is_asked() {
    let server = server().await;
    let (status, headers, _) = server.get("tr:w-200,l-image,i-a.png/photo.jpg", "*/*").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(headers["ik-error"].to_str().unwrap().starts_with("EINVAL - "));
    assert!(server.first.1.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_is_not_built_yet_is_refused_by_name() {
    let server = server().await;
    let (status, headers, _) = server.get("tr:w-200,e-bgremove/photo.jpg", "*/*").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let error = headers["ik-error"].to_str().unwrap();
    assert!(error.starts_with("ENOTSUP - ") && error.contains("e-bgremove"), "{error}");
}

#[tokio::test]
async fn an_origin_that_is_down_is_a_404_that_says_so() {
    let endpoint = Endpoint::new("http://img.test").origin(Origin::new("http://127.0.0.1:1"));
    let engine = Engine::builder().endpoint(endpoint).build().unwrap();
    let request = http::Request::get("http://img.test/a.jpg").body(()).unwrap();
    let response =
        drive(engine.deliver(&request, SystemTime::now()), &Io::new(Reqwest::new().unwrap(), Threads::new()))
            .await
            .response;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert!(response.headers()["ik-error"].to_str().unwrap().starts_with("ECONNREFUSED - "));
}
