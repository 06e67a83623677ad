//! A bucket: as much of S3 as `object_store` needs to keep a file and to find it again. Signatures are not checked.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

use axum::body::Bytes;
use axum::http::header::{AUTHORIZATION, ETAG};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use tokio::net::TcpListener;

#[derive(Clone)]
pub(crate) struct Bucket {
    endpoint: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    files: Mutex<BTreeMap<String, Bytes>>,
    down: AtomicBool,
}

impl Bucket {
    pub(crate) async fn start() -> Self {
        let state = Arc::<State>::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::clone(&state);
        let app = axum::Router::new().fallback(move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let answer = shared.answer(&method, uri.path(), &headers, body);
            async { answer }
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { endpoint, state }
    }

    /// Where it is, as programs are told.
    pub(crate) fn environment(&self) -> [(&'static str, &str); 5] {
        [
            ("AWS_ENDPOINT", &self.endpoint),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "key"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
        ]
    }

    pub(crate) fn paths(&self) -> Vec<String> {
        self.state.files().keys().cloned().collect()
    }

    pub(crate) fn is_down(&self, down: bool) {
        self.state.down.store(down, Ordering::SeqCst);
    }
}

impl State {
    fn files(&self) -> MutexGuard<'_, BTreeMap<String, Bytes>> {
        self.files.lock().unwrap()
    }

    fn answer(&self, method: &Method, path: &str, headers: &HeaderMap, body: Bytes) -> Response {
        if self.down.load(Ordering::SeqCst) {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        let signed = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        if !signed.is_some_and(|text| text.starts_with("AWS4-HMAC-SHA256 Credential=key/")) {
            return StatusCode::FORBIDDEN.into_response();
        }
        if method == Method::PUT {
            self.files().insert(path.to_owned(), body);
            return [(ETAG, "\"1\"")].into_response();
        }
        match self.files().get(path) {
            Some(file) => ([(ETAG, "\"1\"")], file.clone()).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }
}
