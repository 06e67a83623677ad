//! [`Bounded`]: a client that has no more under way than it may.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::Response;

use super::{Body, Client};
use crate::delivery::{Approved, FetchError};

/// Bounds a client: so many fetches at a time, and so many bytes of bodies that are not complete.
///
/// What is over a bound has failed with [`FetchError::Busy`] at once; nothing waits. A fetch counts from the request
/// until its body has ended or is dropped, its bytes from each piece until then. A body grows in a buffer that doubles, so
/// the memory held is up to twice the bytes.
///
/// Files that are complete no longer count, though a delivery holds them until its other files are here and its
/// image is made: what that can be is bounded by the number of deliveries at a time, times
/// [`Limits::source_bytes`](crate::Limits::source_bytes) and the files that one may need.
///
/// Clones share the bounds.
///
/// ```
/// use originkit::client::Bounded;
/// # struct Http;
/// let client = Bounded::new(Http).fetches(512).bytes(256 << 20);
/// assert_eq!(client.under_way(), (0, 0));
/// ```
#[derive(Debug, Clone)]
pub struct Bounded<C> {
    client: C,
    fetches: u64,
    bytes: u64,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    fetches: AtomicU64,
    bytes: AtomicU64,
    refused: AtomicU64,
}

impl<C> Bounded<C> {
    /// Bounds a client to 256 fetches and 128 MiB.
    #[must_use]
    pub fn new(client: C) -> Self {
        Self { client, fetches: 256, bytes: 128 * 1024 * 1024, counts: Arc::default() }
    }

    /// Sets how many fetches may be under way at a time.
    #[must_use]
    pub fn fetches(self, at_once: u64) -> Self {
        Self { fetches: at_once, ..self }
    }

    /// Sets how many bytes of incomplete bodies may be held at a time. Less than
    /// [`Limits::source_bytes`](crate::Limits::source_bytes) makes the largest files impossible to fetch.
    #[must_use]
    pub fn bytes(self, at_once: u64) -> Self {
        Self { bytes: at_once, ..self }
    }

    /// Fetches under way, and bytes of incomplete bodies held.
    #[must_use]
    pub fn under_way(&self) -> (u64, u64) {
        (self.counts.fetches.load(Ordering::Relaxed), self.counts.bytes.load(Ordering::Relaxed))
    }

    /// Fetches that were refused so far, or broken off for their bytes.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.counts.refused.load(Ordering::Relaxed)
    }

    fn enter(&self) -> Result<Place, FetchError> {
        add(&self.counts.fetches, 1, self.fetches).inspect_err(|_| self.counts.refuse())?;
        Ok(Place { counts: Arc::clone(&self.counts), bytes: 0, at_most: self.bytes })
    }
}

impl Counts {
    fn refuse(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }
}

impl<C: Client> Client for Bounded<C> {
    type Body = BoundedBody<C::Body>;

    async fn lookup(&self, host: &str, port: u16, timeout: Duration) -> Result<Vec<SocketAddr>, FetchError> {
        let _place = self.enter()?;
        self.client.lookup(host, port, timeout).await
    }

    async fn send(&self, request: Approved) -> Result<Response<Self::Body>, FetchError> {
        let place = self.enter()?;
        let response = self.client.send(request).await?;
        Ok(response.map(|body| BoundedBody { body: Some(body), place }))
    }
}

/// The body of an answer to a [`Bounded`] client.
#[derive(Debug)]
pub struct BoundedBody<B> {
    /// `None` once it was broken off.
    body: Option<B>,
    place: Place,
}

impl<B: Body> Body for BoundedBody<B> {
    async fn chunk(&mut self) -> Result<Option<Bytes>, FetchError> {
        let Some(body) = &mut self.body else { return Err(FetchError::Busy) };
        let piece = body.chunk().await?;
        if let Some(piece) = &piece
            && let Err(busy) = self.place.hold(piece.len())
        {
            self.body = None;
            return Err(busy);
        }
        Ok(piece)
    }
}

/// A fetch that counts until this is dropped.
#[derive(Debug)]
struct Place {
    counts: Arc<Counts>,
    bytes: u64,
    at_most: u64,
}

impl Place {
    fn hold(&mut self, bytes: usize) -> Result<(), FetchError> {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        add(&self.counts.bytes, bytes, self.at_most).inspect_err(|_| self.counts.refuse())?;
        self.bytes = self.bytes.saturating_add(bytes);
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.counts.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
        self.counts.fetches.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Adds to a count, unless that would pass its bound.
fn add(count: &AtomicU64, more: u64, at_most: u64) -> Result<(), FetchError> {
    let sum = |now: u64| now.checked_add(more).filter(|sum| *sum <= at_most);
    match count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, sum) {
        Ok(_) => Ok(()),
        Err(_) => Err(FetchError::Busy),
    }
}
