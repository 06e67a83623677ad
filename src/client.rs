//! [`drive`]: a delivery run to its response by an asynchronous HTTP client of your choice.
//!
//! It belongs to no runtime: fetches run together because they are polled together. `adapters::Reqwest` (feature
//! `reqwest`) is a client, and `adapters::Threads` (feature `tokio`) a place to compute; [`Bounded`] limits the fetches
//! that run at the same time. An [`Io`] holds them together, and a [store](crate::store) if there is one:
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
//! A client of your own must
//!
//! - look up the addresses of a host, and send each request as it is, `Host` included, to one of the addresses that
//!   come with it,
//! - follow no redirects, use no proxy from the environment, and not decompress,
//! - keep the time, for this crate has no clock, see below,
//! - say [`FetchError::Closed`] where a connection was closed before the first byte of an answer (the machine asks once
//!   more), and [`FetchError::Busy`] where it has as much to do as it may have (that ends the delivery).
//!
//! # Time
//!
//! [`Approved::pace`] has four bounds, and each that is passed is [`FetchError::TimedOut`], whatever is under way then:
//!
//! | Bound | Runs |
//! |---|---|
//! | [`connect`](crate::delivery::Pace::connect) | until the connection is made, TLS included |
//! | [`idle`](crate::delivery::Pace::idle) | from the request to the head of the answer, and from each piece of the body to the next: a timer that starts anew |
//! | [`rate`](crate::delivery::Pace::rate) | over the body: ask [`Pace::check`](crate::delivery::Pace::check) for each piece, with the time since the head and the bytes so far |
//! | [`total`](crate::delivery::Pace::total) | from the lookup to the last byte: a timer around it all |
//!
//! Idle time alone is no bound: an origin that sends a byte every few seconds would hold a connection until the total is
//! over. The machine bounds what can be counted: bytes ([`Limits::source_bytes`](crate::Limits::source_bytes)) and pieces
//! ([`Limits::chunks`](crate::Limits::chunks)), so that no client needs to gather small pieces into larger ones.
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

    /// Looks up the addresses of a host's name, each with this port. Not called for a host that is an address.
    ///
    /// # Errors
    /// [`FetchError::Refused`] where there is no such name.
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
    /// There was no answer; a status is never an error.
    fn send(&self, request: Approved) -> impl Future<Output = Result<Response<Self::Body>, FetchError>> + Send;
}

/// The body of a response, read bit by bit.
pub trait Body: Send {
    /// The next bytes, `None` at the end.
    ///
    /// # Errors
    /// The body broke off, or took too long.
    fn chunk(&mut self) -> impl Future<Output = Result<Option<Bytes>, FetchError>> + Send;
}

/// A place to compute, such as a thread pool: a render keeps a core busy.
pub trait Compute: Send + Sync {
    /// Runs a render.
    fn run(&self, job: Render) -> impl Future<Output = Rendered> + Send;
}

/// Runs renders in place, on the thread that polls: for tests, and for servers of one request at a time.
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

/// A client that is borrowed.
impl<T: Client> Client for &T {
    type Body = T::Body;

    async fn lookup(&self, host: &str, port: u16, timeout: Duration) -> Result<Vec<SocketAddr>, FetchError> {
        T::lookup(self, host, port, timeout).await
    }

    async fn send(&self, request: Approved) -> Result<Response<Self::Body>, FetchError> {
        T::send(self, request).await
    }
}

/// A client that is shared.
impl<T: Client> Client for Arc<T> {
    type Body = T::Body;

    async fn lookup(&self, host: &str, port: u16, timeout: Duration) -> Result<Vec<SocketAddr>, FetchError> {
        T::lookup(self, host, port, timeout).await
    }

    async fn send(&self, request: Approved) -> Result<Response<Self::Body>, FetchError> {
        T::send(self, request).await
    }
}

/// A place to compute that is borrowed.
impl<T: Compute> Compute for &T {
    async fn run(&self, job: Render) -> Rendered {
        T::run(self, job).await
    }
}

/// A place to compute that is shared.
impl<T: Compute> Compute for Arc<T> {
    async fn run(&self, job: Render) -> Rendered {
        T::run(self, job).await
    }
}
