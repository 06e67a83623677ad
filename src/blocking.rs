//! [`drive`]: a delivery run to its end by a blocking HTTP client, with no runtime anywhere.
//!
//! Fetches run in turn. What is asked of a client is the same as in [`client`](crate::client).
//!
//! ```
//! use std::time::Duration;
//! use http::{Request, Response};
//! use originkit::blocking::Client;
//! use originkit::delivery::FetchError;
//!
//! /// Answers every request with the same file.
//! struct Same(&'static [u8]);
//!
//! impl Client for Same {
//!     type Body = &'static [u8];
//!     fn send(&self, _: Request<()>, _: Duration) -> Result<Response<&'static [u8]>, FetchError> {
//!         Ok(Response::new(self.0))
//!     }
//! }
//! ```

use std::collections::VecDeque;
use std::io::{ErrorKind, Read};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

use crate::delivery::{Delivery, Fetch, FetchError, Input, Output, Render, Rendered};

/// A blocking HTTP client.
pub trait Client {
    /// The body of its responses. A read that fails with [`ErrorKind::TimedOut`] or
    /// [`ErrorKind::WouldBlock`] is a timeout.
    type Body: Read;

    /// Sends a request and waits for the head of the answer.
    ///
    /// `timeout` bounds the whole exchange, the body included.
    ///
    /// # Errors
    /// There was no answer; a status is never an error.
    fn send(&self, request: Request<()>, timeout: Duration) -> Result<Response<Self::Body>, FetchError>;
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
    let mut body = match client.send(fetch.request, fetch.timeout) {
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

/// Bytes read at a time.
const CHUNK: usize = 64 * 1024;
