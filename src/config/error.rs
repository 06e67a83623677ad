//! [`ConfigErrors`]: all errors of a configuration, each with its place.

use std::fmt;

use crate::transform::ParseError;

/// All errors of a configuration, as reported by [`EngineBuilder::build`](crate::EngineBuilder::build). Prints one line
/// per error.
///
/// ```
/// use originkit::{Endpoint, Engine, Origin};
/// let errors = Engine::builder()
///     .endpoint(Endpoint::new("img.example.com").origin(Origin::new("ftp://www.example.com")))
///     .named("t humb", "w-200")
///     .build()
///     .unwrap_err();
/// let told: Vec<String> = errors.iter().map(|error| error.to_string()).collect();
/// assert_eq!(told, [
///     "endpoint `img.example.com`: `img.example.com` cannot be a base URL: it is no absolute URL",
///     "endpoint `img.example.com`, origin 1: `ftp://www.example.com` cannot be a base URL: \
///      the scheme is neither http nor https",
///     "stored transformation `t humb`: a name consists of letters, digits, `_` and `-`",
/// ]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors(Vec<ConfigError>);

/// An error of a configuration, and its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {kind}")]
#[non_exhaustive]
pub struct ConfigError {
    /// The value that is wrong, such as ``endpoint `https://img.example.com`, origin 2``.
    pub place: String,
    /// The error.
    #[source]
    pub kind: ConfigErrorKind,
}

impl ConfigErrors {
    /// Returns an error if there is at least one.
    pub(super) fn none(errors: Vec<ConfigError>) -> Result<(), Self> {
        if errors.is_empty() { Ok(()) } else { Err(Self(errors)) }
    }

    /// Returns the errors, at least one, in the order in which the configuration was put together.
    pub fn iter(&self) -> impl Iterator<Item = &ConfigError> {
        self.0.iter()
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, error) in self.0.iter().enumerate() {
            let line = if at == 0 { "" } else { "\n" };
            write!(f, "{line}{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let first = self.0.first()?;
        Some(first)
    }
}

/// The reason why a value of a configuration is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigErrorKind {
    /// A base is not an absolute `http` or `https` URL, or has user information, a query or a fragment.
    #[error("`{url}` cannot be a base URL: {why}")]
    BadUrl {
        /// The given text.
        url: String,
        /// The reason.
        why: &'static str,
    },
    /// A text is not a host pattern.
    #[error("`{0}` is no host pattern; write `www.example.com`, `*.example.com` or `*`")]
    BadHostPattern(String),
    /// A web proxy has no hosts: it would fetch nothing.
    #[error("a web proxy needs the hosts that it may fetch from")]
    NoHosts,
    /// An engine has no endpoints.
    #[error("there is none; an engine needs at least one")]
    NoEndpoints,
    /// An endpoint has no origins.
    #[error("there is no origin; an endpoint needs at least one")]
    NoOrigins,
    /// Two endpoints have the same base; it would be unclear which one is meant.
    #[error("`{0}` is a base of two endpoints")]
    DuplicateBase(String),
    /// A name has characters other than letters, digits, `_` and `-`.
    #[error("a name consists of letters, digits, `_` and `-`")]
    BadName,
    /// Two transformations have the same name.
    #[error("the name is given to two transformations")]
    DuplicateName,
    /// A stored transformation refers to a stored transformation.
    #[error("it refers to another stored transformation")]
    RecursiveName,
    /// A stored transformation is malformed.
    #[error(transparent)]
    BadTransformation(Box<ParseError>),
    /// A list exceeds its maximum length.
    #[error("at most {most} {what} can be listed")]
    TooMany {
        /// The kind of entries.
        what: &'static str,
        /// The maximum number of entries.
        most: usize,
    },
    /// A text is neither an address nor a range of addresses.
    #[error("`{0}` is no address; write `203.0.113.7`, `203.0.113.0/24` or `2001:db8::/32`")]
    BadAddress(String),
    /// A text is not two letters.
    #[error("`{0}` is no country; write two letters, such as `DE`")]
    BadCountry(String),
    /// A text is neither the URL of a page nor a host.
    #[error("`{0}` is no referrer; write `https://www.example.com` or `www.example.com`, without wildcards")]
    BadReferrer(String),
    /// An allow list is empty: it would refuse everybody.
    #[error("an allow list of {0} needs an entry")]
    NobodyAllowed(&'static str),
    /// There is both an allow list and a block list for the same fact.
    #[error("{0} are either allowed or blocked")]
    AllowAndBlock(&'static str),
    /// A text is not a valid part of a `User-Agent`: it is blank, or has characters other than printable ASCII.
    #[error("`{0}` is no part of a user agent")]
    BadAgent(String),
    /// A text is not a valid value of `Accept`.
    #[error("`{0}` cannot be the value of a header")]
    BadAccept(String),
    /// A header cannot be set for an origin: its name or value is invalid, it is a secret that would be printed, or
    /// this crate manages it. The error does not hold the value.
    #[error("`{name}` cannot be a header of an origin: {why}")]
    BadHeader {
        /// The name of the header, as given.
        name: String,
        /// The reason.
        why: &'static str,
    },
    /// A name of a signer has characters other than letters, digits, `_`, `-` and `.`.
    #[error("`{0}` is no name for a signer; use letters, digits, `_`, `-` and `.`")]
    BadSigner(String),
    /// A web proxy was given a header or a signer, which would be revealed to hosts of third parties.
    #[error("a web proxy asks hosts of others: it has neither headers nor a signer of its own")]
    ProxyCredentials,
    /// Signed URLs are required, and an endpoint has no key to verify them with: neither one for the endpoint nor one
    /// for the engine.
    #[error("unsigned URLs are refused, but there is no key to check signatures with")]
    NoKey,
    /// A setting needs a feature that this build does not have.
    #[error("`{setting}` needs the feature `{feature}`")]
    NoFeature {
        /// The field of [`Settings`](crate::Settings).
        setting: &'static str,
        /// The feature of this crate.
        feature: &'static str,
    },
    /// A key is empty.
    #[error("a signing key must not be empty")]
    EmptyKey,
}
