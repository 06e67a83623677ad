//! Conditional requests (RFC 9110, 13).

use http::HeaderMap;
use http::header::{IF_MODIFIED_SINCE, IF_NONE_MATCH};

use super::cache::date;

/// The validators that a browser has sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Conditions {
    /// `If-None-Match`; several fields are joined to one list.
    tags: Option<String>,
    /// `If-Modified-Since`, in seconds since 1970. Ignored if there are tags (RFC 9110, 13.1.3).
    since: Option<u64>,
}

impl Conditions {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let tags: Vec<&str> = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).collect();
        let mut dates = headers.get_all(IF_MODIFIED_SINCE).iter();
        // Two dates count as none.
        let since = dates.next().filter(|_| dates.next().is_none()).and_then(date);
        Self { tags: (!tags.is_empty()).then(|| tags.join(",")), since }
    }

    /// Returns `true` if there is a condition.
    pub(crate) const fn are_given(&self) -> bool {
        self.tags.is_some() || self.since.is_some()
    }

    /// Returns `true` if the browser already has this response. `tag` includes its quotes.
    pub(crate) fn have(&self, tag: &str, modified: Option<u64>) -> bool {
        match &self.tags {
            Some(tags) => tags.trim() == "*" || list(tags).any(|own| own == tag),
            None => self.since.zip(modified).is_some_and(|(since, modified)| modified <= since),
        }
    }
}

/// Returns the tags of a list, with their quotes. Weak tags are compared like strong ones, as a cache in between may
/// have weakened them (RFC 9110, 8.8.3.2). Anything outside quotes is skipped.
fn list(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let from = rest.find('"')?;
        let tag = rest.get(from..)?;
        let to = tag.get(1..)?.find('"')? + 2;
        let (tag, behind) = tag.split_at_checked(to)?;
        rest = behind;
        Some(tag)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conditions(pairs: &[(&str, &str)]) -> Conditions {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(http::HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
        }
        Conditions::of(&headers)
    }

    #[test]
    fn tags_come_before_dates() {
        const THEN: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
        for (pairs, want) in [
            (vec![], false),
            (vec![("if-none-match", "\"a\"")], true),
            (vec![("if-none-match", "W/\"a\"")], true),
            (vec![("if-none-match", "\"b\", W/\"a\" ,\"c\"")], true),
            (vec![("if-none-match", "\"b\""), ("if-none-match", "\"a\"")], true),
            (vec![("if-none-match", " * ")], true),
            (vec![("if-none-match", "\"b,*\"")], false),
            (vec![("if-none-match", "a")], false),
            (vec![("if-none-match", "\"a")], false),
            (vec![("if-none-match", "\"\"a\"\"")], false),
            (vec![("if-none-match", "")], false),
            (vec![("if-modified-since", THEN)], true),
            (vec![("if-modified-since", "Sun, 06 Nov 1994 08:49:36 GMT")], false),
            (vec![("if-modified-since", "yesterday")], false),
            (vec![("if-modified-since", THEN), ("if-modified-since", THEN)], false),
            (vec![("if-none-match", "\"b\""), ("if-modified-since", THEN)], false),
        ] {
            assert_eq!(conditions(&pairs).have("\"a\"", Some(784_111_777)), want, "{pairs:?}");
        }
        assert!(!conditions(&[("if-modified-since", THEN)]).have("\"a\"", None));
    }
}
