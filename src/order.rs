//! [`Order`]: what was asked for, with nothing left to look up.
//!
//! Names are expanded, hints applied, signatures checked, and every request to an origin stands ready
//! with its headers. An order is a value: print it, compare it, or hand it to
//! [`Delivery`](crate::delivery::Delivery).

use std::sync::Arc;

use http::{HeaderName, HeaderValue, Request};

use crate::error::ErrorCode;
use crate::limits::Limits;
use crate::path::AssetPath;
use crate::plan::Rules;
use crate::policy::Negotiation;
use crate::transform::{ParseError, Transformation};

/// A request resolved against an engine's configuration.
#[derive(Debug, Clone)]
pub struct Order {
    /// The files needed: the asset first, then overlays and fonts in order of mention, each once.
    pub(crate) wanted: Vec<Wanted>,
    /// The default image, asked for only where the asset is not found.
    pub(crate) fallback: Option<Wanted>,
    /// What the render will need.
    pub(crate) job: Arc<Job>,
    /// What the response will need.
    pub(crate) answer: Answer,
    pub(crate) limits: Limits,
}

/// One file and the origins to ask for it, in order.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) path: AssetPath,
    pub(crate) attempts: Vec<Attempt>,
}

/// One origin's turn.
#[derive(Debug, Clone)]
pub(crate) enum Attempt {
    /// Send this.
    Ask {
        /// The request, complete: absolute URI, `host`, `x-req-from`, `accept`, `user-agent`, ...
        request: Request<()>,
        /// `Link` of the response if this origin serves the image.
        canonical: Option<HeaderValue>,
    },
    /// The origin cannot have it: the path is no URL and the origin is a web proxy.
    Skip(ErrorCode),
}

/// Everything a render needs besides the sources.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    /// Names expanded, hints applied.
    pub(crate) transformation: Transformation,
    /// For the planner.
    pub(crate) rules: Rules,
    /// Which formats may be answered with.
    pub(crate) negotiation: Negotiation,
    /// `.../ik-thumbnail.jpg`: a still is wanted; JPEG unless `f` says otherwise.
    pub(crate) thumbnail: bool,
}

/// Everything the response's headers need.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// Deliver the asset's own bytes: `orig-true`.
    pub(crate) original: bool,
    /// The request was HEAD: same headers, no body.
    pub(crate) head: bool,
    /// Request headers that were consulted.
    pub(crate) vary: Vec<HeaderName>,
    /// `Cache-Control` of success.
    pub(crate) cache_control: HeaderValue,
    /// `Content-DPR`, where `w-auto` was rounded.
    pub(crate) content_dpr: Option<HeaderValue>,
    /// `ik-attachment=true`: the file name to offer, `None` without. An extension is appended where it lacks one.
    pub(crate) attachment: Option<String>,
}

/// Why a request is refused before any origin is asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The transformation is malformed.
    #[error(transparent)]
    Parse(#[from] ParseError),
}

impl Rejection {
    /// The code of the `ik-error` header.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Parse(_) => ErrorCode::Invalid,
        }
    }
}
