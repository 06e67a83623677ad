//! [`Scope`]: the sizes that expressions and conditions see.

use crate::geometry::Size;

/// The sizes that variables stand for at one point of a chain.
///
/// ```
/// use originkit::plan::Size;
/// use originkit::transform::Scope;
/// let at_start = Scope::of(Size::new(640, 865));
/// assert_eq!(at_start.current, at_start.initial);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Scope {
    /// `iw ih iar`: the original, after orientation.
    pub initial: Size,
    /// `cw ch car`: the output of the step before.
    pub current: Size,
    /// `bw bh bar`: the picture a layer is drawn on.
    pub base: Option<Size>,
    /// `idn`: density of the original in dots per inch.
    pub density: Option<f64>,
}

impl Scope {
    /// The scope at the start of a chain outside any layer.
    #[must_use]
    pub const fn of(source: Size) -> Self {
        Self { initial: source, current: source, base: None, density: None }
    }
}
