//! The error types of the crate: [`Error`] contains all errors of a delivery, and knows the status and code of each;
//! the others belong to single layers.
//!
//! | From | Errors |
//! |---|---|
//! | [`EngineBuilder::build`](crate::EngineBuilder::build) | [`ConfigErrors`], each a [`ConfigError`] of a [`ConfigErrorKind`] |
//! | [`Engine::parse`](crate::Engine::parse), [`Engine::resolve`](crate::Engine::resolve) | [`Rejection`] |
//! | [`UrlBuilder::build`](crate::UrlBuilder::build) | [`BuildError`] |
//! | a text that is not a [transformation](crate::transform) | [`ParseError`] |
//! | [`plan`](crate::plan::plan()) | [`PlanError`] |
//! | [`Renderer`](crate::Renderer), a [`Delivery`](crate::Delivery) | [`Error`] |
//! | a client | [`FetchError`](crate::delivery::FetchError) |

use std::time::Duration;

use http::StatusCode;

#[cfg(feature = "signing")]
pub use crate::address::SignatureError;
pub use crate::address::{BuildError, UrlError};
pub use crate::code::ErrorCode;
pub use crate::color::ColorError;
pub use crate::config::error::{ConfigError, ConfigErrorKind, ConfigErrors};
pub use crate::config::named::NameError;
pub use crate::extend::ExtensionError;
pub use crate::limits::LimitError;
pub use crate::number::NumberError;
pub use crate::order::Rejection;
pub use crate::path::PathError;
pub use crate::plan::error::PlanError;
pub use crate::policy::{AccessError, AddressClass, GuardError, OriginError};
pub use crate::transform::expr::ExprError;
pub use crate::transform::parse_error::{ParseError, ParseErrorKind};

#[cfg(any(feature = "pixels", feature = "sanitize"))]
use crate::note::Note;

