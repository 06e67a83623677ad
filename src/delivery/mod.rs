//! [`Delivery`]: the sans-IO machine that fulfils one order.
//!
//! The machine says which files to look up and fetch and what to render, takes in the results, and ends with the
//! response. It is not a client, has no clock and starts no threads: [`Delivery::poll`] returns the next thing to do,
//! and [`Delivery::handle`] takes in what happened. The drivers in [`client`](crate::client) and
//! [`blocking`](crate::blocking) are loops around these two methods.
//!
//! ```text
//!                            ┌── Head 404 / Failed: next origin, default image ──┐
//!                            ▼                                                   │
//! new ──▶ Recalling ──▶ Gathering ──(every file held)──▶ Rendering ──▶ Responding ──▶ Done
//!            │  ▲            ├──(orig-true, or not an image)──────▶ Responding     │
//!            │  │            ├──(the validators say that nothing has changed)─▶ Responding
//!            │  │            └──(no origin has it, a limit, a client that is busy)─▶ Responding, with `ik-error`
//!            │  └─────────────────(the answer was stale: renew it)────────────────┘
//!            │                        Rendering ◀──(the answer was interim: AVIF)──┘
//!            └──(the store has a fresh rendition, or a stale one that may be used)─▶ Responding
//! ```
//!
//! # Laws
//!
//! 1. [`Delivery::poll`] returns [`Output::Wait`] only while a lookup, a fetch or a render is outstanding. It cannot
//!    stall.
//! 2. There is exactly one [`Output::Respond`]. After it, outputs follow only to renew a stale rendition in the store,
//!    or to replace an interim one there, while [`Delivery::goes_on`] returns `true`. The delivery may be dropped
//!    instead. Once it has ended, it always returns `Wait` and ignores inputs.
//! 3. Any input is safe in any order. Late, repeated and unknown ids and keys are ignored. Nothing panics.
//! 4. [`Delivery::handle`] returns `Break` as soon as more bytes could not matter: for the body of a 404, for a file
//!    over the limit.
//! 5. No file takes more memory than [`Limits::source_bytes`](crate::Limits::source_bytes), whatever an origin sends;
//!    memory that is no longer needed is freed immediately. (The store bounds what it returns.)
//! 6. Files for the store are handed out before the response, as [`Output::Store`], and never delay it.
//! 7. Results of transient failures are not stored: such an error is `no-store`, and a fallback for the file is fresh
//!    for seconds only and never handed out as [`Output::Store`].
//! 8. There is no clock: a deadline is passed on in [`Fetch::timeout`], and its end comes back as
//!    [`FetchError::TimedOut`]. The age of a file is computed from the time at which the order was made.

mod attempt;
mod body;
mod coding;
mod content_encoding;
mod fetch;
mod file_type;
mod gather;
mod gather_context;
mod messages;
mod outcome;
mod recall;
mod render;
mod rendering;
mod respond;
mod turn;
#[cfg(feature = "decompress")]
mod undo;

use std::collections::VecDeque;
use std::ops::ControlFlow;
#[cfg(feature = "tower")]
use std::time::Duration;
use std::time::SystemTime;

use bytes::Bytes;
use http::header::ACCEPT;
use http::{Method, Request, Response};

pub use self::fetch::{Approved, Fetch, FetchError, FetchId, Pace};
pub use self::messages::{Input, Output};
pub use self::outcome::Outcome;
pub use self::render::{Render, Rendered, Source};
#[cfg(feature = "single-flight")]
pub(crate) use self::respond::Shareable;
pub use crate::order::CacheKey;
pub use crate::policy::{ACCEPT_CH, COMPRESSIBLE};

use self::gather::Gathering;
use self::messages::BREAK;
use self::recall::Recall;
use self::rendering::Rendering;
use self::respond::ResponseHead;
use crate::config::{Endpoint, Engine, Settings};
use crate::error::Error;
use crate::order::{Order, Rejection};
use crate::store::{StoreKey, Stored};
use crate::trace::{Span, event};

