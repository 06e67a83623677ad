//! [`Render`]: the only computing there is, as a value to run where you like.

use std::sync::Arc;

use bytes::Bytes;

use crate::error::Error;
use crate::format::Format;
use crate::order::Job;
use crate::plan::Size;

/// Work for a thread pool: the sources are here, the picture is to be made.
#[derive(Debug)]
pub struct Render {
    pub(crate) job: Arc<Job>,
    /// One for each wanted file of the order, in its order.
    pub(crate) sources: Vec<Bytes>,
}

/// What came of a [`Render`].
#[derive(Debug)]
pub struct Rendered {
    pub(crate) result: Result<Encoded, Error>,
}

/// A finished picture.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Encoded {
    /// The file.
    pub bytes: Bytes,
    /// Its format.
    pub format: Format,
    /// Its size in pixels.
    pub size: Size,
}

impl Encoded {
    /// A picture made elsewhere, by libvips say, to answer a [`Render`] with.
    #[must_use]
    pub const fn new(bytes: Bytes, format: Format, size: Size) -> Self {
        Self { bytes, format, size }
    }
}

impl Rendered {
    /// A result made elsewhere.
    #[must_use]
    pub const fn new(result: Result<Encoded, Error>) -> Self {
        Self { result }
    }
}
