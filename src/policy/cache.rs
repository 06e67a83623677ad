//! Freshness: reads `Cache-Control` of origins and writes `Cache-Control` of responses (RFC 9111, RFC 5861).

use std::fmt;
use std::time::{Duration, SystemTime};

use http::header::{AGE, CACHE_CONTROL, DATE, EXPIRES};
use http::{HeaderMap, HeaderValue};

use crate::config::Caching;

/// Returns whole seconds since 1970, the unit of all dates in headers.
pub(crate) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Reads a date in a header. `None` if it is malformed or before 1970.
pub(crate) fn date(value: &HeaderValue) -> Option<u64> {
    let time = httpdate::parse_http_date(value.to_str().ok()?).ok()?;
    time.duration_since(SystemTime::UNIX_EPOCH).ok().map(|since| since.as_secs())
}

/// Writes a time, in seconds since 1970, as a date for a header.
pub(crate) fn as_date(seconds: u64) -> Option<HeaderValue> {
    // 9999 is the last year that the format can hold.
    let time = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds.min(253_402_300_799)))?;
    HeaderValue::try_from(httpdate::fmt_http_date(time)).ok()
}

/// Caching directives of an origin for its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Directives {
    pub(crate) no_store: bool,
    pub(crate) no_cache: bool,
    pub(crate) private: bool,
    /// For browsers, and for shared caches if there is no `s-maxage`.
    pub(crate) max_age: Option<u64>,
    /// For shared caches.
    pub(crate) s_maxage: Option<u64>,
}

impl Directives {
    /// Reads the directives of a response received at `now`. If there is no `max-age`, `Expires` takes its place (RFC
    /// 9111, 5.3).
    pub(crate) fn of(headers: &HeaderMap, now: u64) -> Self {
        let mut read = Self::default();
        for value in headers.get_all(CACHE_CONTROL) {
            match value.to_str() {
                Ok(text) => read.add(text),
                // A field that cannot be read is not relied on.
                Err(_) => read.no_cache = true,
            }
        }
        if read.max_age.is_none()
            && let Some(expires) = headers.get(EXPIRES)
        {
            let sent = headers.get(DATE).and_then(date).unwrap_or(now);
            // `Expires: 0` and other values that are not dates mean: already expired.
            read.max_age = Some(date(expires).unwrap_or(0).saturating_sub(sent));
        }
        read
    }

    /// Reads the value of a `Cache-Control` field.
    pub(crate) fn read(text: &str) -> Self {
        let mut read = Self::default();
        read.add(text);
        read
    }

    fn add(&mut self, text: &str) {
        for directive in text.split(',') {
            let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
            // If a directive is repeated, the shorter value applies. A value that is not a number counts as 0.
            let shorter = |found: Option<u64>| {
                let value = value.trim().trim_matches('"');
                // RFC 9111, 1.2.2: a value that is too large counts as the greatest one.
                let digits = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
                let age = if digits { value.parse().unwrap_or(MOST) } else { 0 };
                Some(age.min(MOST).min(found.unwrap_or(u64::MAX)))
            };
            match name.trim().to_ascii_lowercase().as_str() {
                "no-store" => self.no_store = true,
                "no-cache" => self.no_cache = true,
                "private" => self.private = true,
                "max-age" => self.max_age = shorter(self.max_age),
                "s-maxage" => self.s_maxage = shorter(self.s_maxage),
                _ => {}
            }
        }
    }

    /// Returns `true` if a shared store may keep the file.
    pub(crate) fn is_kept(&self, caching: &Caching) -> bool {
        !caching.by_origin || !(self.no_store || self.private)
    }

    /// Returns the seconds for which a stored file is used without revalidation.
    pub(crate) fn fresh_for(&self, caching: &Caching) -> u64 {
        let own = self.s_maxage.or(self.max_age);
        match (caching.by_origin, own) {
            _ if !self.is_kept(caching) => 0,
            (true, _) if self.no_cache => caching.floor.as_secs(),
            (true, Some(own)) => within(own, caching),
            _ => caching.originals.as_secs(),
        }
    }
}

