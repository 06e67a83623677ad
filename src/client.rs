//! [`drive`]: a delivery run to its end by an asynchronous HTTP client of your choice.
//!
//! It belongs to no runtime: fetches run together because they are polled together. A client is a
//! few lines around one you have (`examples/serve` has one for reqwest), and must
//!
//! - send each request as it is, `Host` included, to the authority of its URI,
//! - follow no redirects, use no proxy from the environment, and not decompress,
//! - come back with [`FetchError::TimedOut`] when the timeout is over, whatever is under way then.
//!
//! ```
//! use std::time::Duration;
//! use bytes::Bytes;
//! use http::{Request, Response};
//! use originkit::client::{Body, Client};
//! use originkit::delivery::FetchError;
//!
//! /// Answers every request with the same file.
//! struct Same(Bytes);
//! struct Once(Option<Bytes>);
//!
//! impl Client for Same {
//!     type Body = Once;
//!     async fn send(&self, _: Request<()>, _: Duration) -> Result<Response<Once>, FetchError> {
//!         Ok(Response::new(Once(Some(self.0.clone()))))
//!     }
//! }
//! impl Body for Once {
//!     async fn chunk(&mut self) -> Result<Option<Bytes>, FetchError> {
//!         Ok(self.0.take())
//!     }
//! }
//! ```

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

use crate::delivery::{Delivery, Fetch, FetchError, FetchId, Input, Output, Render, Rendered};

/// An HTTP client.
pub trait Client: Send + Sync {
    /// The body of its responses.
    type Body: Body;

    /// Sends a request and waits for the head of the answer.
    ///
    /// `timeout` bounds the whole exchange, the body included.
    ///
    /// # Errors
    /// There was no answer; a status is never an error.
    fn send(
        &self,
        request: Request<()>,
        timeout: Duration,
    ) -> impl Future<Output = Result<Response<Self::Body>, FetchError>> + Send;
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
/// Dropping the future drops every fetch under way.
pub async fn drive<C: Client, P: Compute>(mut delivery: Delivery, client: &C, compute: &P) -> Response<Bytes> {
    let mut running: Vec<Running<'_, C::Body>> = Vec::new();
    loop {
        match delivery.poll() {
            Output::Fetch(fetch) => running.push(Box::pin(send(client, fetch))),
            Output::Render(job) => _ = delivery.handle(Input::Rendered(compute.run(job).await)),
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
    match client.send(fetch.request, fetch.timeout).await {
        Ok(response) => {
            let (head, body) = response.into_parts();
            Heard { input: Input::Head(fetch.id, Response::from_parts(head, ())), rest: Some((fetch.id, body)) }
        }
        Err(error) => Heard { input: Input::Failed(fetch.id, error), rest: None },
    }
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
