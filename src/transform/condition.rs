//! [`Condition`]: the question of an `if-` step.

use crate::number::Number;

/// Any of several groups, in each of which all must hold: `h_gte_100_and_h_lte_400_or_ar_lt_4-3`.
///
/// `and` binds tighter than `or`, and there is nothing else, so this is all of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "complete by the grammar")]
pub struct Condition {
    /// The groups; never empty, and none of them is.
    pub any: Vec<Vec<Comparison>>,
}

/// `ar_gt_1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "complete by the grammar")]
pub struct Comparison {
    /// What is looked at.
    pub property: Property,
    /// How it is compared.
    pub comparator: Comparator,
    /// With what.
    pub operand: Operand,
}

/// A property of the picture, after orientation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "complete by the grammar")]
pub enum Property {
    /// `w`: width at this step.
    Width,
    /// `h`: height at this step.
    Height,
    /// `ar`: their quotient.
    Aspect,
    /// `iw`: width of the original.
    InitialWidth,
    /// `ih`: its height.
    InitialHeight,
    /// `iar`: their quotient.
    InitialAspect,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "complete by the grammar")]
pub enum Comparator {
    /// `eq`.
    Equal,
    /// `ne`.
    NotEqual,
    /// `gt`.
    Greater,
    /// `gte`.
    GreaterOrEqual,
    /// `lt`.
    Less,
    /// `lte`.
    LessOrEqual,
}

/// The right-hand side of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "complete by the grammar")]
pub enum Operand {
    /// A number, never negative.
    Number(Number),
    /// `4-3`, only for `ar` and `iar`; both parts are above zero.
    Ratio(Number, Number),
}
