//! [`drive`]: a delivery run to its end by an asynchronous HTTP client of your choice.
//!
//! It belongs to no runtime: fetches run together because they are polled together. `adapters::Reqwest` (feature
//! `reqwest`) is a client, and `adapters::Threads` (feature `tokio`) a place to render; [`Bounded`] bounds what is fetched
//! at a time. A client of your own must
//!
//! - look up the addresses of a host, and send each request as it is, `Host` included, to one of the addresses that
//!   come with it,
//! - follow no redirects, use no proxy from the environment, and not decompress,
//! - keep the time, for this crate has no clock, see below,
//! - say [`FetchError::Closed`] where a connection was closed before the first byte of an answer (the machine asks once
//!   more), and [`FetchError::Busy`] where it has as much to do as it may have (that ends the delivery).
//!
//! # Time
//!
//! [`Approved::pace`] has four bounds, and each that is passed is [`FetchError::TimedOut`], whatever is under way then:
//!
//! | Bound | Runs |
//! |---|---|
//! | [`connect`](crate::delivery::Pace::connect) | until the connection is made, TLS included |
//! | [`idle`](crate::delivery::Pace::idle) | from the request to the head of the answer, and from each piece of the body to the next: a timer that starts anew |
//! | [`rate`](crate::delivery::Pace::rate) | over the body: ask [`Pace::check`](crate::delivery::Pace::check) for each piece, with the time since the head and the bytes so far |
//! | [`total`](crate::delivery::Pace::total) | from the lookup to the last byte: a timer around it all |
//!
//! Idle time alone is no bound: an origin that sends a byte every few seconds would hold a connection until the total is
//! over. The machine bounds what can be counted: bytes ([`Limits::source_bytes`](crate::Limits::source_bytes)) and pieces
//! ([`Limits::chunks`](crate::Limits::chunks)), so that no client needs to gather small pieces into larger ones.
//!
//! # Example
//!
//! ```
//! use std::net::SocketAddr;
//! use std::time::Duration;
//! use bytes::Bytes;
//! use http::Response;
//! use originkit::client::{Body, Client};
//! use originkit::delivery::{Approved, FetchError};
//!
//! /// Answers every request with the same file.
//! struct Same(Bytes);
//! struct Once(Option<Bytes>);
//!
//! impl Client for Same {
//!     type Body = Once;
//!     async fn lookup(&self, _: &str, port: u16, _: Duration) -> Result<Vec<SocketAddr>, FetchError> {
//!         Ok(vec![SocketAddr::from(([93, 184, 215, 14], port))])
//!     }
//!     async fn send(&self, _: Approved) -> Result<Response<Once>, FetchError> {
//!         Ok(Response::new(Once(Some(self.0.clone()))))
//!     }
//! }
//! impl Body for Once {
//!     async fn chunk(&mut self) -> Result<Option<Bytes>, FetchError> {
//!         Ok(self.0.take())
//!     }
//! }
//! ```

mod bounded;

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::Response;

pub use self::bounded::{Bounded, BoundedBody};

use crate::delivery::{Approved, Delivery, Fetch, FetchError, FetchId, Input, Output, Render, Rendered};

/// An HTTP client.
pub trait Client: Send + Sync {
    /// The body of its responses.
    type Body: Body;

    /// Looks up the addresses of a host's name, each with this port. Not called for a host that is an address.
    ///
    /// # Errors
    /// [`FetchError::Refused`] where there is no such name.
    fn lookup(
        &self,
        host: &str,
        port: u16,
        timeout: Duration,
    ) -> impl Future<Output = Result<Vec<SocketAddr>, FetchError>> + Send;

    /// Sends a request to one of its addresses and waits for the head of the answer.
    ///
    /// [`Approved::pace`] bounds the whole exchange, the body included.
    ///
    /// # Errors
    /// There was no answer; a status is never an error.
    fn send(&self, request: Approved) -> impl Future<Output = Result<Response<Self::Body>, FetchError>> + Send;
}

/// The body of a response, read bit by bit.
pub trait Body: Send {
    /// The next bytes, `None` at the end.
    ///
    /// # Errors
    /// The body broke off, or took too long.
    fn chunk(&mut self) -> impl Future<Output = Result<Option<Bytes>, FetchError>> + Send;
}

/// Where renders run: on a thread pool, most likely, because one keeps a core busy.
pub trait Compute: Send + Sync {
    /// Runs the job, somewhere.
    fn run(&self, job: Render) -> impl Future<Output = Rendered> + Send;
}

/// Runs renders in place, on the thread that polls: for tests, and for servers of one request at a time.
#[cfg(feature = "pixels")]
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to set")]
pub struct Inline;

#[cfg(feature = "pixels")]
impl Compute for Inline {
    async fn run(&self, job: Render) -> Rendered {
        job.run()
    }
}

/// Runs a delivery to its end.
///
/// Dropping the future drops every fetch under way, and sets the [`Stop`](crate::render::Stop) of a render.
pub async fn drive<C: Client, P: Compute>(mut delivery: Delivery, client: &C, compute: &P) -> Response<Bytes> {
    let mut running: Vec<Running<'_, C::Body>> = Vec::new();
    loop {
        match delivery.poll() {
            Output::Fetch(fetch) => running.push(Box::pin(send(client, fetch))),
            Output::Render(job) => {
                let _dropped = job.stop().on_drop();
                _ = delivery.handle(Input::Rendered(compute.run(job).await));
            }
            Output::Keep(_) => {}
            Output::Respond(response) => return response,
            Output::Wait => {
                let Heard { input, rest } = first(&mut running).await;
                if delivery.handle(input).is_continue()
                    && let Some((id, body)) = rest
                {
                    running.push(Box::pin(read(id, body)));
                }
            }
        }
    }
}

/// What a fetch brought, and the body it may go on with.
struct Heard<B> {
    input: Input,
    rest: Option<(FetchId, B)>,
}

type Running<'a, B> = Pin<Box<dyn Future<Output = Heard<B>> + Send + 'a>>;

async fn send<C: Client>(client: &C, fetch: Fetch) -> Heard<C::Body> {
    let id = fetch.id;
    match dial(client, fetch).await {
        Ok(response) => {
            let (head, body) = response.into_parts();
            Heard { input: Input::Head(id, Response::from_parts(head, ())), rest: Some((id, body)) }
        }
        Err(error) => Heard { input: Input::Failed(id, error), rest: None },
    }
}

/// Looks up the addresses, has them approved, and sends the request to one of them.
pub(crate) async fn dial<C: Client>(client: &C, fetch: Fetch) -> Result<Response<C::Body>, FetchError> {
    #[cfg(feature = "tracing")]
    let span = tracing::debug_span!(target: "originkit", "fetch", id = %fetch.id, host = fetch.host().0);
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

async fn read<B: Body>(id: FetchId, mut body: B) -> Heard<B> {
    match body.chunk().await {
        Ok(Some(bytes)) => Heard { input: Input::Chunk(id, bytes), rest: Some((id, body)) },
        Ok(None) => Heard { input: Input::End(id), rest: None },
        Err(error) => Heard { input: Input::Failed(id, error), rest: None },
    }
}

/// Waits for the first that is ready, and takes it out.
///
/// The others keep their order, and what goes on is put at the end: they take turns.
pub(crate) async fn first<T>(running: &mut Vec<Pin<Box<dyn Future<Output = T> + Send + '_>>>) -> T {
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
