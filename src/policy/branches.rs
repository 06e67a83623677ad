//! [`on_a_path`]: what holds in one of the branches of a transformation.

use crate::transform::{Encoding, Step, Transformation};

/// Does something hold at the end, in one of the branches? `before`: did it at the start; `after` an edit it does.
pub(super) fn on_a_path(
    transformation: &Transformation,
    before: bool,
    after: &impl Fn(bool, &Encoding) -> bool,
) -> bool {
    transformation.steps.iter().fold(before, |before, step| match step {
        Step::Edit(edit) => after(before, &edit.encoding),
        Step::If(choice) => {
            let otherwise = choice.otherwise.as_ref().map_or(before, |t| on_a_path(t, before, after));
            // Neither branch is taken for GIF, and nothing is known of the source yet.
            before || on_a_path(&choice.then, before, after) || otherwise
        }
    })
}
