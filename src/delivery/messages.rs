//! [`Output`] and [`Input`]: the messages between the machine and its driver.

use std::ops::ControlFlow;

use bytes::Bytes;
use http::Response;

use super::fetch::{Fetch, FetchError, FetchId};
use super::render::{Render, Rendered};
use crate::store::{StoreKey, Stored};

/// The next thing to do.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a driver must handle every output")]
pub enum Output {
    /// Look this key up in the store, and answer with [`Input::Found`]; without a store, with `None`. Several may come
    /// before `Wait`.
    Lookup(StoreKey),
    /// Send this request. Several may come before `Wait`; run them together or in turn.
    Fetch(Fetch),
    /// Run this render, on any thread, and hand the result back.
    Render(Render),
    /// Put this file into the store, if there is one. There is no input for it, and nothing waits for it.
    Store(Stored),
    /// Send this response. Its extensions hold the [`Outcome`](super::Outcome).
    ///
    /// More outputs may follow if [`Delivery::goes_on`](super::Delivery::goes_on), for the store alone.
    Respond(Response<Bytes>),
    /// Do nothing until the next input.
    Wait,
}

/// Something that has happened.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a recorded or generated input is one of these")]
pub enum Input {
    /// The file that a store has under a key, if it has one.
    Found(StoreKey, Option<Bytes>),
    /// The head of the answer to a fetch: status and headers.
    Head(FetchId, Response<()>),
    /// A piece of its body.
    Chunk(FetchId, Bytes),
    /// The end of its body.
    End(FetchId),
    /// A failure, before or after the head.
    Failed(FetchId, FetchError),
    /// The result of the [`Render`].
    Rendered(Rendered),
}

/// Nothing more is needed.
pub(super) const BREAK: ControlFlow<()> = ControlFlow::Break(());
/// Go on reading.
pub(super) const CONTINUE: ControlFlow<()> = ControlFlow::Continue(());
