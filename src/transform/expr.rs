//! [`Expr`]: arithmetic in URLs, `ih_mul_0.8_add_10`.

use super::scope::Scope;
use super::variable::Variable;
use crate::math;
use crate::number::Number;

/// An arithmetic expression.
///
/// The syntax has no parentheses, so an expression needs no tree: the flat list is the canonical form. `mul` and `div`
/// bind tightest, then `add` and `sub`, then `mod`, then `pow`, each from left to right. This is ImageKit's order and
/// not that of arithmetic: `2_mul_3_pow_2` is 36.
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
    /// The other operands, each with the operator before it.
    pub rest: Vec<(Operator, Term)>,
}

impl Expr {
    /// Returns the value for the sizes at one point of a chain, in double precision as documented.
    ///
    /// # Errors
    /// [`ExprError::Unavailable`] for a variable without a value in this scope, [`ExprError::NotFinite`] if an
    /// intermediate result is not a finite number.
    pub fn evaluate(&self, scope: &Scope) -> Result<f64, ExprError> {
        // The first operand has no operator before it. This `Add` is never applied.
        let mut terms = vec![(Operator::Add, self.first.value(scope)?)];
        for (operator, term) in &self.rest {
            terms.push((*operator, term.value(scope)?));
        }
        for bound in PASSES {
            terms.dedup_by(|(operator, right), (_, left)| {
                let binds = bound.contains(operator);
                if binds {
                    *left = operator.apply(*left, *right);
                }
                binds
            });
            // Checked after each pass: a later pass can turn infinity into a finite number.
            if !terms.iter().all(|(_, value)| value.is_finite()) {
                return Err(ExprError::NotFinite);
            }
        }
        terms.first().map(|(_, value)| *value).ok_or(ExprError::NotFinite)
    }
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

/// An operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "complete by the grammar")]
pub enum Operator {
    /// `add`: addition.
    Add,
    /// `sub`: subtraction.
    Sub,
    /// `mul`: multiplication.
    Mul,
    /// `div`: division.
    Div,
    /// `mod`: the remainder, with the sign of the dividend.
    Mod,
    /// `pow`: exponentiation.
    Pow,
}

/// A length in pixels, written as a number or computed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "complete by the grammar")]
pub enum Measure {
    /// A number.
    Px(Number),
    /// An expression.
    Expr(Expr),
}

impl Measure {
    /// Returns the number, or the value of the expression.
    ///
    /// # Errors
    /// See [`Expr::evaluate`].
    pub fn evaluate(&self, scope: &Scope) -> Result<f64, ExprError> {
        match self {
            Self::Px(number) => Ok(number.to_f64()),
            Self::Expr(expr) => expr.evaluate(scope),
        }
    }
}

/// The reason why a text is not an expression, or why an expression has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExprError {
    /// The text is not an expression.
    #[error("expected operands joined by operators, such as `iw_div_2`")]
    Malformed,
    /// Division or remainder by zero, or a result too large for a number.
    #[error("the result is not a finite number")]
    NotFinite,
    /// A variable without a value at this place, such as `bw` outside a layer.
    #[error("the variable has no value here")]
    Unavailable,
}

impl Term {
    fn value(self, scope: &Scope) -> Result<f64, ExprError> {
        match self {
            Self::Number(number) => Ok(number.to_f64()),
            Self::Variable(variable) => scope.value(variable).ok_or(ExprError::Unavailable),
        }
    }
}

impl Operator {
    fn apply(self, left: f64, right: f64) -> f64 {
        match self {
            Self::Add => left + right,
            Self::Sub => left - right,
            Self::Mul => left * right,
            Self::Div => left / right,
            Self::Mod => left % right,
            Self::Pow => math::pow(left, right),
        }
    }
}

/// The operators by precedence, the tightest first (documented).
const PASSES: [&[Operator]; 4] =
    [&[Operator::Mul, Operator::Div], &[Operator::Add, Operator::Sub], &[Operator::Mod], &[Operator::Pow]];

#[cfg(test)]
mod tests {
    use super::{Expr, ExprError};
    use crate::geometry::Size;
    use crate::transform::Scope;

    fn expr(text: &str) -> Expr {
        text.parse().unwrap()
    }

    #[test]
    fn operators_bind_as_imagekit_documents_it() {
        let mut scope = Scope::of(Size::new(1600, 900));
        scope.current = Size::new(100, 56);
        for (text, want) in [
            ("10_add_5_mod_4", 3.0),
            ("2_add_3_pow_2", 25.0),
            ("2_mul_3_pow_2", 36.0),
            ("100_mod_30_sub_7", 8.0),
            ("2_pow_3_pow_2", 64.0),
            ("8_div_2_mul_3", 12.0),
            ("1_sub_2_sub_3", -4.0),
            ("3_sub_10_mod_4", -3.0),
            ("iw_sub_600_div_2", 1300.0),
            ("ch_mul_2", 112.0),
            ("car_mul_56", 100.0),
            ("7", 7.0),
        ] {
            assert!((expr(text).evaluate(&scope).unwrap() - want).abs() < 1e-9, "{text}");
        }
    }

    #[test]
    fn what_has_no_value_is_an_error() {
        let scope = Scope::of(Size::new(1600, 900));
        for text in ["iw_div_0", "5_mod_0", "10_mod_5_div_0", "10_pow_400", "0_sub_8_pow_0.5"] {
            assert_eq!(expr(text).evaluate(&scope), Err(ExprError::NotFinite), "{text}");
        }
        assert_eq!(expr("bw_div_2").evaluate(&scope), Err(ExprError::Unavailable));
        let mut inside = scope;
        inside.base = Some(Size::new(50, 40));
        assert_eq!(expr("bw_div_2").evaluate(&inside), Ok(25.0));
    }
}
