//! [`ParseError`]: a transformation that is refused, and where.

use std::fmt;
use std::ops::Range;

use super::ignored::Reason;
use crate::limits::LimitError;

/// A transformation that is refused as a whole, with the place.
///
/// Prints in one line; `{:#}` adds the text and a caret.
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
    /// The reason.
    pub kind: ParseErrorKind,
    /// The place in [`ParseError::text`], in bytes; empty if the error concerns the whole text.
    pub span: Range<usize>,
    /// The text, percent-decoded where that was possible.
    pub text: String,
}

impl std::error::Error for ParseError {}

/// The reasons for which a transformation is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// The percent-decoded bytes are no UTF-8.
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
    /// `l-end`, `if-else` or `if-end` where it closes nothing.
    #[error("`{0}` stands where nothing is open for it")]
    Stray(&'static str),
    /// A conditional beside other parameters.
    #[error("a conditional must be alone in its step")]
    NotAlone,
    /// The text behind `if-` is no condition.
    #[error("the condition is malformed: {0}")]
    BadCondition(&'static str),
    /// `l-` with a type that does not exist.
    #[error("no layer has the type `{0}`")]
    UnknownLayer(String),
    /// `oi`, `ot` and their kin, which ImageKit refuses since November 2023.
    #[error("`{0}` is a legacy overlay parameter; write a layer instead")]
    LegacyOverlay(String),
    /// `n-` with a text that no stored transformation can have for a name.
    #[error("`{0}` is not the name of a stored transformation: letters, digits, `_` and `-`")]
    BadName(String),
    /// A path that tries to leave its origin.
    #[error(transparent)]
    Path(#[from] crate::path::PathError),
    /// A bound of [`Limits`](crate::Limits).
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// In strict mode: what would have been ignored.
    #[error("`{token}` has no effect: {reason}{}", meant.as_ref().map(|it| format!("; did you mean `{it}`?")).unwrap_or_default())]
    Ignored {
        /// The token.
        token: String,
        /// Why.
        reason: Reason,
        /// A token that has an effect and is close to it.
        meant: Option<String>,
    },
}

/// One line; with `{:#}` also the text, and a caret under what is meant.
impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        let (Some(before), Some(meant)) = (self.text.get(..self.span.start), self.text.get(self.span.clone())) else {
            return Ok(());
        };
        if !f.alternate() || meant.is_empty() {
            return Ok(());
        }
        // Every character takes one column, so that the caret stays below.
        let line: String = self.text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect();
        let (indent, width) = (before.chars().count() + 2, meant.chars().count());
        write!(f, "\n  {line}\n{:indent$}{:^<width$}", "", "")
    }
}
