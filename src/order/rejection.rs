//! [`Rejection`]: the reason why a request gets no order.

#[cfg(feature = "signing")]
use crate::address::SignatureError;
use crate::address::UrlError;
use crate::code::ErrorCode;
use crate::config::NameError;
use crate::limits::LimitError;
use crate::policy::{AccessError, GuardError};
use crate::transform::{ParseError, ParseErrorKind};

/// The reason why a request is refused before any origin is contacted.
///
/// The table of [`Error`](crate::Error) lists its status and code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// No endpoint has this host and path. The existing endpoints are not revealed to the browser.
    #[error("no URL-endpoint matches {}{path}; there are {}", or_none(host), known.join(", "))]
    UnknownEndpoint {
        /// The requested host, with its port; empty if it is missing, repeated or malformed.
        host: String,
        /// The requested path, without the query.
        path: String,
        /// The bases of the existing endpoints.
        known: Vec<String>,
    },
    /// The method is neither GET nor HEAD. [`Engine::deliver`](crate::Engine::deliver) answers OPTIONS by itself.
    #[error("only GET, HEAD and OPTIONS are answered")]
    Method,
    /// The access rules refuse the client. The rule is not revealed to the browser.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The signature is missing, wrong or expired.
    #[cfg(feature = "signing")]
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The URL is malformed, or requests something other than an image.
    #[error(transparent)]
    Url(UrlError),
    /// The transformation is malformed.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// A stored transformation cannot be used as the URL uses it.
    #[error(transparent)]
    Name(#[from] NameError),
    /// Only stored transformations are served (the message is documented).
    #[error("Bad Image Transformation Request")]
    Unnamed,
    /// The path is a URL that no web proxy may fetch.
    #[error(transparent)]
    Source(#[from] GuardError),
    /// A limit was exceeded.
    #[error(transparent)]
    Limit(#[from] LimitError),
}

impl Rejection {
    /// Returns the code of the `ik-error` header.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::UnknownEndpoint { .. } => ErrorCode::NotFound,
            Self::Method => ErrorCode::Method,
            Self::Access(_) => ErrorCode::Forbidden,
            #[cfg(feature = "signing")]
            Self::Signature(_) => ErrorCode::Signature,
            Self::Limit(_) | Self::Parse(ParseError { kind: ParseErrorKind::Limit(_), .. }) => ErrorCode::Limit,
            Self::Url(UrlError::Unsupported(_)) => ErrorCode::Unsupported,
            Self::Url(_) | Self::Parse(_) | Self::Name(_) | Self::Unnamed | Self::Source(_) => ErrorCode::Invalid,
        }
    }
}

impl Rejection {
    /// Returns the text for the browser: the message without any text of the request, which a response must not echo.
    #[must_use]
    pub fn public_text(&self) -> String {
        let kind = match self {
            Self::UnknownEndpoint { .. } => return "no URL-endpoint matches the request".to_owned(),
            Self::Access(_) => return "access is refused".to_owned(),
            Self::Parse(error) => &error.kind,
            Self::Name(NameError::Unknown(_)) => return "no transformation is stored under the name".to_owned(),
            Self::Name(NameError::NotAlone(_)) => {
                return "a stored transformation of several steps must be alone in its step".to_owned();
            }
            other => return other.to_string(),
        };
        match kind {
            ParseErrorKind::Unclosed { wanted, .. } => format!("a block is not closed by `{wanted}`"),
            ParseErrorKind::UnknownLayer(_) => "a layer has an unknown type".to_owned(),
            ParseErrorKind::LegacyOverlay(_) => {
                "legacy overlay parameters are refused; write layers instead".to_owned()
            }
            ParseErrorKind::BadName(_) => {
                "`n` is not followed by the name of a stored transformation: letters, digits, `_` and `-`".to_owned()
            }
            ParseErrorKind::Ignored { reason, .. } => format!("a token has no effect: {reason}"),
            other => other.to_string(),
        }
    }
}

fn or_none(host: &str) -> &str {
    if host.is_empty() { "a request without a host, for " } else { host }
}

impl From<UrlError> for Rejection {
    fn from(error: UrlError) -> Self {
        match error {
            UrlError::Parse(error) => Self::Parse(error),
            UrlError::Limit(error) => Self::Limit(error),
            other => Self::Url(other),
        }
    }
}
