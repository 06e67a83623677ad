//! [`Order`]: a fully resolved request.
//!
//! Names are expanded, hints are applied, signatures are checked, and every request to an origin is complete with its
//! headers. An order is a value: print it, compare it, or pass it to [`Delivery`](crate::delivery::Delivery).

mod rejection;
mod resolve;

use std::fmt;
use std::sync::Arc;

use http::{HeaderName, HeaderValue, Request};

pub use self::rejection::Rejection;

use crate::code::ErrorCode;
use crate::config::Caching;
use crate::extend::Extensions;
use crate::fingerprint::Fingerprint;
use crate::format::Format;
use crate::limits::Limits;
use crate::path::AssetPath;
use crate::plan::Rules;
use crate::policy::{Conditions, Negotiation, OriginError, RedirectPolicy};
use crate::transform::{Encoding, Ignored, Transformation};

/// A request resolved against an engine's configuration.
#[derive(Debug, Clone)]
pub struct Order {
    /// The required files: the asset first, then overlays and fonts in order of appearance, each once.
    pub(crate) wanted: Vec<SourceRequest>,
    /// The default image, requested only if the asset is not found.
    pub(crate) fallback: Option<SourceRequest>,
    /// The input of the render.
    pub(crate) job: Arc<RenderSpec>,
    /// The input of the response.
    pub(crate) answer: ResponseSpec,
    pub(crate) limits: Limits,
    /// Facts for the caller; nothing else needs them.
    pub(crate) record: Record,
}

/// The origin of an order: facts for logs and reports.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record {
    /// The endpoint's first base.
    pub(crate) endpoint: String,
    /// Tokens of the transformation without effect.
    pub(crate) ignored: Vec<Ignored>,
    pub(crate) cache_key: CacheKey,
}

/// The cache key: requests with equal keys get the same response.
///
/// It has the endpoint, the path, the canonical transformation, the part of the query that goes to the origin, and the
/// parts of the headers that were consulted. It does not depend on parameters without effect or on the order of
/// parameters. GET and HEAD have the same key: store the response to GET.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct CacheKey(String);

impl CacheKey {
    /// Returns the key as text, without control characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Order {
    /// Returns the transformation, with names expanded and hints applied.
    #[must_use]
    pub fn transformation(&self) -> &Transformation {
        &self.job.transformation
    }

    /// Returns the asset's path, percent-encoded as it was sent.
    #[must_use]
    pub fn path(&self) -> &str {
        self.wanted.first().map_or("", |asset| asset.path.as_str())
    }

    /// Returns the requests for the asset, in the order in which they are tried. They are complete with headers, except
    /// for those that a [`Signer`](crate::extend::Signer) adds. Secret values are marked
    /// [sensitive](http::HeaderValue::is_sensitive).
    pub fn attempts(&self) -> impl Iterator<Item = &Request<()>> {
        asks(self.wanted.first())
    }

    /// Returns for each origin either the `Link` header that it adds if it serves the asset, or the code with which the
    /// origin is skipped.
    pub fn links(&self) -> impl Iterator<Item = Result<Option<&HeaderValue>, ErrorCode>> {
        let attempts = self.wanted.first().into_iter().flat_map(|asset| &asset.attempts);
        attempts.map(|attempt| match attempt {
            Attempt::Ask { canonical, .. } => Ok(canonical.as_ref()),
            Attempt::Skip(cause) => Err(cause.code()),
        })
    }

    /// Returns the paths of all required files: the asset's, then those of overlays and fonts.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        self.wanted.iter().map(|wanted| wanted.path.as_str())
    }

    /// Returns the requests for the default image (`di`), which are sent if no origin has the asset.
    pub fn default_image_attempts(&self) -> impl Iterator<Item = &Request<()>> {
        asks(self.fallback.as_ref())
    }

    /// Returns the tokens of the URL's transformation that have no effect.
    #[must_use]
    pub fn ignored(&self) -> &[Ignored] {
        &self.record.ignored
    }

    /// Returns the first base URL of the requested endpoint.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.record.endpoint
    }

    /// Returns the key under which a cache may store the response.
    #[must_use]
    pub fn cache_key(&self) -> &CacheKey {
        &self.record.cache_key
    }

    /// Returns the consulted request headers, as they are listed in `Vary`.
    #[must_use]
    pub fn vary(&self) -> &[HeaderName] {
        &self.answer.vary
    }

    /// Returns the formats that would be encoded, of which the smallest result is delivered, for a source of format
    /// `source` and the output settings after the last step. `alpha`: the result has transparency.
    #[must_use]
    pub fn formats(&self, output: &Encoding, source: Format, alpha: bool) -> Vec<Format> {
        self.job.negotiation.candidates(output, source, alpha)
    }
}