/// Writes the directives as in `Cache-Control`; [`Directives::read`] reads them again.
impl fmt::Display for Directives {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flags = [(self.no_store, "no-store"), (self.no_cache, "no-cache"), (self.private, "private")];
        let flags = flags.into_iter().filter(|(set, _)| *set).map(|(_, name)| name.to_owned());
        let ages = [("max-age", self.max_age), ("s-maxage", self.s_maxage)];
        let ages = ages.into_iter().filter_map(|(name, age)| Some(format!("{name}={}", age?)));
        f.write_str(&flags.chain(ages).collect::<Vec<_>>().join(", "))
    }
}

/// Returns the time at which the origin sent the file of a response: `Age` is how long it has been in caches since then
/// (RFC 9111, 5.1).
pub(crate) fn sent_at(headers: &HeaderMap, now: u64) -> u64 {
    let age = headers.get(AGE).and_then(|age| age.to_str().ok()?.trim().parse::<u64>().ok()).unwrap_or(0);
    now.saturating_sub(age)
}

/// The term for which a response may be kept. If several apply, the greatest variant wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Term {
    /// As configured.
    #[default]
    Full,
    /// As long as an error, [`Caching::errors`]: the response is a fallback, and would be the next time as well.
    Brief,
    /// For seconds, [`Caching::stopgaps`], and in no store: the response is a fallback for a transient failure.
    Moment,
}

impl Term {
    /// Returns the upper bound in seconds; `None` if only the configuration bounds it.
    pub(crate) fn most(self, caching: &Caching) -> Option<u64> {
        match self {
            Self::Full => None,
            Self::Brief => Some(caching.errors.as_secs()),
            Self::Moment => Some(caching.errors.min(caching.stopgaps).as_secs()),
        }
    }
}

/// Facts that decide the `Cache-Control` of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Keeping {
    pub(crate) term: Term,
    /// The response is for one person only.
    pub(crate) private: bool,
    /// The directives of the asset's origin.
    pub(crate) origin: Directives,
    /// The seconds after which the URL expires.
    pub(crate) at_most: Option<u64>,
}

/// Returns the `Cache-Control` of a success.
pub(crate) fn cache_control(keeping: &Keeping, caching: &Caching) -> HeaderValue {
    let Keeping { term, origin, .. } = *keeping;
    let by_origin = |own: Option<u64>| match own {
        _ if caching.by_origin && origin.no_cache && origin.max_age.or(origin.s_maxage).is_none() => {
            caching.floor.as_secs()
        }
        Some(own) if caching.by_origin => within(own, caching),
        _ => caching.lifetime.as_secs(),
    };
    let most = term.most(caching).unwrap_or(u64::MAX).min(keeping.at_most.unwrap_or(u64::MAX));
    let browser = by_origin(origin.max_age.or(origin.s_maxage)).min(most);
    let shared = by_origin(origin.s_maxage.or(origin.max_age)).min(most);
    let private = keeping.private || (caching.by_origin && origin.private);
    let is_over = term == Term::Moment && most == 0;
    let text = if is_over || (caching.by_origin && origin.no_store) {
        "no-store".to_owned()
    } else if caching.by_origin && origin.no_cache && caching.floor.is_zero() {
        format!("{}, no-cache", if private { "private" } else { "public" })
    } else if private {
        format!("private, max-age={browser}")
    } else if term != Term::Full {
        format!("public, max-age={}", browser.min(shared))
    } else {
        format!("public, s-maxage={shared}, max-age={browser}, {}", afterwards(caching))
    };
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("no-store"))
}

/// Returns the `Cache-Control` of an error that the next request would get as well.
pub(crate) fn cache_control_of_error(caching: &Caching) -> HeaderValue {
    let text = format!("public, max-age={}", caching.errors.as_secs());
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("no-store"))
}

