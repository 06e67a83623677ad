//! [`ConfigError`]: why a configuration is refused.

use crate::transform::ParseError;

/// Why a configuration is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A base is no absolute `http` or `https` URL, or has user information, a query or a fragment.
    #[error("`{url}` cannot be a base URL: {why}")]
    BadUrl {
        /// What was given.
        url: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A text is no host pattern.
    #[error("`{0}` is no host pattern; write `www.example.com`, `*.example.com` or `*`")]
    BadHostPattern(String),
    /// A web proxy without hosts: it would fetch nothing.
    #[error("a web proxy needs the hosts that it may fetch from")]
    NoHosts,
    /// An engine without endpoints.
    #[error("an engine needs an endpoint")]
    NoEndpoints,
    /// An endpoint without origins.
    #[error("the endpoint {0} has no origin")]
    NoOrigins(String),
    /// The same base twice; it would be unclear which endpoint is meant.
    #[error("{0} is a base of two endpoints")]
    DuplicateBase(String),
    /// A name has other characters than letters, digits, `_` and `-`.
    #[error("`{0}` is no name for a transformation; use letters, digits, `_` and `-`")]
    BadName(String),
    /// Two transformations have one name.
    #[error("the transformation `{0}` is stored twice")]
    DuplicateName(String),
    /// A stored transformation refers to a stored transformation.
    #[error("the stored transformation `{0}` refers to another one")]
    RecursiveName(String),
    /// A stored transformation is malformed.
    #[error("the stored transformation `{name}`: {error}")]
    BadTransformation {
        /// Its name.
        name: String,
        /// What is wrong with it.
        #[source]
        error: Box<ParseError>,
    },
    /// A list is longer than it may be.
    #[error("at most {most} {what} can be listed")]
    TooMany {
        /// What is listed.
        what: &'static str,
        /// How many may be.
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
    /// There is an allow list and a block list of the same.
    #[error("{0} are either allowed or blocked")]
    AllowAndBlock(&'static str),
    /// A text is no part of a `User-Agent`: it is blank, or has other characters than printable ASCII.
    #[error("`{0}` is no part of a user agent")]
    BadAgent(String),
    /// A text cannot stand in `Accept`.
    #[error("`{0}` cannot be the value of a header")]
    BadAccept(String),
    /// A header cannot be one of an origin: its name or value is none, it is a secret that would be printed, or this crate
    /// decides about it. The value is not told.
    #[error("`{name}` cannot be a header of an origin: {why}")]
    BadHeader {
        /// Its name, as it was given.
        name: String,
        /// The reason.
        why: &'static str,
    },
    /// A name for a signer has other characters than letters, digits, `_`, `-` and `.`.
    #[error("`{0}` is no name for a signer; use letters, digits, `_`, `-` and `.`")]
    BadSigner(String),
    /// A web proxy was given a header or a signer, which would be shown to hosts of strangers.
    #[error("a web proxy asks hosts of others: it has neither headers nor a signer of its own")]
    ProxyCredentials,
    /// Signed URLs are demanded, and an endpoint has no key to check them with: neither one of its own nor one of the
    /// engine.
    #[error("unsigned URLs are refused, but an endpoint has no key to check signatures with")]
    NoKey,
    /// A key is empty.
    #[error("a signing key must not be empty")]
    EmptyKey,
}
