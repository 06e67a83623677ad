//! The grammar of [`crate::transform`](mod@crate::transform), one function per rule: from text to a tree of tokens.
//!
//! Values are not examined here. A separator inside a block belongs to the block. Tokens are matched as a whole,
//! between separators, so `i-final-end` closes nothing.

use std::cell::Cell;

use nom::branch::alt;
use nom::bytes::complete::{tag, take_while};
use nom::character::complete::{char, one_of};
use nom::combinator::{opt, recognize};
use nom::error::{ErrorKind, ParseError as NomError};
use nom::multi::{many0_count, separated_list0};
use nom::{Err, IResult, Parser};

use super::refusal::Refusal;
use super::{expr, params};
use crate::limits::{LimitError, Limits};
use crate::number::Number;
use crate::transform::{Condition, ParseErrorKind};

/// A part of the text between separators, without surrounding spaces.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    /// The position of its first byte in the whole text.
    pub(super) start: usize,
}

impl<'a> Token<'a> {
    /// Splits the token into key and value at the first hyphen, not counting the one in `e-`.
    pub(super) fn split(self) -> (&'a str, &'a str) {
        let hyphen = match self.text.strip_prefix("e-") {
            Some(rest) => rest.find('-').map(|at| at + 2),
            None => self.text.find('-'),
        };
        let parts = hyphen.and_then(|at| self.text.split_at_checked(at));
        parts.map_or((self.text, ""), |(key, value)| (key, value.strip_prefix('-').unwrap_or(value)))
    }

    pub(super) fn refuse(self, kind: ParseErrorKind) -> Refusal {
        Refusal { kind, span: self.start..self.start + self.text.len() }
    }
}

/// One step, in written order.
#[derive(Debug)]
pub(super) struct Step<'a> {
    pub(super) items: Vec<Item<'a>>,
}

/// An item of a step. A [`Item::If`] is alone in its step, except for [`Item::OfLayer`].
#[derive(Debug)]
pub(super) enum Item<'a> {
    Parameter(Token<'a>),
    /// A parameter of the layer that the step belongs to.
    OfLayer(Token<'a>),
    Layer(Layer<'a>),
    If(Conditional<'a>),
}

/// A layer: `l-image`, ..., `l-end`.
#[derive(Debug)]
pub(super) struct Layer<'a> {
    pub(super) opened: Token<'a>,
    pub(super) kind: Kind,
    pub(super) steps: Vec<Step<'a>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Image,
    Text,
    Video,
    Subtitles,
}

/// A conditional: `if-...`, ..., `if-end`.
#[derive(Debug)]
pub(super) struct Conditional<'a> {
    pub(super) test: Condition,
    pub(super) then: Vec<Step<'a>>,
    pub(super) otherwise: Option<Vec<Step<'a>>>,
}

/// The reason why a rule does not match.
pub(super) enum Stop {
    /// Another rule may match.
    Elsewhere,
    /// No rule can match.
    Refused(Refusal),
}

impl NomError<&str> for Stop {
    fn from_error_kind(_: &str, _: ErrorKind) -> Self {
        Self::Elsewhere
    }
    fn append(_: &str, _: ErrorKind, other: Self) -> Self {
        other
    }
}

type Parsed<'a, T> = IResult<&'a str, T, Stop>;

/// The rules, with the limits and the counts that are checked against them.
pub(super) struct Grammar<'a> {
    text: &'a str,
    limits: &'a Limits,
    steps: Cell<usize>,
    parameters: Cell<usize>,
    layers: Cell<usize>,
}

/// The nesting depth of a rule in blocks.
#[derive(Clone, Copy, Default)]
struct Depth {
    layers: usize,
    conditions: usize,
    /// Whether the enclosing block is a layer.
    in_layer: bool,
}

impl<'a> Grammar<'a> {
    pub(super) fn new(text: &'a str, limits: &'a Limits) -> Self {
        Self { text, limits, steps: Cell::default(), parameters: Cell::default(), layers: Cell::default() }
    }

