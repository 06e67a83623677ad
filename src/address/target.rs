//! [`Target`]: where a request was sent, and [`Below`]: which endpoint that is.

use crate::dialect::Dialect;
use crate::limits::{LimitError, Limits};

/// A request's target: where it was sent and what for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    /// The authority, as sent.
    pub(crate) authority: &'a str,
    /// The scheme's own port, which counts as no port. `None`: 80 and 443 both do.
    pub(crate) default_port: Option<u16>,
    /// The raw path.
    pub(crate) path: &'a str,
    /// The raw query, without `?`.
    pub(crate) query: Option<&'a str>,
}

impl<'a> Target<'a> {
    /// Takes an absolute `http` or `https` URL apart; `None` for anything else. A fragment is dropped.
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

    /// The authority in lower case, without a default port: as the bases of endpoints are kept.
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

/// The endpoint that a target lies below.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Below<'a> {
    /// The base that matched.
    pub(crate) base: &'a str,
    /// Its authority.
    pub(crate) authority: &'a str,
    /// May the path be a URL?
    pub(crate) proxy: bool,
    /// The syntax that its old URLs are in.
    pub(crate) dialect: Option<Dialect>,
    /// The raw path behind the base.
    pub(crate) rest: &'a str,
}

/// Refuses a target that is too long, before anything of it is looked at.
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
