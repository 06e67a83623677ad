//! [`Search`]: one file, asked for at its origins in turn.
//!
//! ```text
//! Ready ──▶ Asked ──2xx──▶ Reading ──▶ Held
//!   ▲         │ 3xx: the same turn goes on elsewhere
//!   └─────────┴─ anything else: the next origin's turn; none left ──▶ Missing
//! ```

use std::mem;
use std::ops::ControlFlow;

use bytes::Bytes;
use http::{HeaderValue, Request, Response};

use super::body::{Body, Failure};
use super::{BREAK, CONTINUE, FetchError, FetchId};
use crate::code::ErrorCode;
use crate::limits::{LimitError, Limits};
use crate::order::{Attempt, Wanted};
use crate::path::AssetPath;
use crate::policy::{self, RedirectPolicy, Verdict};

/// The search for one file.
#[derive(Debug)]
pub(super) struct Search {
    path: AssetPath,
    attempts: std::vec::IntoIter<Attempt>,
    /// The most telling failure so far: where nobody was asked, there is no such file.
    code: ErrorCode,
    /// An origin failed that may work again soon.
    shaky: bool,
    state: State,
}

/// A file that was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) path: AssetPath,
    pub(super) bytes: Bytes,
    /// `Link` of the origin that had it.
    pub(super) canonical: Option<HeaderValue>,
    /// An origin before that one failed, and may have a better file when it works again.
    pub(super) shaky: bool,
}

#[derive(Debug)]
enum State {
    /// A request is ready to be sent.
    Ready(Turn),
    /// It was sent.
    Asked(FetchId, Turn),
    /// The body of a success is coming.
    Reading(FetchId, Option<HeaderValue>, Body),
    Held(Bytes, Option<HeaderValue>),
    Missing,
}

/// One origin's turn, redirects included.
#[derive(Debug)]
struct Turn {
    request: Request<()>,
    canonical: Option<HeaderValue>,
    /// Where it may be sent on to.
    policy: RedirectPolicy,
    /// How often it was.
    redirects: usize,
}

impl Search {
    pub(super) fn start(wanted: Wanted) -> Self {
        let Wanted { path, attempts } = wanted;
        let attempts = attempts.into_iter();
        let mut search = Self { path, attempts, code: ErrorCode::NotFound, shaky: false, state: State::Missing };
        search.next_origin();
        search
    }

    /// A request is ready to be sent.
    pub(super) fn is_ready(&self) -> bool {
        matches!(self.state, State::Ready(_))
    }

    /// The file was found.
    pub(super) fn is_held(&self) -> bool {
        matches!(self.state, State::Held(..))
    }

    /// Why no origin has the file, once that is certain.
    pub(super) fn missing(&self) -> Option<ErrorCode> {
        matches!(self.state, State::Missing).then_some(self.code)
    }

    /// Is this the answer the search waits for?
    pub(super) fn awaits(&self, id: FetchId) -> bool {
        matches!(&self.state, State::Asked(asked, _) | State::Reading(asked, ..) if *asked == id)
    }

    /// The file, if it was found.
    pub(super) fn into_found(self) -> Option<Found> {
        match self.state {
            State::Held(bytes, canonical) => Some(Found { path: self.path, bytes, canonical, shaky: self.shaky }),
            _ => None,
        }
    }

    /// Gives out the request that is ready, under this id.
    pub(super) fn ask(&mut self, id: FetchId) -> Option<Request<()>> {
        match mem::replace(&mut self.state, State::Missing) {
            State::Ready(turn) => {
                let request = turn.request.clone();
                self.state = State::Asked(id, turn);
                Some(request)
            }
            other => {
                self.state = other;
                None
            }
        }
    }

    /// Hears the head of the answer.
    pub(super) fn head(&mut self, head: &Response<()>, limits: &Limits) -> Result<ControlFlow<()>, LimitError> {
        let (id, turn) = match mem::replace(&mut self.state, State::Missing) {
            State::Asked(id, turn) => (id, turn),
            // A second head. The first one counts.
            other => {
                self.state = other;
                return Ok(CONTINUE);
            }
        };
        let outcome = match policy::verdict(head.status()) {
            Verdict::Found => Body::announced(head, limits.source_bytes)
                .map(|body| (State::Reading(id, turn.canonical, body), CONTINUE)),
            Verdict::Redirect => turn.redirected(head, limits).map(|turn| (State::Ready(turn), BREAK)),
            Verdict::Next(code) => Err(Failure::Next(code)),
        };
        match outcome {
            Ok((state, flow)) => {
                self.state = state;
                Ok(flow)
            }
            Err(failure) => self.fail(failure),
        }
    }

    /// Hears a piece of the body.
    pub(super) fn chunk(&mut self, chunk: &[u8]) -> Result<ControlFlow<()>, LimitError> {
        match &mut self.state {
            State::Reading(_, _, body) => match body.push(chunk) {
                Ok(()) => Ok(CONTINUE),
                Err(failure) => self.fail(failure),
            },
            // A body before its head is no HTTP.
            _ => self.fail(Failure::Next(ErrorCode::Unidentified)),
        }
    }

