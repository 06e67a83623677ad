//! [`Caching`]: lifetimes of responses and originals.

use std::time::Duration;

use crate::setters::setters;

/// Lifetimes of responses in browsers and caches, and of originals in a store.
///
/// ```
/// use originkit::config::Caching;
/// use originkit::Settings;
/// use std::time::Duration;
/// const DAY: Duration = Duration::from_secs(24 * 3600);
/// let settings = Settings::default().caching(Caching::default().lifetime(180 * DAY).stale_if_error(DAY));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Caching {
    /// The `Cache-Control` lifetime of an image (documented: up to a year, the default).
    pub lifetime: Duration,
    /// Whether the origin's own `Cache-Control` (or `Expires`) is sent instead, if it has one (documented: origin-based
    /// cache control, off).
    pub by_origin: bool,
    /// The lower bound of a lifetime that an origin sets. Above zero it also overrides `no-cache`, but neither
    /// `no-store` nor `private` (chosen: 0).
    pub floor: Duration,
    /// The upper bound of a lifetime that an origin sets (documented: a year).
    pub cap: Duration,
    /// The lifetime of errors that the next request would get as well (a 404 of an origin, a malformed URL, a file that
    /// is not an image), and of fallbacks for them (the default image for a file that no origin has, a damaged file)
    /// (chosen: a minute). Errors that may be over in a moment are always `no-store`.
    pub errors: Duration,
    /// The lifetime in caches of fallbacks for a transient failure: the default image, another origin's file, or a
    /// stale image while an origin cannot be reached (chosen: 5 seconds, so that not every request finds out anew; no
    /// longer than [`errors`](Self::errors)). A store never keeps them. Zero: `no-store`.
    pub stopgaps: Duration,
    /// The lifetime of a file that is not an image, if its origin sets none (chosen: an hour). If the origin sets one,
    /// that one applies to such files even without [`by_origin`](Self::by_origin).
    pub files: Duration,
    /// The time for which a stored original is fresh before it is revalidated with its origin, if the lifetime set by
    /// the origin is ignored or missing (chosen: an hour).
    pub originals: Duration,
    /// The time after expiry during which a stale image may be served while a new one is made (RFC 5861; chosen: zero).
    pub stale_while_revalidate: Duration,
    /// The time after expiry during which a stale image may be served while the origin is down (RFC 5861; chosen:
    /// zero).
    pub stale_if_error: Duration,
}

impl Caching {
    /// Returns the rules for files that are not images.
    pub(crate) const fn of_files(self) -> Self {
        Self { by_origin: true, lifetime: self.files, ..self }
    }
}

setters!(Caching {
    lifetime: Duration,
    by_origin: bool,
    floor: Duration,
    cap: Duration,
    errors: Duration,
    stopgaps: Duration,
    files: Duration,
    originals: Duration,
    stale_while_revalidate: Duration,
    stale_if_error: Duration,
});

impl Default for Caching {
    fn default() -> Self {
        const YEAR: Duration = Duration::from_secs(31_536_000);
        Self {
            lifetime: YEAR,
            by_origin: false,
            floor: Duration::ZERO,
            cap: YEAR,
            errors: Duration::from_secs(60),
            stopgaps: Duration::from_secs(5),
            files: Duration::from_secs(3600),
            originals: Duration::from_secs(3600),
            stale_while_revalidate: Duration::ZERO,
            stale_if_error: Duration::ZERO,
        }
    }
}
