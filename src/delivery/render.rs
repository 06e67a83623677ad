//! [`Render`]: the only computing there is, as a value to run where you like.

use std::sync::Arc;

use bytes::Bytes;

use crate::encoded::Encoded;
use crate::error::Error;
use crate::order::Job;
use crate::plan::Rules;
use crate::transform::Transformation;

/// Work for a thread pool: the sources are here, the picture is to be made.
///
/// With feature `pixels`, [`Render::run`] makes it, on the thread that calls it and without waiting for
/// anything. Without it, or to use another library, read what is wanted from the accessors and answer
/// with [`Rendered::new`].
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

impl Render {
    /// Makes the picture. Takes the time that takes: run it where that does not hurt.
    #[cfg(feature = "pixels")]
    #[must_use]
    pub fn run(self) -> Rendered {
        let job = &self.job;
        let asset = self.sources.first().map(Bytes::as_ref).unwrap_or_default();
        Rendered::new(crate::pixels::render(asset, &job.transformation, &job.rules, &job.negotiation, job.thumbnail))
    }

    /// What is to be done, with names expanded and hints applied.
    #[must_use]
    pub fn transformation(&self) -> &Transformation {
        &self.job.transformation
    }

    /// How it is to be planned, and the limits to keep to.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.job.rules
    }

    /// The files: the asset first, then those that layers name, in order of mention.
    #[must_use]
    pub fn sources(&self) -> &[Bytes] {
        &self.sources
    }
}

impl Rendered {
    /// A result made elsewhere.
    #[must_use]
    pub const fn new(result: Result<Encoded, Error>) -> Self {
        Self { result }
    }

    /// The picture, or why there is none.
    ///
    /// # Errors
    /// What [`Render::run`] failed with.
    pub const fn result(&self) -> Result<&Encoded, &Error> {
        self.result.as_ref()
    }
}
