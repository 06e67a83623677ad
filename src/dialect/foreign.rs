//! Pieces of another service's URL: [`Token`]s, and the parts of a path and query that they come from.

use crate::percent;
use crate::transform::{Ignored, Reason};

/// The meaning of a query parameter in a dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// The parameter is translated, and goes to no origin.
    Taken,
    /// The parameter belongs to the service but has no translation: it goes to the origin.
    Untranslated,
    /// The parameter does not belong to the service.
    None,
}

/// The leading segments of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Front {
    /// The number of segments with the kind of asset and its delivery type.
    pub(super) kind: usize,
    /// Whether these segments stay part of the asset's path.
    pub(super) keep: bool,
    /// The number of segments after them that are steps of the transformation.
    pub(super) steps: usize,
}

impl Front {
    /// Returns the segments that are steps of the transformation.
    pub(crate) fn steps<'s, 'a>(self, segments: &'s [Token<'a>]) -> &'s [Token<'a>] {
        segments.get(self.kind..self.kind + self.steps).unwrap_or_default()
    }

    /// Returns the segments of the asset's path.
    pub(crate) fn asset<'s, 'a>(self, segments: &'s [Token<'a>]) -> impl Iterator<Item = Token<'a>> + use<'s, 'a> {
        let kept = if self.keep { self.kind } else { 0 };
        segments.iter().take(kept).chain(segments.iter().skip(self.kind + self.steps)).copied()
    }

    /// Returns the front without steps: if there is a native transformation, these segments are folders.
    pub(crate) fn without_steps(self) -> Self {
        Self { steps: 0, ..self }
    }

    /// Returns `true` if the front has all of `segments` segments.
    pub(crate) fn covers(self, segments: usize) -> bool {
        self.kind + self.steps == segments
    }
}

/// A piece of a foreign text, as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) text: &'a str,
    /// The offset of its first byte in the path and query.
    pub(crate) start: usize,
}

impl<'a> Token<'a> {
    /// Returns the pieces between separators.
    pub(crate) fn split(self, separator: char) -> impl Iterator<Item = Self> + use<'a> {
        let mut at = self.start;
        self.text.split(separator).map(move |text| {
            let start = at;
            at += text.len() + separator.len_utf8();
            Token { text, start }
        })
    }

    /// Returns the text after the first `=`, percent-decoded; invalid UTF-8 is replaced. `+` stays `+` (chosen).
    pub(crate) fn decoded_value(self) -> String {
        percent::decode_text(self.text.split_once('=').map_or("", |(_, value)| value)).into_owned()
    }

    /// Returns the text before the first `=`, percent-decoded.
    pub(crate) fn decoded_name(self) -> String {
        percent::decode_text(self.text.split('=').next().unwrap_or_default()).into_owned()
    }

    /// Reports the token as one without effect.
    pub(crate) fn ignored(self, reason: Reason) -> Ignored {
        let span = self.start..self.start + self.text.len();
        Ignored { token: self.text.to_owned(), span, reason, foreign: true, meant: None }
    }
}

/// The parts of a URL that are in the dialect.
#[derive(Debug, Clone, Default)]
pub(crate) struct Foreign<'a> {
    /// Steps of the path.
    pub(crate) segments: Vec<Token<'a>>,
    /// Translated parameters of the query.
    pub(super) parameters: Vec<Token<'a>>,
    /// Untranslated parameters, which stay in the query.
    pub(super) untranslated: Vec<Token<'a>>,
}

impl<'a> Foreign<'a> {
    /// Adds a parameter of the query.
    pub(crate) fn add(&mut self, parameter: Token<'a>, claim: Claim) {
        match claim {
            Claim::Taken => self.parameters.push(parameter),
            Claim::Untranslated => self.untranslated.push(parameter),
            Claim::None => {}
        }
    }

    /// Returns the parameters of the query that are not translated: all of them if a native transformation takes
    /// precedence (chosen).
    pub(crate) fn untranslated(&self, native: bool) -> Vec<Ignored> {
        let taken: &[_] = if native { &self.parameters } else { &[] };
        let taken = taken.iter().map(|token| token.ignored(Reason::Superseded));
        let left = self.untranslated.iter().map(|token| token.ignored(Reason::NoCounterpart));
        let mut ignored: Vec<_> = taken.chain(left).collect();
        ignored.sort_by_key(|ignored| ignored.span.start);
        ignored
    }
}
