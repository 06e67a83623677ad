//! [`Cache`]: deliveries that remember, and that do equal work once.
//!
//! A [`Store`] keeps files under keys: originals as origins sent them, and renditions as they were delivered. With one,
//! [`Cache::deliver`] is [`drive`] with a memory:
//!
//! ```text
//! request ──▶ rendition kept and good? ──▶ answer                         no origin, no decode
//!                 │ no
//!                 ├── somebody makes it just now? ──▶ wait for theirs     one render for all
//!                 ▼
//!             originals kept and good? ──▶ use them                       no origin
//!                 │ old: ask whether they have changed (304: use them)
//!                 ▼
//!             fetch, one request for all who want the file
//! ```
//!
//! What follows the answer, writing to the store and replacing what has grown old, is a value too, [`Later`]: give it to
//! [`Cache::finish`] on a task of its own, or at once.
//!
//! ```
//! use originkit::bytes::Bytes;
//! use originkit::cache::{Cache, Store};
//! use originkit::delivery::StoreKey;
//! use std::collections::HashMap;
//! use std::sync::Mutex;
//!
//! /// Keeps everything for ever; the feature `memory-store` has one with a bound.
//! #[derive(Default)]
//! struct Forever(Mutex<HashMap<StoreKey, Bytes>>);
//!
//! impl Store for Forever {
//!     async fn get(&self, key: &StoreKey) -> Option<Bytes> {
//!         self.0.lock().ok()?.get(key).cloned()
//!     }
//!     async fn put(&self, key: &StoreKey, file: Bytes) {
//!         if let Ok(mut files) = self.0.lock() {
//!             files.insert(key.clone(), file);
//!         }
//!     }
//! }
//!
//! let cache = Cache::new(Forever::default());
//! ```
//!
//! # Laws
//!
//! 1. What a cache answers is what [`drive`] would, but for `Age` and the age of the files.
//! 2. Equal requests that run at a time cause one fetch of each file and one render. If the one who does it goes away,
//!    finds no room, or is ended by its deadline, another goes on; if it fails otherwise, all who wait fail alike, and
//!    nothing is kept. What stands in for a moment is shared by those who wait, and kept by nobody.
//! 3. A store is believed no more than an origin: what is cut short, changed in a bit, of
//!    another version or under another key is as none.

mod flight;
#[cfg(feature = "memory-store")]
mod memory;
mod run;

use std::future::Future;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::{Request, Response, StatusCode};

use self::flight::{Flights, Pilot, Seat};
#[cfg(feature = "memory-store")]
pub use self::memory::Memory;
use self::run::Answer;
use crate::client::{Client, Compute, drive};
use crate::config::Engine;
use crate::delivery::{Delivery, Keep, Passing, Rendition, Reuse, StoreKey};
use crate::error::Error;
use crate::order::Order;

/// Where files are kept: memory, a folder, Redis, S3.
///
/// A store that fails is one that has nothing: say so to your log, and answer `None`. When something is thrown out is
/// the store's to decide; what it gives back too late is asked for again.
pub trait Store: Send + Sync {
    /// What was put under this key.
    fn get(&self, key: &StoreKey) -> impl Future<Output = Option<Bytes>> + Send;

    /// Keeps a file under a key, in place of what is there.
    fn put(&self, key: &StoreKey, file: Bytes) -> impl Future<Output = ()> + Send;
}

/// A store that is shared: with whoever looks at its counts, most likely.
impl<S: Store> Store for Arc<S> {
    async fn get(&self, key: &StoreKey) -> Option<Bytes> {
        S::get(self, key).await
    }

    async fn put(&self, key: &StoreKey, file: Bytes) {
        S::put(self, key, file).await;
    }
}

/// A store, and who is at work just now.
#[derive(Debug)]
pub struct Cache<S> {
    store: S,
    renditions: Flights<Made>,
    originals: Flights<Answer>,
    /// Originals of which is asked whether they have changed.
    revalidations: Flights<Answer>,
    /// Old renditions that are being made anew while they still serve.
    refreshes: Flights<()>,
}

/// What came of a delivery that several wanted.
#[derive(Debug, Clone)]
enum Made {
    Rendition(Rendition),
    Failed {
        error: Error,
        /// The next one may do better.
        transient: bool,
    },
    /// An answer that each must get by itself: an origin forbids to share it, or it is no answer yet.
    Unshared,
}

/// The answer to a request.
#[derive(Debug)]
#[non_exhaustive]
pub struct Answered {
    /// Send this.
    pub response: Response<Bytes>,
    /// Then give this to [`Cache::finish`].
    pub later: Later,
}

/// What is to be done after an answer: files to keep, and an old picture to be made anew.
#[derive(Debug, Default)]
#[must_use = "nothing is kept unless it is given to `Cache::finish`"]
pub struct Later {
    keep: Vec<Keep>,
    refresh: Option<Box<Order>>,
    /// Until the store has them, those who come late are told from here.
    landed: (Vec<Pilot<Made>>, Vec<Pilot<Answer>>),
}

impl Later {
    /// Is there nothing to do?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.keep.is_empty() && self.refresh.is_none()
    }
}

impl Answered {
    fn at_once(response: Response<Bytes>) -> Self {
        Self { response, later: Later::default() }
    }
}

/// Answers with what is kept, if it is good enough. `first`: an old one is to be made anew.
fn answered(order: &Order, kept: &Rendition, first: bool) -> Option<Answered> {
    match order.answer_from(kept) {
        Reuse::Fresh(response) => Some(Answered::at_once(response)),
        Reuse::Stale(response) => {
            let refresh = first.then(|| Box::new(order.clone()));
            Some(Answered { response, later: Later { refresh, ..Later::default() } })
        }
        Reuse::Old => None,
    }
}

