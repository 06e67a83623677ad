//! [`ErrorCode`]: the first word of an `ik-error` header.

/// The stable code at the start of an `ik-error` header; [`Error::status`](crate::Error::status) returns its status.
///
/// The table of [`Error`](crate::Error) lists code and status of each error; each variant below has its code as text.
///
/// The first four are ordered from the least to the most informative: of the outcomes of several origins the greatest
/// is reported (chosen).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorCode {
    /// `ENOENT`: there is no such file, or no such URL-endpoint.
    NotFound,
    /// `UNIDENTIFIED`: a failure without a code.
    Unidentified,
    /// `ECONNREFUSED`: an origin could not be reached in time.
    Refused,
    /// `EACCES`: an origin denies access.
    Denied,
    /// `ELIMIT`: a limit was exceeded.
    Limit,
    /// `EINVAL`: the request is malformed.
    Invalid,
    /// `EFORMAT`: the source is not an image that this build can decode.
    Format,
    /// `ENOTSUP`: this build or version lacks a requested feature.
    Unsupported,
    /// `EAUTH`: the signature is wrong, missing or expired.
    Signature,
    /// `EMETHOD`: the method is not allowed.
    Method,
    /// `EAGAIN`: an effect is not ready yet.
    Pending,
    /// `EFORBIDDEN`: the access rules refuse the client.
    Forbidden,
    /// `EBUSY`: the server is overloaded at the moment.
    Busy,
    /// `ESTOPPED`: the render was stopped before it was finished.
    Stopped,
}

impl ErrorCode {
    /// Returns the code as it is sent.
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