/// Returns the directives for stale responses. `must-revalidate` forbids what the others allow (RFC 5861, 3 and 4).
fn afterwards(caching: &Caching) -> String {
    let stale =
        [("stale-while-revalidate", caching.stale_while_revalidate), ("stale-if-error", caching.stale_if_error)];
    let allowed: Vec<_> = stale
        .iter()
        .filter(|(_, time)| !time.is_zero())
        .map(|(name, time)| format!("{name}={}", time.as_secs()))
        .collect();
    if allowed.is_empty() { "must-revalidate".to_owned() } else { allowed.join(", ") }
}

fn within(seconds: u64, caching: &Caching) -> u64 {
    // If the floor is above the cap, the cap applies.
    seconds.max(caching.floor.as_secs()).min(caching.cap.as_secs())
}

/// The freshness of a stored entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// Use the entry.
    Fresh,
    /// Use the entry, and replace it in the background.
    Stale,
    /// Revalidate; use the entry if the origin does not answer.
    IfError,
    /// Revalidate.
    Over,
}

/// Returns the freshness at `now` of an entry that was fresh until `until`.
pub(crate) fn freshness(until: u64, now: u64, caching: &Caching) -> Freshness {
    let over = |grace: Duration| now >= until.saturating_add(grace.as_secs());
    if now < until {
        Freshness::Fresh
    } else if !over(caching.stale_while_revalidate) {
        Freshness::Stale
    } else if !over(caching.stale_if_error) {
        Freshness::IfError
    } else {
        Freshness::Over
    }
}

