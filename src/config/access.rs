//! [`Access`]: access rules, as lists that are validated when they are constructed.

use std::fmt::{self, Write as _};

use super::agents::{AGENTS, AgentPart};
use super::error::ConfigErrorKind;
use super::hosts::HostPattern;
use super::list::bounded;
use super::ranges::AddressRange;

/// Access rules: by address, country, referrer and user agent (documented: an enterprise page). A request that fails
/// one rule gets **403**, `ik-error: EFORBIDDEN` (ours) and `Cache-Control: no-store`.
///
/// Address and country are not read from headers, `X-Forwarded-For` and its like included. The server that holds the
/// connection passes them as a [`Visitor`](crate::config::Visitor) in the request's extensions. If a fact that a rule
/// needs is missing, be it one of these, a `Referer` or a `User-Agent`, a block list lets the request pass and an allow
/// list refuses it (chosen). A `Referer` that is not the URL of a web page counts as missing. Programs can send any
/// headers: the rules for `Referer` and `User-Agent` keep out honest clients only.
///
/// Rules are checked for every request, after the endpoint and before the signature, and are not part of the
/// [`CacheKey`](crate::delivery::CacheKey). A delivered image stays cacheable for everybody, as it does at ImageKit,
/// whose CDN applies the rules: **a cache in front must apply them itself**, or it serves its copies to clients that
/// are refused here.
///
/// ```
/// use originkit::config::{Access, Country, Visitor};
/// use originkit::error::Rejection;
/// use originkit::{Endpoint, Engine, Origin};
/// use std::time::SystemTime;
///
/// let access = Access::new()
///     .block_addresses(["203.0.113.7", "198.51.100.0/24", "2001:db8::/32"])
///     .allow_countries(["AT", "DE"])
///     .block_referrers(["https://hotlinker.example/gallery"])
///     .block_agents(["badbot/"]);
/// let endpoint = Endpoint::new("https://img.example.com").origin(Origin::new("https://www.example.com"));
/// let engine = Engine::builder().endpoint(endpoint).access(access).build()?;
///
/// let mut request = http::Request::get("https://img.example.com/a.jpg").body(())?;
/// let visitor = Visitor { address: Some("192.0.2.1".parse()?), country: Country::new("de") };
/// request.extensions_mut().insert(visitor);
/// assert!(engine.resolve(&request, SystemTime::UNIX_EPOCH).is_ok());
///
/// // A dual-stack socket writes IPv4 addresses as IPv6; they still count as IPv4.
/// request.extensions_mut().insert(Visitor { address: Some("::ffff:198.51.100.9".parse()?), ..visitor });
/// assert!(matches!(engine.resolve(&request, SystemTime::UNIX_EPOCH), Err(Rejection::Access(_))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use]
pub struct Access {
    pub(crate) addresses: Vec<AddressRange>,
    pub(crate) countries: Option<List<Country>>,
    /// Exact hosts only.
    pub(crate) referrers: Option<List<HostPattern>>,
    pub(crate) agents: Vec<AgentPart>,
    /// Reported by [`EngineBuilder::build`](crate::EngineBuilder::build), which refuses rules with errors.
    pub(super) errors: Vec<ConfigErrorKind>,
}

impl Access {
    /// Makes an empty set of rules: everybody passes. Each method adds to its list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Refuses these addresses and ranges: `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32`; at most 100 in all
    /// (documented for IPv4; IPv6 is ours). Bits of an address after its prefix are ignored (chosen). IPv6 ranges
    /// contain no IPv4 addresses, except as `::ffff:203.0.113.0/120`.
    ///
    /// Refused by [`EngineBuilder::build`](crate::EngineBuilder::build): [`ConfigErrorKind::BadAddress`] and
    /// [`ConfigErrorKind::TooMany`].
    pub fn block_addresses<I: IntoIterator<Item: AsRef<str>>>(mut self, ranges: I) -> Self {
        let read = |text: I::Item| {
            let text = text.as_ref();
            AddressRange::new(text).ok_or_else(|| ConfigErrorKind::BadAddress(text.to_owned()))
        };
        let added = extend(&mut self.addresses, "addresses", ADDRESSES, ranges, read);
        self.noting(added)
    }

    /// Refuses all other countries, and visitors whose country is unknown. See [`Country`].
    ///
    /// Refused by [`EngineBuilder::build`](crate::EngineBuilder::build): [`ConfigErrorKind::BadCountry`]; [`ConfigErrorKind::NobodyAllowed`] for an empty list; [`ConfigErrorKind::AllowAndBlock`] if
    /// countries are blocked, too.
    pub fn allow_countries<I: IntoIterator<Item: AsRef<str>>>(mut self, codes: I) -> Self {
        let added = List::add(&mut self.countries, true, "countries", COUNTRIES, codes, country);
        self.noting(added)
    }

