//! [`Condition`]: the condition of an `if-` step.

use std::cmp::Ordering;

use super::scope::Scope;
use crate::number::Number;

/// A condition that holds if one of its groups does; a group holds if all its comparisons do:
/// `h_gte_100_and_h_lte_400_or_ar_lt_4-3`.
///
/// `and` binds tighter than `or`, and there are no other connectives.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "complete by the grammar")]
pub struct Condition {
    /// The groups. There is at least one, and none of them is empty.
    pub any: Vec<Vec<Comparison>>,
}

impl Condition {
    /// Returns `true` if the condition holds for the sizes at this point of a chain.
    #[must_use]
    pub fn evaluate(&self, scope: &Scope) -> bool {
        self.any.iter().any(|all| all.iter().all(|comparison| comparison.evaluate(scope)))
    }
}

/// One comparison: `ar_gt_1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "complete by the grammar")]
pub struct Comparison {
    /// The property that is compared.
    pub property: Property,
    /// The comparator.
    pub comparator: Comparator,
    /// The right-hand side.
    pub operand: Operand,
}

/// A property of the image, after orientation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "complete by the grammar")]
pub enum Property {
    /// `w`: width at this step.
    Width,
    /// `h`: height at this step.
    Height,
    /// `ar`: width divided by height.
    Aspect,
    /// `iw`: width of the original.
    InitialWidth,
    /// `ih`: height of the original.
    InitialHeight,
    /// `iar`: width of the original divided by its height.
    InitialAspect,
}

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "complete by the grammar")]
pub enum Comparator {
    /// `eq`: equal to.
    Equal,
    /// `ne`: not equal to.
    NotEqual,
    /// `gt`: greater than.
    Greater,
    /// `gte`: greater than or equal to.
    GreaterOrEqual,
    /// `lt`: less than.
    Less,
    /// `lte`: less than or equal to.
    LessOrEqual,
}

/// The right-hand side of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "complete by the grammar")]
pub enum Operand {
    /// A number, never negative.
    Number(Number),
    /// `4-3`, only for `ar` and `iar`. Both parts are greater than zero.
    Ratio(Number, Number),
}

impl Comparison {
    /// Pixels are compared exactly. Ratios that differ by less than 0.0001 are equal. All six comparators follow this
    /// rule, so that each of them is the negation of another (chosen).
    fn evaluate(&self, scope: &Scope) -> bool {
        let (actual, slack) = match self.property {
            Property::Width => (scope.current.width.into(), 0.0),
            Property::Height => (scope.current.height.into(), 0.0),
            Property::Aspect => (scope.current.ratio(), ASPECT_SLACK),
            Property::InitialWidth => (scope.initial.width.into(), 0.0),
            Property::InitialHeight => (scope.initial.height.into(), 0.0),
            Property::InitialAspect => (scope.initial.ratio(), ASPECT_SLACK),
        };
        let wanted = match self.operand {
            Operand::Number(number) => number.to_f64(),
            Operand::Ratio(width, height) => width.to_f64() / height.to_f64(),
        };
        let order = if (actual - wanted).abs() <= slack { Ordering::Equal } else { f64::total_cmp(&actual, &wanted) };
        match self.comparator {
            Comparator::Equal => order.is_eq(),
            Comparator::NotEqual => order.is_ne(),
            Comparator::Greater => order.is_gt(),
            Comparator::GreaterOrEqual => order.is_ge(),
            Comparator::Less => order.is_lt(),
            Comparator::LessOrEqual => order.is_le(),
        }
    }
}

const ASPECT_SLACK: f64 = 1e-4;

#[cfg(test)]
mod tests {
    use super::{Comparator, Comparison, Condition, Operand, Property};
    use crate::geometry::Size;
    use crate::transform::{Number, Scope};

    fn holds(size: Size, property: Property, comparator: Comparator, operand: Operand) -> bool {
        Condition { any: vec![vec![Comparison { property, comparator, operand }]] }.evaluate(&Scope::of(size))
    }

    #[test]
    fn quotients_have_slack_and_pixels_have_none() {
        let ratio = |w: u32, h: u32| Operand::Ratio(w.into(), h.into());
        let number = |text: &str| Operand::Number(text.parse().unwrap());
        for (size, property, comparator, operand, want) in [
            (Size::new(1000, 750), Property::Aspect, Comparator::Equal, ratio(4, 3), true),
            (Size::new(1366, 768), Property::Aspect, Comparator::Equal, ratio(16, 9), false),
            (Size::new(4, 3), Property::Aspect, Comparator::Equal, number("1.3333"), true),
            (Size::new(4, 3), Property::Aspect, Comparator::Greater, number("1.3333"), false),
            (Size::new(4, 3), Property::InitialAspect, Comparator::LessOrEqual, number("1.3333"), true),
            (Size::new(100, 1), Property::Width, Comparator::Equal, number("100"), true),
            (Size::new(100, 1), Property::Width, Comparator::Equal, number("100.00001"), false),
            (Size::new(100, 7), Property::Height, Comparator::NotEqual, number("7"), false),
            (Size::new(100, 7), Property::InitialWidth, Comparator::Less, number("101"), true),
        ] {
            assert_eq!(
                holds(size, property, comparator, operand),
                want,
                "{size} {property:?} {comparator:?} {operand:?}"
            );
        }
    }

    #[test]
    fn and_binds_tighter_than_or() {
        // h_gte_100_and_h_lte_400_or_ar_lt_4-3
        let compare = |property, comparator, operand| Comparison { property, comparator, operand };
        let pixels = |n: u32| Operand::Number(Number::from(n));
        let condition = Condition {
            any: vec![
                vec![
                    compare(Property::Height, Comparator::GreaterOrEqual, pixels(100)),
                    compare(Property::Height, Comparator::LessOrEqual, pixels(400)),
                ],
                vec![compare(Property::Aspect, Comparator::Less, Operand::Ratio(4.into(), 3.into()))],
            ],
        };
        for (size, want) in [((900, 300), true), ((900, 500), false), ((500, 500), true), ((90, 99), true)] {
            assert_eq!(condition.evaluate(&Scope::of(Size::new(size.0, size.1))), want, "{size:?}");
        }
    }
}