/// The reason why a delivery did not end in an image.
///
/// The machine puts it into the extensions of an error response, so that a server can log the cause.
///
/// The table lists every error with its status and `ik-error` code as ImageKit documents them (or as chosen, where the
/// documentation is silent), and with those of an engine that has
/// [`Settings::gateway_statuses`](crate::Settings::gateway_statuses):
///
/// | Cause | Status, code | As a gateway |
/// |---|---|---|
/// | no URL-endpoint has this host and path | 404 `ENOENT` | 404 `EENDPOINT` |
/// | another method than GET, HEAD and OPTIONS | 405 `EMETHOD` | 405 `EMETHOD` |
/// | a URL, path or transformation is malformed, or a name unknown | 400 `EINVAL` | 400 `EINVAL` |
/// | a transformation is not a stored one, and only those are served | 400 `EINVAL` (documented status and text) | 400 `EUNNAMED` |
/// | the URL is too long, or has too many steps, layers or files | 400 `ELIMIT` | 400 `ELIMIT` |
/// | a requested feature is not in this build or version | 400 `ENOTSUP` | 400 `ENOTSUP` |
/// | the access rules refuse the client | 403 `EFORBIDDEN` (documented status) | 403 `EFORBIDDEN` |
/// | a signature is missing | 401 `EAUTH` (documented status) | 401 `EUNSIGNED` |
/// | a signature is wrong | 401 `EAUTH` (documented status) | 401 `ESIGNATURE` |
/// | a signature has expired | 401 `EAUTH` (documented status) | 401 `EEXPIRED` |
/// | the image is private and the URL not signed | 401 `EAUTH` (documented status) | 401 `EPRIVATE` |
/// | the URL for a web proxy has another scheme than http and https | 400 `EINVAL` | 403 `ESCHEME` |
/// | ... has another port than 80, 443 and those of [`Settings::ports`](crate::Settings::ports) | 400 `EINVAL` | 403 `EPORT` |
/// | ... has an odd spelling of a host, or an odd path | 400 `EINVAL` | 403 `EHOST` |
/// | ... has a private address | 400 `EINVAL` | 403 `EADDR` |
/// | ... is that of an image of this engine | 400 `EINVAL` | 403 `ELOOP` |
/// | no origin has the file | 404 `ENOENT` (documented) | 404 `ENOENT` |
/// | an origin answers 401, 403 or 407; a host is not on a web proxy's list | 404 `EACCES` (documented) | 502 `EACCES` |
/// | an origin's name leads to a private address | 404 `EACCES` | 403 `EADDR` |
/// | an origin cannot be reached | 404 `ECONNREFUSED` (documented) | 502 `ECONNREFUSED` |
/// | an origin takes too long | 404 `ECONNREFUSED` | 504 `ETIMEDOUT` |
/// | an origin answers 429 | 404 `UNIDENTIFIED` | 503 `EBUSY` |
/// | an origin's answer breaks off | 404 `UNIDENTIFIED` | 502 `ETRUNCATED` |
/// | an origin redirects to nowhere, or to a port that is not allowed | 404 `UNIDENTIFIED` | 502 `EREDIRECT` |
/// | an origin sends a file with a content coding that this build does not decode | 404 `UNIDENTIFIED` | 502 `EORIGIN` |
/// | the request to an origin cannot be signed | 404 `UNIDENTIFIED` | 502 `EORIGIN` |
/// | an origin fails in another way | 404 `UNIDENTIFIED` (documented) | 502 `EORIGIN` |
/// | a file has too many bytes | 400 `ELIMIT` (documented) | 413 `ELIMIT` |
/// | an image has too many pixels or frames, or needs too much memory | 400 `ELIMIT` (documented) | 422 `ELIMIT` |
/// | a file is not an image that this build can read | 400 `EFORMAT` | 422 `EFORMAT` |
/// | a crop is outside the image | 400 `EINVAL` | 422 `EINVAL` |
/// | an effect is still being prepared | 200 `EAGAIN`, as a page (documented) | the same |
/// | the server is overloaded | 503 `EBUSY` | 503 `EBUSY` |
/// | a render was ended before it was done, by its deadline | 503 `ESTOPPED` | 503 `ESTOPPED` |
/// | an internal error | 500 `UNIDENTIFIED` | 500 `EINTERNAL` |
///
/// An error that the next request would get as well is fresh for [`Caching::errors`](crate::config::Caching::errors), a
/// minute. A transient one ([`Error::is_transient`]) is `no-store`: an origin that cannot be reached or signed for,
/// takes too long, closes the connection early, sends a malformed answer or answers 408, 421, 425, 429 or 5xx; a lack
/// of room or time for the request; and every 500. So is any error if an origin that was asked before failed in such a
/// way. Each 503 has a `Retry-After`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The request was refused before any origin was asked.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// No origin delivered a file that was needed.
    #[error("{cause}{}{}", Named(origin.as_deref()), if *layer { "; it is a file of a layer" } else { "" })]
    Origin {
        /// The most specific of the origins' failures.
        cause: OriginError,
        /// The origin with this failure: its [name](crate::Origin::named), or its host. `None` if no origin was asked.
        origin: Option<String>,
        /// `true` if it was a file of a layer, not the asset.
        layer: bool,
    },
    /// A file has more bytes than [`Limits::source_bytes`](crate::Limits::source_bytes).
    #[error(transparent)]
    TooLarge(LimitError),
    /// The origin says that the file is private, and the URL is not signed.
    #[error("the file is private and the URL is not signed")]
    Private,
    /// A limit was exceeded.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// The server is overloaded: there is no room for a render, or for a fetch
    /// ([`FetchError::Busy`](crate::delivery::FetchError::Busy)).
    #[error("the server is busy")]
    Busy {
        /// The time after which to retry; the browser gets whole seconds, at least one.
        retry_after: Duration,
    },
    /// The render was ended by its [`Stop`](crate::render::Stop): the client has gone, or the render took too long.
    #[error("the image was not made in time")]
    Stopped,
    /// There is no plan for this image.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// An extension failed: a decoder could not read the source, or an effect provider could not apply an effect.
    #[error("{message}")]
    Extension {
        /// [`ErrorCode::Format`] or [`ErrorCode::Unidentified`].
        code: ErrorCode,
        /// The description of the failure, without the words of the extension.
        message: String,
        /// The error of the extension: the [`source`](std::error::Error::source), for the log.
        #[source]
        cause: ExtensionError,
    },
    /// The source could not be decoded, or the result not encoded.
    #[error("{message}")]
    Pixels {
        /// [`ErrorCode::Format`], [`ErrorCode::Unsupported`] or [`ErrorCode::Unidentified`].
        code: ErrorCode,
        /// The description of the failure.
        message: String,
    },
}

