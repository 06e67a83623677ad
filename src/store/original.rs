//! [`Original`]: a file of an origin, with the facts that its head stated.

use std::fmt;

use bytes::Bytes;
use http::header::{ETAG, HOST, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use http::{HeaderMap, HeaderValue, Request};

use super::frame::{Frame, Writer};
use super::key::StoreKey;
use crate::config::{Caching, Credentials};
use crate::fingerprint::{self, Fingerprint};
use crate::policy::{self, Directives, Freshness, MediaType, RedirectPolicy};

/// A file as an origin sent it, with the metadata for using it again: its freshness, and its validators for asking the
/// origin whether it has changed.
///
/// The machine hands it out as [`Output::Store`](crate::delivery::Output::Store), and takes its bytes back as
/// [`Input::Found`](crate::delivery::Input::Found).
#[derive(Clone, PartialEq, Eq)]
pub struct Original {
    key: StoreKey,
    pub(crate) facts: Facts,
    pub(crate) bytes: Bytes,
}

/// The facts about a file that the head of an answer stated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Facts {
    etag: Option<HeaderValue>,
    last_modified: Option<HeaderValue>,
    pub(crate) said: Directives,
    /// The media type of the file according to the origin.
    pub(crate) media: MediaType,
    /// `true` if the file is for signed URLs only (documented: `Is-Private-File`).
    pub(crate) private: bool,
    /// The time at which the origin sent the file or confirmed that it has not changed, in seconds since 1970.
    pub(crate) sent: u64,
}

impl Facts {
    pub(crate) fn of(headers: &HeaderMap, now: u64) -> Self {
        let is_true = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"true");
        Self {
            etag: headers.get(ETAG).cloned(),
            last_modified: headers.get(LAST_MODIFIED).cloned(),
            said: Directives::of(headers, now),
            media: MediaType::of(headers),
            private: PRIVATE.iter().any(|name| headers.get(*name).is_some_and(is_true)),
            sent: policy::sent_at(headers, now),
        }
    }

    /// Returns the time at which the file last changed, in seconds since 1970.
    pub(crate) fn modified(&self) -> Option<u64> {
        self.last_modified.as_ref().and_then(policy::date)
    }

    /// Returns the time until which the file is fresh, in seconds since 1970.
    pub(crate) fn fresh_until(&self, caching: &Caching) -> u64 {
        self.sent.saturating_add(self.said.fresh_for(caching))
    }

    /// Returns the tag if an equal tag means equal bytes (RFC 9110, 8.8.1).
    fn strong_tag(&self) -> Option<&[u8]> {
        let tag = self.etag.as_ref()?.as_bytes();
        (tag.len() > 2 && tag.starts_with(b"\"") && tag.ends_with(b"\"")).then_some(tag)
    }

    /// Returns the identity of the content at this key, before it was read. `None` if the origin sent no strong tag.
    pub(crate) fn identity(&self, key: &StoreKey) -> Option<Fingerprint> {
        Some(Fingerprint::of([b"tag", key.as_str().as_bytes(), self.strong_tag()?]))
    }
}

impl Original {
    pub(crate) const fn new(key: StoreKey, facts: Facts, bytes: Bytes) -> Self {
        Self { key, facts, bytes }
    }

    /// Returns the key of the file in a store.
    #[must_use]
    pub const fn key(&self) -> &StoreKey {
        &self.key
    }

    /// Returns the bytes of the file.
    #[must_use]
    pub const fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Returns the identity of the content: by the origin's strong tag, or else by the bytes.
    pub(crate) fn identity(&self) -> Fingerprint {
        self.facts.identity(&self.key).unwrap_or_else(|| {
            let content = fingerprint::of_content(&self.bytes).to_be_bytes();
            Fingerprint::of([b"bytes".as_slice(), &content])
        })
    }

    /// Returns the freshness of the file at this time.
    pub(crate) fn freshness(&self, now: u64, caching: &Caching) -> Freshness {
        policy::freshness(self.facts.fresh_until(caching), now, caching)
    }

    /// Returns `true` if the file has a validator, so that an origin can be asked whether it has changed.
    pub(crate) const fn has_validator(&self) -> bool {
        self.facts.etag.is_some() || self.facts.last_modified.is_some()
    }

    /// Makes the request conditional (RFC 9110, 13). Without a validator, the request is left unchanged.
    pub(crate) fn ask_whether_changed(&self, request: &mut Request<()>) {
        let conditions = [(IF_NONE_MATCH, &self.facts.etag), (IF_MODIFIED_SINCE, &self.facts.last_modified)];
        for (name, value) in conditions {
            if let Some(value) = value {
                request.headers_mut().insert(name, value.clone());
            }
        }
    }

    /// Returns the file after a 304, by which the origin confirmed that it has not changed. The headers that the 304
    /// has replace the old ones (RFC 9111, 4.3.4).
    #[must_use]
    pub(crate) fn confirmed(self, headers: &HeaderMap, now: u64) -> Self {
        let new = Facts::of(headers, now);
        let old = self.facts;
        let said = if new.said == Directives::default() { old.said } else { new.said };
        // A private file stays private: a 304 need not repeat it.
        let private = old.private || new.private;
        let (etag, last_modified) = (new.etag.or(old.etag), new.last_modified.or(old.last_modified));
        let media = if new.media == MediaType::default() { old.media } else { new.media };
        Self { facts: Facts { etag, last_modified, said, media, private, sent: new.sent }, ..self }
    }

