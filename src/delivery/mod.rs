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
//!            ├──(the browser has it, or last time's is the same: by tags, nothing is decoded)──▶ Responding
//!            └──(a file that no origin has, a limit, a client that is busy)──▶ Responding, with `ik-error`
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
//!    an origin sends; what is given up is freed at once. (What a store brought is the store's to bound.)
//! 6. What is to be kept is handed out before the response, as [`Output::Keep`], and never holds it up.
//! 7. What failed for a moment is not kept: such an error is `no-store`, and what stands in for the file meanwhile is good
//!    for seconds and never handed out as [`Output::Keep`].
//! 8. No clock: a deadline travels in [`Fetch::timeout`], its end comes back as [`FetchError::TimedOut`]. How old
//!    a file is is told by the time that the order was made at.

mod attempt;
mod body;
mod coding;
mod content_encoding;
mod fetch;
mod file_type;
mod frame;
mod gather;
mod gather_context;
mod key;
mod messages;
mod original;
mod render;
mod rendition;
mod respond;
mod reuse;
mod turn;
#[cfg(feature = "decompress")]
mod undo;

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Arc;
#[cfg(feature = "tower")]
use std::time::Duration;
use std::time::SystemTime;

use bytes::Bytes;
use http::header::ACCEPT;
use http::{Method, Request, Response};

pub use self::fetch::{Approved, Fetch, FetchError, FetchId, Pace};
pub use self::key::StoreKey;
pub use self::messages::{Input, Keep, Output};
pub use self::original::Original;
pub use self::render::{Render, Rendered, Source};
pub use self::rendition::Rendition;
#[cfg(feature = "cache")]
pub(crate) use self::respond::Passing;
pub use self::reuse::Reuse;
pub use crate::order::CacheKey;
pub use crate::policy::{ACCEPT_CH, COMPRESSIBLE};

use self::gather::Gathering;
use self::gather_context::GatherContext;
use self::messages::BREAK;
use self::rendition::Served;
use self::respond::ResponseHead;
use crate::config::{Engine, Settings};
use crate::error::Error;
use crate::note::{Note, Notes};
use crate::order::{Order, Rejection, RenderSpec, ResponseSpec};
use crate::plan::PlanError;
use crate::policy::Term;
use crate::stop::Stop;
use crate::trace::event;

/// One order on its way to a response.
///
/// Poll until it says [`Output::Wait`], hand in what happened, poll again:
///
/// ```
/// use std::net::SocketAddr;
/// use bytes::Bytes;
/// use http::Response;
/// use originkit::delivery::{Approved, Delivery, FetchError, Input, Output, Render, Rendered};
///
/// /// Fetches in turn; the drivers do no more than this.
/// fn by_hand(
///     mut delivery: Delivery,
///     lookup: impl Fn((&str, u16)) -> Result<Vec<SocketAddr>, FetchError>,
///     send: impl Fn(Approved) -> Result<Response<Bytes>, FetchError>,
///     render: impl Fn(Render) -> Rendered,
/// ) -> Response<Bytes> {
///     loop {
///         match delivery.poll() {
///             Output::Fetch(fetch) => {
///                 let id = fetch.id;
///                 match lookup(fetch.host()).and_then(|addresses| fetch.approve(addresses)).and_then(&send) {
///                     Err(error) => _ = delivery.handle(Input::Failed(id, error)),
///                     Ok(response) => {
///                         let (head, body) = response.into_parts();
///                         let head = Response::from_parts(head, ());
///                         // Each step may say that no more of this answer is wanted.
///                         _ = delivery.handle(Input::Head(id, head)).is_continue()
///                             && delivery.handle(Input::Chunk(id, body)).is_continue()
///                             && delivery.handle(Input::End(id)).is_continue();
///                     }
///                 }
///             }
///             Output::Render(job) => _ = delivery.handle(Input::Rendered(render(job))),
///             // Nothing is kept here.
///             Output::Keep(_) => {}
///             Output::Respond(response) => return response,
///             // Every fetch was answered in place: there is nothing to wait for.
///             Output::Wait => {}
///         }
///     }
/// }
/// ```
///
/// A delivery answers once, so that there are no copies of one, and a render is run once:
///
/// ```compile_fail,E0599
/// # fn f(delivery: &originkit::Delivery) {
/// let second = delivery.clone().poll();
/// # }
/// ```
#[cfg_attr(
    feature = "pixels",
    doc = "
```compile_fail,E0382
# fn f(render: originkit::delivery::Render) {
let (first, second) = (render.run(), render.run());
# }
```"
)]
#[derive(Debug)]
pub struct Delivery {
    phase: Phase,
    /// What a store is to be given.
    keep: VecDeque<Keep>,
}

impl Order {
    /// Starts fulfilling it.
    #[must_use]
    pub fn deliver(self) -> Delivery {
        Delivery::start(self, None)
    }
}

impl Engine {
    /// Resolves a request and starts fulfilling it.
    ///
    /// Total: where [`Engine::resolve`] refuses, the delivery is born holding the error response. So it is
    /// for OPTIONS, which asks for no picture: every script may read what everybody may read.
    #[must_use]
    pub fn deliver<B>(&self, request: &Request<B>, now: SystemTime) -> Delivery {
        self.resolve(request, now).map_or_else(|rejection| self.refuse(request, rejection), Order::deliver)
    }

