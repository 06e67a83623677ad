//! [`Recall`]: the lookup of the rendition in the store, before anything else.

use std::collections::VecDeque;

use super::gather::Gathering;
use super::outcome::Outcome;
use super::{Delivery, Phase, respond, responding};
use crate::order::Order;
use crate::policy::{Freshness, Term};
use crate::store::{Rendition, StoreKey, Stored};
use crate::trace::event;

/// The phase in which a store may have the answer.
#[derive(Debug)]
pub(super) struct Recall {
    order: Order,
    key: StoreKey,
    /// `true` once the lookup was given out.
    asked: bool,
}

impl Recall {
    pub(super) fn new(order: Order) -> Self {
        let key = order.store_key();
        Self { order, key, asked: false }
    }

    /// Returns the key to look up, once.
    pub(super) fn lookup(&mut self) -> Option<StoreKey> {
        (!std::mem::replace(&mut self.asked, true)).then(|| self.key.clone())
    }

    /// Returns `true` if the lookup of this key is outstanding.
    pub(super) fn awaits(&self, key: &StoreKey) -> bool {
        self.asked && self.key == *key
    }

    /// Goes on without an answer from the store. `last` is a stale rendition: it is confirmed if no file has changed,
    /// and it is the fallback while an origin is down.
    pub(super) fn gather(self, last: Option<Rendition>, store: &mut VecDeque<Stored>) -> Phase {
        Gathering::start(self.order, last, store)
    }
}

impl Delivery {
    /// Answers with the rendition of the store if that is fresh enough. No origin is asked and nothing is decoded; the
    /// signature and `If-None-Match` are checked as always.
    pub(super) fn recalled(&mut self, recall: Box<Recall>, kept: Rendition) -> Phase {
        let answer = &recall.order.answer;
        let freshness = kept.served.freshness(answer.now, &answer.caching);
        event!("found", fresh = freshness == Freshness::Fresh, stale = freshness == Freshness::Stale);
        match freshness {
            // Another delivery has renewed it in the meantime.
            Freshness::Fresh if self.answered => Phase::Done,
            Freshness::Fresh => responding(respond::rendition(answer, &kept, Outcome::Hit)),
            Freshness::Stale if !self.answered => {
                let response = respond::rendition(answer, &kept.as_stopgap(Term::Brief), Outcome::Stale);
                self.renewal = Some(Phase::Recalling(Box::new(Recall::new(recall.order))));
                responding(response)
            }
            Freshness::Stale | Freshness::IfError | Freshness::Over => recall.gather(Some(kept), &mut self.store),
        }
    }

    /// Answers with the rendition that another delivery of the same order has just made.
    #[cfg(feature = "single-flight")]
    pub(crate) fn share(&mut self, made: &Rendition) {
        if let Phase::Recalling(recall) = &self.phase {
            let answer = &recall.order.answer;
            let response = match made.served.freshness(answer.now, &answer.caching) {
                Freshness::Stale => respond::rendition(answer, &made.as_stopgap(Term::Brief), Outcome::Shared),
                // It may have expired already if the origin requires revalidation each time.
                _ => respond::rendition(answer, made, Outcome::Shared),
            };
            self.phase = responding(response);
        }
    }

    /// Answers with the failure of another delivery of the same order; `transient` if the next one may succeed.
    #[cfg(feature = "single-flight")]
    pub(crate) fn share_failure(&mut self, error: crate::error::Error, transient: bool) {
        if let Phase::Recalling(recall) = &self.phase {
            let head = respond::ResponseHead { transient, ..(&recall.order.answer).into() };
            self.phase = responding(respond::failure(&head, error));
        }
    }

    /// Returns the key of the rendition while its lookup has not been given out.
    #[cfg(feature = "single-flight")]
    pub(crate) fn rendition_key(&self) -> Option<&StoreKey> {
        match &self.phase {
            Phase::Recalling(recall) if !recall.asked => Some(&recall.key),
            _ => None,
        }
    }

    /// Takes in a file that another delivery has fetched, as the answer to a fetch of this one. `Continue` means that
    /// the file is not fresh enough here: send the request.
    #[cfg(feature = "single-flight")]
    pub(crate) fn share_original(
        &mut self,
        id: super::FetchId,
        original: crate::store::Original,
    ) -> std::ops::ControlFlow<()> {
        let (phase, flow) = match std::mem::replace(&mut self.phase, Phase::Done) {
            Phase::Gathering(gathering) => gathering.shared(id, original, &mut self.store),
            phase => (phase, super::messages::BREAK),
        };
        self.phase = phase;
        flow
    }
}
