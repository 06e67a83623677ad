//! [`Prefix`]: the path that a router has stripped.

use std::sync::Arc;

use http::Uri;
use http::uri::PathAndQuery;

use crate::percent;

/// A path prefix: empty, or with a slash before each segment and none at its end.
#[derive(Debug, Clone, Default)]
pub(super) struct Prefix(Arc<str>);

impl Prefix {
    pub(super) fn new(path: &str) -> Self {
        let mut prefix = String::new();
        for segment in path.split('/').filter(|segment| !segment.is_empty()) {
            prefix.push('/');
            prefix.extend(percent::encode(segment, percent::PATH));
        }
        Self(prefix.into())
    }

    /// Returns the URI with this prefix before its path. `None` if there is nothing to add: the prefix is empty, or the
    /// URI has no path or would be too long.
    pub(super) fn before(&self, uri: &Uri) -> Option<Uri> {
        let rest = uri.path_and_query().map(PathAndQuery::as_str).filter(|rest| rest.starts_with('/'))?;
        if self.0.is_empty() {
            return None;
        }
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = Some(PathAndQuery::try_from(format!("{}{rest}", self.0)).ok()?);
        Uri::from_parts(parts).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Prefix;

    #[test]
    fn a_prefix_is_a_path_whatever_was_written() {
        for (prefix, uri, want) in [
            ("/img", "/a.jpg", "/img/a.jpg"),
            ("img/", "/a.jpg?tr=w-3", "/img/a.jpg?tr=w-3"),
            ("//a///b//", "/", "/a/b/"),
            ("/img", "/img/a.jpg", "/img/img/a.jpg"),
            ("/img", "//a.jpg", "/img//a.jpg"),
            ("/img", "https://h.example/a.jpg", "https://h.example/img/a.jpg"),
            ("/img", "https://h.example", "https://h.example/img/"),
            ("/img", "*", "*"),
            ("/img", "h.example:80", "h.example:80"),
            ("", "/a.jpg", "/a.jpg"),
            ("///", "/a.jpg", "/a.jpg"),
            ("/a b?c#d%20é\n", "/a.jpg", "/a%20b%3Fc%23d%20%C3%A9%0A/a.jpg"),
            (&"x".repeat(70_000), "/a.jpg", "/a.jpg"),
        ] {
            let uri = uri.parse().unwrap();
            assert_eq!(Prefix::new(prefix).before(&uri).unwrap_or(uri).to_string(), want, "{prefix:.20}");
        }
    }
}
