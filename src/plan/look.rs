//! [`Look`]: operations that change how a picture looks and leave its size alone.

use std::fmt;

/// One change of looks, with every number resolved.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Look {
    /// Round the corners: top left, top right, bottom right, bottom left.
    Round([Radii; 4]),
    /// Multiply alpha by this many percent.
    Fade(u8),
}

/// The radii of an elliptic corner.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an ellipse has two")]
pub struct Radii {
    /// Pixels from left to right.
    pub x: f64,
    /// Pixels from top to bottom.
    pub y: f64,
}

/// Prints one line of a plan.
impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Round([all, rest @ ..]) if rest.iter().all(|other| other == all) => write!(f, "round   {all}"),
            Self::Round([a, b, c, d]) => write!(f, "round   {a} {b} {c} {d}"),
            Self::Fade(percent) => write!(f, "fade    {percent}%"),
        }
    }
}

/// Prints as `20`, or `50x25` where the two differ.
impl fmt::Display for Radii {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { x, y } = self;
        if x.total_cmp(y).is_eq() { write!(f, "{x}") } else { write!(f, "{x}x{y}") }
    }
}
