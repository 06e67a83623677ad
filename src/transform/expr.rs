//! [`Expr`]: arithmetic in URLs, `ih_mul_0.8_add_10`.

use super::Scope;
use crate::number::Number;

/// An arithmetic expression.
///
/// There are no parentheses, so there is no tree: the flat list is the canonical spelling.
/// Operators bind `mul div`, then `add sub`, then `mod`, then `pow`, each from left to right. This is
/// ImageKit's order, not arithmetic's: `2_mul_3_pow_2` is 36.
///
/// ```
/// use originkit::transform::{Expr, Scope};
/// use originkit::plan::Size;
/// let e: Expr = "iw_div_2_add_10".parse()?;
/// let scope = Scope::of(Size::new(640, 865));
/// assert_eq!(e.evaluate(&scope)?, 330.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "the grammar has these two parts")]
pub struct Expr {
    /// The first operand.
    pub first: Term,
    /// The others, each with the operator before it.
    pub rest: Vec<(Operator, Term)>,
}

/// One operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "complete by the grammar")]
pub enum Term {
    /// A number, never negative.
    Number(Number),
    /// A variable.
    Variable(Variable),
}

/// A size that an expression can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Variable {
    /// `iw`: width of the original.
    InitialWidth,
    /// `ih`: height of the original.
    InitialHeight,
    /// `iar`: its width divided by its height.
    InitialAspect,
    /// `cw`: width at this point of the chain.
    CurrentWidth,
    /// `ch`: height at this point.
    CurrentHeight,
    /// `car`: their quotient.
    CurrentAspect,
    /// `bw`: width of the picture that a layer is drawn on.
    BaseWidth,
    /// `bh`: its height.
    BaseHeight,
    /// `bar`: their quotient.
    BaseAspect,
    /// `idn`: density of the original; only in `dn`.
    InitialDensity,
}

/// An operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "complete by the grammar")]
pub enum Operator {
    /// `add`.
    Add,
    /// `sub`.
    Sub,
    /// `mul`.
    Mul,
    /// `div`.
    Div,
    /// `mod`: the remainder, with the sign of the dividend.
    Mod,
    /// `pow`.
    Pow,
}

/// Pixels, written out or computed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "complete by the grammar")]
pub enum Measure {
    /// A number.
    Px(Number),
    /// An expression.
    Expr(Expr),
}

/// Why a text is no expression, or an expression has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExprError {
    /// What was read is no expression.
    #[error("expected operands joined by operators, such as `iw_div_2`")]
    Malformed,
    /// Division or remainder by zero, or a result too large for a number.
    #[error("the result is not a finite number")]
    NotFinite,
    /// A variable that means nothing here, such as `bw` outside a layer.
    #[error("the variable has no value here")]
    Unavailable,
}
