//! [`Order::answer_from`]: an order answered with what was delivered before.

use bytes::Bytes;
use http::Response;

use super::key::StoreKey;
use super::rendition::Rendition;
use super::{Delivery, respond};
use crate::order::Order;
use crate::policy::{Freshness, Term};
use crate::trace::event;

/// What a kept [`Rendition`] is good for.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle every case")]
pub enum Reuse {
    /// This is the answer.
    Fresh(Response<Bytes>),
    /// This is the answer, and it is old: start [`Order::deliver_again`] beside it, for those who ask next (RFC 5861,
    /// stale-while-revalidate).
    Stale(Response<Bytes>),
    /// It is too old: [`Order::deliver_again`] asks the origins, and uses it if it has not changed, or if they are down.
    Old,
}

impl Order {
    /// What a store keeps the answer under: the [`CacheKey`](crate::delivery::CacheKey), and with it what the configuration has
    /// to say. The same in every instance that is configured the same.
    #[must_use]
    pub fn store_key(&self) -> StoreKey {
        StoreKey::rendition(self.answer.name)
    }

    /// Answers with what was delivered before, if it is good enough. No origin is asked and nothing is decoded, and
    /// what a signature and `If-None-Match` say is looked at as ever.
    #[must_use]
    pub fn answer_from(&self, kept: &Rendition) -> Reuse {
        if kept.served.key != self.store_key() {
            return Reuse::Old;
        }
        let freshness = kept.served.freshness(self.answer.now, &self.answer.caching);
        event!("kept", fresh = freshness == Freshness::Fresh, stale = freshness == Freshness::Stale);
        match freshness {
            Freshness::Fresh => Reuse::Fresh(respond::rendition(&self.answer, kept)),
            Freshness::Stale => Reuse::Stale(respond::rendition(&self.answer, &kept.as_stopgap(Term::Brief))),
            Freshness::IfError | Freshness::Over => Reuse::Old,
        }
    }

    /// Answers with what was made for the same order a moment ago.
    #[cfg(feature = "cache")]
    pub(crate) fn answer_with(&self, made: &Rendition) -> Response<Bytes> {
        respond::rendition(&self.answer, made)
    }

    /// Answers with what went wrong for the same order a moment ago; `transient` if it may go right the next time.
    #[cfg(feature = "cache")]
    pub(crate) fn fail(&self, error: crate::error::Error, transient: bool) -> Response<Bytes> {
        respond::failure(&respond::ResponseHead { transient, ..(&self.answer).into() }, error)
    }

    /// Starts fulfilling it, with what was delivered last time at hand: that is delivered again, without a decode, where
    /// no file has changed, and for [`Caching::stale_if_error`](crate::config::Caching::stale_if_error) where an origin is down.
    #[must_use]
    pub fn deliver_again(self, last: Rendition) -> Delivery {
        let last = (last.served.key == self.store_key()).then_some(last);
        Delivery::start(self, last)
    }
}
