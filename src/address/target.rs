//! [`Target`]: the target of a request, and [`Below`]: its endpoint.

use crate::dialect::Dialect;
use crate::limits::{LimitError, Limits};

/// The target of a request: its authority, path and query.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    /// The authority, as sent.
    pub(crate) authority: &'a str,
    /// The scheme's default port, which counts as no port. `None`: both 80 and 443 do.
    pub(crate) default_port: Option<u16>,
    /// The raw path.
    pub(crate) path: &'a str,
    /// The raw query, without `?`.
    pub(crate) query: Option<&'a str>,
}

impl<'a> Target<'a> {
    /// Splits an absolute `http` or `https` URL; `None` for anything else. A fragment is dropped.
    pub(crate) fn of_url(url: &'a str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let default_port = match scheme {
            s if s.eq_ignore_ascii_case("http") => 80,
            s if s.eq_ignore_ascii_case("https") => 443,
            _ => return None,
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let (front, query) = match rest.split_once('?') {
            Some((front, query)) => (front, Some(query)),
            None => (rest, None),
        };
        let (authority, path) = front.split_at(front.find('/').unwrap_or(front.len()));
        Some(Self { authority, default_port: Some(default_port), path, query })
    }

    /// Returns the authority in lower case, without a default port: in the form of the bases of endpoints.
    pub(crate) fn normal_authority(&self) -> String {
        let lower = self.authority.to_ascii_lowercase();
        let own: &[&str] = match self.default_port {
            Some(80) => &[":80"],
            Some(_) => &[":443"],
            None => &[":80", ":443"],
        };
        let host = own.iter().find_map(|port| lower.strip_suffix(port)).map(str::to_owned);
        host.unwrap_or(lower)
    }
}

/// The endpoint that a target is below.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Below<'a> {
    /// The matching base.
    pub(crate) base: &'a str,
    /// Its authority.
    pub(crate) authority: &'a str,
    /// Whether the path may be a URL.
    pub(crate) proxy: bool,
    /// The dialect of its old URLs.
    pub(crate) dialect: Option<Dialect>,
    /// The raw path after the base.
    pub(crate) rest: &'a str,
}

/// Refuses a target that is too long, before any other check.
pub(crate) fn check_length(target: &Target<'_>, limits: &Limits) -> Result<(), LimitError> {
    let bytes = target.path.len() + target.query.map_or(0, |query| query.len() + 1);
    LimitError::check("bytes in the URL", bytes as u64, limits.url_bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_taken_apart() {
        let target = Target::of_url("HTTPS://IK.ImageKit.io:443/demo/a.jpg?x=1?y#z").unwrap();
        assert_eq!(target.normal_authority(), "ik.imagekit.io");
        assert_eq!((target.path, target.query), ("/demo/a.jpg", Some("x=1?y")));
        assert_eq!(Target::of_url("http://e:443/").unwrap().normal_authority(), "e:443");
        assert_eq!(Target::of_url("http://e").unwrap().path, "");
        assert!(Target::of_url("ftp://e/a").is_none() && Target::of_url("/a").is_none());
    }
}
