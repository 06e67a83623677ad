//! [`Delivery`]: the sans-IO machine that fulfils one order.
//!
//! It says what to fetch and what to compute, takes in what came of it, and ends with the response.
//! It is no client, has no clock and starts no thread: [`Delivery::poll`] says what is to be done,
//! [`Delivery::handle`] hears what happened. The drivers in [`client`](crate::client) and
//! [`blocking`](crate::blocking) are loops around these two.
//!
//! ```text
//!            ┌───────── Head 404 / Failed: next origin, default image ─────────┐
//!            ▼                                                                 │
//! new ──▶ Gathering ──(every file held)──▶ Rendering ──▶ Responding ──▶ Done   │
//!            │  └──────────────────────────────────────────────────────────────┘
//!            ├──(orig-true, or no picture)──────────────▶ Responding
//!            └──(a file that no origin has, a limit)────▶ Responding, with `ik-error`
//! ```
//!
//! # Laws
//!
//! 1. [`Delivery::poll`] answers [`Output::Wait`] only while a fetch or a render is out. It cannot stall.
//! 2. There is exactly one [`Output::Respond`]. After it, `Wait` forever, and inputs are ignored.
//! 3. Any input is safe in any order. Late, repeated and unknown ids are ignored. Nothing panics.
//! 4. [`Delivery::handle`] answers `Break` as soon as more bytes could not matter: for the body of a
//!    404, for a file over the limit.
//! 5. No file takes more memory than [`Limits::source_bytes`](crate::Limits::source_bytes), whatever
//!    an origin sends; what is given up is freed at once.
//! 6. No clock: a deadline travels in [`Fetch::timeout`], its end comes back as [`FetchError::TimedOut`].

mod attempt;
mod body;
mod gather;
mod render;
mod respond;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::ACCEPT;
use http::{Method, Request, Response};

pub use self::render::{Render, Rendered, Source};
pub use crate::encoded::Encoded;

use self::gather::Gathering;
use self::respond::Served;
use crate::config::Engine;
use crate::error::Error;
use crate::order::{Answer, Job, Order, Rejection};
use crate::plan::PlanError;

/// One order on its way to a response.
///
/// Poll until it says [`Output::Wait`], hand in what happened, poll again:
///
/// ```
/// use bytes::Bytes;
/// use http::Response;
/// use originkit::delivery::{Delivery, Fetch, FetchError, Input, Output, Render, Rendered};
///
/// /// Fetches in turn; the drivers do no more than this.
/// fn by_hand(
///     mut delivery: Delivery,
///     send: impl Fn(&Fetch) -> Result<Response<Bytes>, FetchError>,
///     render: impl Fn(Render) -> Rendered,
/// ) -> Response<Bytes> {
///     loop {
///         match delivery.poll() {
///             Output::Fetch(fetch) => match send(&fetch) {
///                 Err(error) => _ = delivery.handle(Input::Failed(fetch.id, error)),
///                 Ok(response) => {
///                     let (head, body) = response.into_parts();
///                     let head = Response::from_parts(head, ());
///                     // Each step may say that no more of this answer is wanted.
///                     _ = delivery.handle(Input::Head(fetch.id, head)).is_continue()
///                         && delivery.handle(Input::Chunk(fetch.id, body)).is_continue()
///                         && delivery.handle(Input::End(fetch.id)).is_continue();
///                 }
///             },
///             Output::Render(job) => _ = delivery.handle(Input::Rendered(render(job))),
///             Output::Respond(response) => return response,
///             // Every fetch was answered in place: there is nothing to wait for.
///             Output::Wait => {}
///         }
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Delivery {
    phase: Phase,
}

/// What is to be done next.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a driver must handle every output")]
pub enum Output {
    /// Send this request. Several may come before `Wait`; run them together or in turn.
    Fetch(Fetch),
    /// Compute this, anywhere, and hand the result back.
    Render(Render),
    /// Done. Send this.
    Respond(Response<Bytes>),
    /// Nothing until the next input.
    Wait,
}

/// What has happened.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a recorded or generated input is one of these")]
pub enum Input {
    /// The head of the answer to a fetch: status and headers.
    Head(FetchId, Response<()>),
    /// A piece of its body.
    Chunk(FetchId, Bytes),
    /// Its body is complete.
    End(FetchId),
    /// It broke off, before or after the head.
    Failed(FetchId, FetchError),
    /// What came of the [`Render`].
    Rendered(Rendered),
}

/// A request to an origin.
///
/// Send it as it is, `Host` included, to the authority of its URI; do not follow redirects: the machine
/// does, by further fetches.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Fetch {
    /// What the inputs about this fetch are labelled with.
    pub id: FetchId,
    /// The request, always a GET without a body.
    pub request: Request<()>,
    /// How long it may take, from the first byte sent to the last one read.
    pub timeout: Duration,
    /// More bytes of body than this are never wanted. Only a hint: the machine counts for itself.
    pub max_bytes: u64,
}