/// Returns the requests for one file.
fn asks(wanted: Option<&SourceRequest>) -> impl Iterator<Item = &Request<()>> {
    wanted.into_iter().flat_map(|wanted| &wanted.attempts).filter_map(|attempt| match attempt {
        Attempt::Ask { request, .. } => Some(request),
        Attempt::Skip(_) => None,
    })
}

/// Prints the transformation and each request with its headers, without secret values; for logs and tests.
impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "transform {}", self.transformation())?;
        for request in self.attempts() {
            writeln!(f, "{} {}", request.method(), request.uri())?;
            for (name, value) in request.headers() {
                let value = if value.is_sensitive() { b"[secret]" } else { value.as_bytes() };
                writeln!(f, "  {name}: {}", String::from_utf8_lossy(value))?;
            }
        }
        Ok(())
    }
}

/// A file, and the origins to request it from, in order.
#[derive(Debug, Clone)]
pub(crate) struct SourceRequest {
    pub(crate) path: AssetPath,
    pub(crate) attempts: Vec<Attempt>,
}

/// An attempt at one origin.
#[derive(Debug, Clone)]
#[allow(
    clippy::large_enum_variant,
    reason = "an order holds a handful, nearly all of them the large one; on 32 bits it is small"
)]
pub(crate) enum Attempt {
    /// Send a request.
    Ask {
        /// The request, complete: absolute URI, `host`, `x-req-from`, `accept`, `user-agent`, ...
        request: Request<()>,
        /// The `Link` of the response if this origin serves the image.
        canonical: Option<HeaderValue>,
        /// The rules for redirects by the origin.
        redirects: RedirectPolicy,
    },
    /// The origin cannot have the file: it is a web proxy, and the path is not a URL or has none of its hosts.
    Skip(OriginError),
}

/// The input of a render, except for the sources.
#[derive(Debug, Clone)]
pub(crate) struct RenderSpec {
    /// The transformation, with names expanded and hints applied.
    pub(crate) transformation: Transformation,
    /// Rules for the planner.
    pub(crate) rules: Rules,
    /// The formats that the response may have.
    pub(crate) negotiation: Negotiation,
    /// `.../ik-thumbnail.jpg`: a still image is requested, a JPEG unless `f` sets another format.
    pub(crate) thumbnail: bool,
    /// The URL requests no change: a file that is not an image, or that cannot be decoded, passes through unchanged.
    pub(crate) passes: bool,
    /// Tokens of the URL that would select a frame of a video.
    pub(crate) video: Vec<String>,
    /// An SVG that passes through is sanitised.
    pub(crate) sanitize: bool,
    /// The embedder's extensions.
    pub(crate) extensions: Extensions,
    /// The seed for generative effects: derived from the cache key.
    pub(crate) seed: u64,
}

/// The input of the response's headers.
#[derive(Debug, Clone)]
pub(crate) struct ResponseSpec {
    /// Deliver the asset's own bytes: `orig-true`.
    pub(crate) original: bool,
    /// The request was HEAD: same headers, no body.
    pub(crate) head: bool,
    /// Request headers that were consulted.
    pub(crate) vary: Vec<HeaderName>,
    /// A fingerprint of the cache key and of all configuration that a response depends on.
    pub(crate) name: Fingerprint,
    /// The validators that the browser sent.
    pub(crate) conditions: Conditions,
    /// The URL may be answered with a file that an origin marks as private.
    pub(crate) admits_private: bool,
    /// The expiry of the URL's signature, in seconds since 1970.
    pub(crate) expires: Option<u64>,
    /// The time of the request, in seconds since 1970.
    pub(crate) now: u64,
    pub(crate) caching: Caching,
    /// Errors have the statuses of a gateway.
    pub(crate) gateway: bool,
    /// Tokens without effect, if the endpoint reports them.
    pub(crate) report: Vec<Ignored>,
    /// `Content-DPR`, if `w-auto` was rounded.
    pub(crate) content_dpr: Option<HeaderValue>,
    /// `ik-attachment=true`: the file name to suggest, `None` without it.
    pub(crate) attachment: Option<Attachment>,
}

/// The name under which a file is to be saved. An extension is appended if it has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Attachment {
    /// The name in `ik-attachment-filename`, whose extension is kept (documented).
    Asked(String),
    /// The name in the path, whose extension is replaced by that of the delivered format.
    OfPath(String),
}
