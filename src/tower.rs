//! [`ImageService`]: deliveries as a `tower` service, for axum, hyper or any tower stack.
//!
//! It is the one place in the crate that reads the clock. It has no limit on requests at a time: that is a layer around
//! it.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::SystemTime;

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
/// The body of a request is not looked at. Clones share the engine, the client and the pool.
#[derive(Clone)]
pub struct ImageService(Arc<dyn Fn(Request<()>) -> Pending<Response<Bytes>> + Send + Sync>);

type Pending<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl ImageService {
    /// A service that fetches with `client` and renders on `compute`.
    #[must_use]
    pub fn new<C: Client + 'static, P: Compute + 'static>(engine: Engine, client: C, compute: P) -> Self {
        let (client, compute) = (Arc::new(client), Arc::new(compute));
        Self(Arc::new(move |request| {
            let delivery = engine.deliver(&request, SystemTime::now());
            let (client, compute) = (Arc::clone(&client), Arc::clone(&compute));
            Box::pin(async move { drive(delivery, &*client, &*compute).await })
        }))
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
        Self(Arc::new(move |request| {
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
        }))
    }
}

impl<B> Service<Request<B>> for ImageService {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let Self(answer) = self;
        let response = answer(request.map(|_| ()));
        Box::pin(async move { Ok(response.await.map(Full::new)) })
    }
}

// What it calls cannot be printed.
impl fmt::Debug for ImageService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageService").finish_non_exhaustive()
    }
}
