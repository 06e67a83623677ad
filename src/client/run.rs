//! [`run`]: the loop around a delivery.

use std::future::{Future, poll_fn};
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::Poll;

use bytes::Bytes;
use http::Response;

use super::{Body, Client, Compute};
use crate::delivery::{Delivery, Fetch, FetchError, FetchId, Input, Output};
#[cfg(feature = "single-flight")]
use crate::store::Original;
use crate::store::{Store, StoreKey, Stored};

/// The environment of a delivery.
#[derive(Debug)]
pub(super) struct Parts<C, P, S> {
    pub(super) client: C,
    pub(super) compute: P,
    pub(super) store: Option<S>,
}

/// The result of a lookup or a fetch.
pub(super) enum Event<B> {
    Found(StoreKey, Option<Stored>),
    /// An input about a fetch, and the rest of the body if there is more to read.
    Heard(Input, Option<(FetchId, B)>),
    /// A file that another delivery has fetched, and the request, which is sent if the file is not fresh enough.
    #[cfg(feature = "single-flight")]
    Shared(Original, Box<Fetch>),
}

/// A lookup, a fetch or a read in progress.
type Running<'a, B> = Pin<Box<dyn Future<Output = Event<B>> + Send + 'a>>;

/// The way in which files are looked up and fetched: by this delivery alone, or together with others.
pub(super) trait Files<C: Client>: Sync {
    /// Looks a file up in the store.
    fn look_up(&self, key: StoreKey) -> impl Future<Output = Event<C::Body>> + Send;

    /// Sends a request.
    fn ask(&self, fetch: Fetch) -> impl Future<Output = Event<C::Body>> + Send;

    /// Polls the delivery.
    fn poll(&self, delivery: &mut Delivery) -> Output {
        delivery.poll()
    }

    /// Hands an input to the delivery.
    fn handle(&self, delivery: &mut Delivery, input: Input) -> ControlFlow<()> {
        delivery.handle(input)
    }
}

/// Runs a delivery to its response, or to its end if the response was given out before. Adds the files for the store.
pub(super) async fn run<C: Client, P: Compute, S: Store>(
    delivery: &mut Delivery,
    parts: &Parts<C, P, S>,
    files: &impl Files<C>,
    stored: &mut Vec<Stored>,
) -> Option<Response<Bytes>> {
    let mut running: Vec<Running<'_, C::Body>> = Vec::new();
    loop {
        match files.poll(delivery) {
            Output::Lookup(key) => running.push(Box::pin(files.look_up(key))),
            Output::Fetch(fetch) => running.push(Box::pin(files.ask(fetch))),
            Output::Render(job) => {
                let _dropped = job.stop().on_drop();
                _ = delivery.handle(Input::Rendered(parts.compute.run(job).await));
            }
            Output::Store(file) => stored.extend(parts.store.is_some().then_some(file)),
            Output::Respond(response) => return Some(response),
            Output::Wait if !delivery.goes_on() => return None,
            Output::Wait => match first(&mut running).await {
                Event::Found(key, file) => delivery.found(&key, file),
                Event::Heard(input, rest) => {
                    if files.handle(delivery, input).is_continue()
                        && let Some((id, body)) = rest
                    {
                        running.push(Box::pin(read(id, body)));
                    }
                }
                #[cfg(feature = "single-flight")]
                Event::Shared(original, fetch) => {
                    if delivery.share_original(fetch.id, original).is_continue() {
                        running.push(Box::pin(send(&parts.client, *fetch)));
                    }
                }
            },
        }
    }
}

/// The access to files for one delivery alone.
#[derive(Debug)]
pub(super) struct Alone<'a, C, P, S>(pub(super) &'a Parts<C, P, S>);

impl<C: Client, P: Compute, S: Store> Files<C> for Alone<'_, C, P, S> {
    async fn look_up(&self, key: StoreKey) -> Event<C::Body> {
        let file = self.0.stored(&key).await;
        Event::Found(key, file)
    }

    async fn ask(&self, fetch: Fetch) -> Event<C::Body> {
        send(&self.0.client, fetch).await
    }
}

impl<C, P, S: Store> Parts<C, P, S> {
    /// Returns the file of the store under a key.
    pub(super) async fn stored(&self, key: &StoreKey) -> Option<Stored> {
        Stored::from_bytes(key, &self.store.as_ref()?.get(key).await?)
    }
}

/// Sends a request, and waits for the head of its answer.
pub(super) async fn send<C: Client>(client: &C, fetch: Fetch) -> Event<C::Body> {
    let id = fetch.id;
    match dial(client, fetch).await {
        Ok(response) => {
            let (head, body) = response.into_parts();
            Event::Heard(Input::Head(id, Response::from_parts(head, ())), Some((id, body)))
        }
        Err(error) => Event::Heard(Input::Failed(id, error), None),
    }
}

/// Looks up the addresses, has them approved, and sends the request to one of them.
async fn dial<C: Client>(client: &C, fetch: Fetch) -> Result<Response<C::Body>, FetchError> {
    #[cfg(feature = "tracing")]
    let span = tracing::debug_span!(target: "originkit", parent: fetch.span.parent(), "fetch", id = %fetch.id, host = fetch.host().0);
    let sent = async move {
        let addresses = match fetch.address() {
            Some(address) => vec![address],
            None => {
                let (host, port) = fetch.host();
                client.lookup(host, port, fetch.timeout()).await?
            }
        };
        client.send(fetch.approve(addresses)?).await
    };
    #[cfg(feature = "tracing")]
    let sent = tracing::Instrument::instrument(sent, span);
    sent.await
}

/// Reads the next piece of a body.
async fn read<B: Body>(id: FetchId, mut body: B) -> Event<B> {
    match body.chunk().await {
        Ok(Some(bytes)) => Event::Heard(Input::Chunk(id, bytes), Some((id, body))),
        Ok(None) => Event::Heard(Input::End(id), None),
        Err(error) => Event::Heard(Input::Failed(id, error), None),
    }
}

/// Waits for the first future that is ready, and takes it out.
///
/// The others keep their order, and a body that goes on is added at the end, so that all take turns.
async fn first<T>(running: &mut Vec<Pin<Box<dyn Future<Output = T> + Send + '_>>>) -> T {
    poll_fn(|context| {
        let ready = running.iter_mut().enumerate().find_map(|(at, future)| match future.as_mut().poll(context) {
            Poll::Ready(value) => Some((at, value)),
            Poll::Pending => None,
        });
        ready.map_or(Poll::Pending, |(at, value)| {
            drop(running.remove(at));
            Poll::Ready(value)
        })
    })
    .await
}
