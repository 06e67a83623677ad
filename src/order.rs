//! [`Order`]: what was asked for, with nothing left to look up.
//!
//! Names are expanded, hints applied, signatures checked, and every request to an origin stands ready
//! with its headers. An order is a value: print it, compare it, or hand it to
//! [`Delivery`](crate::delivery::Delivery).

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
    /// The files needed: the asset first, then overlays and fonts in order of mention, each once.
    pub(crate) wanted: Vec<SourceRequest>,
    /// The default image, asked for only where the asset is not found.
    pub(crate) fallback: Option<SourceRequest>,
    /// What the render will need.
    pub(crate) job: Arc<RenderSpec>,
    /// What the response will need.
    pub(crate) answer: ResponseSpec,
    pub(crate) limits: Limits,
    /// What is told to whoever asks, and needed by nothing else.
    pub(crate) record: Record,
}

/// Where an order comes from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record {
    /// The endpoint's first base.
    pub(crate) endpoint: String,
    /// Tokens of the transformation without effect.
    pub(crate) ignored: Vec<Ignored>,
    pub(crate) cache_key: CacheKey,
}

/// Names everything that two requests must have in common to be given the same answer.
///
/// Endpoint, path, canonical transformation, what of the query goes to the origin, and as much of the
/// headers as was consulted. Parameters without effect and their order do not change it. GET and HEAD have
/// one key: keep what answers GET.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct CacheKey(String);

impl CacheKey {
    /// The key as text, without control characters.
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
    /// What will be done: names expanded, hints applied.
    #[must_use]
    pub fn transformation(&self) -> &Transformation {
        &self.job.transformation
    }

    /// The asset's path, percent-encoded as it was sent.
    #[must_use]
    pub fn path(&self) -> &str {
        self.wanted.first().map_or("", |asset| asset.path.as_str())
    }

    /// The requests for the asset, in the order in which they are tried, complete with headers but for what a
    /// [`Signer`](crate::extend::Signer) will add. Secret values are marked
    /// [sensitive](http::HeaderValue::is_sensitive).
    pub fn attempts(&self) -> impl Iterator<Item = &Request<()>> {
        asks(self.wanted.first())
    }

    /// What becomes of the asset at each origin: the `Link` header if it serves the picture, or the code
    /// with which it is passed over.
    pub fn links(&self) -> impl Iterator<Item = Result<Option<&HeaderValue>, ErrorCode>> {
        let attempts = self.wanted.first().into_iter().flat_map(|asset| &asset.attempts);
        attempts.map(|attempt| match attempt {
            Attempt::Ask { canonical, .. } => Ok(canonical.as_ref()),
            Attempt::Skip(cause) => Err(cause.code()),
        })
    }

    /// Paths of all files that are needed: the asset's, then those of overlays and fonts.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        self.wanted.iter().map(|wanted| wanted.path.as_str())
    }

    /// The requests for the default image (`di`), which are sent where no origin has the asset.
    pub fn default_image_attempts(&self) -> impl Iterator<Item = &Request<()>> {
        asks(self.fallback.as_ref())
    }

    /// Tokens of the URL's transformation that have no effect.
    #[must_use]
    pub fn ignored(&self) -> &[Ignored] {
        &self.record.ignored
    }

    /// The first base URL of the endpoint that was asked.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.record.endpoint
    }

    /// What to keep the answer under.
    #[must_use]
    pub fn cache_key(&self) -> &CacheKey {
        &self.record.cache_key
    }

    /// Request headers that were consulted, as they will stand in `Vary`.
    #[must_use]
    pub fn vary(&self) -> &[HeaderName] {
        &self.answer.vary
    }

    /// The formats that would be encoded, of which the smallest is delivered, for a source of this format
    /// and output settings as they stand after the last step. `alpha`: the result has transparency.
    #[must_use]
    pub fn formats(&self, output: &Encoding, source: Format, alpha: bool) -> Vec<Format> {
        self.job.negotiation.candidates(output, source, alpha)
    }
}

