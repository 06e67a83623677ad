//! [`Unread`]: transformations in a URL that have no effect, for its report.

use crate::dialect::Token;
use crate::percent;
use crate::transform::{Ignored, Reason};

/// Parameters of a query that hold a transformation, or look like one.
#[derive(Debug, Default)]
pub(super) struct Unread<'a> {
    /// The values of `tr`, without `tr:`; none is empty.
    pub(super) values: Vec<Token<'a>>,
    /// Parameters that were probably meant as `tr`: `tr:w-200`, `v=1?tr=w-200`.
    pub(super) misplaced: Vec<Token<'a>>,
}

impl Unread<'_> {
    /// Returns the tokens without effect: of all transformations but the first, or of all if the path has one.
    pub(super) fn ignored(&self, in_path: bool) -> Vec<Ignored> {
        let overruled = self.values.iter().skip(usize::from(!in_path)).flat_map(|value| tokens(*value));
        let misplaced = self.misplaced.iter().map(|parameter| self::parameter(*parameter));
        overruled.chain(misplaced).collect()
    }
}

/// Returns the tokens of a transformation that was overridden.
fn tokens(value: Token<'_>) -> Vec<Ignored> {
    if !value.text.contains('%') {
        let steps = value.split(':').flat_map(|step| step.split(','));
        return steps.filter(|token| !token.text.is_empty()).map(|token| token.ignored(Reason::Superseded)).collect();
    }
    // Separators may be encoded; each token then has the span of the whole value.
    let whole = value.ignored(Reason::Superseded);
    let text = percent::decode_text(value.text);
    let tokens = text.split([',', ':']).filter(|token| !token.is_empty());
    tokens.map(|token| Ignored { token: token.to_owned(), ..whole.clone() }).collect()
}

/// Reports a parameter that looks like a transformation, with its correct spelling.
fn parameter(parameter: Token<'_>) -> Ignored {
    let text = parameter.text;
    let meant = behind_prefix(text).map(|text| format!("tr={text}"));
    let meant = meant.unwrap_or_else(|| text.replacen("?tr=", "&tr=", 1).replacen("?tr:", "&tr=", 1));
    Ignored { meant: Some(meant), ..parameter.ignored(Reason::Misplaced) }
}

/// Reports a segment after the path that looks like a transformation, with its correct spelling.
pub(super) fn segment(segment: Token<'_>) -> Ignored {
    let meant = behind_prefix(segment.text).map(|text| format!("?tr={text}"));
    Ignored { meant, ..segment.ignored(Reason::Misplaced) }
}

/// Returns the text after `tr:` or `tr%3A`, if the text starts with it.
pub(super) fn behind_prefix(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("tr")?;
    rest.strip_prefix(':').or_else(|| {
        let (colon, behind) = rest.split_at_checked(3)?;
        colon.eq_ignore_ascii_case("%3A").then_some(behind)
    })
}
