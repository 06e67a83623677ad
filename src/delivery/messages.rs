//! [`Output`] and [`Input`]: what passes between the machine and its driver.

use std::ops::ControlFlow;

use bytes::Bytes;
use http::Response;

use super::fetch::{Fetch, FetchError, FetchId};
use super::key::StoreKey;
use super::original::Original;
use super::render::{Render, Rendered};
use super::rendition::Rendition;

/// What is to be done next.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a driver must handle every output")]
pub enum Output {
    /// Send this request. Several may come before `Wait`; run them together or in turn.
    Fetch(Fetch),
    /// Compute this, anywhere, and hand the result back.
    Render(Render),
    /// Put this into a store, if there is one. Nothing need come back, and nothing waits for it.
    Keep(Keep),
    /// Done. Send this.
    Respond(Response<Bytes>),
    /// Nothing until the next input.
    Wait,
}

/// Something to keep for later.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_enums, reason = "there are two tiers")]
pub enum Keep {
    /// A file as an origin sent it, or the same after the origin said that it has not changed.
    Original(Original),
    /// What is being delivered.
    Rendition(Rendition),
}

impl Keep {
    /// What to keep it under.
    #[must_use]
    pub const fn key(&self) -> &StoreKey {
        match self {
            Self::Original(original) => original.key(),
            Self::Rendition(rendition) => rendition.key(),
        }
    }

    /// As a store keeps it.
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        match self {
            Self::Original(original) => original.to_bytes(),
            Self::Rendition(rendition) => rendition.to_bytes(),
        }
    }
}

/// What has happened.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a recorded or generated input is one of these")]
pub enum Input {
    /// The head of the answer to a fetch: status and headers.
    Head(FetchId, Response<()>),
    /// A piece of its body.
    Chunk(FetchId, Bytes),
    /// Its body is complete.
    End(FetchId),
    /// It broke off, before or after the head.
    Failed(FetchId, FetchError),
    /// What a store has under [`Fetch::key`]. `Break`: the fetch need not be sent, and there may be another.
    Recalled(FetchId, Original),
    /// What came of the [`Render`].
    Rendered(Rendered),
}

/// Nothing more is wanted.
pub(super) const BREAK: ControlFlow<()> = ControlFlow::Break(());
/// Go on reading.
pub(super) const CONTINUE: ControlFlow<()> = ControlFlow::Continue(());
