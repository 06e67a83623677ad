//! [`Rendition`]: a finished answer without the parts that depend on the client.

use std::fmt;

use bytes::Bytes;
use http::HeaderValue;

use super::frame::{Frame, Writer};
use super::key::StoreKey;
use crate::config::Caching;
use crate::encoded::Encoded;
use crate::format::Format;
use crate::policy::{self, Directives, Freshness, Term};

/// An image, or another file, as it is delivered: the source of every response with status 200.
///
/// The machine hands it out as [`Output::Store`](crate::delivery::Output::Store), and takes its bytes back as
/// [`Input::Found`](crate::delivery::Input::Found).
#[derive(Clone, PartialEq, Eq)]
pub struct Rendition {
    pub(crate) served: Served,
    pub(crate) format: Option<Format>,
    pub(crate) content_type: HeaderValue,
    pub(crate) bytes: Bytes,
}

/// The metadata of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Served {
    pub(crate) key: StoreKey,
    /// The strong tag, with its quotes.
    pub(crate) etag: String,
    /// The time of the latest change to any of its files, in seconds since 1970; `None` if one file does not state it.
    pub(crate) modified: Option<u64>,
    /// The `Link` header of the origin that had the asset.
    pub(crate) canonical: Option<HeaderValue>,
    /// The term for which it may be kept. It is reduced for the default image, for the file of another origin while one
    /// was down, and for the image of a damaged file.
    pub(crate) term: Term,
    /// `true` if it is for signed URLs only.
    pub(crate) private: bool,
    /// `true` for a file that is not an image: its lifetime is set by its origin.
    pub(crate) file: bool,
    /// The caching directives of the asset's origin.
    pub(crate) said: Directives,
    /// The earliest time at which one of its files was sent by its origin, in seconds since 1970.
    pub(crate) sent: u64,
    /// The time until which it is fresh, in seconds since 1970.
    pub(crate) fresh_until: u64,
}

impl Served {
    /// Returns the caching rules that apply to it.
    pub(crate) const fn caching(&self, caching: &Caching) -> Caching {
        if self.file { caching.of_files() } else { *caching }
    }

    /// Returns the metadata for the same image in another format, until the final file is made. It has an `ETag` of its
    /// own, and no time by which a client could take one file for the other.
    pub(crate) fn interim(self) -> Self {
        let etag = format!("\"{}-interim\"", self.etag.trim_matches('"'));
        Self { etag, modified: None, ..self }
    }

    /// Returns `true` unless its origin restricts it to a single client.
    pub(crate) fn may_be_shared(&self, caching: &Caching) -> bool {
        self.said.is_kept(&self.caching(caching))
    }

    /// Returns `true` if it may be stored. A short-lived fallback would only displace a better one there.
    pub(crate) fn may_be_stored(&self, caching: &Caching) -> bool {
        self.term != Term::Moment && self.may_be_shared(caching)
    }

    /// Returns its freshness at this time. A fallback is never used stale.
    pub(crate) fn freshness(&self, now: u64, caching: &Caching) -> Freshness {
        match policy::freshness(self.fresh_until, now, caching) {
            Freshness::Stale | Freshness::IfError if self.term != Term::Full => Freshness::Over,
            freshness => freshness,
        }
    }
}

impl Rendition {
    /// Makes the rendition of a rendered image.
    pub(crate) fn image(served: Served, encoded: Encoded) -> Self {
        let content_type = HeaderValue::from_static(encoded.format.content_type());
        Self { served, format: Some(encoded.format), content_type, bytes: encoded.bytes }
    }

    /// Makes the rendition of an unchanged file, with the type `by_name` if it has no `format`.
    pub(crate) fn untouched(served: Served, by_name: &'static str, bytes: Bytes, format: Option<Format>) -> Self {
        let content_type = format.map_or(by_name, Format::content_type);
        Self { served, format, content_type: HeaderValue::from_static(content_type), bytes }
    }

    /// Returns this rendition as a fallback, which caches revalidate soon.
    pub(crate) fn as_stopgap(&self, term: Term) -> Self {
        Self { served: Served { term, ..self.served.clone() }, ..self.clone() }
    }

