//! [`Refusal`]: the reason why a text is not a transformation.

use std::ops::Range;

use crate::transform::ParseErrorKind;

/// The reason why a text is refused, and the place in the text.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) kind: ParseErrorKind,
    pub(super) span: Range<usize>,
}