impl Error {
    /// Accepts the notes of a source, unless one is damage and that is to be refused.
    #[cfg(any(feature = "pixels", feature = "sanitize"))]
    pub(crate) fn unless_sound(notes: &[Note], refuse_damaged: bool) -> Result<(), Self> {
        match notes.iter().find(|note| note.is_damage()).filter(|_| refuse_damaged) {
            Some(damage) => Err(Self::Pixels { code: ErrorCode::Format, message: damage.to_string() }),
            None => Ok(()),
        }
    }

    /// Returns the text for the browser, which follows the code in `ik-error`. It has no part of the request, which a
    /// response must not echo, and says no more about an origin than the documented code. `Display` is for the operator
    /// of the server, and describes the cause in full.
    ///
    /// ```
    /// use originkit::error::{Error, OriginError};
    /// let error = Error::Origin {
    ///     cause: OriginError::Status(http::StatusCode::BAD_GATEWAY),
    ///     origin: Some("shop".to_owned()),
    ///     layer: false,
    /// };
    /// assert_eq!(error.to_string(), "the origin answered with status 502 Bad Gateway (origin `shop`)");
    /// assert_eq!(error.public_text(), "an origin failed to deliver the file");
    /// ```
    #[must_use]
    pub fn public_text(&self) -> String {
        match self {
            Self::Rejected(rejection) => rejection.public_text(),
            Self::Origin { cause, layer, .. } => told(*cause, *layer).to_owned(),
            other => other.to_string(),
        }
    }

    /// Returns the code of the `ik-error` header.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Rejected(rejection) => rejection.code(),
            Self::Origin { cause, .. } => cause.code(),
            Self::Pixels { code, .. } | Self::Extension { code, .. } | Self::Plan(PlanError::Pixels { code, .. }) => {
                *code
            }
            Self::TooLarge(_) | Self::Limit(_) | Self::Plan(PlanError::Limit(_)) => ErrorCode::Limit,
            Self::Private => ErrorCode::Signature,
            Self::Busy { .. } => ErrorCode::Busy,
            Self::Stopped => ErrorCode::Stopped,
            Self::Plan(PlanError::OutsideImage { .. }) => ErrorCode::Invalid,
            Self::Plan(PlanError::Unsupported { .. }) => ErrorCode::Unsupported,
            Self::Plan(PlanError::Pending { .. }) => ErrorCode::Pending,
            Self::Plan(PlanError::Source(_)) => ErrorCode::Format,
        }
    }

    /// Returns the status of the response.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self.code() {
            ErrorCode::NotFound | ErrorCode::Denied | ErrorCode::Refused => StatusCode::NOT_FOUND,
            ErrorCode::Unidentified if matches!(self, Self::Origin { .. }) => StatusCode::NOT_FOUND,
            ErrorCode::Unidentified => StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::Limit | ErrorCode::Invalid | ErrorCode::Format | ErrorCode::Unsupported => {
                StatusCode::BAD_REQUEST
            }
            ErrorCode::Signature => StatusCode::UNAUTHORIZED,
            ErrorCode::Forbidden => StatusCode::FORBIDDEN,
            ErrorCode::Method => StatusCode::METHOD_NOT_ALLOWED,
            ErrorCode::Busy | ErrorCode::Stopped => StatusCode::SERVICE_UNAVAILABLE,
            // Documented: a page that says to retry, not a failure.
            ErrorCode::Pending => StatusCode::OK,
        }
    }

    /// Returns `true` if the next request may succeed: an origin had a transient failure, the server is overloaded, or
    /// there was an internal error. No cache may keep such an answer, and its `Cache-Control` is `no-store`.
    ///
    /// ```
    /// use originkit::error::OriginError;
    /// use originkit::Error;
    /// let failed = |cause| Error::Origin { cause, origin: None, layer: false };
    /// assert!(failed(OriginError::TimedOut).is_transient());
    /// assert!(!failed(OriginError::NotFound).is_transient());
    /// ```
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Origin { cause, .. } => cause.is_transient(),
            Self::Busy { .. } | Self::Stopped | Self::Plan(PlanError::Pending { .. }) => true,
            Self::Rejected(_)
            | Self::TooLarge(_)
            | Self::Private
            | Self::Limit(_)
            | Self::Plan(_)
            | Self::Extension { .. }
            | Self::Pixels { .. } => self.status().is_server_error(),
        }
    }

    /// Returns `true` if every request for the same rendition fails in this way at this time.
    #[cfg(feature = "single-flight")]
    pub(crate) const fn is_of_all(&self) -> bool {
        !matches!(
            self,
            Self::Rejected(_)
                | Self::Private
                | Self::Busy { .. }
                | Self::Stopped
                | Self::Plan(PlanError::Pending { .. })
        )
    }

    /// Returns the status and code for a gateway, see
    /// [`Settings::gateway_statuses`](crate::Settings::gateway_statuses).
    #[must_use]
    pub fn as_gateway(&self) -> (StatusCode, &'static str) {
        let same = |code: &'static str| (self.status(), code);
        match self {
            Self::Rejected(Rejection::UnknownEndpoint { .. }) => same("EENDPOINT"),
            Self::Rejected(Rejection::Unnamed) => same("EUNNAMED"),
            #[cfg(feature = "signing")]
            Self::Rejected(Rejection::Signature(error)) => same(match error {
                crate::address::SignatureError::Missing => "EUNSIGNED",
                crate::address::SignatureError::Wrong => "ESIGNATURE",
                crate::address::SignatureError::Expired => "EEXPIRED",
            }),
            Self::Rejected(Rejection::Source(error)) => (StatusCode::FORBIDDEN, of_guard(*error)),
            Self::Rejected(rejection) => same(rejection.code().as_str()),
            Self::Origin { cause, .. } => of_origin(*cause),
            Self::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, self.code().as_str()),
            Self::Private => same("EPRIVATE"),
            Self::Busy { .. } | Self::Stopped => same(self.code().as_str()),
            Self::Limit(_) | Self::Plan(_) | Self::Extension { .. } | Self::Pixels { .. } => match self.code() {
                ErrorCode::Unidentified => same("EINTERNAL"),
                code @ (ErrorCode::Pending | ErrorCode::Unsupported) => same(code.as_str()),
                code => (StatusCode::UNPROCESSABLE_ENTITY, code.as_str()),
            },
        }
    }
}