    /// A delivery that is the answer to a request without an order.
    pub(crate) fn refuse<B>(&self, request: &Request<B>, rejection: Rejection) -> Delivery {
        let response = if matches!(rejection, Rejection::Method) && request.method() == Method::OPTIONS {
            respond::options()
        } else {
            // Where pictures vary errors say so too: a cache must not have two rules for one URL.
            let at_endpoint = !matches!(rejection, Rejection::Method | Rejection::UnknownEndpoint { .. });
            self.failure(request, at_endpoint, rejection.into())
        };
        Delivery { phase: Phase::Responding(Box::new(response)), keep: VecDeque::new() }
    }

    /// The answer to a request that is not even read, because there is too much to do.
    #[cfg(feature = "tower")]
    pub(crate) fn busy<B>(&self, request: &Request<B>, retry_after: Duration) -> Response<Bytes> {
        self.failure(request, true, Error::Busy { retry_after })
    }

    fn failure<B>(&self, request: &Request<B>, at_endpoint: bool, error: Error) -> Response<Bytes> {
        let head = request.method() == Method::HEAD;
        let Settings { best_format, caching, gateway_statuses: gateway, .. } = self.settings();
        let vary = (at_endpoint && *best_format).then_some(ACCEPT);
        let manner = ResponseHead { head, vary: vary.as_slice(), caching, gateway: *gateway, transient: false };
        respond::failure(&manner, error)
    }
}

impl Delivery {
    fn start(order: Order, last: Option<Rendition>) -> Self {
        let mut keep = VecDeque::new();
        Self { phase: Gathering::start(order, last, &mut keep), keep }
    }

    /// Says what to do next.
    #[must_use]
    pub fn poll(&mut self) -> Output {
        loop {
            if let Some(keep) = self.keep.pop_front() {
                return Output::Keep(keep);
            }
            match &mut self.phase {
                Phase::Gathering(gathering) if gathering.is_ready() => match gathering.next_fetch() {
                    Some(fetch) => return Output::Fetch(fetch),
                    // It cannot be signed. Each time there is one origin less to ask.
                    None => self.pass_over(),
                },
                Phase::Rendering(rendering) => return rendering.job.take().map_or(Output::Wait, Output::Render),
                Phase::Responding(_) => match std::mem::replace(&mut self.phase, Phase::Done) {
                    Phase::Responding(response) => {
                        event!(
                            "respond",
                            status = response.status().as_u16(),
                            code = respond::code(&response),
                            cause = response.extensions().get::<Error>().map(ToString::to_string),
                            bytes = response.body().len()
                        );
                        return Output::Respond(*response);
                    }
                    _ => return Output::Wait,
                },
                Phase::Gathering(_) | Phase::Done => return Output::Wait,
            }
        }
    }

    /// Goes on after an origin that could not be asked.
    fn pass_over(&mut self) {
        self.phase = match std::mem::replace(&mut self.phase, Phase::Done) {
            Phase::Gathering(gathering) => gathering.go_on(&mut self.keep),
            other => other,
        };
    }

    /// Hears what happened. `Break` says that nothing more is wanted of that answer: stop reading it.
    pub fn handle(&mut self, input: Input) -> ControlFlow<()> {
        let (phase, flow) = match (std::mem::replace(&mut self.phase, Phase::Done), input) {
            (Phase::Rendering(rendering), Input::Rendered(rendered)) => {
                (rendering.finish(rendered, &mut self.keep), BREAK)
            }
            (Phase::Gathering(gathering), input) => gathering.handle(input, &mut self.keep),
            (phase, _) => (phase, BREAK),
        };
        self.phase = phase;
        flow
    }
}

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
    answer: ResponseSpec,
    terms: GatherContext,
}

impl Rendering {
    fn start(
        job: Arc<RenderSpec>,
        sources: Vec<Source>,
        served: Served,
        answer: ResponseSpec,
        terms: GatherContext,
    ) -> Phase {
        Phase::Rendering(Box::new(Self {
            job: Some(Render { job, sources, stop: Stop::new() }),
            served,
            answer,
            terms,
        }))
    }

    fn finish(self, rendered: Rendered, keep: &mut VecDeque<Keep>) -> Phase {
        // A result of a render that was not given out is somebody else's.
        if self.job.is_some() {
            return Phase::Rendering(Box::new(self));
        }
        let response = match rendered.result {
            Ok(mut encoded) => {
                let notes = std::mem::take(&mut encoded.notes);
                // What is damaged today may be mended in a minute.
                let served = if notes.iter().any(Note::is_damage) {
                    let until = self.terms.now.saturating_add(self.terms.caching.errors.as_secs());
                    let term = self.served.term.max(Term::Brief);
                    Served { term, fresh_until: self.served.fresh_until.min(until), ..self.served }
                } else {
                    self.served
                };
                let rendition = Rendition::picture(served, encoded);
                keep.extend(rendition.to_keep(&self.terms).map(Keep::Rendition));
                let mut response = respond::rendition(&self.answer, &rendition);
                if !notes.is_empty() {
                    response.extensions_mut().insert(Notes(notes));
                }
                response
            }
            Err(Error::Plan(PlanError::Pending { retry_after })) => respond::intermediate(&self.answer, retry_after),
            Err(error) => {
                // Of a file that stands in for another one for a moment, its faults are those of the moment, too.
                let transient = self.served.term == Term::Moment;
                respond::failure(&ResponseHead { transient, ..(&self.answer).into() }, error)
            }
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
