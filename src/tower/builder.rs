//! [`ImageServiceBuilder`]: the parts of a service.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use http::Request;
#[cfg(feature = "cache")]
use {bytes::Bytes, http::Response};

use super::mount::Prefix;
use super::{Answer, ImageService};
#[cfg(feature = "cache")]
use crate::cache::{Answered, Cache, Store};
use crate::client::{Client, Compute, drive};
use crate::config::Engine;

/// An [`ImageService`] in the making: a client and a place to render are needed, all else may be left out.
///
/// ```
/// # #[cfg(feature = "pixels")] {
/// # use originkit::{Endpoint, Engine, Origin};
/// use originkit::client::Inline;
/// use originkit::testing::Origins;
/// use originkit::tower::ImageService;
///
/// # let endpoint = Endpoint::new("https://img.example.com").origin(Origin::new("https://www.example.com"));
/// # let engine = Engine::builder().endpoint(endpoint).build()?;
/// let images = ImageService::builder(engine).client(Origins::new()).compute(Inline).at_once(64).build();
/// assert_eq!(images.under_way(), 0);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A service without a client, or without a place to render, does not compile:
///
/// ```compile_fail
/// # use originkit::Engine;
/// # fn service(engine: Engine) -> originkit::tower::ImageService {
/// originkit::tower::ImageService::builder(engine).client(originkit::testing::Origins::new()).build()
/// # }
/// ```
#[must_use]
pub struct ImageServiceBuilder<C, P, S> {
    engine: Engine,
    client: C,
    compute: P,
    store: S,
    spawn: Spawn,
    at_once: u64,
    prefix: Prefix,
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;
/// Runs a task beside the rest; without one it is run before the answer is sent.
type Spawn = Option<Arc<dyn Fn(Task) + Send + Sync>>;

impl ImageServiceBuilder<(), (), ()> {
    pub(super) fn new(engine: Engine) -> Self {
        let (spawn, prefix) = (None, Prefix::default());
        Self { engine, client: (), compute: (), store: (), spawn, at_once: u64::MAX, prefix }
    }
}

impl<C, P, S> ImageServiceBuilder<C, P, S> {
    /// Sets the client that fetches.
    pub fn client<Other: Client + 'static>(self, client: Other) -> ImageServiceBuilder<Other, P, S> {
        let Self { engine, client: _, compute, store, spawn, at_once, prefix } = self;
        ImageServiceBuilder { engine, client, compute, store, spawn, at_once, prefix }
    }

    /// Sets the place to render.
    pub fn compute<Other: Compute + 'static>(self, compute: Other) -> ImageServiceBuilder<C, Other, S> {
        let Self { engine, client, compute: _, store, spawn, at_once, prefix } = self;
        ImageServiceBuilder { engine, client, compute, store, spawn, at_once, prefix }
    }

    /// Sets the store of originals and renditions; with one, equal work is done once, as by
    /// [`Cache`]. To look at it meanwhile, give an `Arc` of it, and keep a clone.
    #[cfg(feature = "cache")]
    pub fn store<Other: Store + 'static>(self, store: Other) -> ImageServiceBuilder<C, P, Other> {
        let Self { engine, client, compute, store: _, spawn, at_once, prefix } = self;
        ImageServiceBuilder { engine, client, compute, store, spawn, at_once, prefix }
    }

    /// Sets how to run what is to be done after an answer, such as writing to the store, beside everything else.
    ///
    /// Unless set, the runtime of tokio does so that a request was answered on (feature `tokio`). Where there is none, it
    /// is done before the answer is sent.
    #[cfg(feature = "cache")]
    pub fn spawn(self, spawn: impl Fn(Pin<Box<dyn Future<Output = ()> + Send>>) + Send + Sync + 'static) -> Self {
        Self { spawn: Some(Arc::new(spawn)), ..self }
    }

    /// Sets how many deliveries may be under way at a time; unbounded unless set. One more is answered with
    /// [`Error::Busy`](crate::Error::Busy) at once, whether it needs a render or not.
    ///
    /// It bounds the files that deliveries hold while they wait, for origins and for a place to render. Cheap answers
    /// count as well, so it is best far above the bounds of fetches and of renders, which have their own.
    pub fn at_once(self, deliveries: u64) -> Self {
        Self { at_once: deliveries, ..self }
    }

    /// Sets the path that a router takes off before it calls this service, such as `/img` for `nest_service("/img", ...)`
    /// of axum. It is put back in front of the path of each request, because endpoints are compared with the URL that the
    /// client asked for, and signatures are made of it.
    ///
    /// It is put in front always (chosen): a path that begins with it already may be a folder of that name. So leave it
    /// out where the router takes nothing off, as with `route_service` and `fallback_service`. Slashes at its ends do not
    /// matter, and what a path cannot contain is percent-encoded.
    ///
    /// ```
    /// # #[cfg(feature = "pixels")] {
    /// # use originkit::{Endpoint, Engine, Origin, client::Inline, testing::Origins, tower::ImageService};
    /// let endpoint = Endpoint::new("https://www.example.com/img").origin(Origin::new("https://files.example.com"));
    /// let engine = Engine::builder().endpoint(endpoint).build()?;
    /// let images = ImageService::builder(engine).client(Origins::new()).compute(Inline).mounted_at("/img").build();
    /// let app: axum::Router = axum::Router::new().nest_service("/img", images);
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn mounted_at(self, path: &str) -> Self {
        Self { prefix: Prefix::new(path), ..self }
    }

    fn serving(
        engine: Engine,
        at_once: u64,
        prefix: Prefix,
        answer: impl Fn(Request<()>) -> Answer + Send + Sync + 'static,
    ) -> ImageService {
        ImageService { engine, answer: Arc::new(answer), at_once, prefix, under_way: Arc::default() }
    }
}