    /// Reads the text from `start` to its end.
    pub(super) fn read(&self, start: usize) -> Result<Vec<Step<'a>>, Refusal> {
        let input = self.text.get(start..).unwrap_or_default();
        let (rest, steps) = match self.transformation(Depth::default(), input) {
            Ok(done) => done,
            Err(Err::Failure(Stop::Refused(refusal))) => return Err(refusal),
            // An empty list matches everywhere, so this branch is never taken.
            Err(_) => (input, Vec::new()),
        };
        // The rules stop before the end only at a word that closes nothing.
        match self.closing(rest) {
            Ok((_, (token, word))) => Err(token.refuse(ParseErrorKind::Stray(word))),
            Err(_) => Ok(steps),
        }
    }

    /// `transformation = step *( ":" step )`
    fn transformation(&self, depth: Depth, input: &'a str) -> Parsed<'a, Vec<Step<'a>>> {
        let (rest, mut steps) = separated_list0(char(':'), |input| self.step(depth, input)).parse(input)?;
        steps.retain(|step| !step.items.is_empty());
        Ok((rest, steps))
    }

    /// `step = conditional / edit`, `edit = item *( "," item )`
    fn step(&self, depth: Depth, input: &'a str) -> Parsed<'a, Step<'a>> {
        let (rest, items) = separated_list0(char(','), |input| self.item(depth, input)).parse(input)?;
        let items: Vec<_> = items.into_iter().flatten().collect();
        if items.is_empty() {
            return Ok((rest, Step { items }));
        }
        let whole = self.token(input)?.1;
        self.count(&self.steps, "steps", self.limits.steps, whole)?;
        let company = items.iter().filter(|item| !matches!(item, Item::OfLayer(_))).count();
        if company > 1 && items.iter().any(|item| matches!(item, Item::If(_))) {
            let span = whole.start..self.offset(rest);
            return refuse(Refusal { kind: ParseErrorKind::NotAlone, span });
        }
        Ok((rest, Step { items }))
    }

    /// `item = layer / conditional / parameter`, or nothing between two separators
    fn item(&self, depth: Depth, input: &'a str) -> Parsed<'a, Option<Item<'a>>> {
        let (rest, token) = self.token(input)?;
        if closes(token.text).is_some() {
            return Err(Err::Error(Stop::Elsewhere));
        }
        if token.text.is_empty() {
            return Ok((rest, None));
        }
        if let Some(kind) = token.text.strip_prefix("l-") {
            return self.layer(depth, token, kind, rest);
        }
        if let Some(test) = token.text.strip_prefix("if-") {
            return self.conditional(depth, token, test, rest);
        }
        self.count(&self.parameters, "parameters", self.limits.parameters, token)?;
        let (key, _) = token.split();
        if params::is_legacy_overlay(key) {
            return refuse(token.refuse(ParseErrorKind::LegacyOverlay(key.to_owned())));
        }
        let of_layer = depth.in_layer && params::is_of_layer(key);
        Ok((rest, Some(if of_layer { Item::OfLayer(token) } else { Item::Parameter(token) })))
    }

    /// `layer = "l-" type *( ( "," / ":" ) item ) ",l-end"`
    fn layer(&self, depth: Depth, opened: Token<'a>, kind: &str, input: &'a str) -> Parsed<'a, Option<Item<'a>>> {
        let kind = match kind {
            "image" => Kind::Image,
            "text" => Kind::Text,
            "video" => Kind::Video,
            // Older SDKs omit the last letter.
            "subtitles" | "subtitle" => Kind::Subtitles,
            _ => return refuse(opened.refuse(ParseErrorKind::UnknownLayer(kind.to_owned()))),
        };
        let depth = Depth { layers: depth.layers + 1, in_layer: true, ..depth };
        limit("layers inside each other", depth.layers, self.limits.depth, opened)?;
        self.count(&self.layers, "layers", self.limits.layers, opened)?;
        let (rest, steps) = self.block(depth, input)?;
        let (rest, _) = self.close(opened, &["l-end"], rest)?;
        Ok((rest, Some(Item::Layer(Layer { opened, kind, steps }))))
    }

    /// `conditional = "if-" condition "," transformation [ ",if-else," transformation ] ",if-end"`
    fn conditional(&self, depth: Depth, opened: Token<'a>, test: &str, input: &'a str) -> Parsed<'a, Option<Item<'a>>> {
        let depth = Depth { conditions: depth.conditions + 1, in_layer: false, ..depth };
        limit("conditions inside each other", depth.conditions, self.limits.depth, opened)?;
        let test = expr::condition(test)
            .map_err(|expected| Err::Failure(Stop::Refused(opened.refuse(ParseErrorKind::BadCondition(expected)))))?;
        let (rest, then) = self.block(depth, input)?;
        let (rest, word) = self.close(opened, &["if-end", "if-else"], rest)?;
        if word == "if-end" {
            return Ok((rest, Some(Item::If(Conditional { test, then, otherwise: None }))));
        }
        let (rest, otherwise) = self.block(depth, rest)?;
        let (rest, _) = self.close(opened, &["if-end"], rest)?;
        Ok((rest, Some(Item::If(Conditional { test, then, otherwise: Some(otherwise) }))))
    }

    /// Reads the content of a block, after the separator that follows its opening word.
    fn block(&self, depth: Depth, input: &'a str) -> Parsed<'a, Vec<Step<'a>>> {
        let (rest, separator) = opt(one_of(",:")).parse(input)?;
        if separator.is_none() { Ok((rest, Vec::new())) } else { self.transformation(depth, rest) }
    }

    /// Reads one of the words that end a block. Nothing else can follow while a block is open, so the error about the
    /// missing word names the opening one.
    fn close(&self, opened: Token<'a>, wanted: &[&'static str], input: &'a str) -> Parsed<'a, &'static str> {
        match self.closing(input) {
            Ok((rest, (_, word))) if wanted.contains(&word) => Ok((rest, word)),
            _ => {
                let (opened_by, wanted) = (opened.text.to_owned(), wanted.first().copied().unwrap_or_default());
                refuse(opened.refuse(ParseErrorKind::Unclosed { opened: opened_by, wanted }))
            }
        }
    }

    /// Reads any word that ends a block, and the separator before it.
    fn closing(&self, input: &'a str) -> Parsed<'a, (Token<'a>, &'static str)> {
        let (rest, _) = opt(one_of(",:")).parse(input)?;
        let (rest, token) = self.token(rest)?;
        match closes(token.text) {
            Some(word) => Ok((rest, (token, word))),
            None => Err(Err::Error(Stop::Elsewhere)),
        }
    }

    /// Reads up to the next separator, with three exceptions: separators between quotes after `pg-name-`, the one in
    /// `ar-4:3`, which ImageKit's SDKs write, and the one in `di-https:@@@@host@@a.jpg`. A `tr:` before the token is
    /// dropped, because it is often repeated by mistake (`tr:dpr-auto,tr:w-500`).
    fn token(&self, input: &'a str) -> Parsed<'a, Token<'a>> {
        let (input, _) = many0_count(alt((tag(" "), tag("tr:")))).parse(input)?;
        let (mut rest, mut text) = plain(input)?;
        if input.starts_with("pg-name-") {
            (rest, text) = quoted(input)?;
        } else if names_scheme(text) && [":@@@@", "://"].iter().any(|separator| rest.starts_with(separator)) {
            (rest, text) = recognize((plain, char(':'), plain)).parse(input)?;
        } else if text.strip_prefix("ar-").is_some_and(is_number)
            && let Ok((after, ratio)) = recognize((plain, char(':'), plain)).parse(input)
            && ratio.rsplit(':').next().is_some_and(is_number)
        {
            (rest, text) = (after, ratio);
        }
        // A text may end with spaces.
        let text = if text.starts_with("i-") { text } else { text.trim_end_matches(' ') };
        Ok((rest, Token { text, start: self.offset(input) }))
    }

    fn offset(&self, rest: &str) -> usize {
        self.text.len() - rest.len()
    }

    fn count(
        &self,
        counter: &Cell<usize>,
        what: &'static str,
        allowed: usize,
        token: Token<'_>,
    ) -> Result<(), Err<Stop>> {
        counter.set(counter.get() + 1);
        limit(what, counter.get(), allowed, token)
    }
}