    /// Returns this rendition for a store, if it may be stored.
    pub(crate) fn to_store(&self, caching: &Caching) -> Option<Self> {
        self.served.may_be_stored(caching).then(|| self.clone())
    }

    /// Returns the key of the rendition in a store.
    #[must_use]
    pub const fn key(&self) -> &StoreKey {
        &self.served.key
    }

    /// Returns the bytes of the file.
    #[must_use]
    pub const fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Returns the `ETag`, with its quotes.
    #[must_use]
    pub fn etag(&self) -> &str {
        &self.served.etag
    }

    /// Returns the stored form.
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        self.lines().finish(&self.bytes)
    }

    fn lines(&self) -> Writer {
        let served = &self.served;
        let mut frame = Writer::new(KIND, &served.key);
        let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
        frame.line("content-type", text(&self.content_type));
        frame.line("extension", self.format.map(Format::extension));
        frame.line("etag", Some(&served.etag));
        frame.line("modified", served.modified);
        frame.line("link", served.canonical.as_ref().and_then(text));
        frame.line("brief", (served.term != Term::Full).then_some(true));
        frame.line("private", served.private.then_some(true));
        frame.line("file", served.file.then_some(true));
        frame.line("cache-control", Some(served.said));
        frame.line("sent", Some(served.sent));
        frame.line("fresh-until", Some(served.fresh_until));
        frame
    }

    /// Reads the stored form. Returns `None` for anything that [`Rendition::to_bytes`] did not write for this key.
    #[must_use]
    pub fn from_bytes(key: &StoreKey, stored: &Bytes) -> Option<Self> {
        let frame = Frame::read(KIND, key, stored)?;
        let header = |name: &str| frame.get(name).and_then(|value| HeaderValue::from_str(value).ok());
        let served = Served {
            key: key.clone(),
            etag: header("etag")?.to_str().ok()?.to_owned(),
            modified: frame.number("modified"),
            canonical: header("link"),
            term: if frame.has("brief") { Term::Brief } else { Term::Full },
            private: frame.has("private"),
            file: frame.has("file"),
            said: Directives::read(frame.get("cache-control").unwrap_or_default()),
            sent: frame.number("sent")?,
            fresh_until: frame.number("fresh-until")?,
        };
        let format = frame.get("extension").and_then(Format::of_extension);
        let read = Self { served, format, content_type: header("content-type")?, bytes: frame.bytes.clone() };
        read.lines().wrote(&frame).then_some(read)
    }
}

/// Omits the bytes.
impl fmt::Debug for Rendition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { served, format, bytes, .. } = self;
        f.debug_struct("Rendition")
            .field("served", served)
            .field("format", format)
            .field("bytes", &bytes.len())
            .finish()
    }
}

const KIND: &str = "rendition";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::Fingerprint;

    #[test]
    fn comes_back_as_it_was() {
        let served = Served {
            key: StoreKey::rendition(Fingerprint::of([b"a".as_slice()])),
            etag: "\"1\"".to_owned(),
            modified: Some(7),
            canonical: Some(HeaderValue::from_static("<https://a.example/a.jpg>; rel=\"canonical\"")),
            term: Term::Brief,
            private: false,
            file: true,
            said: Directives::read("no-cache, max-age=8"),
            sent: 9,
            fresh_until: u64::MAX,
        };
        let rendition = Rendition {
            served,
            format: Some(Format::WebP),
            content_type: HeaderValue::from_static("image/webp"),
            bytes: Bytes::from_static(b"an image"),
        };
        assert_eq!(Rendition::from_bytes(rendition.key(), &rendition.to_bytes()).unwrap(), rendition);
        let plain = Rendition {
            served: Served {
                modified: None,
                canonical: None,
                term: Term::Full,
                private: true,
                file: false,
                ..rendition.served
            },
            format: None,
            ..rendition
        };
        let stored = plain.to_bytes();
        assert_eq!(Rendition::from_bytes(plain.key(), &stored).unwrap(), plain);
        for bit in 0..stored.len() * 8 {
            let mut changed = stored.to_vec();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Rendition::from_bytes(plain.key(), &changed.into()), None, "bit {bit}");
        }
    }
}