    /// Refuses these countries.
    ///
    /// Refused by [`EngineBuilder::build`](crate::EngineBuilder::build): [`ConfigErrorKind::BadCountry`]; [`ConfigErrorKind::AllowAndBlock`] if countries are allowed, too.
    pub fn block_countries<I: IntoIterator<Item: AsRef<str>>>(mut self, codes: I) -> Self {
        let added = List::add(&mut self.countries, false, "countries", COUNTRIES, codes, country);
        self.noting(added)
    }

    /// Refuses requests from pages on other hosts, and requests without a readable `Referer`; at most 30 hosts.
    ///
    /// An entry is the URL of a page, of which only the host is used, or a host alone (chosen). It matches that host
    /// and no subdomain; there are no wildcards.
    ///
    /// Refused by [`EngineBuilder::build`](crate::EngineBuilder::build): [`ConfigErrorKind::BadReferrer`] and [`ConfigErrorKind::TooMany`]; [`ConfigErrorKind::NobodyAllowed`] for an empty list;
    /// [`ConfigErrorKind::AllowAndBlock`] if referrers are blocked, too.
    pub fn allow_referrers<I: IntoIterator<Item: AsRef<str>>>(mut self, pages: I) -> Self {
        let added = List::add(&mut self.referrers, true, "referrers", REFERRERS, pages, referrer);
        self.noting(added)
    }

    /// Refuses requests from pages on these hosts, written as for [`Access::allow_referrers`]; at most 30.
    ///
    /// Refused by [`EngineBuilder::build`](crate::EngineBuilder::build): [`ConfigErrorKind::BadReferrer`] and [`ConfigErrorKind::TooMany`]; [`ConfigErrorKind::AllowAndBlock`] if referrers are
    /// allowed, too.
    pub fn block_referrers<I: IntoIterator<Item: AsRef<str>>>(mut self, pages: I) -> Self {
        let added = List::add(&mut self.referrers, false, "referrers", REFERRERS, pages, referrer);
        self.noting(added)
    }

    /// Refuses requests with one of these texts in `User-Agent`, compared without regard to case; at most 10.
    ///
    /// Refused by [`EngineBuilder::build`](crate::EngineBuilder::build): [`ConfigErrorKind::BadAgent`] and [`ConfigErrorKind::TooMany`].
    pub fn block_agents<I: IntoIterator<Item: AsRef<str>>>(mut self, parts: I) -> Self {
        let added =
            extend(&mut self.agents, "user agents", AGENTS, parts, |part: I::Item| AgentPart::new(part.as_ref()));
        self.noting(added)
    }

    fn noting(mut self, added: Result<(), ConfigErrorKind>) -> Self {
        self.errors.extend(added.err());
        self
    }
}

/// A country by its two-letter ISO 3166 code, in upper case.
///
/// The code is not looked up: `UK` is accepted, and is not `GB`.
///
/// ```
/// use originkit::config::Country;
/// assert_eq!(Country::new("de"), Country::new("DE"));
/// assert_eq!(Country::new("de").unwrap().to_string(), "DE");
/// assert_eq!(Country::new("T1"), None); // some tables use it for an unknown country
/// assert_eq!(Country::new("DEU"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country([u8; 2]);

impl Country {
    /// Returns `None` if the code is not two ASCII letters.
    #[must_use]
    pub fn new(code: &str) -> Option<Self> {
        let letters: [u8; 2] = code.as_bytes().try_into().ok()?;
        letters.iter().all(u8::is_ascii_alphabetic).then(|| Self(letters.map(|letter| letter.to_ascii_uppercase())))
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|letter| f.write_char(char::from(*letter)))
    }
}

/// A list of entries that pass (allow list), or of entries that are refused (block list).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct List<T> {
    allows: bool,
    entries: Vec<T>,
}

impl<T> List<T> {
    fn add<E: AsRef<str>>(
        list: &mut Option<Self>,
        allows: bool,
        what: &'static str,
        most: usize,
        texts: impl IntoIterator<Item = E>,
        read: impl Fn(&str) -> Result<T, ConfigErrorKind>,
    ) -> Result<(), ConfigErrorKind> {
        let list = list.get_or_insert(Self { allows, entries: Vec::new() });
        if list.allows != allows {
            return Err(ConfigErrorKind::AllowAndBlock(what));
        }
        extend(&mut list.entries, what, most, texts, |text: E| read(text.as_ref()))?;
        // It would refuse everybody, which was hardly intended.
        if allows && list.entries.is_empty() { Err(ConfigErrorKind::NobodyAllowed(what)) } else { Ok(()) }
    }

    /// Returns `true` if this fact passes. `None`: the fact is unknown.
    pub(crate) fn admits<F>(&self, fact: Option<&F>, is: impl Fn(&T, &F) -> bool) -> bool {
        match fact {
            Some(fact) => self.entries.iter().any(|entry| is(entry, fact)) == self.allows,
            None => !self.allows,
        }
    }
}

