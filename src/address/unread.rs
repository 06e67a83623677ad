//! [`Unread`]: transformations in a URL that are not in force, for its report.

use crate::dialect::Token;
use crate::percent;
use crate::transform::{Ignored, Reason};

/// Parameters of a query that hold a transformation, or look like it.
#[derive(Debug, Default)]
pub(super) struct Unread<'a> {
    /// The values of `tr`, without `tr:`; none is empty.
    pub(super) values: Vec<Token<'a>>,
    /// Parameters that were probably meant to be one: `tr:w-200`, `v=1?tr=w-200`.
    pub(super) misplaced: Vec<Token<'a>>,
}

impl Unread<'_> {
    /// Tokens without effect: of all transformations but the first, or of all where one in the path is in force.
    pub(super) fn ignored(&self, in_path: bool) -> Vec<Ignored> {
        let overruled = self.values.iter().skip(usize::from(!in_path)).flat_map(|value| tokens(*value));
        let misplaced = self.misplaced.iter().map(|parameter| self::parameter(*parameter));
        overruled.chain(misplaced).collect()
    }
}

/// The tokens of a transformation that another took the place of.
fn tokens(value: Token<'_>) -> Vec<Ignored> {
    if !value.text.contains('%') {
        let steps = value.split(':').flat_map(|step| step.split(','));
        return steps.filter(|token| !token.text.is_empty()).map(|token| token.ignored(Reason::Superseded)).collect();
    }
    // Separators may be encoded; then the place of each is that of all.
    let whole = value.ignored(Reason::Superseded);
    let text = percent::decode_text(value.text);
    let tokens = text.split([',', ':']).filter(|token| !token.is_empty());
    tokens.map(|token| Ignored { token: token.to_owned(), ..whole.clone() }).collect()
}

/// A parameter that looks like a transformation, with its right spelling.
fn parameter(parameter: Token<'_>) -> Ignored {
    let text = parameter.text;
    let meant = behind_prefix(text).map(|text| format!("tr={text}"));
    let meant = meant.unwrap_or_else(|| text.replacen("?tr=", "&tr=", 1).replacen("?tr:", "&tr=", 1));
    Ignored { meant: Some(meant), ..parameter.ignored(Reason::Misplaced) }
}

/// A segment behind the path that looks like a transformation, with its right spelling.
pub(super) fn segment(segment: Token<'_>) -> Ignored {
    let meant = behind_prefix(segment.text).map(|text| format!("?tr={text}"));
    Ignored { meant, ..segment.ignored(Reason::Misplaced) }
}

/// What stands behind `tr:` or `tr%3A`, where a text starts so.
pub(super) fn behind_prefix(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("tr")?;
    rest.strip_prefix(':').or_else(|| {
        let (colon, behind) = rest.split_at_checked(3)?;
        colon.eq_ignore_ascii_case("%3A").then_some(behind)
    })
}
