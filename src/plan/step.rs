//! [`Frame`]: the source region and the target of a step.

use crate::geometry::{Rect, Region, Size};

/// The geometry of one step: a region of its input on a canvas.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Frame {
    /// The size of the step's input.
    pub input: Size,
    /// The region of the input that is used.
    pub source: Region,
    /// The size of the canvas, before border and rotation.
    pub canvas: Size,
    /// The target rectangle on the canvas.
    pub target: Rect,
    /// The size of the step's output.
    pub output: Size,
}