impl<C: Client + 'static, P: Compute + 'static> ImageServiceBuilder<C, P, ()> {
    /// Makes the service.
    #[must_use]
    pub fn build(self) -> ImageService {
        let Self { engine, client, compute, store: (), spawn: _, at_once, prefix } = self;
        let (client, compute) = (Arc::new(client), Arc::new(compute));
        Self::serving(engine.clone(), at_once, prefix, move |request| {
            let delivery = engine.deliver(&request, SystemTime::now());
            let (client, compute) = (Arc::clone(&client), Arc::clone(&compute));
            Box::pin(async move { drive(delivery, &*client, &*compute).await })
        })
    }
}

#[cfg(feature = "cache")]
impl<C: Client + 'static, P: Compute + 'static, S: Store + 'static> ImageServiceBuilder<C, P, S> {
    /// Makes the service, with its store.
    #[must_use]
    pub fn build(self) -> ImageService {
        let Self { engine, client, compute, store, spawn, at_once, prefix } = self;
        let (client, compute, cache) = (Arc::new(client), Arc::new(compute), Arc::new(Cache::new(store)));
        Self::serving(engine.clone(), at_once, prefix, move |request| {
            let (engine, cache, spawn) = (engine.clone(), Arc::clone(&cache), spawn.clone());
            let (client, compute) = (Arc::clone(&client), Arc::clone(&compute));
            Box::pin(answer(engine, request, cache, client, compute, spawn))
        })
    }
}

#[cfg(feature = "cache")]
async fn answer<C: Client + 'static, P: Compute + 'static, S: Store + 'static>(
    engine: Engine,
    request: Request<()>,
    cache: Arc<Cache<S>>,
    client: Arc<C>,
    compute: Arc<P>,
    spawn: Spawn,
) -> Response<Bytes> {
    let Answered { response, later, .. } =
        cache.deliver(&engine, &request, SystemTime::now(), &*client, &*compute).await;
    if later.is_empty() {
        return response;
    }
    let task = Box::pin(async move { cache.finish(later, &*client, &*compute).await });
    if let Some(task) = start(task, spawn) {
        task.await;
    }
    response
}

/// Starts a task beside everything else. Gives it back where there is nothing to run it.
#[cfg(feature = "cache")]
fn start(task: Task, spawn: Spawn) -> Option<Task> {
    if let Some(spawn) = spawn {
        spawn(task);
        return None;
    }
    // Not `tokio::spawn`, which panics outside a runtime: another crate of the program may have switched the feature on.
    #[cfg(feature = "tokio")]
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(task);
        return None;
    }
    Some(task)
}

// Most of its parts cannot be printed.
impl<C, P, S> fmt::Debug for ImageServiceBuilder<C, P, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at_once, prefix, .. } = self;
        f.debug_struct("ImageServiceBuilder")
            .field("at_once", at_once)
            .field("mounted_at", prefix)
            .finish_non_exhaustive()
    }
}
