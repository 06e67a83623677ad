//! [`drive`]: the driver that runs a delivery to its response with an asynchronous HTTP client of your choice.
//!
//! It is independent of any runtime: fetches run concurrently because they are polled together. `adapters::Reqwest`
//! (feature `reqwest`) is a client, and `adapters::Threads` (feature `tokio`) a pool that renders; [`Bounded`] limits
//! the fetches that run at the same time. An [`Io`] holds the client and the pool, and a [store](crate::store) if there
//! is one:
//!
//! ```
//! # #[cfg(feature = "pixels")] {
//! # use std::time::SystemTime;
//! use originkit::client::{Inline, Io, drive};
//! # use originkit::{Endpoint, Engine, Origin, http::Request, testing::Origins};
//!
//! # let endpoint = Endpoint::new("https://img.example.com").origin(Origin::new("https://www.example.com"));
//! # let engine = Engine::builder().endpoint(endpoint).build()?;
//! # let request = Request::get("https://img.example.com/tr:w-300/a.jpg").body(())?;
//! # let work = async {
//! let io = Io::new(Origins::new(), Inline);
//! let answered = drive(engine.deliver(&request, SystemTime::now()), &io).await;
//! // Send `answered.response`. Then, where there is a store:
//! answered.later.finish(&io).await;
//! # };
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A custom client must
//!
//! - look up the addresses of a host, and send each request unchanged, `Host` included, to one of the addresses that
//!   come with it,
//! - follow no redirects, use no proxy from the environment, and not decompress,
//! - enforce the time limits, for this crate has no clock, see below,
//! - return [`FetchError::Closed`] if a connection was closed before the first byte of an answer (the machine sends the
//!   request again), and [`FetchError::Busy`] if the client is at its limit (that ends the delivery).
//!
//! # Time
//!
//! [`Approved::pace`] has four bounds. When one is passed, the fetch fails with [`FetchError::TimedOut`], at any stage:
//!
//! | Bound | Applies |
//! |---|---|
//! | [`connect`](crate::delivery::Pace::connect) | until the connection is made, TLS included |
//! | [`idle`](crate::delivery::Pace::idle) | from the request to the head of the answer, and from each piece of the body to the next: a timer that restarts |
//! | [`rate`](crate::delivery::Pace::rate) | over the body: call [`Pace::check`](crate::delivery::Pace::check) for each piece, with the time since the head and the bytes so far |
//! | [`total`](crate::delivery::Pace::total) | from the lookup to the last byte: a timer around everything |
//!
//! The idle time alone is not enough: an origin that sends a byte every few seconds would hold a connection until the
//! total has elapsed. The machine bounds everything that can be counted: bytes
//! ([`Limits::source_bytes`](crate::Limits::source_bytes)) and pieces ([`Limits::chunks`](crate::Limits::chunks)), so a
//! client need not merge small pieces into larger ones.
//!
//! # Example
//!
//! ```
//! use std::net::SocketAddr;
//! use std::time::Duration;
//! use bytes::Bytes;
//! use http::Response;
//! use originkit::client::{Body, Client};
//! use originkit::delivery::{Approved, FetchError};
//!
//! /// Answers every request with the same file.
//! struct Same(Bytes);
//! struct Once(Option<Bytes>);
//!
//! impl Client for Same {
//!     type Body = Once;
//!     async fn lookup(&self, _: &str, port: u16, _: Duration) -> Result<Vec<SocketAddr>, FetchError> {
//!         Ok(vec![SocketAddr::from(([93, 184, 215, 14], port))])
//!     }
//!     async fn send(&self, _: Approved) -> Result<Response<Once>, FetchError> {
//!         Ok(Response::new(Once(Some(self.0.clone()))))
//!     }
//! }
//! impl Body for Once {
//!     async fn chunk(&mut self) -> Result<Option<Bytes>, FetchError> {
//!         Ok(self.0.take())
//!     }
//! }
//! ```

mod bounded;
#[cfg(feature = "single-flight")]
mod flights;
mod io;
mod run;
#[cfg(feature = "single-flight")]
mod single_flight;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Response;

pub use self::bounded::{Bounded, BoundedBody};
pub use self::io::{Answered, Io, Later, drive};

use crate::delivery::{Approved, FetchError, Render, Rendered};

/// An HTTP client.
pub trait Client: Send + Sync {
    /// The body of its responses.
    type Body: Body;

    /// Looks up the addresses of a host name, each with this port. It is not called if the host is an IP address.
    ///
    /// # Errors
    /// [`FetchError::Refused`] if there is no such name.
    fn lookup(
        &self,
        host: &str,
        port: u16,
        timeout: Duration,
    ) -> impl Future<Output = Result<Vec<SocketAddr>, FetchError>> + Send;

    /// Sends a request to one of its addresses and waits for the head of the answer.
    ///
    /// [`Approved::pace`] bounds the whole exchange, the body included.
    ///
    /// # Errors
    /// Any failure to get an answer; a status is never an error.
    fn send(&self, request: Approved) -> impl Future<Output = Result<Response<Self::Body>, FetchError>> + Send;
}

/// The body of a response, read in pieces.
pub trait Body: Send {
    /// Returns the next piece, or `None` at the end.
    ///
    /// # Errors
    /// Any failure before the end, such as a lost connection or a timeout.
    fn chunk(&mut self) -> impl Future<Output = Result<Option<Bytes>, FetchError>> + Send;
}

/// A place to run renders, such as a thread pool: a render occupies a core.
pub trait Compute: Send + Sync {
    /// Runs a render.
    fn run(&self, job: Render) -> impl Future<Output = Rendered> + Send;
}

/// A [`Compute`] that runs renders in place, on the thread that polls: for tests, and for servers of one request at a
/// time.
#[cfg(feature = "pixels")]
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to set")]
pub struct Inline;

#[cfg(feature = "pixels")]
impl Compute for Inline {
    async fn run(&self, job: Render) -> Rendered {
        job.run()
    }
}

/// A borrowed client.
impl<T: Client> Client for &T {
    type Body = T::Body;

    async fn lookup(&self, host: &str, port: u16, timeout: Duration) -> Result<Vec<SocketAddr>, FetchError> {
        T::lookup(self, host, port, timeout).await
    }

    async fn send(&self, request: Approved) -> Result<Response<Self::Body>, FetchError> {
        T::send(self, request).await
    }
}

/// A shared client.
impl<T: Client> Client for Arc<T> {
    type Body = T::Body;

    async fn lookup(&self, host: &str, port: u16, timeout: Duration) -> Result<Vec<SocketAddr>, FetchError> {
        T::lookup(self, host, port, timeout).await
    }

    async fn send(&self, request: Approved) -> Result<Response<Self::Body>, FetchError> {
        T::send(self, request).await
    }
}

/// A borrowed [`Compute`].
impl<T: Compute> Compute for &T {
    async fn run(&self, job: Render) -> Rendered {
        T::run(self, job).await
    }
}

/// A shared [`Compute`].
impl<T: Compute> Compute for Arc<T> {
    async fn run(&self, job: Render) -> Rendered {
        T::run(self, job).await
    }
}
