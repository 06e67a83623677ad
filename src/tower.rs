//! [`ImageService`]: deliveries as a `tower` service, for axum, hyper or any tower stack.
//!
//! It reads the clock, as in this crate only the adapters do beside it.

use std::convert::Infallible;
use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower_service::Service;

#[cfg(feature = "cache")]
use crate::cache::{Answered, Cache, Store};
use crate::client::{Client, Compute, drive};
use crate::config::Engine;

/// Answers requests for images. Never fails: an error is a response, with the
/// [`Error`](crate::Error) in its extensions.
///
/// The body of a request is not looked at. Clones share the engine, the client, the pool and the count of deliveries.
#[derive(Clone)]
pub struct ImageService {
    engine: Engine,
    answer: Arc<dyn Fn(Request<()>) -> Pending<Response<Bytes>> + Send + Sync>,
    at_once: u64,
    under_way: Arc<AtomicU64>,
}

type Pending<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl ImageService {
    /// A service that fetches with `client` and renders on `compute`.
    #[must_use]
    pub fn new<C: Client + 'static, P: Compute + 'static>(engine: Engine, client: C, compute: P) -> Self {
        let (client, compute) = (Arc::new(client), Arc::new(compute));
        Self::answering(engine.clone(), move |request| {
            let delivery = engine.deliver(&request, SystemTime::now());
            let (client, compute) = (Arc::clone(&client), Arc::clone(&compute));
            Box::pin(async move { drive(delivery, &*client, &*compute).await })
        })
    }

    /// The same with a cache. `spawn` runs what is to be done after an answer, such as `|work| _ = tokio::spawn(work)`.
    #[cfg(feature = "cache")]
    #[must_use]
    pub fn cached<C, P, S>(
        engine: Engine,
        client: C,
        compute: P,
        cache: Arc<Cache<S>>,
        spawn: impl Fn(Pin<Box<dyn Future<Output = ()> + Send>>) + Send + Sync + 'static,
    ) -> Self
    where
        C: Client + 'static,
        P: Compute + 'static,
        S: Store + 'static,
    {
        let (client, compute, spawn) = (Arc::new(client), Arc::new(compute), Arc::new(spawn));
        Self::answering(engine.clone(), move |request| {
            let (engine, cache, spawn) = (engine.clone(), Arc::clone(&cache), Arc::clone(&spawn));
            let (client, compute) = (Arc::clone(&client), Arc::clone(&compute));
            Box::pin(async move {
                let now = SystemTime::now();
                let Answered { response, later, .. } = cache.deliver(&engine, &request, now, &*client, &*compute).await;
                if !later.is_empty() {
                    spawn(Box::pin(async move { cache.finish(later, &*client, &*compute).await }));
                }
                response
            })
        })
    }

    fn answering(
        engine: Engine,
        answer: impl Fn(Request<()>) -> Pending<Response<Bytes>> + Send + Sync + 'static,
    ) -> Self {
        Self { engine, answer: Arc::new(answer), at_once: u64::MAX, under_way: Arc::default() }
    }

    /// Sets how many deliveries may be under way at a time; unbounded unless set. One more is answered with
    /// [`Error::Busy`](crate::Error::Busy) at once, whatever it asks for.
    ///
    /// It bounds the files that deliveries hold while they wait, for origins and for a place to render. Cheap answers
    /// count as well, so it is best far above the bounds of fetches and of renders, which have their own.
    #[must_use]
    pub fn at_once(self, deliveries: u64) -> Self {
        Self { at_once: deliveries, ..self }
    }

    /// Deliveries under way.
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

/// A delivery that counts until this is dropped.
struct Place(Arc<AtomicU64>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The time after which a delivery that is under way has ended, most likely.
const RETRY_AFTER: Duration = Duration::from_secs(1);

impl<B> Service<Request<B>> for ImageService {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let request = request.map(|_| ());
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

// What it calls cannot be printed.
impl fmt::Debug for ImageService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageService").field("under_way", &self.under_way()).finish_non_exhaustive()
    }
}
