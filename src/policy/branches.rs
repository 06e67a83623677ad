//! [`on_a_path`]: a fold over the branches of a transformation.

use crate::transform::{Encoding, Step, Transformation};

/// Returns `true` if a condition holds at the end of at least one branch. `before`: whether it holds at the start;
/// `after` returns whether it holds after an edit.
pub(super) fn on_a_path(
    transformation: &Transformation,
    before: bool,
    after: &impl Fn(bool, &Encoding) -> bool,
) -> bool {
    transformation.steps.iter().fold(before, |before, step| match step {
        Step::Edit(edit) => after(before, &edit.encoding),
        Step::If(choice) => {
            let otherwise = choice.otherwise.as_ref().map_or(before, |t| on_a_path(t, before, after));
            // For GIF neither branch is taken, and the source is not known yet.
            before || on_a_path(&choice.then, before, after) || otherwise
        }
    })
}
