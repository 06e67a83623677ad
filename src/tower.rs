//! [`ImageService`]: deliveries as a `tower` service, for axum, hyper or any tower stack.
//!
//! It reads the clock; apart from it, only the adapters in this crate do.
//!
#![cfg_attr(all(feature = "reqwest", feature = "tokio", feature = "memory-store"), doc = "```no_run")]
#![cfg_attr(not(all(feature = "reqwest", feature = "tokio", feature = "memory-store")), doc = "```text")]
//! use axum::Router;
//! use originkit::adapters::{Reqwest, Threads};
//! use originkit::store::Memory;
//! use originkit::tower::ImageService;
//! # use originkit::Engine;
//! # async fn serve(engine: Engine, listener: tokio::net::TcpListener) -> Result<(), Box<dyn std::error::Error>> {
//!
//! let images = ImageService::builder(engine)
//!     .client(Reqwest::new()?)
//!     .compute(Threads::new().memory(512 << 20))
//!     .store(Memory::new(256 << 20))
//!     .build();
//! axum::serve(listener, Router::new().fallback_service(images)).await?;
//! # Ok(())
//! # }
//! ```

mod builder;
mod mount;

use std::convert::Infallible;
use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower_service::Service;

pub use self::builder::ImageServiceBuilder;
use self::mount::Prefix;
use crate::config::Engine;

/// A service that answers requests for images. It never fails: an error is a response, with the [`Error`](crate::Error)
/// in its extensions.
///
/// The body of a request is ignored. Clones share the engine, the client, the pool and the count of deliveries.
#[derive(Clone)]
pub struct ImageService {
    engine: Engine,
    answer: Arc<dyn Fn(Request<()>) -> Answer + Send + Sync>,
    at_once: u64,
    prefix: Prefix,
    under_way: Arc<AtomicU64>,
}

/// A future response.
type Answer = Pin<Box<dyn Future<Output = Response<Bytes>> + Send>>;

impl ImageService {
    /// Starts a service of this engine.
    pub fn builder(engine: Engine) -> ImageServiceBuilder<(), ()> {
        ImageServiceBuilder::new(engine)
    }

    /// Returns the number of deliveries in progress.
    #[must_use]
    pub fn under_way(&self) -> u64 {
        self.under_way.load(Ordering::Relaxed)
    }

    fn enter(&self) -> Option<Place> {
        let more = |now: u64| now.checked_add(1).filter(|more| *more <= self.at_once);
        let entered = self.under_way.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        entered.is_ok().then(|| Place(Arc::clone(&self.under_way)))
    }
}

/// A delivery in progress, counted until this is dropped.
struct Place(Arc<AtomicU64>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The time after which a delivery in progress has probably ended.
const RETRY_AFTER: Duration = Duration::from_secs(1);

impl<B> Service<Request<B>> for ImageService {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let mut request = request.map(|_| ());
        if let Some(uri) = self.prefix.before(request.uri()) {
            *request.uri_mut() = uri;
        }
        let Some(place) = self.enter() else {
            let busy = self.engine.busy(&request, RETRY_AFTER);
            return Box::pin(ready(Ok(busy.map(Full::new))));
        };
        let response = (self.answer)(request);
        Box::pin(async move {
            let _place = place;
            Ok(response.await.map(Full::new))
        })
    }
}

// The stored function cannot be printed.
impl fmt::Debug for ImageService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageService").field("under_way", &self.under_way()).finish_non_exhaustive()
    }
}
