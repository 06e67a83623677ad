//! [`Filter`]: operations that change the pixels of an image and keep its size.

use std::fmt;

use crate::geometry::Point;
use crate::transform::Color;

/// One change of the pixels, with every number resolved.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Filter {
    /// Replaces a colour by another.
    Replace {
        /// The new colour.
        to: Color,
        /// The maximum distance of a colour from the old one, 0 to 100.
        tolerance: u8,
        /// The old colour; `None` is the most frequent one.
        from: Option<Color>,
    },
    /// Tints the image.
    Colorize {
        /// The colour whose hue the image gets. Its opacity is already part of `share`.
        color: Color,
        /// The strength of the tint, 0 to 1.
        share: f64,
    },
    /// Converts the image to grey.
    Grayscale,
    /// Stretches the brightness to the full range.
    Stretch,
    /// Blurs by a Gaussian with this sigma, in pixels.
    Blur(f64),
    /// Sharpens by an unsharp mask.
    Sharpen(Sharpening),
    /// Draws a gradient over the image.
    Gradient(GradientMask),
    /// Draws a shadow below the image.
    Shadow(DropShadow),
    /// Rounds the corners: top left, top right, bottom right, bottom left.
    Round([Radii; 4]),
    /// Multiplies alpha by this percentage.
    Fade(u8),
}

/// An unsharp mask.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Sharpening {
    /// The sigma of the Gaussian, in pixels.
    pub sigma: f64,
    /// The distance from its centre at which the Gaussian is cut off, in pixels; `None` is as far as it is visible.
    pub radius: Option<f64>,
    /// The share of the difference that is added.
    pub amount: f64,
    /// Differences up to this share of the range are ignored.
    pub threshold: f64,
}

/// A linear gradient. Beyond its ends the end colours continue.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct GradientMask {
    /// The colour at the start.
    pub from: Color,
    /// The colour at the end.
    pub to: Color,
    /// The start point: pixels from the left and from the top. It may be outside the image.
    pub start: (f64, f64),
    /// The end point.
    pub end: (f64, f64),
}

/// A shadow.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct DropShadow {
    /// The softness: sigma of a Gaussian, in pixels.
    pub sigma: f64,
    /// The darkness, in percent.
    pub strength: u8,
    /// The offset from the image.
    pub offset: Point,
}

/// The radii of an elliptical corner.
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
                // Without `+ 0.0` the result could be a negative zero.
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

/// Prints `20`, or `50x25` if the two radii differ.
impl fmt::Display for Radii {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { x, y } = self;
        if x.total_cmp(y).is_eq() { write!(f, "{x}") } else { write!(f, "{x}x{y}") }
    }
}
