//! [`ErrorCode`]: the word that starts an `ik-error` header.

/// The stable code that starts an `ik-error` header; its status is said by [`Error::status`](crate::Error::status).
///
/// | Code | Status | Cause |
/// |---|---|---|
/// | `ENOENT` | 404 | no URL-endpoint matches, or no origin has the file (documented) |
/// | `EACCES` | 404 | an origin answers 401, 403 or 407 (documented) |
/// | `ECONNREFUSED` | 404 | no connection to the origin, or a timeout (documented) |
/// | `UNIDENTIFIED` | 404, 500 | an origin fails in another way (documented); 500 for a failure of our own |
/// | `ELIMIT` | 400 | a limit is passed (documented) |
/// | `EINVAL` | 400 | a malformed URL or transformation |
/// | `EFORMAT` | 400 | a file that is no picture this build can read |
/// | `ENOTSUP` | 400 | a parameter or format this build lacks |
/// | `EAUTH` | 401 | a wrong, missing or expired signature |
/// | `EFORBIDDEN` | 403 | whoever asks is refused by a rule (the word is ours); kept by no cache |
/// | `EAGAIN` | 200 | an effect that is still being prepared; sent as a page, not as an error (documented) |
/// | `EMETHOD` | 405 | another method than GET, HEAD and OPTIONS |
///
/// The first four are ordered from the least to the most telling: of several origins' outcomes the greatest
/// is reported (chosen).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorCode {
    /// There is no such file, or no such URL-endpoint.
    NotFound,
    /// Something failed in a way that has no name.
    Unidentified,
    /// An origin could not be reached in time.
    Refused,
    /// An origin denies access.
    Denied,
    /// A limit was passed.
    Limit,
    /// The request is malformed.
    Invalid,
    /// The source is no picture that this build reads.
    Format,
    /// This build or version lacks what was asked for.
    Unsupported,
    /// The signature is wrong, missing or expired.
    Signature,
    /// The method is not allowed.
    Method,
    /// An effect is not ready yet.
    Pending,
    /// Whoever asks has no access.
    Forbidden,
}

impl ErrorCode {
    /// The code as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "ENOENT",
            Self::Unidentified => "UNIDENTIFIED",
            Self::Refused => "ECONNREFUSED",
            Self::Denied => "EACCES",
            Self::Limit => "ELIMIT",
            Self::Invalid => "EINVAL",
            Self::Format => "EFORMAT",
            Self::Unsupported => "ENOTSUP",
            Self::Signature => "EAUTH",
            Self::Method => "EMETHOD",
            Self::Pending => "EAGAIN",
            Self::Forbidden => "EFORBIDDEN",
        }
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
