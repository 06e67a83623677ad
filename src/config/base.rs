//! [`Base`]: the base URL of an endpoint or an origin.

use super::error::ConfigErrorKind;

/// `https://host[:port]/prefix`, without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Base {
    /// The full URL, as it is joined and printed.
    text: String,
    /// The host in lower case, with the port unless it is the scheme's default port.
    authority: String,
    /// The byte offset in `text` at which the path starts.
    path_at: usize,
}

impl Base {
    /// Reads a base URL.
    ///
    /// # Errors
    /// [`ConfigErrorKind::BadUrl`].
    pub(crate) fn new(text: &str) -> Result<Self, ConfigErrorKind> {
        let bad = |why| ConfigErrorKind::BadUrl { url: text.to_owned(), why };
        let url = url::Url::parse(text).map_err(|_| bad("it is no absolute URL"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad("the scheme is neither http nor https"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad("it has user information"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(bad("it has a query or a fragment"));
        }
        let host = url.host_str().ok_or_else(|| bad("it has no host"))?;
        let authority = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let origin = format!("{}://{authority}", url.scheme());
        let path_at = origin.len();
        let text = origin + url.path().trim_end_matches('/');
        // The URL standard admits more characters than RFC 3986, by which requests are sent: `{` in a host for example.
        if http::Uri::try_from(text.as_str()).is_err() {
            return Err(bad("it has characters that no request can have"));
        }
        Ok(Self { text, authority, path_at })
    }

    /// Returns the full URL, without a slash at the end.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the host in lower case, with the port unless it is the scheme's default port.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// Returns the segments of the path, without empty ones.
    pub(crate) fn segments(&self) -> impl Iterator<Item = &str> {
        self.text.get(self.path_at..).unwrap_or_default().split('/').filter(|segment| !segment.is_empty())
    }

    /// Returns `true` if both have the same host, port and path. The scheme is ignored.
    pub(crate) fn same_place(&self, other: &Self) -> bool {
        self.authority == other.authority && self.segments().eq(other.segments())
    }

    /// Returns `true` if `other` is equal to this base or below it.
    pub(crate) fn holds(&self, other: &Self) -> bool {
        let mut theirs = other.segments();
        self.authority == other.authority && self.segments().all(|own| theirs.next() == Some(own))
    }

    /// Strips this base from a raw path. Returns the number of segments that matched and the rest of the path, slashes
    /// included.
    ///
    /// Only whole segments match, and case counts; repeated slashes between segments count as one.
    pub(crate) fn strip<'a>(&self, path: &'a str) -> Option<(usize, &'a str)> {
        let mut rest = path;
        let mut matched = 0;
        for segment in self.segments() {
            rest = rest.trim_start_matches('/').strip_prefix(segment)?;
            if !rest.is_empty() && !rest.starts_with('/') {
                return None;
            }
            matched += 1;
        }
        Some((matched, rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_normalised() {
        for (text, printed, authority) in [
            ("https://WWW.Example.com/", "https://www.example.com", "www.example.com"),
            ("https://www.example.com:443/a/b/", "https://www.example.com/a/b", "www.example.com"),
            ("http://backup.example.net:8080", "http://backup.example.net:8080", "backup.example.net:8080"),
        ] {
            let base = Base::new(text).unwrap();
            assert_eq!((base.as_str(), base.authority()), (printed, authority), "{text}");
        }
        for text in [
            "www.example.com",
            "ftp://example.com",
            "http://{host}",
            "https://u:p@example.com",
            "https://example.com?a=1",
            "",
        ] {
            assert!(Base::new(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_whole_segments_match() {
        let base = Base::new("https://ik.imagekit.io/demo/img").unwrap();
        for (path, rest) in [
            ("/demo/img/a.jpg", Some((2, "/a.jpg"))),
            ("//demo//img//a.jpg", Some((2, "//a.jpg"))),
            ("/demo/img", Some((2, ""))),
            ("/demo/img-secret/a.jpg", None),
            ("/demo/tr:w-1/img/a.jpg", None),
            ("/Demo/img/a.jpg", None),
        ] {
            assert_eq!(base.strip(path), rest, "{path}");
        }
    }
}