impl<S: Store> Cache<S> {
    /// A cache around a store.
    pub fn new(store: S) -> Self {
        Self {
            store,
            renditions: Flights::default(),
            originals: Flights::default(),
            revalidations: Flights::default(),
            refreshes: Flights::default(),
        }
    }

    /// The store.
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// Answers a request. Total, as [`Engine::deliver`] is.
    ///
    /// The request is read when this is called, and not held by what is awaited: that is `Send` though a body, such as
    /// axum's, is not `Sync`.
    pub fn deliver<'a, B, C: Client, P: Compute>(
        &'a self,
        engine: &Engine,
        request: &Request<B>,
        now: SystemTime,
        client: &'a C,
        compute: &'a P,
    ) -> impl Future<Output = Answered> + Send + use<'a, B, S, C, P> {
        let resolved = engine.resolve(request, now).map_err(|rejection| engine.refuse(request, rejection));
        async move {
            match resolved {
                Ok(order) => self.fulfil(order, client, compute).await,
                Err(refused) => Answered::at_once(drive(refused, client, compute).await),
            }
        }
    }

    /// Fulfils an order.
    pub async fn fulfil<C: Client, P: Compute>(&self, order: Order, client: &C, compute: &P) -> Answered {
        let key = order.store_key();
        loop {
            // Before the store is asked: whoever finds nothing there is then the only one who goes on.
            match self.renditions.board(&key) {
                Seat::Pilot(pilot) => {
                    let last = self.rendition(&key).await;
                    if let Some(last) = &last
                        && let Some(answered) = answered(&order, last, true)
                    {
                        pilot.land(Made::Rendition(last.clone()));
                        return answered;
                    }
                    return self.make(order, last, Some(pilot), client, compute).await;
                }
                Seat::Passenger(flight) => match flight.landed().await {
                    Some(Made::Rendition(made)) => {
                        let just_made = || Answered::at_once(order.answer_with(&made));
                        return answered(&order, &made, false).unwrap_or_else(just_made);
                    }
                    Some(Made::Failed { error, transient }) => {
                        return Answered::at_once(order.fail(error, transient));
                    }
                    Some(Made::Unshared) => return self.make(order, None, None, client, compute).await,
                    // Whoever made it went away, or was told less than the whole.
                    None => {}
                },
            }
        }
    }

    /// Does what is to be done after an answer.
    pub async fn finish<C: Client, P: Compute>(&self, later: Later, client: &C, compute: &P) {
        let Later { keep, refresh, landed } = later;
        self.put(keep).await;
        drop(landed);
        let Some(order) = refresh else { return };
        let key = order.store_key();
        // Of many who were given the old one, one makes the new one, and nobody waits for it.
        if let Seat::Pilot(_one) = self.refreshes.board(&key) {
            let last = self.rendition(&key).await;
            let Answered { later, .. } = self.make(*order, last, None, client, compute).await;
            self.put(later.keep).await;
        }
    }

    async fn put(&self, keep: Vec<Keep>) {
        for file in keep {
            self.store.put(file.key(), file.to_bytes()).await;
        }
    }

    async fn rendition(&self, key: &StoreKey) -> Option<Rendition> {
        Rendition::from_bytes(key, &self.store.get(key).await?)
    }

    /// Runs a delivery for all who want the same.
    async fn make<C: Client, P: Compute>(
        &self,
        order: Order,
        last: Option<Rendition>,
        pilot: Option<Pilot<Made>>,
        client: &C,
        compute: &P,
    ) -> Answered {
        let delivery: Delivery = match last {
            Some(last) => order.deliver_again(last),
            None => order.deliver(),
        };
        let (mut response, keep, files) = self.run(delivery, client, compute).await;
        let passing = response.extensions_mut().remove();
        let made = made(&response, passing, &keep);
        let mut landed = Vec::new();
        if let Some((pilot, made)) = pilot.zip(made) {
            let is_over = matches!(made, Made::Failed { transient: true, .. });
            pilot.land(made);
            // Those who wait are told. Whoever comes now tries for itself: it may be otherwise by now.
            landed.extend(Some(pilot).filter(|_| !is_over));
        }
        Answered { response, later: Later { keep, refresh: None, landed: (landed, files) } }
    }
}

/// What of it is for others. `None`: this was an answer to somebody who has the picture, or may not see it, or for whom
/// there was no room or no time; the next one is to make it.
fn made(response: &Response<Bytes>, passing: Option<Passing>, keep: &[Keep]) -> Option<Made> {
    let rendition = keep.iter().rev().find_map(|file| match file {
        Keep::Rendition(rendition) => Some(rendition.clone()),
        Keep::Original(_) => None,
    });
    let transient = matches!(passing, Some(Passing::Failure));
    let rendition = rendition.or(match passing {
        Some(Passing::Rendition(rendition)) => Some(*rendition),
        Some(Passing::Failure) | None => None,
    });
    let error = response.extensions().get::<Error>();
    match (rendition, error) {
        (Some(rendition), _) => Some(Made::Rendition(rendition)),
        (None, Some(Error::Private | Error::Busy { .. } | Error::Stopped)) => None,
        (None, Some(error)) if error.is_of_all() => Some(Made::Failed { error: error.clone(), transient }),
        (None, None) if response.status() == StatusCode::NOT_MODIFIED => None,
        (None, _) => Some(Made::Unshared),
    }
}
