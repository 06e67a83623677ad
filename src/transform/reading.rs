//! [`Reading`]: a parsed transformation, and the parts of its text that had no effect.

use super::Transformation;
use super::ignored::Ignored;
use super::parse_error::{ParseError, ParseErrorKind};

/// The result of parsing a transformation: its value, and the parts of the text that had no effect.
///
/// ```
/// use originkit::Limits;
/// use originkit::transform::Transformation;
/// let reading = Transformation::parse("w-300,foo-1,h-tall", &Limits::default())?;
/// assert_eq!(reading.transformation.to_string(), "w-300");
/// assert_eq!(reading.ignored.len(), 2);
/// assert_eq!(reading.ignored[1].token, "h-tall");
/// // In strict mode the first of them is an error with its position.
/// assert!(reading.strict().is_err());
/// # Ok::<(), originkit::error::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reading {
    /// The transformation.
    pub transformation: Transformation,
    /// The parts that had no effect, in reading order.
    pub ignored: Vec<Ignored>,
    /// The text that was parsed, percent-decoded. Spans count its bytes.
    pub text: String,
}

impl Reading {
    /// Returns the transformation, if the whole text had an effect.
    ///
    /// # Errors
    /// [`ParseErrorKind::Ignored`] with the first token that had none.
    pub fn strict(self) -> Result<Transformation, ParseError> {
        match self.ignored.into_iter().next() {
            None => Ok(self.transformation),
            Some(Ignored { token, span, reason, meant, .. }) => {
                Err(ParseError { kind: ParseErrorKind::Ignored { token, reason, meant }, span, text: self.text })
            }
        }
    }
}
