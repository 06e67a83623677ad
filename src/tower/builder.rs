//! [`ImageServiceBuilder`]: a builder of [`ImageService`].

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::{Request, Response};

use super::mount::Prefix;
use super::{Answer, ImageService};
use crate::client::{Answered, Client, Compute, Io, drive};
use crate::config::Engine;
use crate::delivery::Delivery;
use crate::store::{NoStore, Store};

/// A builder of an [`ImageService`]: a client and an executor for renders are required, everything else is optional.
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
/// A service without a client, or without an executor for renders, does not compile:
///
/// ```compile_fail
/// # use originkit::Engine;
/// # fn service(engine: Engine) -> originkit::tower::ImageService {
/// originkit::tower::ImageService::builder(engine).client(originkit::testing::Origins::new()).build()
/// # }
/// ```
#[must_use]
pub struct ImageServiceBuilder<C, P, S = NoStore> {
    engine: Engine,
    client: C,
    compute: P,
    store: Option<S>,
    spawn: Spawn,
    at_once: u64,
    prefix: Prefix,
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;
/// Runs a task in the background; without it, the task runs before the response is sent.
type Spawn = Option<Arc<dyn Fn(Task) + Send + Sync>>;

impl ImageServiceBuilder<(), ()> {
    pub(super) fn new(engine: Engine) -> Self {
        let (spawn, prefix) = (None, Prefix::default());
        Self { engine, client: (), compute: (), store: None, spawn, at_once: u64::MAX, prefix }
    }
}

impl<C, P, S> ImageServiceBuilder<C, P, S> {
    /// Sets the client for fetches.
    pub fn client<Other: Client + 'static>(self, client: Other) -> ImageServiceBuilder<Other, P, S> {
        let Self { engine, client: _, compute, store, spawn, at_once, prefix } = self;
        ImageServiceBuilder { engine, client, compute, store, spawn, at_once, prefix }
    }

    /// Sets the executor for renders.
    pub fn compute<Other: Compute + 'static>(self, compute: Other) -> ImageServiceBuilder<C, Other, S> {
        let Self { engine, client, compute: _, store, spawn, at_once, prefix } = self;
        ImageServiceBuilder { engine, client, compute, store, spawn, at_once, prefix }
    }

    /// Sets the store of originals and renditions. To inspect it meanwhile, pass an `Arc` of it and keep a clone.
    pub fn store<Other: Store + 'static>(self, store: Other) -> ImageServiceBuilder<C, P, Other> {
        let Self { engine, client, compute, store: _, spawn, at_once, prefix } = self;
        ImageServiceBuilder { engine, client, compute, store: Some(store), spawn, at_once, prefix }
    }

    /// Sets the function that runs work after a response, such as writing to the store, in the background.
    ///
    /// By default this is the tokio runtime that answered the request (feature `tokio`). Without one, the work is done
    /// before the response is sent.
    pub fn spawn(self, spawn: impl Fn(Pin<Box<dyn Future<Output = ()> + Send>>) + Send + Sync + 'static) -> Self {
        Self { spawn: Some(Arc::new(spawn)), ..self }
    }

    /// Sets the maximum number of concurrent deliveries; unlimited by default. A further request is answered
    /// immediately with [`Error::Busy`](crate::Error::Busy), whether it needs a render or not.
    ///
    /// The limit bounds the files that deliveries hold while they wait for origins and for a render. Cheap responses
    /// count as well, so it should be far above the limits of fetches and of renders, which are separate.
    pub fn at_once(self, deliveries: u64) -> Self {
        Self { at_once: deliveries, ..self }
    }

    /// Sets the path that a router strips before it calls this service, such as `/img` for `nest_service("/img", ...)`
    /// of axum. It is put back in front of the path of each request, because endpoints are compared with the URL that
    /// the client requested, and signatures are made of it.
    ///
    /// It is always added (chosen): a path that already begins with it may be a folder of that name. So omit it if the
    /// router strips nothing, as with `route_service` and `fallback_service`. Slashes at its ends do not matter, and
    /// characters that a path cannot contain are percent-encoded.
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
}

impl<C: Client + 'static, P: Compute + 'static, S: Store + 'static> ImageServiceBuilder<C, P, S> {
    /// Builds the service. Equal requests at the same time cause one fetch and one render, see [`Io`].
    #[must_use]
    pub fn build(self) -> ImageService {
        let Self { engine, client, compute, store, spawn, at_once, prefix } = self;
        let io = Arc::new(Io::of(client, compute, store).single_flight());
        let answers = engine.clone();
        let answer = move |request: Request<()>| -> Answer {
            let delivery = answers.deliver(&request, SystemTime::now());
            Box::pin(answer(delivery, Arc::clone(&io), spawn.clone()))
        };
        ImageService { engine, answer: Arc::new(answer), at_once, prefix, under_way: Arc::default() }
    }
}

async fn answer<C: Client + 'static, P: Compute + 'static, S: Store + 'static>(
    delivery: Delivery,
    io: Arc<Io<C, P, S>>,
    spawn: Spawn,
) -> Response<Bytes> {
    let Answered { response, later } = drive(delivery, &io).await;
    if later.is_empty() {
        return response;
    }
    let task = Box::pin(async move { later.finish(&io).await });
    if let Some(task) = start(task, spawn) {
        task.await;
    }
    response
}

/// Starts a task in the background. Returns it if there is no runtime for it.
fn start(task: Task, spawn: Spawn) -> Option<Task> {
    if let Some(spawn) = spawn {
        spawn(task);
        return None;
    }
    // Not `tokio::spawn`, which panics outside a runtime: another crate of the program may have enabled the feature.
    #[cfg(feature = "tokio")]
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(task);
        return None;
    }
    Some(task)
}

// Most of the fields cannot be printed.
impl<C, P, S> fmt::Debug for ImageServiceBuilder<C, P, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at_once, prefix, .. } = self;
        f.debug_struct("ImageServiceBuilder")
            .field("at_once", at_once)
            .field("mounted_at", prefix)
            .finish_non_exhaustive()
    }
}