/// The words that end a block.
fn closes(text: &str) -> Option<&'static str> {
    ["l-end", "if-else", "if-end"].into_iter().find(|word| *word == text)
}

fn plain(input: &str) -> Parsed<'_, &str> {
    take_while(|c| c != ',' && c != ':').parse(input)
}

/// Reads up to the first separator outside quotes. A quote that is never closed is an ordinary character.
fn quoted(input: &str) -> Parsed<'_, &str> {
    let mut end = 0;
    let mut rest = input;
    loop {
        let (after, _) = take_while(|c| !matches!(c, ',' | ':' | '"')).parse(rest)?;
        end += rest.len() - after.len();
        let names: Parsed<'_, &str> = recognize((tag("\""), take_while(|c| c != '"'), tag("\""))).parse(after);
        match names {
            Ok((behind, name)) => {
                end += name.len();
                rest = behind;
            }
            Err(_) if after.starts_with('"') => {
                let (behind, tail) = plain(after)?;
                return Ok((behind, input.get(..end + tail.len()).unwrap_or(input)));
            }
            Err(_) => return Ok((after, input.get(..end).unwrap_or(input))),
        }
    }
}

/// Returns `true` if a token is the start of an absolute URL in the place of a file.
fn names_scheme(token: &str) -> bool {
    let value = token.strip_prefix("di-").or_else(|| token.strip_prefix("i-"));
    value.is_some_and(|value| matches!(value.trim_start_matches("@@"), "http" | "https"))
}

