//! [`Bounded`]: a client with limits on the fetches and bytes in progress.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::Response;

use super::{Body, Client};
use crate::delivery::{Approved, FetchError};

/// A client with a limit on the fetches in progress, and one on the bytes of incomplete bodies.
///
/// A fetch that would exceed a limit fails immediately with [`FetchError::Busy`]; nothing waits. A fetch counts from
/// the request until its body has ended or is dropped, and each piece of its body counts until then. A body grows in a
/// buffer that doubles, so the memory held is up to twice the bytes.
///
/// Complete files no longer count, although a delivery holds them until it has its other files and its image is made.
/// Their size is bounded by the number of deliveries at a time, times
/// [`Limits::source_bytes`](crate::Limits::source_bytes) and the number of files that a delivery may need.
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
    /// Makes a client that is limited to 256 fetches and 128 MiB.
    #[must_use]
    pub fn new(client: C) -> Self {
        Self { client, fetches: 256, bytes: 128 * 1024 * 1024, counts: Arc::default() }
    }

    /// Sets the number of fetches that may be in progress at the same time.
    #[must_use]
    pub fn fetches(self, at_once: u64) -> Self {
        Self { fetches: at_once, ..self }
    }

    /// Sets the number of bytes of incomplete bodies that may be held at the same time. With less than
    /// [`Limits::source_bytes`](crate::Limits::source_bytes), the largest files cannot be fetched.
    #[must_use]
    pub fn bytes(self, at_once: u64) -> Self {
        Self { bytes: at_once, ..self }
    }

    /// Returns the number of fetches in progress, and of bytes of incomplete bodies held.
    #[must_use]
    pub fn under_way(&self) -> (u64, u64) {
        (self.counts.fetches.load(Ordering::Relaxed), self.counts.bytes.load(Ordering::Relaxed))
    }

    /// Returns the number of fetches that were refused so far, or ended because of their bytes.
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
    /// `None` once the fetch was ended because of its bytes.
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

/// A fetch in progress. It counts until this value is dropped.
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

/// Adds to a count, unless the sum would exceed the bound.
fn add(count: &AtomicU64, more: u64, at_most: u64) -> Result<(), FetchError> {
    let sum = |now: u64| now.checked_add(more).filter(|sum| *sum <= at_most);
    match count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, sum) {
        Ok(_) => Ok(()),
        Err(_) => Err(FetchError::Busy),
    }
}
