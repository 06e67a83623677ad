//! [`Search`]: the search for one file, which is requested from its origins in turn.
//!
//! ```text
//!                       ┌──── stored, still fresh ─────────────┐
//!                       │                                      ▼
//! Due ──▶ LookingUp ──▶ Ready ──▶ Asked ──2xx──▶ Reading ───▶ Held
//!  ▲          absent, or  ▲         │ ├─304: the stored file is still current
//!  │          stale       │         │ └─the origin is down, and the stale file may be used
//!  │                      └─────────┤ closed before an answer: the request is sent again
//!  └────────────────────────────────┤ 3xx: the same turn goes on elsewhere
//!                                   └─ anything else: the next origin's turn; none left ──▶ Missing
//! ```
//!
//! A ready request that cannot be signed also leads to the next origin's turn: it is not sent.

use std::mem;
use std::ops::ControlFlow;

use http::{HeaderValue, Response};

use super::body::{Body, Failure};
use super::fetch::{Fetch, FetchError, FetchId};
use super::gather_context::GatherContext;
use super::messages::{BREAK, CONTINUE};
use super::turn::Turn;
use crate::fingerprint::Fingerprint;
use crate::format::Format;
use crate::limits::LimitError;
use crate::order::{Attempt, SourceRequest};
use crate::path::AssetPath;
use crate::policy::{self, FileKind, Freshness, OriginError, Term, Verdict};
use crate::store::{Facts, Original, StoreKey};
use crate::trace::event;

/// The search for one file.
#[derive(Debug)]
pub(super) struct Search {
    path: AssetPath,
    attempts: std::vec::IntoIter<Attempt>,
    /// The most specific failure so far; [`OriginError::NotFound`] if no origin was asked.
    cause: OriginError,
    /// The origin with that failure, if one was asked.
    origin: Option<String>,
    /// The term for which the file may be kept, given the answers of earlier origins.
    term: Term,
    /// The length of the body in bytes at which it is next checked for being a video.
    look_at: usize,
    state: State,
}

/// A file that was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) path: AssetPath,
    pub(super) original: Original,
}

#[derive(Debug)]
enum State {
    /// The file is to be looked up in the store.
    Due(Turn),
    /// The lookup was given out.
    LookingUp(Turn),
    /// A request is ready to be sent.
    Ready(Turn),
    /// The request was sent.
    Asked(FetchId, Turn),
    /// The body of a successful answer is arriving.
    Reading(FetchId, Turn, Facts, Body),
    Held(Turn, Original),
    Missing,
}

/// The facts about a file once its head was read, or once it came from a store.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) facts: &'a Facts,
    /// The identity of the content.
    pub(super) identity: Fingerprint,
    /// The `Link` header of the origin that has the file.
    pub(super) canonical: Option<&'a HeaderValue>,
}

impl Search {
    pub(super) fn start(wanted: SourceRequest) -> Self {
        let SourceRequest { path, attempts } = wanted;
        let attempts = attempts.into_iter();
        let (cause, term) = (OriginError::NotFound, Term::Full);
        let mut search = Self { path, attempts, cause, origin: None, term, look_at: 0, state: State::Missing };
        search.next_origin();
        search
    }

    /// Returns `true` if a request is ready to be sent.
    pub(super) fn is_ready(&self) -> bool {
        matches!(self.state, State::Ready(_))
    }

    /// Returns `true` while a store may still have the file.
    pub(super) fn is_looking(&self) -> bool {
        matches!(self.state, State::Due(_) | State::LookingUp(_))
    }

    /// Returns the key to look up in the store, once for each request.
    pub(super) fn lookup(&mut self) -> Option<StoreKey> {
        match mem::replace(&mut self.state, State::Missing) {
            State::Due(turn) => {
                let key = turn.key.clone();
                self.state = State::LookingUp(turn);
                Some(key)
            }
            other => {
                self.state = other;
                None
            }
        }
    }

    /// Returns `true` if the lookup of this key is outstanding.
    pub(super) fn looks_up(&self, key: &StoreKey) -> bool {
        matches!(&self.state, State::LookingUp(turn) if turn.key == *key)
    }

    /// Returns `true` if the file was found.
    pub(super) fn is_held(&self) -> bool {
        matches!(self.state, State::Held(..))
    }