    /// Returns the stored form.
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        self.lines().finish(&self.bytes)
    }

    fn lines(&self) -> Writer {
        let mut frame = Writer::new(KIND, &self.key);
        let text = |value: &Option<HeaderValue>| value.as_ref().and_then(|v| v.to_str().ok().map(str::to_owned));
        frame.line("etag", text(&self.facts.etag));
        frame.line("last-modified", text(&self.facts.last_modified));
        frame.line("cache-control", Some(self.facts.said));
        frame.line("content-type", self.facts.media.as_str());
        frame.line("private", self.facts.private.then_some(true));
        frame.line("sent", Some(self.facts.sent));
        frame
    }

    /// Reads the stored form. Returns `None` for anything that [`Original::to_bytes`] did not write for this key.
    #[must_use]
    pub fn from_bytes(key: &StoreKey, stored: &Bytes) -> Option<Self> {
        let frame = Frame::read(KIND, key, stored)?;
        let header = |name: &str| frame.get(name).and_then(|value| HeaderValue::from_str(value).ok());
        let facts = Facts {
            etag: header("etag"),
            last_modified: header("last-modified"),
            said: Directives::read(frame.get("cache-control").unwrap_or_default()),
            media: MediaType::read(frame.get("content-type").unwrap_or_default()),
            private: frame.has("private"),
            sent: frame.number("sent")?,
        };
        let read = Self { key: key.clone(), facts, bytes: frame.bytes.clone() };
        read.lines().wrote(&frame).then_some(read)
    }
}

impl StoreKey {
    /// Returns the key of the answer to a request that is not yet signed. Besides the URL, the host and the origin's
    /// own headers, requests to origins differ only in the headers that identify this server.
    pub(crate) fn of_request(request: &Request<()>, policy: &RedirectPolicy) -> Self {
        let host = request.headers().get(HOST).map_or(b"".as_slice(), HeaderValue::as_bytes);
        let own = policy.credentials(request.uri()).map_or("", Credentials::stamp);
        Self::original(&request.uri().to_string(), host, own)
    }
}

/// Omits the bytes.
impl fmt::Debug for Original {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, facts, bytes } = self;
        f.debug_struct("Original").field("key", key).field("facts", facts).field("bytes", &bytes.len()).finish()
    }
}

const KIND: &str = "original";
/// The names documented for web servers and for S3-compatible stores.
const PRIVATE: [&str; 2] = ["is-private-file", "x-amz-meta-isprivatefile"];

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    fn original(pairs: &[(&str, &str)]) -> Original {
        let pairs = pairs.iter().map(|(name, value)| (HeaderName::try_from(*name).unwrap(), value.parse().unwrap()));
        let facts = Facts::of(&pairs.collect(), 100);
        Original::new(
            StoreKey::original("https://a.example/a.jpg", b"a.example", ""),
            facts,
            Bytes::from_static(b"abc"),
        )
    }

    #[test]
    fn comes_back_as_it_was() {
        for headers in [
            &[][..],
            &[("etag", "\"a b\""), ("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT")],
            &[("cache-control", "no-cache, s-maxage=7"), ("age", "3"), ("Is-Private-File", "TRUE")],
            &[("content-type", "Image/JPEG; charset=x")],
        ] {
            let original = original(headers);
            let stored = original.to_bytes();
            assert_eq!(Original::from_bytes(original.key(), &stored).unwrap(), original);
            for bit in 0..stored.len() * 8 {
                let mut changed = stored.to_vec();
                changed[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(Original::from_bytes(original.key(), &changed.into()), None, "bit {bit}");
            }
        }
    }

    #[test]
    fn only_what_was_written_so_is_read() {
        let original = original(&[("etag", "\"1\"")]);
        let read = |lines: &[(&str, &str)]| {
            let mut frame = Writer::new(KIND, original.key());
            lines.iter().for_each(|(name, value)| frame.line(name, Some(value)));
            Original::from_bytes(original.key(), &frame.finish(&original.bytes))
        };
        let (tag, said, sent) =
            (("etag", "\"1\""), ("cache-control", original.facts.said.to_string()), ("sent", "100"));
        let said = (said.0, said.1.as_str());
        assert_eq!(read(&[tag, said, sent]), Some(original.clone()));
        for lines in [
            &[tag, tag, said, sent][..],
            &[said, tag, sent],
            &[tag, said, ("sent", "+100")],
            &[tag, said, ("sent", "0100")],
            &[tag, said, sent, ("colour", "red")],
            &[tag, said, ("private", "perhaps"), sent],
        ] {
            assert_eq!(read(lines), None, "{lines:?}");
        }
    }

    #[test]
    fn only_a_strong_tag_names_the_content() {
        let named = original(&[("etag", "\"1\"")]);
        assert_eq!(named.identity(), Original { bytes: Bytes::from_static(b"other"), ..named.clone() }.identity());
        for tag in ["W/\"1\"", "1", "\"\"", "\""] {
            let named = original(&[("etag", tag)]);
            let other = Original { bytes: Bytes::from_static(b"other"), ..named.clone() };
            assert_ne!(named.identity(), other.identity(), "{tag}");
            assert_eq!(named.identity(), original(&[]).identity(), "{tag}");
        }
    }

    #[test]
    fn a_confirmation_renews() {
        let old = original(&[("etag", "\"1\""), ("cache-control", "max-age=5"), ("is-private-file", "true")]);
        let mut request = Request::new(());
        old.ask_whether_changed(&mut request);
        assert_eq!(request.headers()["if-none-match"], "\"1\"");
        let same = old.clone().confirmed(&HeaderMap::new(), 200);
        assert_eq!((same.facts.sent, same.facts.private), (200, true));
        assert_eq!(same.facts.said, old.facts.said);
        let headers = HeaderMap::from_iter([(http::header::CACHE_CONTROL, HeaderValue::from_static("max-age=9"))]);
        assert_eq!(old.confirmed(&headers, 200).facts.said.max_age, Some(9));
    }
}
