//! [`UrlError`]: the reason why a URL is refused.

use crate::limits::LimitError;
use crate::path::PathError;
use crate::transform::ParseError;

/// The reason why a URL below an endpoint is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// The path cannot be joined to an origin's base.
    #[error(transparent)]
    Path(#[from] PathError),
    /// `ik-seo` has no file to rename.
    #[error("`ik-seo` needs `<file>/<name>.<extension>` behind it")]
    Seo,
    /// The URL requests something other than an image of an asset.
    #[error("{0} is not supported")]
    Unsupported(&'static str),
    /// The transformation is malformed.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// The URL is too long.
    #[error(transparent)]
    Limit(#[from] LimitError),
}