/// RFC 9111, 1.2.2.
const MOST: u64 = 1 << 31;

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    fn secs(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn reads_what_origins_say() {
        let now = date(&"Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap()).unwrap();
        assert_eq!(now, 784_111_777);
        for (pairs, want) in [
            (vec![], ""),
            (vec![(CACHE_CONTROL, "Public, Max-Age=60 , s-maxage=\"30\"")], "max-age=60, s-maxage=30"),
            (vec![(CACHE_CONTROL, "max-age=60"), (CACHE_CONTROL, "max-age=30, private")], "private, max-age=30"),
            (vec![(CACHE_CONTROL, "no-store, no-cache=\"set-cookie\"")], "no-store, no-cache"),
            (vec![(CACHE_CONTROL, "max-age=-1")], "max-age=0"),
            (vec![(CACHE_CONTROL, "max-age=99999999999999999999")], "max-age=2147483648"),
            (vec![(CACHE_CONTROL, "x-max-age=60, immutable")], ""),
            (vec![(EXPIRES, "Sun, 06 Nov 1994 08:50:37 GMT")], "max-age=60"),
            (vec![(EXPIRES, "Sun, 06 Nov 1994 08:50:37 GMT"), (DATE, "Sunday, 06-Nov-94 08:50:27 GMT")], "max-age=10"),
            (vec![(EXPIRES, "0")], "max-age=0"),
            (vec![(EXPIRES, "0"), (CACHE_CONTROL, "max-age=5")], "max-age=5"),
        ] {
            let read = Directives::of(&headers(&pairs), now);
            assert_eq!(read.to_string(), want, "{pairs:?}");
            assert_eq!(Directives::read(want), read);
        }
        assert_eq!(sent_at(&headers(&[(AGE, "10")]), 100), 90);
        assert_eq!(sent_at(&headers(&[(AGE, "-10")]), 100), 100);
        assert_eq!(as_date(784_111_777).unwrap(), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert!(as_date(u64::MAX).is_some());
    }

    fn said(keeping: &str, change: impl FnOnce(&mut Keeping, &mut Caching)) -> String {
        let mut caching = Caching::default();
        let mut of = Keeping { term: Term::Full, private: false, origin: Directives::read(keeping), at_most: None };
        change(&mut of, &mut caching);
        cache_control(&of, &caching).to_str().unwrap().to_owned()
    }

    #[test]
    fn says_how_long() {
        let year = "public, s-maxage=31536000, max-age=31536000, must-revalidate";
        assert_eq!(said("max-age=5, no-store", |_, _| {}), year, "documented: the origin's word does not count");
        assert_eq!(said("", |_, caching| caching.by_origin = true), year, "it says nothing");
        for (origin, want) in [
            ("max-age=100", "public, s-maxage=100, max-age=100, must-revalidate"),
            ("max-age=5", "public, s-maxage=10, max-age=10, must-revalidate"),
            ("s-maxage=50", "public, s-maxage=50, max-age=50, must-revalidate"),
            ("max-age=20, s-maxage=5000", "public, s-maxage=1000, max-age=20, must-revalidate"),
            ("no-cache", "public, s-maxage=10, max-age=10, must-revalidate"),
            ("no-store, max-age=100", "no-store"),
            ("private, max-age=100", "private, max-age=100"),
        ] {
            let told = said(origin, |_, caching| {
                *caching = Caching { by_origin: true, floor: secs(10), cap: secs(1000), ..*caching };
            });
            assert_eq!(told, want, "{origin}");
        }
        assert_eq!(said("no-cache", |_, caching| caching.by_origin = true), "public, no-cache");
        assert_eq!(said("", |keeping, _| keeping.term = Term::Brief), "public, max-age=60");
        assert_eq!(said("", |keeping, _| keeping.term = Term::Moment), "public, max-age=5");
        for (term, want) in [(Term::Brief, "public, max-age=3"), (Term::Moment, "public, max-age=3")] {
            let told = said("max-age=3", |keeping, caching| (keeping.term, caching.by_origin) = (term, true));
            assert_eq!(told, want);
        }
        let told = |errors, stopgaps| {
            said("", |keeping, caching| {
                keeping.term = Term::Moment;
                (caching.errors, caching.stopgaps) = (secs(errors), secs(stopgaps));
            })
        };
        assert_eq!(told(60, 0), "no-store");
        assert_eq!(told(1, 5), "public, max-age=1", "no longer than an error");
        assert_eq!(said("", |keeping, _| (keeping.term, keeping.private) = (Term::Moment, true)), "private, max-age=5");
        assert_eq!(said("", |keeping, _| keeping.private = true), "private, max-age=31536000");
        assert_eq!(said("", |keeping, _| keeping.at_most = Some(7)), "public, s-maxage=7, max-age=7, must-revalidate");
        let stale = said("", |_, caching| {
            (caching.stale_while_revalidate, caching.stale_if_error) = (secs(60), secs(600));
        });
        assert!(stale.ends_with("max-age=31536000, stale-while-revalidate=60, stale-if-error=600"), "{stale}");
    }

    #[test]
    fn what_is_stored_grows_old() {
        let caching = Caching { stale_while_revalidate: secs(10), stale_if_error: secs(100), ..Caching::default() };
        for (now, want) in [
            (0, Freshness::Fresh),
            (49, Freshness::Fresh),
            (50, Freshness::Stale),
            (59, Freshness::Stale),
            (60, Freshness::IfError),
            (149, Freshness::IfError),
            (150, Freshness::Over),
        ] {
            assert_eq!(freshness(50, now, &caching), want, "{now}");
        }
        assert_eq!(freshness(50, 50, &Caching::default()), Freshness::Over);
        let caching = Caching { by_origin: true, ..caching };
        for (origin, kept, fresh) in [
            ("max-age=5", true, 5),
            ("max-age=5, s-maxage=7", true, 7),
            ("no-cache, max-age=5", true, 0),
            ("private, max-age=5", false, 0),
            ("no-store", false, 0),
            ("", true, 3600),
        ] {
            let said = Directives::read(origin);
            assert_eq!((said.is_kept(&caching), said.fresh_for(&caching)), (kept, fresh), "{origin}");
            assert_eq!(said.fresh_for(&Caching::default()), 3600, "its word does not count: {origin}");
        }
    }
}