const fn of_origin(cause: OriginError) -> (StatusCode, &'static str) {
    const BAD: StatusCode = StatusCode::BAD_GATEWAY;
    match cause {
        OriginError::NotFound => (StatusCode::NOT_FOUND, "ENOENT"),
        OriginError::Denied | OriginError::NotListed => (BAD, "EACCES"),
        OriginError::Address(_) => (StatusCode::FORBIDDEN, "EADDR"),
        OriginError::Refused => (BAD, "ECONNREFUSED"),
        OriginError::TimedOut => (StatusCode::GATEWAY_TIMEOUT, "ETIMEDOUT"),
        OriginError::Busy => (StatusCode::SERVICE_UNAVAILABLE, "EBUSY"),
        OriginError::Truncated => (BAD, "ETRUNCATED"),
        OriginError::Redirect | OriginError::RedirectLimit | OriginError::RedirectRefused => (BAD, "EREDIRECT"),
        OriginError::Status(_)
        | OriginError::Encoded(_)
        | OriginError::Malformed
        | OriginError::Unsigned
        | OriginError::Other => (BAD, "EORIGIN"),
    }
}

const fn of_guard(error: GuardError) -> &'static str {
    match error {
        GuardError::Scheme => "ESCHEME",
        GuardError::Port => "EPORT",
        GuardError::Host | GuardError::Path => "EHOST",
        GuardError::Private => "EADDR",
        GuardError::Loop => "ELOOP",
    }
}

/// The name of an origin, for the end of a sentence.
struct Named<'a>(Option<&'a str>);

impl std::fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.map_or(Ok(()), |name| write!(f, " (origin `{name}`)"))
    }
}

/// Returns the public text about an origin: no more than the documented code says.
const fn told(cause: OriginError, layer: bool) -> &'static str {
    if let OriginError::Encoded(_) = cause {
        return "an origin sent a file compressed, by a coding that is not undone here";
    }
    match (cause.code(), layer) {
        (ErrorCode::NotFound, false) => "no file was found at the specified path",
        (ErrorCode::Denied, false) => "an origin denied access to the file",
        (ErrorCode::Refused, false) => "an origin could not be reached",
        (_, false) => "an origin failed to deliver the file",
        (ErrorCode::NotFound, true) => "no file was found for a layer",
        (ErrorCode::Denied, true) => "an origin denied access to the file of a layer",
        (ErrorCode::Refused, true) => "the origin of a layer could not be reached",
        (_, true) => "an origin failed to deliver the file of a layer",
    }
}
