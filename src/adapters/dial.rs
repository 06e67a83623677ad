//! Connections to approved addresses: a resolver that knows no others, and the timeout for connecting.

use std::future::{Future, ready};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tower_layer::Layer;
use tower_service::Service;

use super::meter::Meter;
use crate::delivery::FetchError;

/// The permitted destination of the request that a task sends.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) addresses: Vec<SocketAddr>,
    /// The timeout until there is a connection, TLS included.
    pub(super) timeout: Duration,
    /// Whether a connection is being made.
    pub(super) connecting: AtomicBool,
}

tokio::task_local! {
    static TARGET: Arc<Target>;
}

/// Runs a future that sends a request: every connection that it makes goes to the target.
pub(super) fn to<F: Future>(target: Arc<Target>, sending: F) -> impl Future<Output = F::Output> {
    TARGET.scope(target, sending)
}

/// A resolver that returns only the addresses approved for the current request.
#[derive(Debug)]
pub(super) struct Approval;

impl Resolve for Approval {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses = TARGET.try_with(|target| target.addresses.clone()).unwrap_or_default();
        let addresses: Addrs = Box::new(addresses.into_iter());
        Box::pin(ready(Ok(addresses)))
    }
}

/// A layer that limits the time to connect, which differs for each request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hurry;

/// A connector with that limit.
#[derive(Debug, Clone)]
pub(super) struct Hurried<S>(S);

impl<S> Layer<S> for Hurry {
    type Service = Hurried<S>;

    fn layer(&self, inner: S) -> Hurried<S> {
        Hurried(inner)
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

impl<S, R> Service<R> for Hurried<S>
where
    S: Service<R, Error = Failure, Future: Send + 'static>,
{
    type Response = S::Response;
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, Failure>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let connecting = self.0.call(request);
        let target = TARGET.try_with(Arc::clone);
        Box::pin(async move {
            // Without a target there is no address to connect to.
            let Ok(target) = target else { return Err(FetchError::Refused.into()) };
            target.connecting.store(true, Ordering::Relaxed);
            let connected = Meter::new(target.timeout).wait(target.timeout, || false, connecting).await;
            target.connecting.store(false, Ordering::Relaxed);
            connected?
        })
    }
}
