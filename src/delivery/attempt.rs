//! [`Search`]: one file, asked for at its origins in turn.
//!
//! ```text
//!                       ┌──── stored, still fresh ─────────────┐
//!                       │                                      ▼
//! Due ──▶ LookingUp ──▶ Ready ──▶ Asked ──2xx──▶ Reading ───▶ Held
//!  ▲          absent, or  ▲         │ ├─304: the stored file is still the file
//!  │          stale       │         │ └─the origin is down, and the stored file may be used then
//!  │                      └─────────┤ closed before an answer: the same once more
//!  └────────────────────────────────┤ 3xx: the same turn goes on elsewhere
//!                                   └─ anything else: the next origin's turn; none left ──▶ Missing
//! ```
//!
//! A request that is ready, and cannot be signed, is one of those, too: it is not sent.

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
    /// The most telling failure so far: where nobody was asked, there is no such file.
    cause: OriginError,
    /// How long what is found may stand, after what origins before have answered.
    term: Term,
    /// Bytes of a body at which it is looked at again: is it a video?
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
    /// A store is to be asked for the file.
    Due(Turn),
    /// It was asked.
    LookingUp(Turn),
    /// A request is ready to be sent.
    Ready(Turn),
    /// It was sent.
    Asked(FetchId, Turn),
    /// The body of a success is coming.
    Reading(FetchId, Turn, Facts, Body),
    Held(Turn, Original),
    Missing,
}

/// What is known of a file once its head was read, or it came from a store.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) facts: &'a Facts,
    /// Names the content.
    pub(super) identity: Fingerprint,
    /// `Link` of the origin that has it.
    pub(super) canonical: Option<&'a HeaderValue>,
}

impl Search {
    pub(super) fn start(wanted: SourceRequest) -> Self {
        let SourceRequest { path, attempts } = wanted;
        let attempts = attempts.into_iter();
        let (cause, term) = (OriginError::NotFound, Term::Full);
        let mut search = Self { path, attempts, cause, term, look_at: 0, state: State::Missing };
        search.next_origin();
        search
    }

    /// A request is ready to be sent.
    pub(super) fn is_ready(&self) -> bool {
        matches!(self.state, State::Ready(_))
    }

    /// Returns `true` while a store may still have the file.
    pub(super) fn is_looking(&self) -> bool {
        matches!(self.state, State::Due(_) | State::LookingUp(_))
    }

    /// Returns the key to look up in the store, once for each request.
    pub(super) fn lookup(&mut self) -> Option<StoreKey> {
        if !matches!(self.state, State::Due(_)) {
            return None;
        }
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

    /// Returns `true` if the lookup of this key is out.
    pub(super) fn looks_up(&self, key: &StoreKey) -> bool {
        matches!(&self.state, State::LookingUp(turn) if turn.key == *key)
    }

    /// The file was found.
    pub(super) fn is_held(&self) -> bool {
        matches!(self.state, State::Held(..))
    }

    /// Why no origin has the file, once that is certain.
    pub(super) fn missing(&self) -> Option<OriginError> {
        matches!(self.state, State::Missing).then_some(self.cause)
    }

    /// How long what came of it so far may stand.
    pub(super) const fn term(&self) -> Term {
        self.term
    }

    /// Where the file lies below its origin.
    pub(super) const fn path(&self) -> &AssetPath {
        &self.path
    }

    /// Returns `true` if so much of the body has come since [`Search::is_video`] was asked that its answer may be another
    /// one: twice as much, so that a body in many pieces is not looked at for each.
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
        /// A file that is longer by now was looked at before.
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

    /// Is this the answer the search waits for?
    pub(super) fn awaits(&self, id: FetchId) -> bool {
        matches!(&self.state, State::Asked(asked, _) | State::Reading(asked, ..) if *asked == id)
    }

    /// What is known of the file. `None` while even its content has no name.
    pub(super) fn known(&self) -> Option<Known<'_>> {
        let (turn, facts) = match &self.state {
            State::Reading(_, turn, facts, _) => (turn, facts),
            State::Held(turn, original) => (turn, &original.facts),
            State::Due(_) | State::LookingUp(_) | State::Ready(_) | State::Asked(..) | State::Missing => return None,
        };
        Some(Known { facts, identity: turn.identity?, canonical: turn.canonical.as_ref() })
    }

    /// The file, if it was found.
    pub(super) fn into_found(self) -> Option<Found> {
        match self.state {
            State::Held(_, original) => Some(Found { path: self.path, original }),
            _ => None,
        }
    }

    /// The file as it is to be stored, once after it came.
    pub(super) fn take_new(&mut self, terms: &GatherContext) -> Option<Original> {
        let State::Held(turn, original) = &mut self.state else { return None };
        // A page at the place of an image may be gone in a moment.
        let is_good = policy::file_kind(&self.path, &original.facts.media, &original.bytes) != FileKind::NoImage;
        let is_new = !mem::replace(&mut turn.is_stored, true) && original.facts.said.is_kept(&terms.caching) && is_good;
        is_new.then(|| original.clone())
    }

    /// Gives out the request that is ready, under this id. `None` where there is none, or none any longer: if it cannot be
    /// signed, that origin has failed.
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

    /// Takes in the file that a store has. If that is stale, the origin is to be asked whether it has changed.
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

    /// Takes in a file that was fetched for another delivery, in place of the answer to a request; a stale one is confirmed
    /// by another request. Returns `false` for another file, and for one that is no fresher than the stored one.
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

    /// Hears the head of the answer.
    pub(super) fn head(&mut self, head: &Response<()>, terms: &GatherContext) -> Result<ControlFlow<()>, LimitError> {
        let (id, mut turn) = match mem::replace(&mut self.state, State::Missing) {
            State::Asked(id, turn) => (id, turn),
            // A second head. The first one counts.
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
                Err(turn) => self.fail(*turn, Failure::Next(OriginError::Redirect), terms),
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

    /// Hears a piece of the body.
    pub(super) fn chunk(&mut self, chunk: &[u8], terms: &GatherContext) -> Result<ControlFlow<()>, LimitError> {
        let failure = match &mut self.state {
            State::Reading(.., body) => match body.push(chunk) {
                Ok(()) => return Ok(CONTINUE),
                Err(failure) => failure,
            },
            // A body before its head is no HTTP.
            _ => Failure::Next(OriginError::Malformed),
        };
        let state = mem::replace(&mut self.state, State::Missing);
        self.fail_whatever(state, failure, terms)
    }

    /// Hears that the body is complete.
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

    /// Readies the request once more, if its connection was closed before the first byte of an answer: one that was kept
    /// open may be closed just then, and the origin be well (RFC 9110, 9.2.2). Once for each origin.
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

    /// Hears that the fetch broke off.
    pub(super) fn failed(&mut self, error: FetchError, terms: &GatherContext) -> Result<ControlFlow<()>, LimitError> {
        let cause = match error {
            FetchError::Refused | FetchError::Closed => OriginError::Refused,
            FetchError::TimedOut => OriginError::TimedOut,
            FetchError::Busy => OriginError::Busy,
            FetchError::Address => OriginError::Address,
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

    /// Frees what was read. `Err` if that ends the delivery, otherwise it is the next origin's turn; or what is kept
    /// of an origin that is down may still do.
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
        self.note(cause);
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
                Some(Attempt::Skip(cause)) => self.note(cause),
                None => break State::Missing,
            }
        };
    }

    fn note(&mut self, cause: OriginError) {
        // Declared from the least telling to the most: ENOENT, UNIDENTIFIED, ECONNREFUSED, EACCES.
        if cause.code() > self.cause.code() {
            self.cause = cause;
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