/// Adds to a list of at most `most` entries.
fn extend<E, T>(
    list: &mut Vec<T>,
    what: &'static str,
    most: usize,
    entries: impl IntoIterator<Item = E>,
    read: impl Fn(E) -> Result<T, ConfigErrorKind>,
) -> Result<(), ConfigErrorKind> {
    list.extend(bounded(what, most, entries, read)?);
    if list.len() > most { Err(ConfigErrorKind::TooMany { what, most }) } else { Ok(()) }
}

fn country(code: &str) -> Result<Country, ConfigErrorKind> {
    Country::new(code).ok_or_else(|| ConfigErrorKind::BadCountry(code.to_owned()))
}

/// Reads a referrer: the URL of a page, or a host.
fn referrer(text: &str) -> Result<HostPattern, ConfigErrorKind> {
    let bad = || ConfigErrorKind::BadReferrer(text.to_owned());
    let host = match text.contains("://").then(|| url::Url::parse(text)) {
        None => text.to_owned(),
        Some(Ok(url)) if matches!(url.scheme(), "http" | "https") && url.username().is_empty() => {
            url.host_str().ok_or_else(bad)?.to_owned()
        }
        Some(_) => return Err(bad()),
    };
    if host.contains('*') { Err(bad()) } else { host.parse().map_err(|_| bad()) }
}

/// Documented.
const ADDRESSES: usize = 100;
/// Documented.
const REFERRERS: usize = 30;
/// As many as there are pairs of letters: no bound is documented.
const COUNTRIES: usize = 26 * 26;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn referrers_are_hosts() {
        for (text, host) in [
            ("https://www.example.com/a/page?x=1#y", "www.example.com"),
            ("http://WWW.Example.com.:8080", "www.example.com"),
            ("www.example.com", "www.example.com"),
            ("https://b\u{fc}cher.example/", "xn--bcher-kva.example"),
            ("http://[::1]/", "[::1]"),
            ("http://127.0.0.1", "127.0.0.1"),
        ] {
            assert_eq!(referrer(text).unwrap().to_string(), host, "{text}");
        }
        for text in
            "* *.example.com https://*.example.com/ https://%2a.example.com ftp://example.com https:// //example.com \
             example.com/a example.com:80 https://u@example.com https://:80 a..b"
                .split(' ')
                .chain([""])
        {
            assert_eq!(referrer(text), Err(ConfigErrorKind::BadReferrer(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn lists_are_bounded_over_all_calls() {
        fn bound(most: usize, add: impl Fn(Access, usize) -> Access) {
            let too_many =
                |access: Access| matches!(*access.errors, [ConfigErrorKind::TooMany { most: m, .. }] if m == most);
            let full = add(Access::new(), most);
            assert!(full.errors.is_empty() && full != Access::new());
            assert!(too_many(add(full, 1)));
            assert!(too_many(add(Access::new(), most + 1)));
        }
        bound(100, |access, count| access.block_addresses(vec!["1.2.3.0/24"; count]));
        bound(30, |access, count| access.allow_referrers(vec!["a.example"; count]));
        bound(30, |access, count| access.block_referrers(vec!["a.example"; count]));
        bound(10, |access, count| access.block_agents(vec!["curl"; count]));
        // An endless list.
        let endless = Access::new().block_agents(std::iter::repeat("curl"));
        assert!(matches!(*endless.errors, [ConfigErrorKind::TooMany { .. }]));
    }

    #[test]
    fn lists_say_one_thing() {
        use ConfigErrorKind::{AllowAndBlock, BadAddress, BadAgent, BadCountry, NobodyAllowed};
        let none = [] as [&str; 0];
        let errors = |access: Access| access.errors;
        let both = Access::new().allow_countries(["DE"]).block_countries(["FR"]);
        assert_eq!(errors(both), [AllowAndBlock("countries")]);
        let both = Access::new().block_referrers(["a.example"]).allow_referrers(["b.example"]);
        assert_eq!(errors(both), [AllowAndBlock("referrers")]);
        assert_eq!(errors(Access::new().allow_countries(none)), [NobodyAllowed("countries")]);
        assert_eq!(errors(Access::new().allow_referrers(none)), [NobodyAllowed("referrers")]);
        assert_eq!(errors(Access::new().block_countries(none)), []);
        for code in ["", "D", "DEU", "D1", "\u{e9}", " DE"] {
            assert_eq!(errors(Access::new().block_countries([code])), [BadCountry(code.to_owned())]);
        }
        let two = Access::new().block_agents([" "]).block_addresses(["1.2.3.4", "1.2.3"]);
        assert_eq!(errors(two), [BadAgent(" ".to_owned()), BadAddress("1.2.3".to_owned())]);
    }
}
