//! [`Outcome`]: the way in which an answer came about.

use std::fmt;

use http::Response;

/// The way in which an answer came about, for counters and logs. It is in the extensions of every response.
///
/// ```
/// use originkit::delivery::Outcome;
/// # let response = http::Response::new(());
/// let label = Outcome::of(&response).map_or("other", Outcome::as_str);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Outcome {
    /// The store had a fresh rendition, and no origin was asked.
    Hit,
    /// The answer is a stale rendition, which is renewed after the answer or is used because an origin is down.
    Stale,
    /// The store had a stale rendition that is fresh again, because none of its files has changed.
    Revalidated,
    /// The answer was made of files that were fetched or that came from the store.
    Made,
    /// The answer was made in a format that is quicker to write than AVIF, which is made after the answer:
    /// [`Settings::avif_after_answer`](crate::Settings::avif_after_answer).
    Interim,
    /// The answer was made for another request for the same rendition at the same time.
    Shared,
    /// The client has the image already, so the status is 304, however that was determined.
    NotModified,
    /// An effect is still being prepared elsewhere: the answer is a page that says when to retry.
    Pending,
    /// The server is overloaded: 503 with `Retry-After`.
    Shed,
    /// The answer is any other error.
    Failed,
    /// The answer to an OPTIONS request.
    Options,
}

impl Outcome {
    /// All outcomes, for a table of counters.
    pub const ALL: [Self; 11] = [
        Self::Hit,
        Self::Stale,
        Self::Revalidated,
        Self::Made,
        Self::Interim,
        Self::Shared,
        Self::NotModified,
        Self::Pending,
        Self::Shed,
        Self::Failed,
        Self::Options,
    ];

    /// Returns the outcome of a response that this crate made.
    #[must_use]
    pub fn of<B>(response: &Response<B>) -> Option<Self> {
        response.extensions().get().copied()
    }

    /// Returns the name in lower case, such as `hit` or `not_modified`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Stale => "stale",
            Self::Revalidated => "revalidated",
            Self::Made => "made",
            Self::Interim => "interim",
            Self::Shared => "shared",
            Self::NotModified => "not_modified",
            Self::Pending => "pending",
            Self::Shed => "shed",
            Self::Failed => "failed",
            Self::Options => "options",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
