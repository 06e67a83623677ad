//! [`HostPattern`]: hosts that a web proxy may fetch from.

use std::fmt;
use std::str::FromStr;

use super::error::ConfigErrorKind;

/// A host, or all hosts below a domain. Compared by labels, never as text: `*.example.com` matches neither
/// `evil-example.com` nor `example.com.evil`.
///
/// ```
/// use originkit::config::HostPattern;
/// let shops: HostPattern = "*.example.com".parse()?;
/// assert!(shops.matches("a.b.EXAMPLE.com."));
/// assert!(!shops.matches("example.com")); // needs at least one label more, never the apex
/// assert!(!shops.matches("evil-example.com"));
/// # Ok::<(), originkit::error::ConfigErrorKind>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostPattern(Pattern);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Pattern {
    /// This host only; in lower case, without a dot at the end.
    Exact(String),
    /// One or more labels before this domain.
    Below(String),
    /// Every host with a public name or address.
    AnyPublic,
}

impl HostPattern {
    /// Returns the pattern `*`: every host with a public name or address. **An open proxy**: anybody can fetch anything
    /// public through it, at your cost. Combine it with signed URLs.
    #[must_use]
    pub const fn any_public() -> Self {
        Self(Pattern::AnyPublic)
    }

    /// Returns `true` if the pattern matches this host. Case and one dot at the end are ignored.
    ///
    /// Private, loopback and reserved addresses are refused elsewhere, whatever the pattern says.
    #[must_use]
    pub fn matches(&self, host: &str) -> bool {
        let host = normal(host);
        match &self.0 {
            Pattern::Exact(own) => *own == host,
            Pattern::Below(domain) => host
                .strip_suffix(domain.as_str())
                .and_then(|front| front.strip_suffix('.'))
                .is_some_and(|labels| !labels.is_empty()),
            Pattern::AnyPublic => host.contains('.') || host.starts_with('['),
        }
    }
}

/// Reads `www.example.com`, `*.example.com` or `*`; names with letters outside ASCII are converted to punycode.
impl FromStr for HostPattern {
    type Err = ConfigErrorKind;
    fn from_str(text: &str) -> Result<Self, ConfigErrorKind> {
        let bad = || ConfigErrorKind::BadHostPattern(text.to_owned());
        if text == "*" {
            return Ok(Self::any_public());
        }
        let (below, name) = match text.strip_prefix("*.") {
            Some(name) => (true, name),
            None => (false, text),
        };
        let host = url::Host::parse(name).map_err(|_| bad())?;
        let is_name = matches!(host, url::Host::Domain(_));
        let host = normal(&host.to_string());
        let fine = !host.is_empty() && !host.contains('*') && host.split('.').all(|label| !label.is_empty());
        match (fine, below, is_name) {
            (true, true, true) => Ok(Self(Pattern::Below(host))),
            (true, false, _) => Ok(Self(Pattern::Exact(host))),
            _ => Err(bad()),
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Pattern::Exact(host) => f.write_str(host),
            Pattern::Below(domain) => write!(f, "*.{domain}"),
            Pattern::AnyPublic => f.write_str("*"),
        }
    }
}

fn normal(host: &str) -> String {
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_compare_labels() {
        let cases = [
            ("*.example.com", "a.example.com", true),
            ("*.example.com", "A.b.Example.com.", true),
            ("*.example.com", "example.com", false),
            ("*.example.com", "evil-example.com", false),
            ("*.example.com", "example.com.evil", false),
            ("*.example.com", ".example.com", false),
            ("Example.org.", "example.org", true),
            ("example.org", "www.example.org", false),
            ("bücher.example", "xn--bcher-kva.example", true),
            ("*", "example.org", true),
            ("*", "intranet", false),
        ];
        for (pattern, host, want) in cases {
            assert_eq!(pattern.parse::<HostPattern>().unwrap().matches(host), want, "{pattern} {host}");
        }
        for text in ["", "*.", "**", "a.*.com", "*.127.0.0.1", "a b", "a/b", "a:80", "user@a", "a..b"] {
            assert!(text.parse::<HostPattern>().is_err(), "{text}");
        }
    }
}
