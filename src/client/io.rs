//! [`Io`] and [`drive`]: the driver, with its client, its pool and its store.

use std::fmt;

use bytes::Bytes;
use http::Response;

use super::run::{Alone, Parts, run};
#[cfg(feature = "single-flight")]
use super::single_flight::{Published, SingleFlight};
use super::{Client, Compute};
use crate::delivery::Delivery;
use crate::store::{NoStore, Store, Stored};

/// The environment of deliveries: a client, a place to run renders, and a store if there is one. Each may be a
/// reference or an `Arc`.
///
/// # Equal work
///
/// With `single_flight` (feature `single-flight`), equal requests that run at the same time through one `Io` cause one
/// fetch of each file and one render. If the request that does the work is dropped, is refused for lack of room, or
/// passes its deadline, another one continues. If it fails otherwise, all that wait fail alike, and nothing is stored.
/// A fallback for a transient failure is given to those that wait, and to no later request. Share one `Io` among all
/// requests then, in an `Arc` for example.
///
/// ```
/// # #[cfg(all(feature = "pixels", feature = "memory-store", feature = "single-flight"))] {
/// use originkit::client::{Inline, Io};
/// use originkit::store::Memory;
/// use originkit::testing::Origins;
///
/// let io = Io::new(Origins::new(), Inline).store(Memory::new(64 << 20)).single_flight();
/// # }
/// ```
pub struct Io<C, P, S = NoStore> {
    parts: Parts<C, P, S>,
    #[cfg(feature = "single-flight")]
    flights: Option<SingleFlight>,
}

impl<C, P> Io<C, P> {
    /// Makes an environment without a store.
    pub const fn new(client: C, compute: P) -> Self {
        Self {
            parts: Parts { client, compute, store: None },
            #[cfg(feature = "single-flight")]
            flights: None,
        }
    }
}

impl<C, P, S> Io<C, P, S> {
    #[cfg(feature = "tower")]
    pub(crate) const fn of(client: C, compute: P, store: Option<S>) -> Self {
        Self { parts: Parts { client, compute, store }, flights: None }
    }

    /// Sets the store of originals and renditions.
    pub fn store<Other: Store>(self, store: Other) -> Io<C, P, Other> {
        let Parts { client, compute, store: _ } = self.parts;
        Io {
            parts: Parts { client, compute, store: Some(store) },
            #[cfg(feature = "single-flight")]
            flights: self.flights,
        }
    }

    /// Shares equal work among all deliveries that run at the same time.
    #[cfg(feature = "single-flight")]
    #[must_use]
    pub fn single_flight(self) -> Self {
        Self { flights: Some(SingleFlight::default()), ..self }
    }
}

/// An answer, and the work to do after it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Answered {
    /// The response to send.
    pub response: Response<Bytes>,
    /// The work to finish afterwards, concurrently with other work. Without a store, it may be dropped.
    pub later: Later,
}

/// The work after an answer: files for the store, a stale rendition to be renewed, an interim one to be replaced
/// by AVIF.
#[derive(Debug)]
#[must_use = "nothing is stored unless it is finished"]
pub struct Later {
    stored: Vec<Stored>,
    /// A delivery that goes on after its response.
    renewal: Option<Box<Delivery>>,
    /// The results that latecomers get until the store has the files.
    #[cfg(feature = "single-flight")]
    published: Published,
}

impl Later {
    /// Returns `true` if there is nothing to do.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.stored.is_empty() && self.renewal.is_none()
    }

    /// Does the work, with the `Io` that the answer came from.
    pub async fn finish<C: Client, P: Compute, S: Store>(self, io: &Io<C, P, S>) {
        let Self { stored, renewal, .. } = self;
        io.put(stored).await;
        #[cfg(feature = "single-flight")]
        drop(self.published);
        let Some(mut delivery) = renewal else { return };
        #[cfg(feature = "single-flight")]
        if let Some(flights) = &io.flights {
            return io.put(flights.renew(*delivery, &io.parts).await).await;
        }
        let mut stored = Vec::new();
        _ = run(&mut delivery, &io.parts, &Alone(&io.parts), &mut stored).await;
        io.put(stored).await;
    }
}

/// Runs a delivery to its response.
///
/// Dropping the future drops every fetch under way, and sets the [`Stop`](crate::render::Stop) of a render.
pub async fn drive<C: Client, P: Compute, S: Store>(mut delivery: Delivery, io: &Io<C, P, S>) -> Answered {
    let mut stored = Vec::new();
    if io.parts.store.is_none() {
        delivery.without_store();
    }
    #[cfg(feature = "single-flight")]
    let (response, published) = match &io.flights {
        Some(flights) => flights.run(&mut delivery, &io.parts, &mut stored).await,
        None => (run(&mut delivery, &io.parts, &Alone(&io.parts), &mut stored).await, Published::default()),
    };
    #[cfg(not(feature = "single-flight"))]
    let response = run(&mut delivery, &io.parts, &Alone(&io.parts), &mut stored).await;
    let later = Later {
        stored,
        renewal: delivery.goes_on().then(|| Box::new(delivery)),
        #[cfg(feature = "single-flight")]
        published,
    };
    // A delivery that was started is answered (its second law).
    Answered { response: response.unwrap_or_default(), later }
}

impl<C, P, S: Store> Io<C, P, S> {
    async fn put(&self, files: Vec<Stored>) {
        let Some(store) = &self.parts.store else { return };
        for file in files {
            store.put(file.key(), file.to_bytes()).await;
        }
    }
}

// The client, the pool and the store may not implement `Debug`.
impl<C, P, S> fmt::Debug for Io<C, P, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Io").field("has_store", &self.parts.store.is_some()).finish_non_exhaustive()
    }
}
