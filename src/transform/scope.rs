//! [`Scope`]: the sizes that expressions and conditions refer to.

use super::variable::Variable;
use crate::geometry::Size;

/// The sizes that variables refer to at one point of a chain.
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
    /// `cw ch car`: the output of the previous step.
    pub current: Size,
    /// `bw bh bar`: the image that a layer is drawn on.
    pub base: Option<Size>,
    /// `idn`: density of the original in dots per inch.
    pub density: Option<f64>,
    /// Whether only the variables of the base are available, as in text layers and blocks (documented).
    pub base_only: bool,
}

impl Scope {
    /// Makes the scope at the start of a chain outside any layer.
    #[must_use]
    pub const fn of(source: Size) -> Self {
        Self { initial: source, current: source, base: None, density: None, base_only: false }
    }

    /// Returns the value of a variable, or `None` if it has no value in this scope.
    #[must_use]
    pub fn value(&self, variable: Variable) -> Option<f64> {
        let Self { initial, current, base, density, base_only } = self;
        let is_of_base = matches!(variable, Variable::BaseWidth | Variable::BaseHeight | Variable::BaseAspect);
        match variable {
            _ if *base_only && !is_of_base => None,
            Variable::InitialWidth => Some(initial.width.into()),
            Variable::InitialHeight => Some(initial.height.into()),
            Variable::InitialAspect => Some(initial.ratio()),
            Variable::CurrentWidth => Some(current.width.into()),
            Variable::CurrentHeight => Some(current.height.into()),
            Variable::CurrentAspect => Some(current.ratio()),
            Variable::BaseWidth => base.map(|base| base.width.into()),
            Variable::BaseHeight => base.map(|base| base.height.into()),
            Variable::BaseAspect => base.map(Size::ratio),
            Variable::InitialDensity => *density,
        }
    }
}
