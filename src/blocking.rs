//! [`drive`]: the driver that runs a delivery to its response with a blocking HTTP client, without any runtime.
//!
//! Fetches run one after another. `adapters::Ureq` (feature `ureq`) is a client; the number of threads that call the
//! driver limits the work at a time. Equal requests are not merged here. A custom client has the same duties as in
//! [`client`](crate::client), time limits included: a body is a [`Read`], so the client wraps it in a type that knows
//! when the head arrived.
//!
//! ```
//! use std::io::{self, ErrorKind, Read};
//! use std::time::Instant;
//! use originkit::delivery::Pace;
//!
//! /// A body that checks its pace. The timeout of the socket, `Pace::idle`, ends a single read.
//! struct Paced<R> {
//!     body: R,
//!     pace: Pace,
//!     since_head: Instant,
//!     bytes: u64,
//! }
//!
//! impl<R: Read> Read for Paced<R> {
//!     fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
//!         let read = self.body.read(buffer)?;
//!         self.bytes += read as u64;
//!         self.pace.check(self.since_head.elapsed(), self.bytes).map_err(|_| ErrorKind::TimedOut)?;
//!         Ok(read)
//!     }
//! }
//! ```
//!
//! # Example
//!
//! ```
//! use std::net::SocketAddr;
//! use std::time::Duration;
//! use http::Response;
//! use originkit::blocking::Client;
//! use originkit::delivery::{Approved, FetchError};
//!
//! /// Answers every request with the same file.
//! struct Same(&'static [u8]);
//!
//! impl Client for Same {
//!     type Body = &'static [u8];
//!     fn lookup(&self, _: &str, port: u16, _: Duration) -> Result<Vec<SocketAddr>, FetchError> {
//!         Ok(vec![SocketAddr::from(([93, 184, 215, 14], port))])
//!     }
//!     fn send(&self, _: Approved) -> Result<Response<&'static [u8]>, FetchError> {
//!         Ok(Response::new(self.0))
//!     }
//! }
//! # #[cfg(feature = "pixels")]
//! # fn answer(delivery: originkit::Delivery) -> Response<bytes::Bytes> {
//! use originkit::blocking::{Io, drive};
//! use originkit::delivery::Render;
//!
//! let io = Io::new(Same(b"..."), Render::run);
//! drive(delivery, &io).response
//! # }
//! ```

use std::collections::VecDeque;
use std::io::{ErrorKind, Read};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Response;

use crate::delivery::{Approved, Delivery, Fetch, FetchError, Input, Output, Render, Rendered};
use crate::store::{NoStore, StoreKey, Stored};

/// A blocking HTTP client.
pub trait Client {
    /// The body of its responses. A read that fails with [`ErrorKind::TimedOut`] or
    /// [`ErrorKind::WouldBlock`] is a timeout.
    type Body: Read;

    /// Looks up the addresses of a host name, each with this port. It is not called if the host is an IP address.
    ///
    /// # Errors
    /// [`FetchError::Refused`] if there is no such name.
    fn lookup(&self, host: &str, port: u16, timeout: Duration) -> Result<Vec<SocketAddr>, FetchError>;

    /// Sends a request to one of its addresses and waits for the head of the answer.
    ///
    /// [`Approved::pace`] bounds the whole exchange, the body included.
    ///
    /// # Errors
    /// Any failure to get an answer; a status is never an error.
    fn send(&self, request: Approved) -> Result<Response<Self::Body>, FetchError>;
}

impl<T: Client> Client for &T {
    type Body = T::Body;

    fn lookup(&self, host: &str, port: u16, timeout: Duration) -> Result<Vec<SocketAddr>, FetchError> {
        T::lookup(self, host, port, timeout)
    }

    fn send(&self, request: Approved) -> Result<Response<Self::Body>, FetchError> {
        T::send(self, request)
    }
}

impl<T: Client> Client for Arc<T> {
    type Body = T::Body;

    fn lookup(&self, host: &str, port: u16, timeout: Duration) -> Result<Vec<SocketAddr>, FetchError> {
        T::lookup(self, host, port, timeout)
    }

    fn send(&self, request: Approved) -> Result<Response<Self::Body>, FetchError> {
        T::send(self, request)
    }
}

/// A store for the blocking driver; the counterpart of [`store::Store`](crate::store::Store).
pub trait Store {
    /// Returns the file under a key, if there is one.
    fn get(&self, key: &StoreKey) -> Option<Bytes>;

    /// Keeps a file under a key, in place of any file under that key.
    fn put(&self, key: &StoreKey, file: Bytes);
}

impl<S: Store + ?Sized> Store for &S {
    fn get(&self, key: &StoreKey) -> Option<Bytes> {
        S::get(self, key)
    }

    fn put(&self, key: &StoreKey, file: Bytes) {
        S::put(self, key, file);
    }
}

impl<S: Store + ?Sized> Store for Arc<S> {
    fn get(&self, key: &StoreKey) -> Option<Bytes> {
        S::get(self, key)
    }

    fn put(&self, key: &StoreKey, file: Bytes) {
        S::put(self, key, file);
    }
}

#[cfg(feature = "memory-store")]
impl Store for crate::store::Memory {
    fn get(&self, key: &StoreKey) -> Option<Bytes> {
        self.read(key)
    }

