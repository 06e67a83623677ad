//! [`Filter`]: operations that change the pixels of an image and leave its size alone.

use std::fmt;

use crate::geometry::Point;
use crate::transform::Color;

/// One change of looks, with every number resolved.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Filter {
    /// Replace a colour.
    Replace {
        /// The new one.
        to: Color,
        /// How far colours may be from the old one, 0 to 100.
        tolerance: u8,
        /// The old one; `None` is the most frequent.
        from: Option<Color>,
    },
    /// Tint it.
    Colorize {
        /// The colour whose hue it gets; its opacity is already part of the share.
        color: Color,
        /// How much of the tint, 0 to 1.
        share: f64,
    },
    /// Make it grey.
    Grayscale,
    /// Stretch its brightness to the full range.
    Stretch,
    /// Blur by a gaussian of this sigma, in pixels.
    Blur(f64),
    /// Sharpen by an unsharp mask.
    Sharpen(Sharpening),
    /// Draw a gradient over it.
    Gradient(GradientMask),
    /// Draw a shadow below it.
    Shadow(DropShadow),
    /// Round the corners: top left, top right, bottom right, bottom left.
    Round([Radii; 4]),
    /// Multiply alpha by this many percent.
    Fade(u8),
}

/// An unsharp mask.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Sharpening {
    /// Of the gaussian, in pixels.
    pub sigma: f64,
    /// Where the gaussian is cut off, in pixels from its middle; `None` is as far as it shows.
    pub radius: Option<f64>,
    /// How much of the difference is added.
    pub amount: f64,
    /// Differences up to this share of the range are left alone.
    pub threshold: f64,
}

/// A linear gradient; beyond its ends the colours go on.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct GradientMask {
    /// The colour at the start.
    pub from: Color,
    /// The colour at the end.
    pub to: Color,
    /// Where it starts: pixels from the left and from the top, also outside the image.
    pub start: (f64, f64),
    /// Where it ends.
    pub end: (f64, f64),
}

/// A shadow.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct DropShadow {
    /// How soft: sigma of a gaussian, in pixels.
    pub sigma: f64,
    /// How dark, in percent.
    pub strength: u8,
    /// How far it is moved.
    pub offset: Point,
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
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Replace { to, tolerance, from: None } => {
                write!(f, "replace {to} for what is most, within {tolerance}")
            }
            Self::Replace { to, tolerance, from: Some(from) } => {
                write!(f, "replace {to} for {from}, within {tolerance}")
            }
            Self::Colorize { color, share } => write!(f, "tint    {color} by {share}"),
            Self::Grayscale => write!(f, "gray"),
            Self::Stretch => write!(f, "stretch"),
            Self::Blur(sigma) => write!(f, "blur    {sigma}"),
            Self::Sharpen(Sharpening { sigma, radius, amount, threshold }) => {
                write!(f, "sharpen {amount} over {sigma}")?;
                radius.map_or(Ok(()), |radius| write!(f, " within {radius}"))?;
                write!(f, " above {threshold}")
            }
            Self::Gradient(GradientMask { from, to, start, end }) => {
                // Without `+ 0.0` there would be a negative zero.
                let short = |v: f64| (v * 100.0).round() / 100.0 + 0.0;
                let at = |(x, y)| format!("{},{}", short(x), short(y));
                write!(f, "blend   {from} at {} to {to} at {}", at(*start), at(*end))
            }
            Self::Shadow(DropShadow { sigma, strength, offset }) => {
                write!(f, "shadow  {strength}% at {},{} blurred {sigma}", offset.x, offset.y)
            }
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
