//! Text to a transformation: decodes, reads, lowers.

use std::str::FromStr;

use super::grammar::Grammar;
use super::lower::Lowering;
use super::refusal::Refusal;
use crate::limits::{LimitError, Limits};
use crate::percent;
use crate::transform::{ParseError, ParseErrorKind, Reading, Transformation};

impl Transformation {
    /// Reads what stands behind `tr:`, percent-encoded or not; `tr:` itself may be there.
    ///
    /// Unknown parameters, and known ones with values that they do not take, have no effect, as ImageKit documents
    /// for some; they are listed in the reading. See [`Reading::strict`].
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

fn parse(raw: &str, limits: &Limits) -> Result<Reading, ParseError> {
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
    let mut lowering = Lowering::new(limits);
    let lowered = Grammar::new(&text, limits).read(start).and_then(|steps| lowering.base(&steps));
    let mut ignored = lowering.ignored;
    // An overruled parameter is found only when the one behind it is read.
    ignored.sort_by_key(|ignored| ignored.span.start);
    match lowered {
        Ok(transformation) => Ok(Reading { transformation, ignored, text }),
        Err(Refusal { kind, span }) => Err(ParseError { kind, span, text }),
    }
}
