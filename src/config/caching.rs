//! [`Caching`]: how long answers and originals stay good.

use std::time::Duration;

use crate::setters::setters;

/// How long browsers and caches may keep an answer, and a store (feature `cache`) what it was made from.
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
    /// What `Cache-Control` says of a picture (documented: up to a year, the default).
    pub lifetime: Duration,
    /// The origin's own `Cache-Control` (or `Expires`) is told instead, where it has one (documented: origin-based
    /// cache control, off).
    pub by_origin: bool,
    /// The least that counts of what an origin says; above zero it overrides `no-cache` too, though neither `no-store`
    /// nor `private` (chosen: 0).
    pub floor: Duration,
    /// The most that counts of what an origin says (documented: a year).
    pub cap: Duration,
    /// How long errors are kept that the next request would get too (a 404 of an origin, a malformed URL, a file that is
    /// no image), and what stands in for something (the default image for a file that no origin has, a damaged file)
    /// (chosen: a minute). Errors that may be over in a moment are `no-store`, whatever this says.
    pub errors: Duration,
    /// The time for which caches may keep what stands in for something that failed for a moment: the default image, what
    /// another origin has, or an old picture, while an origin cannot be reached (chosen: 5 seconds, so that not every
    /// request finds out anew; no longer than [`errors`](Self::errors)). A store never has it. Zero: `no-store`.
    pub stopgaps: Duration,
    /// How long a file that is no image is kept, where its origin does not say (chosen: an hour). Where it does, its
    /// word counts for such files, whatever [`by_origin`](Self::by_origin) says.
    pub files: Duration,
    /// How long a stored original is used before its origin is asked whether it has changed, where the origin's own
    /// word does not count or is missing (chosen: an hour).
    pub originals: Duration,
    /// How long after that a stored picture may still be served while a new one is made (RFC 5861; chosen: not at all).
    pub stale_while_revalidate: Duration,
    /// How long after that it may be served while the origin is down (RFC 5861; chosen: not at all).
    pub stale_if_error: Duration,
}

impl Caching {
    /// The rules for files that are no images.
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
