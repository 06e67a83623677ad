//! [`Outcome`]: how an answer came about.

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
    /// The store had a fresh rendition: no origin was asked.
    Hit,
    /// A rendition that is no longer fresh, while it is renewed after the answer, or while an origin is down.
    Stale,
    /// A rendition of the store that is fresh again, because no file of it has changed.
    Revalidated,
    /// The files were fetched, or came from the store, and the answer was made of them.
    Made,
    /// The answer was made for another request for the same at the same time.
    Shared,
    /// The client has the image already: 304, however that was found out.
    NotModified,
    /// An effect is still being prepared elsewhere: a page, and when to ask again.
    Pending,
    /// There is too much to do: 503 with `Retry-After`.
    Shed,
    /// Any other error.
    Failed,
    /// The answer to OPTIONS.
    Options,
}

impl Outcome {
    /// All of them, for a table of counters.
    pub const ALL: [Self; 10] = [
        Self::Hit,
        Self::Stale,
        Self::Revalidated,
        Self::Made,
        Self::Shared,
        Self::NotModified,
        Self::Pending,
        Self::Shed,
        Self::Failed,
        Self::Options,
    ];

    /// Returns the outcome of a response of this crate.
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
