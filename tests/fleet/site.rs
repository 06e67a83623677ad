//! The origin: images that change, a server that goes down or holds its breath, and who asked for what.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use image::{ImageFormat, Rgb, RgbImage};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::images::file;

#[derive(Clone)]
pub(crate) struct Site {
    base: String,
    state: Arc<State>,
}

struct State {
    /// Versions by path; what is below `/new/` is there as well.
    files: Mutex<HashMap<String, u8>>,
    asked: Mutex<Vec<String>>,
    down: AtomicBool,
    held: watch::Sender<bool>,
}

impl Site {
    /// With one file, `/photo.jpg`.
    pub(crate) async fn start() -> Self {
        let files = Mutex::new(HashMap::from([("/photo.jpg".to_owned(), 0)]));
        let (asked, down, held) = (Mutex::default(), AtomicBool::new(false), watch::Sender::new(false));
        let state = Arc::new(State { files, asked, down, held });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::clone(&state);
        let app = axum::Router::new().fallback(move |request: Request| {
            let state = Arc::clone(&shared);
            let (head, _) = request.into_parts();
            async move { state.answer(head.uri.path(), head.headers.get(IF_NONE_MATCH)).await }
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { base, state }
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    pub(crate) fn has(&self, path: &str, version: u8) {
        self.state.files.lock().unwrap().insert(path.to_owned(), version);
    }

    pub(crate) fn loses(&self, path: &str) {
        self.state.files.lock().unwrap().remove(path);
    }

    pub(crate) fn is_down(&self, down: bool) {
        self.state.down.store(down, Ordering::SeqCst);
    }

    /// Whoever asks waits until it is told otherwise.
    pub(crate) fn is_held(&self, held: bool) {
        self.state.held.send_replace(held);
    }

    /// Paths, with a note where the asker had a version.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.state.asked.lock().unwrap().clone()
    }
}

impl State {
    async fn answer(&self, path: &str, theirs: Option<&HeaderValue>) -> Response {
        let note = if theirs.is_some() { " if changed" } else { "" };
        self.asked.lock().unwrap().push(format!("{path}{note}"));
        self.held.subscribe().wait_for(|held| !held).await.unwrap();
        if self.down.load(Ordering::SeqCst) {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        let version = self.files.lock().unwrap().get(path).copied().or(path.starts_with("/new/").then_some(0));
        let Some(version) = version else { return StatusCode::NOT_FOUND.into_response() };
        let tag = format!("\"{version}\"");
        if theirs.is_some_and(|theirs| *theirs == *tag) {
            return (StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response();
        }
        ([(CONTENT_TYPE, "image/jpeg".to_owned()), (ETAG, tag)], draw(version)).into_response()
    }
}

fn draw(version: u8) -> Vec<u8> {
    let tint = version.wrapping_mul(100);
    let image = RgbImage::from_fn(96, 64, |x, y| Rgb([x as u8, y as u8, tint]));
    file(image, ImageFormat::Jpeg)
}
