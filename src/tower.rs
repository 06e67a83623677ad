//! [`ImageService`]: deliveries as a `tower` service, for axum, hyper or any tower stack.
//!
//! It is the one place in the crate that reads the clock. It has no cache, no limit on requests at a
//! time and no log: those are layers around it.

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

use crate::Engine;
use crate::client::{Client, Compute, drive};

/// Answers requests for images. Never fails: an error is a response, with the
/// [`Error`](crate::Error) in its extensions.
///
/// The body of a request is not looked at. Clones share the engine, the client and the pool.
pub struct ImageService<C, P> {
    engine: Engine,
    client: Arc<C>,
    compute: Arc<P>,
}

impl<C, P> ImageService<C, P> {
    /// A service that fetches with `client` and renders on `compute`.
    #[must_use]
    pub fn new(engine: Engine, client: C, compute: P) -> Self {
        Self { engine, client: Arc::new(client), compute: Arc::new(compute) }
    }
}

impl<B, C, P> Service<Request<B>> for ImageService<C, P>
where
    C: Client + 'static,
    P: Compute + 'static,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let delivery = self.engine.deliver(&request, SystemTime::now());
        let (client, compute) = (Arc::clone(&self.client), Arc::clone(&self.compute));
        Box::pin(async move { Ok(drive(delivery, &*client, &*compute).await.map(Full::new)) })
    }
}

// By hand: neither the client nor the pool need be `Clone` or `Debug`.
impl<C, P> Clone for ImageService<C, P> {
    fn clone(&self) -> Self {
        Self { engine: self.engine.clone(), client: Arc::clone(&self.client), compute: Arc::clone(&self.compute) }
    }
}

impl<C, P> fmt::Debug for ImageService<C, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageService").field("engine", &self.engine).finish_non_exhaustive()
    }
}
