//! [`AcceptByAgent`]: `Accept` values for browsers that announce less, or more, than they support.

use http::HeaderValue;

use super::error::ConfigErrorKind;
use super::list::bounded;

/// The `Accept` values to use for some browsers, whatever they send (documented: an option of the enterprise plan).
///
/// An entry has a part of `User-Agent`, compared without regard to case, and the value that replaces `Accept`, even if
/// the request has none. The first matching entry applies. `Vary` names `User-Agent` beside `Accept` if it was
/// consulted. A [`CacheKey`](crate::delivery::CacheKey) holds the resulting formats, and nothing of the agent.
///
/// ```
/// use originkit::config::AcceptByAgent;
/// use originkit::{Endpoint, Engine, Origin, Settings};
/// use std::time::SystemTime;
///
/// let by_agent = AcceptByAgent::new([("ShopApp/", "image/webp"), ("OldReader", "*/*")]);
/// let settings = Settings::default().accept_by_agent(by_agent);
/// let endpoint = Endpoint::new("https://img.example.com").origin(Origin::new("https://www.example.com"));
/// let engine = Engine::builder().endpoint(endpoint).settings(settings).build()?;
///
/// let request = http::Request::get("https://img.example.com/a.jpg").header("user-agent", "shopapp/2.1").body(())?;
/// let order = engine.resolve(&request, SystemTime::UNIX_EPOCH)?;
/// assert!(order.cache_key().as_str().ends_with(" webp:1"));
/// assert_eq!(order.vary(), ["accept", "user-agent"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AcceptByAgent {
    entries: Vec<(AgentPart, HeaderValue)>,
    /// Reported by [`EngineBuilder::build`](crate::EngineBuilder::build), which refuses a list with an error.
    pub(super) error: Option<ConfigErrorKind>,
}

impl AcceptByAgent {
    /// Makes a list of at most 10 entries (documented).
    ///
    /// Refused by [`EngineBuilder::build`](crate::EngineBuilder::build): [`ConfigErrorKind::TooMany`],
    /// [`ConfigErrorKind::BadAgent`] and [`ConfigErrorKind::BadAccept`].
    pub fn new<A, V>(entries: impl IntoIterator<Item = (A, V)>) -> Self
    where
        A: AsRef<str>,
        V: AsRef<str>,
    {
        let read = |(part, accept): (A, V)| {
            let bad = |_| ConfigErrorKind::BadAccept(accept.as_ref().to_owned());
            Ok((AgentPart::new(part.as_ref())?, HeaderValue::from_str(accept.as_ref()).map_err(bad)?))
        };
        match bounded("user agents", AGENTS, entries, read) {
            Ok(entries) => Self { entries, error: None },
            Err(error) => Self { entries: Vec::new(), error: Some(error) },
        }
    }

    /// Returns `true` if there is no entry.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the value that replaces the `Accept` sent by this agent.
    pub(crate) fn accept(&self, agent: &[u8]) -> Option<&HeaderValue> {
        self.entries.iter().find(|(part, _)| part.is_in(agent)).map(|(_, accept)| accept)
    }
}

/// A part of `User-Agent`, compared without regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AgentPart(String);

impl AgentPart {
    /// # Errors
    /// [`ConfigErrorKind::BadAgent`] for a text that would match every agent or none: blanks, and characters other than
    /// printable ASCII.
    pub(crate) fn new(text: &str) -> Result<Self, ConfigErrorKind> {
        let printable = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        if printable && !text.trim().is_empty() {
            Ok(Self(text.to_owned()))
        } else {
            Err(ConfigErrorKind::BadAgent(text.to_owned()))
        }
    }

    /// Compares bytes, not text: an invalid byte elsewhere in the header must not hide a name.
    pub(crate) fn is_in(&self, agent: &[u8]) -> bool {
        agent.windows(self.0.len()).any(|window| window.eq_ignore_ascii_case(self.0.as_bytes()))
    }
}

/// The most entries in a list of agents (documented).
pub(super) const AGENTS: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_in_any_case() {
        for (part, agent, want) in [
            ("curl", &b"curl/8.5"[..], true),
            ("CURL/", b"x curl/8.5", true),
            ("curl/8.5", b"CURL/8.5", true),
            ("curl", b"", false),
            ("curl", b"cur", false),
            ("curl", b"cu rl", false),
            ("curl", b"\xFFcurl\xFF", true),
            ("a b", b"A B", true),
        ] {
            assert_eq!(AgentPart::new(part).unwrap().is_in(agent), want, "{part}");
        }
        for text in ["", " ", "a\nb", "\u{e9}", "\0"] {
            assert_eq!(AgentPart::new(text), Err(ConfigErrorKind::BadAgent(text.to_owned())));
        }
    }

    #[test]
    fn the_first_entry_that_fits_counts() {
        let list = AcceptByAgent::new([("chrome", "image/webp"), ("Chrome/120", "image/avif"), ("none", "")]);
        assert_eq!(list.accept(b"CHROME/120").unwrap(), "image/webp");
        assert_eq!(list.accept(b"None").unwrap(), "");
        assert_eq!(list.accept(b"Firefox"), None);
        let error = AcceptByAgent::new([("a", "image/webp\n")]).error;
        assert_eq!(error, Some(ConfigErrorKind::BadAccept("image/webp\n".to_owned())));
        let many = |count: usize| AcceptByAgent::new(vec![("a", "*/*"); count]).error;
        assert_eq!(many(10), None);
        assert_eq!(many(11), Some(ConfigErrorKind::TooMany { what: "user agents", most: 10 }));
        assert!(AcceptByAgent::default().is_empty() && !list.is_empty());
    }
}