    /// Returns the reason why no origin has the file, once that is certain.
    pub(super) fn missing(&self) -> Option<OriginError> {
        matches!(self.state, State::Missing).then_some(self.cause)
    }

    /// Returns the term for which the result so far may be kept.
    pub(super) const fn term(&self) -> Term {
        self.term
    }

    /// Returns the origin with the failure of [`Search::missing`], if one was asked.
    pub(super) fn origin(&self) -> Option<String> {
        self.origin.clone()
    }

    /// Returns the path of the file below its origin.
    pub(super) const fn path(&self) -> &AssetPath {
        &self.path
    }

    /// Returns `true` if enough of the body has arrived that [`Search::is_video`] may give another result than the last
    /// time. That is twice as much as then, so that a body in many pieces is not checked for each of them.
    pub(super) fn is_worth_a_look(&mut self) -> bool {
        let State::Reading(.., body) = &self.state else { return true };
        let length = body.bytes().len();
        let is_due = length >= self.look_at;
        if is_due {
            self.look_at = length.saturating_mul(2);
        }
        is_due
    }

    /// Returns `true` once the type or the first bytes of the file say that it is a video.
    pub(super) fn is_video(&self) -> bool {
        /// Once the file is longer than this, it has been checked before.
        const LOOK_AT: usize = 64 * 1024;
        let (media, bytes) = match &self.state {
            State::Reading(.., body) if body.bytes().len() > LOOK_AT => return false,
            State::Reading(_, _, facts, body) => (&facts.media, body.bytes()),
            State::Held(_, original) => (&original.facts.media, original.bytes().as_ref()),
            State::Due(_) | State::LookingUp(_) | State::Ready(_) | State::Asked(..) | State::Missing => return false,
        };
        match Format::sniff(bytes) {
            None => media.is_video() || Format::is_video(bytes),
            Some(_) => false,
        }
    }

    /// Returns `true` if the search waits for the answer with this id.
    pub(super) fn awaits(&self, id: FetchId) -> bool {
        matches!(&self.state, State::Asked(asked, _) | State::Reading(asked, ..) if *asked == id)
    }