/// The requests for one file.
fn asks(wanted: Option<&SourceRequest>) -> impl Iterator<Item = &Request<()>> {
    wanted.into_iter().flat_map(|wanted| &wanted.attempts).filter_map(|attempt| match attempt {
        Attempt::Ask { request, .. } => Some(request),
        Attempt::Skip(_) => None,
    })
}

/// Prints the transformation, and each request with its headers, without values that are secret; for logs and tests.
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

/// One file and the origins to ask for it, in order.
#[derive(Debug, Clone)]
pub(crate) struct SourceRequest {
    pub(crate) path: AssetPath,
    pub(crate) attempts: Vec<Attempt>,
}

/// One origin's turn.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "an order holds a handful, nearly all of them the large one")]
pub(crate) enum Attempt {
    /// Send this.
    Ask {
        /// The request, complete: absolute URI, `host`, `x-req-from`, `accept`, `user-agent`, ...
        request: Request<()>,
        /// `Link` of the response if this origin serves the image.
        canonical: Option<HeaderValue>,
        /// Where the origin may send us instead.
        redirects: RedirectPolicy,
    },
    /// The origin cannot have it: it is a web proxy, and the path is no URL, or on none of its hosts.
    Skip(OriginError),
}

/// Everything a render needs besides the sources.
#[derive(Debug, Clone)]
pub(crate) struct RenderSpec {
    /// Names expanded, hints applied.
    pub(crate) transformation: Transformation,
    /// For the planner.
    pub(crate) rules: Rules,
    /// Which formats may be answered with.
    pub(crate) negotiation: Negotiation,
    /// `.../ik-thumbnail.jpg`: a still is wanted; JPEG unless `f` says otherwise.
    pub(crate) thumbnail: bool,
    /// The URL asks for nothing to be done: a file that is no image, or none that can be read, passes as it is.
    pub(crate) passes: bool,
    /// Tokens of the URL that would pick a frame of a video.
    pub(crate) video: Vec<String>,
    /// An SVG that passes through is sanitised.
    pub(crate) sanitize: bool,
    /// What the embedder brings.
    pub(crate) extensions: Extensions,
    /// For effects that invent something: follows from the cache key.
    pub(crate) seed: u64,
}

/// Everything the response's headers need.
#[derive(Debug, Clone)]
pub(crate) struct ResponseSpec {
    /// Deliver the asset's own bytes: `orig-true`.
    pub(crate) original: bool,
    /// The request was HEAD: same headers, no body.
    pub(crate) head: bool,
    /// Request headers that were consulted.
    pub(crate) vary: Vec<HeaderName>,
    /// Names what is asked for, and all configuration that an answer depends on besides.
    pub(crate) name: Fingerprint,
    /// What the browser has.
    pub(crate) conditions: Conditions,
    /// The URL may be answered with what an origin calls private.
    pub(crate) admits_private: bool,
    /// When the URL's signature ends, in seconds since 1970.
    pub(crate) expires: Option<u64>,
    /// When it was asked, in seconds since 1970.
    pub(crate) now: u64,
    pub(crate) caching: Caching,
    /// Errors are told as a gateway tells them.
    pub(crate) gateway: bool,
    /// Tokens without effect, where the endpoint is told to send them.
    pub(crate) report: Vec<Ignored>,
    /// `Content-DPR`, where `w-auto` was rounded.
    pub(crate) content_dpr: Option<HeaderValue>,
    /// `ik-attachment=true`: the file name to offer, `None` without.
    pub(crate) attachment: Option<Attachment>,
}

/// The name that a file is to be saved under. An extension is appended where it lacks one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Attachment {
    /// `ik-attachment-filename`, whose extension stays as it is (documented).
    Asked(String),
    /// That of the path, whose extension becomes that of the delivered format.
    OfPath(String),
}