/// The delivery of one order, up to its response.
///
/// Poll until it returns [`Output::Wait`], hand in what happened, and poll again:
///
/// ```
/// use std::net::SocketAddr;
/// use bytes::Bytes;
/// use http::Response;
/// use originkit::delivery::{Approved, Delivery, FetchError, Input, Output, Render, Rendered};
/// use originkit::store::StoreKey;
///
/// /// Fetches in turn, with a store that is a map; the drivers do no more than this.
/// fn by_hand(
///     mut delivery: Delivery,
///     store: &mut std::collections::HashMap<StoreKey, Bytes>,
///     lookup: impl Fn((&str, u16)) -> Result<Vec<SocketAddr>, FetchError>,
///     send: impl Fn(Approved) -> Result<Response<Bytes>, FetchError>,
///     render: impl Fn(Render) -> Rendered,
/// ) -> Option<Response<Bytes>> {
///     let mut response = None;
///     while delivery.goes_on() {
///         match delivery.poll() {
///             Output::Lookup(key) => {
///                 let file = store.get(&key).cloned();
///                 _ = delivery.handle(Input::Found(key, file));
///             }
///             Output::Fetch(fetch) => {
///                 let id = fetch.id;
///                 let addresses = lookup(fetch.host());
///                 match addresses.and_then(|all| fetch.approve(all)).and_then(&send) {
///                     Err(error) => _ = delivery.handle(Input::Failed(id, error)),
///                     Ok(response) => {
///                         let (head, body) = response.into_parts();
///                         let head = Response::from_parts(head, ());
///                         // Each step may say that no more of this answer is needed.
///                         _ = delivery.handle(Input::Head(id, head)).is_continue()
///                             && delivery.handle(Input::Chunk(id, body)).is_continue()
///                             && delivery.handle(Input::End(id)).is_continue();
///                     }
///                 }
///             }
///             Output::Render(job) => _ = delivery.handle(Input::Rendered(render(job))),
///             Output::Store(file) => _ = store.insert(file.key().clone(), file.to_bytes()),
///             // Send it now. After a stale answer the loop goes on, and renews it in the store.
///             Output::Respond(answer) => response = Some(answer),
///             // Every output was answered in place: there is nothing to wait for.
///             Output::Wait => break,
///         }
///     }
///     response
/// }
/// ```
///
/// A delivery answers once, so it cannot be cloned, and a render can be run only once:
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
    /// Files for the store.
    store: VecDeque<Stored>,
    /// `true` once the response was given out.
    answered: bool,
    /// The phase after the response: a stale answer is renewed, or an interim one is replaced.
    renewal: Option<Phase>,
    /// `false` if nothing is stored after the response.
    has_store: bool,
    span: Span,
}

impl Order {
    /// Starts fulfilling the order.
    #[must_use]
    pub fn deliver(self) -> Delivery {
        let span = Span::delivery(self.endpoint(), self.path());
        Delivery::new(Phase::Recalling(Box::new(Recall::new(self))), span)
    }

    /// Returns the key of the rendition in a store. It is made of the [`CacheKey`] and of the parts of the
    /// configuration that change the file, and is equal in every instance with an equal configuration.
    #[must_use]
    pub fn store_key(&self) -> StoreKey {
        StoreKey::rendition(self.answer.name)
    }
}

impl Engine {
    /// Resolves a request and starts fulfilling it.
    ///
    /// It never fails: if [`Engine::resolve`] refuses the request, the delivery starts out with the error response.
    /// OPTIONS, which requests no image, is answered immediately as well: scripts of every origin may read what is
    /// public.
    #[must_use]
    pub fn deliver<B>(&self, request: &Request<B>, now: SystemTime) -> Delivery {
        self.resolve(request, now).map_or_else(|rejection| self.refuse(request, rejection), Order::deliver)
    }

    /// Returns a delivery that answers a request without an order.
    pub(crate) fn refuse<B>(&self, request: &Request<B>, rejection: Rejection) -> Delivery {
        let response = if matches!(rejection, Rejection::Method) && request.method() == Method::OPTIONS {
            respond::options()
        } else {
            // If images have a `Vary`, errors have it too: a cache must not see two rules for one URL.
            let at_endpoint = !matches!(rejection, Rejection::Method | Rejection::UnknownEndpoint { .. });
            self.failure(request, at_endpoint, rejection.into())
        };
        let endpoint = self.endpoint_of(request).map_or("", Endpoint::base);
        Delivery::new(Phase::Responding(Box::new(response)), Span::delivery(endpoint, request.uri().path()))
    }

    /// Returns the answer to a request that is not even read, because the server is overloaded.
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
    fn new(phase: Phase, span: Span) -> Self {
        Self { phase, store: VecDeque::new(), answered: false, renewal: None, has_store: true, span }
    }