fn is_number(text: &str) -> bool {
    let text = text.trim_matches(' ');
    !text.starts_with('-') && text.parse::<Number>().is_ok()
}

fn limit(what: &'static str, found: usize, allowed: usize, token: Token<'_>) -> Result<(), Err<Stop>> {
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    LimitError::check(what, count(found), count(allowed))
        .map_err(|error| Err::Failure(Stop::Refused(token.refuse(error.into()))))
}

fn refuse<'a, T>(refusal: Refusal) -> Parsed<'a, T> {
    Err(Err::Failure(Stop::Refused(refusal)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Step<'_>>, (ParseErrorKind, String)> {
        // The grammar borrows both the text and the limits.
        let limits = Box::leak(Box::new(Limits::default()));
        Grammar::new(text, limits).read(0).map_err(|refusal| (refusal.kind, text[refusal.span].to_owned()))
    }

    fn tokens(text: &str) -> Vec<Vec<&str>> {
        let token = |item: &Item<'_>| match item {
            Item::Parameter(token) | Item::OfLayer(token) => text.get(token.start..token.start + token.text.len()),
            Item::Layer(_) | Item::If(_) => None,
        };
        read(text).unwrap().iter().map(|step| step.items.iter().filter_map(token).collect()).collect()
    }

    #[test]
    fn tokens_are_trimmed_and_empty_ones_skipped() {
        for (text, want) in [
            ("w-300,,h-200,", vec![vec!["w-300", "h-200"]]),
            (" w-300 , h-200:: rt-90 ", vec![vec!["w-300", "h-200"], vec!["rt-90"]]),
            ("i-a , w-5 ", vec![vec!["i-a ", "w-5"]]),
            ("ar-4:3,w-1", vec![vec!["ar-4:3", "w-1"]]),
            ("ar-4:w-1", vec![vec!["ar-4"], vec!["w-1"]]),
            ("ar-4-3:2", vec![vec!["ar-4-3"], vec!["2"]]),
            ("pg-name-\"a,b:c\"_\"d\",w-1", vec![vec!["pg-name-\"a,b:c\"_\"d\"", "w-1"]]),
            ("pg-name-\"a,w-1", vec![vec!["pg-name-\"a", "w-1"]]),
            ("i-final-end", vec![vec!["i-final-end"]]),
        ] {
            assert_eq!(tokens(text), want, "{text}");
        }
    }

    #[test]
    fn a_refusal_points_at_its_token() {
        for (text, want) in [
            ("w-300,l-image,i-a.png", "l-image"),
            ("l-image,i-a,if-w_gt_1,w-5,l-end", "if-w_gt_1"),
            ("w-100, l-end", "l-end"),
            ("w-100:if-else", "if-else"),
            ("rt-90:h-100,if-h_eq_2,w-1,if-end:w-5", "h-100,if-h_eq_2,w-1,if-end"),
            ("w-1,l-sound,l-end", "l-sound"),
            ("if-z_gt_1,w-5,if-end", "if-z_gt_1"),
            ("w-300,ote-aGVsbG8", "ote-aGVsbG8"),
        ] {
            assert_eq!(read(text).unwrap_err().1, want, "{text}");
        }
    }

    #[test]
    fn keys_end_at_the_first_hyphen() {
        for (text, want) in [
            ("e-usm-2-2-0.8-0.024", ("e-usm", "2-2-0.8-0.024")),
            ("i-a-b-c", ("i", "a-b-c")),
            ("e-contrast--", ("e-contrast", "-")),
            ("e-shadow", ("e-shadow", "")),
            ("w", ("w", "")),
            ("di-", ("di", "")),
        ] {
            assert_eq!(Token { text, start: 0 }.split(), want);
        }
    }
}
