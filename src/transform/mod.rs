//! The transformation language as values: the part of a URL after `tr:`.
//!
//! A transformation is a chain of [`Step`]s, applied left to right. A step is an [`Edit`] or a [`Conditional`]. An edit
//! is a set of parameters, whose order has no meaning, and a list of layers, whose order has. Layers and branches hold
//! transformations, so nesting needs no special types.
//!
//! ```text
//! transformation = step *( ":" step )
//! step           = conditional / edit
//! edit           = item *( "," item )
//! item           = layer / parameter
//! parameter      = key [ "-" value ]
//! layer          = "l-" type *( ( "," / ":" ) item ) ",l-end"
//! conditional    = "if-" condition "," transformation [ ",if-else," transformation ] ",if-end"
//! ```
//!
//! This module does not contain the parser. A private module turns text into values, through [`Transformation::parse`];
//! `Display` turns values into text.
//!
//! ```
//! use originkit::transform::Transformation;
//!
//! let t: Transformation = "h-200,w-300:rt-90".parse()?;
//! assert_eq!(t.steps.len(), 2);
//! assert_eq!(t.to_string(), "w-300,h-200:rt-90"); // canonical: parameters in a fixed order
//! # Ok::<(), originkit::error::ParseError>(())
//! ```
//!
//! # Laws
//!
//! 1. For every text `s` that reads as `t`: `parse(print(t)) == t`.
//! 2. `print(parse(s))` is the canonical form, a fixed point. Values are equal if their canonical forms are.
//! 3. Reading never panics and takes time linear in the length of the text.

mod build;
mod condition;
mod crop;
mod edit;
mod effect;
mod encoding;
pub(crate) mod expr;
mod hints;
mod ignored;
mod layer;
mod paint;
pub(crate) mod parameter;
pub(crate) mod parse_error;
mod reading;
mod scope;
mod text;
mod variable;

pub use self::condition::{Comparator, Comparison, Condition, Operand, Property};
pub use self::crop::{Focus, Gravity, Mode, Object, Placing, Strategy};
pub use self::edit::{Aspect, Dpr, Edit, Flip, Length, Name, PageRange, Pages, Rotation, Sizing, Trim};
pub use self::effect::{Ai, Colorize, Direction, Distort, Effects, Gradient, Replace, Shadow, Sharpen, Unsharp};
pub use self::encoding::{Density, Encoding, OutputFormat};
pub(crate) use self::expr::ExprError;
pub use self::expr::{Expr, Measure, Operator, Term};
pub use self::hints::Hints;
pub use self::ignored::{Ignored, Reason};
pub use self::layer::{Blend, Content, Layer, Offset, Place, Position};
pub use self::paint::{Background, Border, Corner, Paint, Radius};
pub use self::parameter::{Parameter, ParameterPlace};
pub(crate) use self::parse_error::{ParseError, ParseErrorKind};
pub use self::reading::Reading;
pub use self::scope::Scope;
pub use self::text::{Align, Padding, TextStyle, Typography};
pub use self::variable::Variable;
pub use crate::color::Color;
pub use crate::number::Number;
pub use crate::path::AssetPath;

/// A chain of steps: `w-400,h-300:rt-90`.
///
/// Build one in code, or parse one with [`str::parse`] or [`Transformation::parse`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[expect(clippy::exhaustive_structs, reason = "a chain is its steps")]
pub struct Transformation {
    /// The steps, applied left to right; the input of each is the output of the previous one.
    pub steps: Vec<Step>,
}

/// One step of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// Parameters and layers that act together.
    Edit(Box<Edit>),
    /// A step that depends on the size of the image. It cannot be combined with parameters, neither in the language nor
    /// in this type.
    If(Box<Conditional>),
}

/// A conditional step: `if-ar_gt_1,w-200,if-else,w-300,if-end`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "the grammar has these three parts")]
pub struct Conditional {
    /// The condition.
    pub test: Condition,
    /// The steps that are taken if the condition holds.
    pub then: Transformation,
    /// The steps that are taken if it does not hold. If it is `None`, the step does nothing in that case.
    pub otherwise: Option<Transformation>,
}

impl Transformation {
    /// Returns `true` if there are no steps.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Returns `true` if the file is requested unchanged. A single `orig-true` is enough, and nothing else counts then
    /// (documented), even if it is in a branch that may not be taken (chosen: conditions would need the image).
    #[must_use]
    pub fn wants_original(&self) -> bool {
        self.edits().any(|edit| edit.encoding.original == Some(true))
    }

    /// Returns every edit of the chain and of its branches, in reading order, without those inside layers.
    pub fn edits(&self) -> impl Iterator<Item = &Edit> {
        // Branches nest at most `Limits::depth` deep, so the stack is short.
        let mut open = vec![self.steps.iter()];
        std::iter::from_fn(move || {
            loop {
                match open.last_mut()?.next() {
                    None => _ = open.pop(),
                    Some(Step::Edit(edit)) => return Some(&**edit),
                    Some(Step::If(choice)) => {
                        open.extend(choice.otherwise.iter().map(|t| t.steps.iter()));
                        open.push(choice.then.steps.iter());
                    }
                }
            }
        })
    }
}