    /// Returns the next thing to do.
    #[must_use]
    pub fn poll(&mut self) -> Output {
        let span = self.span.clone();
        let _entered = span.enter();
        loop {
            if let Some(file) = self.store.pop_front() {
                return Output::Store(file);
            }
            match &mut self.phase {
                Phase::Recalling(recall) => return recall.lookup().map_or(Output::Wait, Output::Lookup),
                Phase::Gathering(gathering) => {
                    if let Some(key) = gathering.next_lookup() {
                        return Output::Lookup(key);
                    }
                    if !gathering.is_ready() {
                        return Output::Wait;
                    }
                    match gathering.next_fetch() {
                        Some(mut fetch) => {
                            fetch.span = span.clone();
                            return Output::Fetch(fetch);
                        }
                        // It cannot be signed. Each pass leaves one origin fewer.
                        None => self.pass_over(),
                    }
                }
                Phase::Rendering(rendering) => {
                    // After the answer there is no client whose time is saved.
                    let job = rendering.next(self.has_store && !self.answered);
                    return job.map_or(Output::Wait, |job| Output::Render(Render { span: span.clone(), ..job }));
                }
                Phase::Responding(_) => {
                    let next = self.renewal.take().unwrap_or(Phase::Done);
                    let Phase::Responding(response) = std::mem::replace(&mut self.phase, next) else {
                        return Output::Wait;
                    };
                    // The result of a renewal is for the store alone.
                    if !std::mem::replace(&mut self.answered, true) {
                        event!(
                            "respond",
                            status = response.status().as_u16(),
                            code = respond::code(&response),
                            cause = response.extensions().get::<Error>().map(ToString::to_string),
                            outcome = Outcome::of(&response).map(Outcome::as_str),
                            bytes = response.body().len()
                        );
                        return Output::Respond(*response);
                    }
                }
                Phase::Done => return Output::Wait,
            }
        }
    }

    /// Returns `true` until the last output was given out. That is the response, with two exceptions. After a stale one
    /// the delivery goes on to renew the rendition in the store (RFC 5861, stale-while-revalidate), and after an interim
    /// one to write the image in AVIF ([`Settings::avif_after_answer`]). Dropping the delivery instead leaves the store
    /// unchanged.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        !matches!(self.phase, Phase::Done) || !self.store.is_empty()
    }

    /// Makes the delivery end with its response, as far as it goes on for a store only: there is none.
    pub(crate) fn without_store(&mut self) {
        self.has_store = false;
    }

    /// Goes on after an origin to which no request could be sent.
    fn pass_over(&mut self) {
        self.phase = match std::mem::replace(&mut self.phase, Phase::Done) {
            Phase::Gathering(gathering) => gathering.go_on(&mut self.store),
            other => other,
        };
    }

    /// Takes in what happened. `Break` means that nothing more is needed of that answer: stop reading it.
    pub fn handle(&mut self, input: Input) -> ControlFlow<()> {
        let span = self.span.clone();
        let _entered = span.enter();
        let (phase, flow) = match (std::mem::replace(&mut self.phase, Phase::Done), input) {
            (phase, Input::Found(key, file)) => {
                self.phase = phase;
                let file = file.and_then(|bytes| Stored::from_bytes(&key, &bytes));
                self.found(&key, file);
                return BREAK;
            }
            (Phase::Rendering(rendering), Input::Rendered(rendered)) => {
                let (phase, renewal) = rendering.finish(rendered, &mut self.store);
                self.renewal = renewal;
                (phase, BREAK)
            }
            (Phase::Gathering(gathering), input) => gathering.handle(input, &mut self.store),
            (phase, _) => (phase, BREAK),
        };
        self.phase = phase;
        flow
    }

    /// Takes in the file that a store has under a key.
    pub(crate) fn found(&mut self, key: &StoreKey, file: Option<Stored>) {
        let span = self.span.clone();
        let _entered = span.enter();
        self.phase = match (std::mem::replace(&mut self.phase, Phase::Done), file) {
            (Phase::Recalling(recall), None) if recall.awaits(key) => recall.gather(None, &mut self.store),
            (Phase::Recalling(recall), Some(Stored::Rendition(kept))) if recall.awaits(key) => {
                self.recalled(recall, kept)
            }
            (Phase::Gathering(gathering), None) => gathering.found(key, None, &mut self.store),
            (Phase::Gathering(gathering), Some(Stored::Original(original))) => {
                gathering.found(key, Some(original), &mut self.store)
            }
            (phase, _) => phase,
        };
    }
}

#[derive(Debug)]
enum Phase {
    Recalling(Box<Recall>),
    Gathering(Box<Gathering>),
    Rendering(Box<Rendering>),
    Responding(Box<Response<Bytes>>),
    Done,
}

fn responding(response: Response<Bytes>) -> Phase {
    Phase::Responding(Box::new(response))
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