    /// Returns the facts about the file, or `None` if the identity of its content is not known yet.
    pub(super) fn known(&self) -> Option<Known<'_>> {
        let (turn, facts) = match &self.state {
            State::Reading(_, turn, facts, _) => (turn, facts),
            State::Held(turn, original) => (turn, &original.facts),
            State::Due(_) | State::LookingUp(_) | State::Ready(_) | State::Asked(..) | State::Missing => return None,
        };
        Some(Known { facts, identity: turn.identity?, canonical: turn.canonical.as_ref() })
    }

    /// Returns the file, if it was found.
    pub(super) fn into_found(self) -> Option<Found> {
        match self.state {
            State::Held(_, original) => Some(Found { path: self.path, original }),
            _ => None,
        }
    }

    /// Returns the file for the store, once after it arrived.
    pub(super) fn take_new(&mut self, terms: &GatherContext) -> Option<Original> {
        let State::Held(turn, original) = &mut self.state else { return None };
        // A page in the place of an image may be gone soon.
        let is_good = policy::file_kind(&self.path, &original.facts.media, &original.bytes) != FileKind::NoImage;
        let is_new = !mem::replace(&mut turn.is_stored, true) && original.facts.said.is_kept(&terms.caching) && is_good;
        is_new.then(|| original.clone())
    }

    /// Gives out the request that is ready, under this id. Returns `None` if there is none. If the request cannot be
    /// signed, that origin has failed, and the result is `None` too.
    pub(super) fn ask(&mut self, id: FetchId, terms: &GatherContext) -> Option<Fetch> {
        let turn = match mem::replace(&mut self.state, State::Missing) {
            State::Ready(turn) => turn,
            other => {
                self.state = other;
                return None;
            }
        };
        match turn.sent(terms.now) {
            Ok(request) => {
                let trusted = turn.policy.trusts(request.uri());
                let mut fetch = Fetch::new(id, turn.key.clone(), request, trusted, &terms.limits);
                (fetch.revalidates, fetch.resent) = (turn.kept.is_some(), turn.resent);
                self.state = State::Asked(id, turn);
                Some(fetch)
            }
            #[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "nobody is told"))]
            Err(error) => {
                event!("unsigned", id = id.number(), cause = error.to_string());
                self.fail_over(turn, OriginError::Unsigned, terms);
                None
            }
        }
    }

    /// Takes in the file that a store has. If the file is stale, the origin is to be asked whether it has changed.
    pub(super) fn found(&mut self, original: Option<Original>, terms: &GatherContext) {
        self.state = match (mem::replace(&mut self.state, State::Missing), original) {
            (State::LookingUp(mut turn), Some(original)) => {
                if original.freshness(terms.now, &terms.caching) == Freshness::Fresh {
                    turn.is_stored = true;
                    State::holding(turn, original)
                } else {
                    turn.kept = Some(original);
                    State::Ready(turn)
                }
            }
            (State::LookingUp(turn), None) => State::Ready(turn),
            (other, _) => other,
        };
    }

    /// Takes in a file that was fetched for another delivery, in place of the answer to a request; a stale file is
    /// revalidated by another request. Returns `false` for any other file, and for one that is no fresher than the
    /// stored one.
    #[cfg(feature = "single-flight")]
    pub(super) fn shared(&mut self, original: Original, terms: &GatherContext) -> bool {
        let is_fresh = original.freshness(terms.now, &terms.caching) == Freshness::Fresh;
        match mem::replace(&mut self.state, State::Missing) {
            State::Asked(_, mut turn) if turn.key == *original.key() && is_fresh => {
                turn.is_stored = true;
                self.state = State::holding(turn, original);
                true
            }
            State::Asked(_, mut turn) if turn.key == *original.key() && turn.kept.is_none() => {
                turn.kept = Some(original);
                self.state = State::Ready(turn);
                true
            }
            other => {
                self.state = other;
                false
            }
        }
    }

    /// Takes in the head of the answer.
    pub(super) fn head(&mut self, head: &Response<()>, terms: &GatherContext) -> Result<ControlFlow<()>, LimitError> {
        let (id, mut turn) = match mem::replace(&mut self.state, State::Missing) {
            State::Asked(id, turn) => (id, turn),
            // This is a second head. The first one counts.
            other => {
                self.state = other;
                return Ok(CONTINUE);
            }
        };
        let conditional = turn.kept.as_ref().is_some_and(Original::has_validator);
        match policy::verdict(head.status(), conditional) {
            Verdict::Found => match Body::announced(head, &terms.limits) {
                Ok(body) => {
                    self.look_at = 0;
                    let facts = Facts::of(head.headers(), terms.now);
                    turn.identity = facts.identity(&turn.key);
                    self.state = State::Reading(id, turn, facts, body);
                    Ok(CONTINUE)
                }
                Err(failure) => self.fail(turn, failure, terms),
            },
            Verdict::Redirect => match turn.redirected(head, terms) {
                Ok(onward) => {
                    self.state = State::Due(onward);
                    Ok(BREAK)
                }
                Err((turn, cause)) => self.fail(*turn, Failure::Next(cause), terms),
            },
            Verdict::Unchanged => match turn.kept.take() {
                Some(kept) => {
                    self.state = State::holding(turn, kept.confirmed(head.headers(), terms.now));
                    Ok(BREAK)
                }
                None => self.fail(turn, Failure::Next(OriginError::Status(head.status())), terms),
            },
            Verdict::Next(cause) => self.fail(turn, Failure::Next(cause), terms),
        }
    }

    /// Takes in a piece of the body.
    pub(super) fn chunk(&mut self, chunk: &[u8], terms: &GatherContext) -> Result<ControlFlow<()>, LimitError> {
        let failure = match &mut self.state {
            State::Reading(.., body) => match body.push(chunk) {
                Ok(()) => return Ok(CONTINUE),
                Err(failure) => failure,
            },
            // A body before its head is not valid HTTP.
            _ => Failure::Next(OriginError::Malformed),
        };
        let state = mem::replace(&mut self.state, State::Missing);
        self.fail_whatever(state, failure, terms)
    }

    /// Takes in the end of the body.
    pub(super) fn end(&mut self, terms: &GatherContext) -> Result<ControlFlow<()>, LimitError> {
        match mem::replace(&mut self.state, State::Missing) {
            State::Reading(_, turn, facts, body) => match body.finish() {
                Ok(bytes) => {
                    let original = Original::new(turn.key.clone(), facts, bytes);
                    self.state = State::holding(turn, original);
                    Ok(BREAK)
                }
                Err(failure) => self.fail(turn, failure, terms),
            },
            other => self.fail_whatever(other, Failure::Next(OriginError::Malformed), terms),
        }
    }

    /// Readies the request again if its connection was closed before the first byte of an answer. A connection that was
    /// kept open may close at any moment while the origin works well (RFC 9110, 9.2.2). This happens once for each
    /// origin.
    ///
    /// Returns `false` for any other failure, and for a second one.
    pub(super) fn resend(&mut self, error: FetchError) -> bool {
        match mem::replace(&mut self.state, State::Missing) {
            State::Asked(_, mut turn) if error == FetchError::Closed && !turn.resent => {
                turn.resent = true;
                self.state = State::Ready(turn);
                true
            }
            other => {
                self.state = other;
                false
            }
        }
    }

    /// Takes in the failure of the fetch.
    pub(super) fn failed(&mut self, error: FetchError, terms: &GatherContext) -> Result<ControlFlow<()>, LimitError> {
        let cause = match error {
            FetchError::Refused | FetchError::Closed => OriginError::Refused,
            FetchError::TimedOut => OriginError::TimedOut,
            FetchError::Busy => OriginError::Busy,
            FetchError::Address(class) => OriginError::Address(class),
            FetchError::Other => OriginError::Other,
        };
        let state = mem::replace(&mut self.state, State::Missing);
        self.fail_whatever(state, Failure::Next(cause), terms)
    }

    fn fail_whatever(
        &mut self,
        state: State,
        failure: Failure,
        terms: &GatherContext,
    ) -> Result<ControlFlow<()>, LimitError> {
        match state {
            State::Due(turn)
            | State::LookingUp(turn)
            | State::Ready(turn)
            | State::Asked(_, turn)
            | State::Reading(_, turn, ..)
            | State::Held(turn, _) => self.fail(turn, failure, terms),
            State::Missing => Ok(BREAK),
        }
    }

    /// Frees what was read. Returns `Err` if the failure ends the delivery. Otherwise it is the next origin's turn, or
    /// a stale file is used while its origin is down.
    fn fail(&mut self, turn: Turn, failure: Failure, terms: &GatherContext) -> Result<ControlFlow<()>, LimitError> {
        match failure {
            Failure::Next(cause) => {
                self.fail_over(turn, cause, terms);
                Ok(BREAK)
            }
            Failure::Stop(limit) => Err(limit),
        }
    }

    /// Goes on without this origin's answer.
    fn fail_over(&mut self, mut turn: Turn, cause: OriginError, terms: &GatherContext) {
        self.note(cause, Some(turn.origin()));
        match turn.kept.take() {
            Some(kept) if cause.is_transient() && kept.freshness(terms.now, &terms.caching) != Freshness::Over => {
                turn.is_stored = true;
                self.state = State::holding(turn, kept);
            }
            _ => self.next_origin(),
        }
    }

    fn next_origin(&mut self) {
        self.state = loop {
            match self.attempts.next() {
                Some(Attempt::Ask { request, canonical, redirects: policy }) => {
                    break State::Due(Turn::start(request, canonical, policy));
                }
                Some(Attempt::Skip(cause)) => self.note(cause, None),
                None => break State::Missing,
            }
        };
    }

    fn note(&mut self, cause: OriginError, origin: Option<&str>) {
        // The variants are declared from the least specific to the most: ENOENT, UNIDENTIFIED, ECONNREFUSED, EACCES.
        let is_first = self.origin.is_none() && cause.code() == self.cause.code();
        if cause.code() > self.cause.code() || is_first {
            (self.cause, self.origin) = (cause, origin.map(str::to_owned));
        }
        self.term = self.term.max(cause.term_of_stopgap());
    }
}

impl State {
    fn holding(mut turn: Turn, original: Original) -> Self {
        turn.identity = Some(original.identity());
        Self::Held(turn, original)
    }
}

#[cfg(test)]
mod tests;
