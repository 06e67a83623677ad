//! [`Draft`]: native text as it grows, and which foreign token stands behind each piece of it.

use super::foreign::Token;
use crate::limits::Limits;
use crate::transform::{Ignored, ParseError, Reading, Reason, Transformation};

/// What a foreign token becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Native {
    /// A native token, percent-decoded. Empty: the token asks for what happens anyway.
    pub(super) text: String,
    /// What of the token is lost, to complete "has no effect in part: ...".
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
    /// What goes before the next token.
    separator: Option<char>,
    /// Where in `text` the pieces start, each with the token that it comes from.
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

    /// Appends what a token became, or notes why it became nothing.
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

    /// The next token starts a step.
    pub(super) fn next_step(&mut self) {
        self.separator = Some(':');
    }

    /// The next token belongs to the step, or the block, that the one before it is in.
    pub(super) fn same_step(&mut self) {
        self.separator = None;
    }

    /// Notes a token without effect.
    pub(super) fn ignore(&mut self, token: Token<'a>, reason: Reason) {
        self.ignored.push(token.ignored(reason));
    }

    /// How much has been written.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Reads the text as any other, and takes what has no effect in it back to the foreign tokens.
    ///
    /// # Errors
    /// [`ParseError`] where the native text is refused: blocks inside each other too deep, say.
    pub(super) fn finish(self, limits: &Limits) -> Result<(Option<Reading>, Vec<Ignored>), ParseError> {
        let Self { text, pieces, mut ignored, .. } = self;
        let reading = match text.as_str() {
            "" => None,
            // The reader decodes once.
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