    /// Hears that the body is complete.
    pub(super) fn end(&mut self) -> Result<ControlFlow<()>, LimitError> {
        let finished = match mem::replace(&mut self.state, State::Missing) {
            State::Reading(_, canonical, body) => body.finish().map(|bytes| State::Held(bytes, canonical)),
            _ => Err(Failure::Next(ErrorCode::Unidentified)),
        };
        match finished {
            Ok(held) => {
                self.state = held;
                Ok(BREAK)
            }
            Err(failure) => self.fail(failure),
        }
    }

    /// Hears that the fetch broke off.
    pub(super) fn failed(&mut self, error: FetchError) -> Result<ControlFlow<()>, LimitError> {
        self.fail(Failure::Next(match error {
            FetchError::Refused | FetchError::TimedOut => ErrorCode::Refused,
            FetchError::Other => ErrorCode::Unidentified,
        }))
    }

    /// Frees what was read. `Err` if that ends the delivery, otherwise it is the next origin's turn.
    fn fail(&mut self, failure: Failure) -> Result<ControlFlow<()>, LimitError> {
        match failure {
            Failure::Next(code) => {
                self.note(code);
                self.next_origin();
                Ok(BREAK)
            }
            Failure::Stop(limit) => {
                self.state = State::Missing;
                Err(limit)
            }
        }
    }

    fn next_origin(&mut self) {
        self.state = loop {
            match self.attempts.next() {
                Some(Attempt::Ask { request, canonical, redirects }) => {
                    break State::Ready(Turn { request, canonical, policy: redirects, redirects: 0 });
                }
                Some(Attempt::Skip(code)) => self.note(code),
                None => break State::Missing,
            }
        };
    }

    fn note(&mut self, code: ErrorCode) {
        // Declared from the least telling to the most: ENOENT, UNIDENTIFIED, ECONNREFUSED, EACCES.
        self.code = self.code.max(code);
        self.shaky |= matches!(code, ErrorCode::Unidentified | ErrorCode::Refused);
    }
}

impl Turn {
    /// The same turn at the address that `head` points to, if the policy lets it.
    fn redirected(self, head: &Response<()>, limits: &Limits) -> Result<Self, Failure> {
        let broken = Failure::Next(ErrorCode::Unidentified);
        let mut locations = head.headers().get_all(http::header::LOCATION).iter();
        let (Some(location), None) = (locations.next(), locations.next()) else { return Err(broken) };
        if self.redirects >= limits.redirects {
            return Err(broken);
        }
        let request = policy::redirect(&self.request, location, &self.policy).map_err(Failure::Next)?;
        Ok(Self { request, redirects: self.redirects + 1, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Endpoint, Engine, Origin};

    fn search(attempts: Vec<Attempt>) -> Search {
        Search::start(Wanted { path: AssetPath::from_text("a.jpg").unwrap(), attempts })
    }

    fn engine() -> Engine {
        let endpoint = Endpoint::new("https://img.example.com").unwrap();
        Engine::builder().endpoint(endpoint.origin(Origin::new("https://o.example").unwrap())).build().unwrap()
    }

    fn ask(uri: &str) -> Attempt {
        Attempt::Ask {
            request: Request::get(uri).body(()).unwrap(),
            canonical: None,
            redirects: RedirectPolicy { home: None, hosts: None, engine: engine() },
        }
    }

    #[test]
    fn skips_origins_that_cannot_have_it() {
        let mut skipping = search(vec![Attempt::Skip(ErrorCode::NotFound), ask("https://b.example/a.jpg")]);
        assert!(skipping.is_ready());
        assert_eq!(skipping.ask(FetchId(1)).unwrap().uri(), "https://b.example/a.jpg");
        assert!(skipping.ask(FetchId(2)).is_none(), "once");
        assert!(skipping.awaits(FetchId(1)) && !skipping.awaits(FetchId(2)));
        assert_eq!(search(vec![Attempt::Skip(ErrorCode::Denied)]).missing(), Some(ErrorCode::Denied));
        assert_eq!(search(Vec::new()).missing(), Some(ErrorCode::NotFound));
    }

    #[test]
    fn a_second_head_does_not_count() {
        let mut search = search(vec![ask("https://a.example/a.jpg")]);
        search.ask(FetchId(1)).unwrap();
        let limits = Limits::default();
        assert_eq!(search.head(&Response::new(()), &limits), Ok(CONTINUE));
        assert_eq!(search.chunk(b"a"), Ok(CONTINUE));
        let not_found = Response::builder().status(404).body(()).unwrap();
        assert_eq!(search.head(&not_found, &limits), Ok(CONTINUE));
        assert_eq!(search.end(), Ok(BREAK));
        assert_eq!(search.into_found().unwrap().bytes, "a");
    }
}
