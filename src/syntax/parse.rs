//! Text to a transformation: decoding, parsing, lowering.

use std::str::FromStr;

use super::grammar::Grammar;
use super::lower::Lowering;
use super::refusal::Refusal;
use crate::limits::{LimitError, Limits};
use crate::percent;
use crate::transform::{ParseError, ParseErrorKind, Reading, Transformation};

impl Transformation {
    /// Parses the text after `tr:`, percent-encoded or not. The `tr:` itself may be present.
    ///
    /// Unknown parameters, and known ones with invalid values, have no effect, as ImageKit documents for some. They are
    /// listed in the reading. See [`Reading::strict`].
    ///
    /// # Errors
    /// [`ParseError`] for a text that ImageKit refuses as a whole, or that exceeds a limit of `limits`.
    pub fn parse(text: &str, limits: &Limits) -> Result<Reading, ParseError> {
        parse(text, limits)
    }
}

/// Parses with the default [`Limits`], and discards the list of tokens without effect.
impl FromStr for Transformation {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse(text, &Limits::default()).map(|reading| reading.transformation)
    }
}

fn parse(raw: &str, limits: &Limits) -> Result<Reading, ParseError> {
    let length = |found: usize| {
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        LimitError::check("bytes in the transformation", count(found), count(limits.transformation_bytes))
            .map_err(|error| ParseError { kind: error.into(), span: 0..0, text: String::new() })
    };
    // Decoding shortens a text to a third of its length at the most.
    length(raw.len() / 3)?;
    let Ok(text) = String::from_utf8(percent::decode(raw.as_bytes()).into_owned()) else {
        return Err(ParseError { kind: ParseErrorKind::NotUtf8, span: 0..0, text: raw.to_owned() });
    };
    length(text.len())?;
    let start = if text.starts_with("tr:") { "tr:".len() } else { 0 };
    let mut lowering = Lowering::new(limits);
    let lowered = Grammar::new(&text, limits).read(start).and_then(|steps| lowering.base(&steps));
    let mut ignored = lowering.ignored;
    // An overridden parameter is found only when the one after it is read.
    ignored.sort_by_key(|ignored| ignored.span.start);
    match lowered {
        Ok(transformation) => Ok(Reading { transformation, ignored, text }),
        Err(Refusal { kind, span }) => Err(ParseError { kind, span, text }),
    }
}
