//! [`Refusal`]: why a text is no transformation.

use std::ops::Range;

use crate::transform::ParseErrorKind;

/// The reason why a text is refused, and its place in it.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) kind: ParseErrorKind,
    pub(super) span: Range<usize>,
}
