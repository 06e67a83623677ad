//! [`ErrorCode`]: the word that starts an `ik-error` header.

/// The stable code that starts an `ik-error` header; its status is said by [`Error::status`](crate::Error::status).
///
/// Which error has which code and status is told in the table of [`Error`](crate::Error), each variant's word below.
///
/// The first four are ordered from the least to the most telling: of several origins' outcomes the greatest
/// is reported (chosen).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorCode {
    /// `ENOENT`: there is no such file, or no such URL-endpoint.
    NotFound,
    /// `UNIDENTIFIED`: something failed in a way that has no name.
    Unidentified,
    /// `ECONNREFUSED`: an origin could not be reached in time.
    Refused,
    /// `EACCES`: an origin denies access.
    Denied,
    /// `ELIMIT`: a limit was passed.
    Limit,
    /// `EINVAL`: the request is malformed.
    Invalid,
    /// `EFORMAT`: the source is no picture that this build reads.
    Format,
    /// `ENOTSUP`: this build or version lacks what was asked for.
    Unsupported,
    /// `EAUTH`: the signature is wrong, missing or expired.
    Signature,
    /// `EMETHOD`: the method is not allowed.
    Method,
    /// `EAGAIN`: an effect is not ready yet.
    Pending,
    /// `EFORBIDDEN`: whoever asks has no access.
    Forbidden,
    /// `EBUSY`: there is more to do than can be done now.
    Busy,
    /// `ESTOPPED`: the render was ended before it was done.
    Stopped,
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
            Self::Busy => "EBUSY",
            Self::Stopped => "ESTOPPED",
        }
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
