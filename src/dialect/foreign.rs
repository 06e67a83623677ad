//! Pieces of another service's URL: [`Token`]s, and which parts of a path and query they are.

use crate::percent;
use crate::transform::{Ignored, Reason};

/// What a query parameter is to a dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// It is translated, and goes to no origin.
    Taken,
    /// The service knows it, and it has no translation: the origin gets it.
    Untranslated,
    /// It is no parameter of the service.
    None,
}

/// How the segments of a path begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Front {
    /// So many say which kind of asset it is, and how it is delivered.
    pub(super) kind: usize,
    /// They stay part of the asset's path.
    pub(super) keep: bool,
    /// So many behind them say what is to be done.
    pub(super) steps: usize,
}

impl Front {
    /// The segments that say what is to be done.
    pub(crate) fn steps<'s, 'a>(self, segments: &'s [Token<'a>]) -> &'s [Token<'a>] {
        segments.get(self.kind..self.kind + self.steps).unwrap_or_default()
    }

    /// The segments of the asset's path.
    pub(crate) fn asset<'s, 'a>(self, segments: &'s [Token<'a>]) -> impl Iterator<Item = Token<'a>> + use<'s, 'a> {
        let kept = if self.keep { self.kind } else { 0 };
        segments.iter().take(kept).chain(segments.iter().skip(self.kind + self.steps)).copied()
    }

    /// The same, where a native transformation leaves the foreign steps no meaning: they are folders then.
    pub(crate) fn without_steps(self) -> Self {
        Self { steps: 0, ..self }
    }

    /// Do all of so many segments belong to the front?
    pub(crate) fn covers(self, segments: usize) -> bool {
        self.kind + self.steps == segments
    }
}

/// A piece of a foreign text, as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) text: &'a str,
    /// Its first byte in the path and query that were read.
    pub(crate) start: usize,
}

impl<'a> Token<'a> {
    /// The pieces between separators.
    pub(crate) fn split(self, separator: char) -> impl Iterator<Item = Self> + use<'a> {
        let mut at = self.start;
        self.text.split(separator).map(move |text| {
            let start = at;
            at += text.len() + separator.len_utf8();
            Token { text, start }
        })
    }

    /// Behind the first `=`, percent-decoded; what is no UTF-8 is replaced. `+` stays `+` (chosen).
    pub(crate) fn decoded_value(self) -> String {
        percent::decode_text(self.text.split_once('=').map_or("", |(_, value)| value)).into_owned()
    }

    /// Before the first `=`, percent-decoded.
    pub(crate) fn decoded_name(self) -> String {
        percent::decode_text(self.text.split('=').next().unwrap_or_default()).into_owned()
    }

    /// As a token without effect.
    pub(crate) fn ignored(self, reason: Reason) -> Ignored {
        let span = self.start..self.start + self.text.len();
        Ignored { token: self.text.to_owned(), span, reason, foreign: true, meant: None }
    }
}

/// All of a URL that is in the dialect.
#[derive(Debug, Clone, Default)]
pub(crate) struct Foreign<'a> {
    /// Of the path.
    pub(crate) segments: Vec<Token<'a>>,
    /// Of the query.
    pub(super) parameters: Vec<Token<'a>>,
    /// Of the query, left there.
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

    /// What of the query is not translated: all of it where a native transformation wins (chosen).
    pub(crate) fn untranslated(&self, native: bool) -> Vec<Ignored> {
        let taken: &[_] = if native { &self.parameters } else { &[] };
        let taken = taken.iter().map(|token| token.ignored(Reason::Superseded));
        let left = self.untranslated.iter().map(|token| token.ignored(Reason::NoCounterpart));
        let mut ignored: Vec<_> = taken.chain(left).collect();
        ignored.sort_by_key(|ignored| ignored.span.start);
        ignored
    }
}
