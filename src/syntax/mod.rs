//! Text to values and back: the reader (nom) and the printer of the transformation language.
//!
//! Private: its types that users meet are re-exported by [`crate::transform`](mod@crate::transform). nom lives here and
//! nowhere else.

mod ai;
mod expr;
mod grammar;
mod lower;
mod params;
mod print;
mod prompt;
mod suggest;
mod value;

pub(crate) use self::print::{path_parameter, text_parameter};

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::limits::{LimitError, Limits};
use crate::percent;
use crate::transform::Transformation;

/// What reading a transformation gave: its value, and what of the text had no effect.
///
/// ```
/// use originkit::Limits;
/// use originkit::transform::Transformation;
/// let reading = Transformation::parse("w-300,foo-1,h-tall", &Limits::default())?;
/// assert_eq!(reading.transformation.to_string(), "w-300");
/// assert_eq!(reading.ignored.len(), 2);
/// assert_eq!(reading.ignored[1].token, "h-tall");
/// // In strict mode the first of them is an error that points at it.
/// assert!(reading.strict().is_err());
/// # Ok::<(), originkit::transform::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reading {
    /// The value.
    pub transformation: Transformation,
    /// What had no effect, in reading order.
    pub ignored: Vec<Ignored>,
    /// The text that was read, percent-decoded; spans count its bytes.
    pub text: String,
}

/// A token without effect.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ignored {
    /// The token, percent-decoded; a [foreign](Self::foreign) one is as it was written.
    pub token: String,
    /// Its place in bytes: in [`Reading::text`], for a [foreign](Self::foreign) one in the path and query of the URL.
    pub span: Range<usize>,
    /// Why it had none.
    pub reason: Reason,
    /// `true` for a token outside the transformation in force: one of another [`Dialect`](crate::Dialect), one of a
    /// transformation that another took the place of, or a transformation at a place where none is read.
    pub foreign: bool,
    /// A token that has an effect and is close to this one (chosen), such as `w-300` for `width-300`.
    pub meant: Option<String>,
}

/// Prints the token, why it has no effect and what was probably meant, in one line.
impl fmt::Display for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.token, self.reason)?;
        self.meant.as_ref().map_or(Ok(()), |meant| write!(f, "; did you mean `{meant}`?"))
    }
}

/// Why a token has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// No parameter has this key.
    UnknownKey,
    /// The value is outside the parameter's domain, which is described.
    BadValue(&'static str),
    /// The parameter has no meaning at this place: in a layer, a branch, or outside a layer.
    NotHere,
    /// It is for video; pictures have no use for it.
    VideoOnly,
    /// A layer without `i` or `ie`, or with one that could not be decoded.
    NoInput,
    /// A later token, or one that wins over it, took its place.
    Superseded,
    /// Another dialect has it, and there is no translation.
    NoCounterpart,
    /// It has an effect, but not all of it: what is lost is described. Only in other dialects.
    Partly(&'static str),
    /// It is written as another service has it, which is named.
    OtherService(&'static str),
    /// A transformation at a place where none is read: `?tr:w-200`, `?v=1?tr=w-200`, or behind the path.
    Misplaced,
}

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
    /// What is wrong.
    pub kind: ParseErrorKind,
    /// Where in [`ParseError::text`], in bytes; empty where the whole is meant.
    pub span: Range<usize>,
    /// The text, percent-decoded where that was possible.
    pub text: String,
}

impl std::error::Error for ParseError {}

/// What is wrong with a transformation.
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
    /// A bound of [`Limits`].
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

impl Reading {
    /// The value, if nothing of the text was without effect.
    ///
    /// # Errors
    /// [`ParseErrorKind::Ignored`] with the first token that was.
    pub fn strict(self) -> Result<Transformation, ParseError> {
        match self.ignored.into_iter().next() {
            None => Ok(self.transformation),
            Some(Ignored { token, span, reason, meant, .. }) => {
                Err(ParseError { kind: ParseErrorKind::Ignored { token, reason, meant }, span, text: self.text })
            }
        }
    }
}

impl Transformation {
    /// Reads what stands behind `tr:`, percent-encoded or not; `tr:` itself may be there.
    ///
    /// What the language does not know, or knows with other values, has no effect, as ImageKit documents
    /// for some; it is listed in the reading. See [`Reading::strict`].
    ///
    /// # Errors
    /// [`ParseError`] for what ImageKit refuses as a whole, and where a bound of `limits` is passed.
    pub fn parse(text: &str, limits: &Limits) -> Result<Reading, ParseError> {
        parse(text, limits)
    }
}

/// Reads with the default [`Limits`], and forgets what had no effect.
impl FromStr for Transformation {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse(text, &Limits::default()).map(|reading| reading.transformation)
    }
}

/// What refuses a text, and where.
#[derive(Debug)]
struct Refusal {
    kind: ParseErrorKind,
    span: Range<usize>,
}

pub(crate) fn parse(raw: &str, limits: &Limits) -> Result<Reading, ParseError> {
    let length = |found: usize| {
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        LimitError::check("bytes in the transformation", count(found), count(limits.transformation_bytes))
            .map_err(|error| ParseError { kind: error.into(), span: 0..0, text: String::new() })
    };
    // Decoding shortens to a third at most.
    length(raw.len() / 3)?;
    let Ok(text) = String::from_utf8(percent::decode(raw.as_bytes()).into_owned()) else {
        return Err(ParseError { kind: ParseErrorKind::NotUtf8, span: 0..0, text: raw.to_owned() });
    };
    length(text.len())?;
    let start = if text.starts_with("tr:") { "tr:".len() } else { 0 };
    let mut lowering = lower::Lowering::new(limits);
    let lowered = grammar::Grammar::new(&text, limits).read(start).and_then(|steps| lowering.base(&steps));
    let mut ignored = lowering.ignored;
    // What is overruled is known only later than what it stands before.
    ignored.sort_by_key(|ignored| ignored.span.start);
    match lowered {
        Ok(transformation) => Ok(Reading { transformation, ignored, text }),
        Err(Refusal { kind, span }) => Err(ParseError { kind, span, text }),
    }
}
