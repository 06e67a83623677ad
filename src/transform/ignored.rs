//! [`Ignored`]: a token without effect, and the reason.

use std::fmt;
use std::ops::Range;

/// A token without effect.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ignored {
    /// The token, percent-decoded. A [foreign](Self::foreign) token is as written.
    pub token: String,
    /// Its place in bytes: in [`Reading::text`](super::Reading::text) or, for a [foreign](Self::foreign) token, in the
    /// path and query of the URL.
    pub span: Range<usize>,
    /// The reason why it has no effect.
    pub reason: Reason,
    /// `true` for a token outside the transformation that is applied: a token of another [`Dialect`](crate::Dialect), a
    /// token of a transformation that another one replaced, or a transformation at a place where none is read.
    pub foreign: bool,
    /// A token that has an effect and is close to this one (chosen), such as `w-300` for `width-300`.
    pub meant: Option<String>,
}

/// Prints the token, the reason why it has no effect and the probable intention, in one line.
impl fmt::Display for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.token, self.reason)?;
        self.meant.as_ref().map_or(Ok(()), |meant| write!(f, "; did you mean `{meant}`?"))
    }
}

/// The reason why a token has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// No parameter has this key.
    UnknownKey,
    /// The value is outside the parameter's domain, which the text describes.
    BadValue(&'static str),
    /// The parameter has no meaning at this place: in a layer, a branch, or outside a layer.
    NotHere,
    /// The parameter is for video and does not apply to images.
    VideoOnly,
    /// A layer without `i` or `ie`, or with one that could not be decoded.
    NoInput,
    /// A later token, or one with precedence, overrides it.
    Superseded,
    /// A parameter of another dialect without an equivalent.
    NoCounterpart,
    /// A parameter that is applied only in part; the text describes the part that is lost. Only in other dialects.
    Partly(&'static str),
    /// A parameter in the spelling of another service, which the text names.
    OtherService(&'static str),
    /// A transformation at a position where none is read: `?tr:w-200`, `?v=1?tr=w-200`, or after the path.
    Misplaced,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKey => f.write_str("no parameter has this key"),
            Self::BadValue(expected) => write!(f, "expected {expected}"),
            Self::NotHere => f.write_str("it means nothing at this place"),
            Self::VideoOnly => f.write_str("it is for video only"),
            Self::NoInput => f.write_str("the layer has no usable input"),
            Self::Superseded => f.write_str("another one took its place"),
            Self::NoCounterpart => f.write_str("it has no translation"),
            Self::Partly(lost) => write!(f, "a part of it is lost: {lost}"),
            Self::OtherService(service) => write!(f, "it is written as {service} has it"),
            Self::Misplaced => f.write_str("a transformation stands before the path, or behind `?tr=`"),
        }
    }
}
