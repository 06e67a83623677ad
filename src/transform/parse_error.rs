//! [`ParseError`]: the reason why a transformation is refused, and the place.

use std::fmt;
use std::ops::Range;

use super::ignored::Reason;
use crate::limits::LimitError;

/// The error for a transformation that is refused as a whole, with the place.
///
/// Prints in one line. `{:#}` adds the text and a line of carets.
///
/// ```
/// use originkit::transform::Transformation;
/// let error = "w-300,l-image,i-a.png".parse::<Transformation>().unwrap_err();
/// assert_eq!(error.to_string(), "`l-image` is not closed by `l-end`");
/// assert_eq!(format!("{error:#}"), "\
/// `l-image` is not closed by `l-end`
///   w-300,l-image,i-a.png
///         ^^^^^^^");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseError {
    /// The kind of the error.
    pub kind: ParseErrorKind,
    /// The place in [`ParseError::text`], in bytes; empty if the error concerns the whole text.
    pub span: Range<usize>,
    /// The text, percent-decoded if that was possible.
    pub text: String,
}

impl std::error::Error for ParseError {}

/// The reasons for which a transformation is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// The percent-decoded bytes are not UTF-8.
    #[error("the text is not UTF-8 once percent-decoded")]
    NotUtf8,
    /// A block is not closed.
    #[error("`{opened}` is not closed by `{wanted}`")]
    Unclosed {
        /// The token that opened it.
        opened: String,
        /// The token that is missing.
        wanted: &'static str,
    },
    /// An `l-end`, `if-else` or `if-end` that closes nothing.
    #[error("`{0}` stands where nothing is open for it")]
    Stray(&'static str),
    /// A conditional next to other parameters.
    #[error("a conditional must be alone in its step")]
    NotAlone,
    /// The text after `if-` is not a condition.
    #[error("the condition is malformed: {0}")]
    BadCondition(&'static str),
    /// An `l-` with a type that does not exist.
    #[error("no layer has the type `{0}`")]
    UnknownLayer(String),
    /// `oi`, `ot` and similar, which ImageKit has refused since November 2023.
    #[error("`{0}` is a legacy overlay parameter; write a layer instead")]
    LegacyOverlay(String),
    /// `n-` with a text that cannot be the name of a stored transformation.
    #[error("`{0}` is not the name of a stored transformation: letters, digits, `_` and `-`")]
    BadName(String),
    /// A path that would leave its origin.
    #[error(transparent)]
    Path(#[from] crate::path::PathError),
    /// A limit of [`Limits`](crate::Limits) was exceeded.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// A token that would have been ignored, in strict mode.
    #[error("`{token}` has no effect: {reason}{}", meant.as_ref().map(|it| format!("; did you mean `{it}`?")).unwrap_or_default())]
    Ignored {
        /// The token without effect.
        token: String,
        /// The reason why it has no effect.
        reason: Reason,
        /// A token that has an effect and is close to this one.
        meant: Option<String>,
    },
}

/// Prints one line. `{:#}` adds the text, and carets under the place.
impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        let (Some(before), Some(meant)) = (self.text.get(..self.span.start), self.text.get(self.span.clone())) else {
            return Ok(());
        };
        if !f.alternate() || meant.is_empty() {
            return Ok(());
        }
        // Every character takes one column, so that the carets stay below the place.
        let line: String = self.text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect();
        let (indent, width) = (before.chars().count() + 2, meant.chars().count());
        write!(f, "\n  {line}\n{:indent$}{:^<width$}", "", "")
    }
}
