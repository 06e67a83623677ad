//! [`drive`]: a delivery run to its end by a blocking HTTP client, with no runtime anywhere.
//!
//! Fetches run in turn. `adapters::Ureq` (feature `ureq`) is a client; how much is done at a time is bounded by the threads
//! that call this. What is asked of a client of your own is the same as in [`client`](crate::client), time included: a
//! body is a [`Read`], so the client wraps the one it has by one that knows when the head came.
//!
//! ```
//! use std::io::{self, ErrorKind, Read};
//! use std::time::Instant;
//! use originkit::delivery::Pace;
//!
//! /// A body that keeps its pace. A single read is ended by the timeout of the socket, which is `Pace::idle`.
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
//! ```

use std::collections::VecDeque;
use std::io::{ErrorKind, Read};
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::Response;

use crate::delivery::{Approved, Delivery, Fetch, FetchError, Input, Output, Render, Rendered};

/// A blocking HTTP client.
pub trait Client {
    /// The body of its responses. A read that fails with [`ErrorKind::TimedOut`] or
    /// [`ErrorKind::WouldBlock`] is a timeout.
    type Body: Read;

    /// Looks up the addresses of a host's name, each with this port. Not called for a host that is an address.
    ///
    /// # Errors
    /// [`FetchError::Refused`] where there is no such name.
    fn lookup(&self, host: &str, port: u16, timeout: Duration) -> Result<Vec<SocketAddr>, FetchError>;

    /// Sends a request to one of its addresses and waits for the head of the answer.
    ///
    /// [`Approved::pace`] bounds the whole exchange, the body included.
    ///
    /// # Errors
    /// There was no answer; a status is never an error.
    fn send(&self, request: Approved) -> Result<Response<Self::Body>, FetchError>;
}

/// Runs a delivery to its end, renders included, on this thread.
#[cfg(feature = "pixels")]
pub fn drive<C: Client>(delivery: Delivery, client: &C) -> Response<Bytes> {
    drive_with(delivery, client, Render::run)
}

/// Runs a delivery to its end; `render` does the computing.
pub fn drive_with<C: Client>(
    mut delivery: Delivery,
    client: &C,
    mut render: impl FnMut(Render) -> Rendered,
) -> Response<Bytes> {
    let mut queue = VecDeque::new();
    loop {
        match delivery.poll() {
            Output::Fetch(fetch) => queue.push_back(fetch),
            Output::Render(job) => _ = delivery.handle(Input::Rendered(render(job))),
            Output::Keep(_) => {}
            Output::Respond(response) => return response,
            Output::Wait => {
                if let Some(fetch) = queue.pop_front() {
                    run(&mut delivery, client, fetch);
                }
            }
        }
    }
}

/// Runs one fetch to its end, or until nothing more is wanted of it.
fn run<C: Client>(delivery: &mut Delivery, client: &C, fetch: Fetch) {
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

/// Bytes read at a time.
const CHUNK: usize = 64 * 1024;