/// Names a [`Fetch`] within its delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FetchId(u64);

impl FetchId {
    /// An id from a record of a delivery. One that the machine has not given out is ignored by it.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }
}

impl std::fmt::Display for FetchId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a fetch came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// No connection: refused, reset before an answer, no such host, or a failed TLS handshake.
    #[error("no connection")]
    Refused,
    /// [`Fetch::timeout`] is over.
    #[error("timed out")]
    TimedOut,
    /// Anything else, such as a malformed answer.
    #[error("failed")]
    Other,
}

impl Order {
    /// Starts fulfilling it.
    #[must_use]
    pub fn deliver(self) -> Delivery {
        Delivery { phase: Gathering::start(self) }
    }
}

impl Engine {
    /// Resolves a request and starts fulfilling it.
    ///
    /// Total: where [`Engine::resolve`] refuses, the delivery is born holding the error response. So it is
    /// for OPTIONS, which asks for no picture: every script may read what everybody may read.
    #[must_use]
    pub fn deliver<B>(&self, request: &Request<B>, now: SystemTime) -> Delivery {
        let response = match self.resolve(request, now) {
            Ok(order) => return order.deliver(),
            Err(Rejection::Method) if request.method() == Method::OPTIONS => respond::options(),
            Err(rejection) => {
                let head = request.method() == Method::HEAD;
                // Where pictures vary errors say so too: a cache must not have two rules for one URL.
                let at_endpoint = !matches!(rejection, Rejection::Method | Rejection::UnknownEndpoint);
                let vary = (at_endpoint && self.settings().best_format).then_some(ACCEPT);
                respond::failure(head, vary.as_slice(), rejection.into())
            }
        };
        Delivery { phase: Phase::Responding(Box::new(response)) }
    }
}

impl Delivery {
    /// Says what to do next.
    #[must_use]
    pub fn poll(&mut self) -> Output {
        match &mut self.phase {
            Phase::Gathering(gathering) => gathering.next_fetch().map_or(Output::Wait, Output::Fetch),
            Phase::Rendering(rendering) => rendering.job.take().map_or(Output::Wait, Output::Render),
            Phase::Responding(_) => match std::mem::replace(&mut self.phase, Phase::Done) {
                Phase::Responding(response) => Output::Respond(*response),
                _ => Output::Wait,
            },
            Phase::Done => Output::Wait,
        }
    }

    /// Hears what happened. `Break` says that nothing more is wanted of that answer: stop reading it.
    pub fn handle(&mut self, input: Input) -> ControlFlow<()> {
        let (phase, flow) = match (std::mem::replace(&mut self.phase, Phase::Done), input) {
            (Phase::Rendering(rendering), Input::Rendered(rendered)) => (rendering.finish(rendered), BREAK),
            (Phase::Gathering(gathering), input) => gathering.handle(input),
            (phase, _) => (phase, BREAK),
        };
        self.phase = phase;
        flow
    }
}

/// Nothing more is wanted.
const BREAK: ControlFlow<()> = ControlFlow::Break(());
/// Go on reading.
const CONTINUE: ControlFlow<()> = ControlFlow::Continue(());

#[derive(Debug)]
enum Phase {
    Gathering(Box<Gathering>),
    Rendering(Box<Rendering>),
    Responding(Box<Response<Bytes>>),
    Done,
}

/// Every file is held; the picture is being made, or about to be.
#[derive(Debug)]
struct Rendering {
    /// `None` once it was given out.
    job: Option<Render>,
    served: Served,
    answer: Answer,
}

impl Rendering {
    fn start(job: Arc<Job>, sources: Vec<Source>, served: Served, answer: Answer) -> Phase {
        Phase::Rendering(Box::new(Self { job: Some(Render { job, sources }), served, answer }))
    }

    fn finish(self, rendered: Rendered) -> Phase {
        // A result of a render that was not given out is somebody else's.
        if self.job.is_some() {
            return Phase::Rendering(Box::new(self));
        }
        let response = match rendered.result {
            Ok(encoded) => respond::picture(&self.answer, self.served, encoded),
            Err(Error::Plan(PlanError::Pending { retry_after })) => respond::intermediate(&self.answer, retry_after),
            Err(error) => respond::failure(self.answer.head, &self.answer.vary, error),
        };
        Phase::Responding(Box::new(response))
    }
}

#[cfg(test)]
mod tests {
    use super::{Delivery, Input, Output};

    #[test]
    fn a_delivery_may_go_to_another_thread() {
        fn sent<T: Send>() {}
        sent::<Delivery>();
        sent::<Input>();
        sent::<Output>();
    }
}
