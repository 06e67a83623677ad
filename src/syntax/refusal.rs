//! [`Refusal`]: why a text is no transformation.

use std::ops::Range;

use crate::transform::ParseErrorKind;

/// What refuses a text, and where.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) kind: ParseErrorKind,
    pub(super) span: Range<usize>,
}
