//! [`Draft`]: native text under construction, with the foreign token that each piece comes from.

use super::foreign::Token;
use crate::limits::Limits;
use crate::transform::{Ignored, ParseError, Reading, Reason, Transformation};

/// The translation of a foreign token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Native {
    /// A native token, percent-decoded. Empty: the token requests the default behaviour.
    pub(super) text: String,
    /// The part of the token that is lost, to complete "a part of it is lost: ...".
    pub(super) lost: Option<&'static str>,
}

impl Native {
    pub(super) fn losing(self, lost: &'static str) -> Self {
        Self { lost: Some(lost), ..self }
    }
}

impl From<String> for Native {
    fn from(text: String) -> Self {
        Self { text, lost: None }
    }
}

impl From<&str> for Native {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// Native text under construction.
#[derive(Debug, Default)]
pub(super) struct Draft<'a> {
    /// Percent-decoded.
    text: String,
    /// The separator before the next token.
    separator: Option<char>,
    /// The byte offsets in `text` at which the pieces start, each with its foreign token.
    pieces: Vec<(usize, Token<'a>)>,
    ignored: Vec<Ignored>,
}

impl<'a> Draft<'a> {
    /// Appends a native token.
    pub(super) fn put(&mut self, token: Token<'a>, native: &str) {
        if !self.text.is_empty() {
            self.text.push(self.separator.unwrap_or(','));
        }
        self.separator = None;
        self.pieces.push((self.text.len(), token));
        self.text.push_str(native);
    }

    /// Appends the translation of a token, or records the reason why it has none.
    pub(super) fn add(&mut self, token: Token<'a>, native: Result<Native, Reason>) {
        match native {
            Ok(Native { text, lost }) => {
                if !text.is_empty() {
                    self.put(token, &text);
                }
                if let Some(lost) = lost {
                    self.ignore(token, Reason::Partly(lost));
                }
            }
            Err(reason) => self.ignore(token, reason),
        }
    }

    /// Starts a new step with the next token.
    pub(super) fn next_step(&mut self) {
        self.separator = Some(':');
    }

    /// Keeps the next token in the step, or the block, of the previous one.
    pub(super) fn same_step(&mut self) {
        self.separator = None;
    }

    /// Records a token without effect.
    pub(super) fn ignore(&mut self, token: Token<'a>, reason: Reason) {
        self.ignored.push(token.ignored(reason));
    }

    /// Returns the length of the text in bytes.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Parses the text as any other, and maps native tokens without effect back to the foreign ones.
    ///
    /// # Errors
    /// [`ParseError`] if the native text is refused, for example because blocks are nested too deeply.
    pub(super) fn finish(self, limits: &Limits) -> Result<(Option<Reading>, Vec<Ignored>), ParseError> {
        let Self { text, pieces, mut ignored, .. } = self;
        let reading = match text.as_str() {
            "" => None,
            // The parser decodes once.
            text => Some(Transformation::parse(&text.replace('%', "%25"), limits)?),
        };
        for native in reading.iter().flat_map(|reading| &reading.ignored) {
            let behind = pieces.partition_point(|(start, _)| *start <= native.span.start);
            let piece = behind.checked_sub(1).and_then(|at| pieces.get(at));
            ignored.extend(piece.map(|(_, token)| token.ignored(native.reason)));
        }
        ignored.sort_by_key(|ignored| ignored.span.start);
        Ok((reading, ignored))
    }
}