    fn put(&self, key: &StoreKey, file: Bytes) {
        self.write(key, file);
    }
}

impl Store for NoStore {
    fn get(&self, _: &StoreKey) -> Option<Bytes> {
        match *self {}
    }

    fn put(&self, _: &StoreKey, _: Bytes) {
        match *self {}
    }
}

/// The environment of deliveries: a client, a function that renders such as [`Render::run`], and a store if there is
/// one.
#[derive(Debug, Clone)]
pub struct Io<C, P, S = NoStore> {
    client: C,
    compute: P,
    store: Option<S>,
}

impl<C: Client, P: Fn(Render) -> Rendered> Io<C, P> {
    /// Makes an environment without a store. `compute` runs a render; [`Render::run`] does so on the thread of the
    /// driver.
    pub const fn new(client: C, compute: P) -> Self {
        Self { client, compute, store: None }
    }

    /// Sets the store of originals and renditions.
    pub fn store<S: Store>(self, store: S) -> Io<C, P, S> {
        Io { client: self.client, compute: self.compute, store: Some(store) }
    }
}

/// An answer, and the work to do after it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Answered {
    /// The response to send.
    pub response: Response<Bytes>,
    /// The work to finish afterwards, for example on another thread. Without a store, it may be dropped.
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
}

impl Later {
    /// Returns `true` if there is nothing to do.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.stored.is_empty() && self.renewal.is_none()
    }

    /// Does the work.
    pub fn finish<C: Client, P: Fn(Render) -> Rendered, S: Store>(self, io: &Io<C, P, S>) {
        let Self { stored, renewal } = self;
        io.put(stored);
        if let Some(mut delivery) = renewal {
            let mut stored = Vec::new();
            _ = run(&mut delivery, io, &mut stored);
            io.put(stored);
        }
    }
}

impl<C, P, S: Store> Io<C, P, S> {
    fn put(&self, files: Vec<Stored>) {
        let Some(store) = &self.store else { return };
        for file in files {
            store.put(file.key(), file.to_bytes());
        }
    }
}

/// Runs a delivery to its response, on this thread.
pub fn drive<C: Client, P: Fn(Render) -> Rendered, S: Store>(mut delivery: Delivery, io: &Io<C, P, S>) -> Answered {
    let mut stored = Vec::new();
    if io.store.is_none() {
        delivery.without_store();
    }
    // A delivery that was started is answered (its second law).
    let response = run(&mut delivery, io, &mut stored).unwrap_or_default();
    Answered { response, later: Later { stored, renewal: delivery.goes_on().then(|| Box::new(delivery)) } }
}

/// Runs a delivery to its response, or to its end if the response was given out before. Adds the files for the store.
fn run<C: Client, P: Fn(Render) -> Rendered, S: Store>(
    delivery: &mut Delivery,
    io: &Io<C, P, S>,
    stored: &mut Vec<Stored>,
) -> Option<Response<Bytes>> {
    let mut queue = VecDeque::new();
    while delivery.goes_on() {
        match delivery.poll() {
            Output::Lookup(key) => {
                let file = io.store.as_ref().and_then(|store| store.get(&key));
                _ = delivery.handle(Input::Found(key, file));
            }
            Output::Fetch(fetch) => queue.push_back(fetch),
            Output::Render(job) => _ = delivery.handle(Input::Rendered((io.compute)(job))),
            Output::Store(file) => stored.extend(io.store.is_some().then_some(file)),
            Output::Respond(response) => return Some(response),
            Output::Wait => fetch(delivery, &io.client, queue.pop_front()?),
        }
    }
    None
}

/// Runs one fetch to its end, or until nothing more of it is needed.
fn fetch<C: Client>(delivery: &mut Delivery, client: &C, fetch: Fetch) {
    let id = fetch.id;
    let mut body = match dial(client, fetch) {
        Err(error) => {
            _ = delivery.handle(Input::Failed(id, error));
            return;
        }
        Ok(response) => {
            let (head, body) = response.into_parts();
            if delivery.handle(Input::Head(id, Response::from_parts(head, ()))).is_break() {
                return;
            }
            body
        }
    };
    let mut buffer = vec![0; CHUNK];
    loop {
        let input = match body.read(&mut buffer) {
            Ok(0) => Input::End(id),
            Ok(length) => Input::Chunk(id, Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default())),
            Err(error) => match error.kind() {
                ErrorKind::Interrupted => continue,
                ErrorKind::TimedOut | ErrorKind::WouldBlock => Input::Failed(id, FetchError::TimedOut),
                _ => Input::Failed(id, FetchError::Other),
            },
        };
        if delivery.handle(input).is_break() {
            return;
        }
    }
}

/// Looks up the addresses, has them approved, and sends the request to one of them.
fn dial<C: Client>(client: &C, fetch: Fetch) -> Result<Response<C::Body>, FetchError> {
    let addresses = match fetch.address() {
        Some(address) => vec![address],
        None => {
            let (host, port) = fetch.host();
            client.lookup(host, port, fetch.timeout())?
        }
    };
    client.send(fetch.approve(addresses)?)
}

/// The number of bytes read at a time.
const CHUNK: usize = 64 * 1024;
