//! [`Fill`]: the content of padding.

use std::fmt;

use crate::transform::Color;

/// The fill of the part of a canvas that the image does not cover (`bg`).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Fill {
    /// A colour.
    Color(Color),
    /// The image itself, enlarged to cover the canvas and blurred.
    Blurred {
        /// Sigma of the Gaussian in pixels.
        sigma: f64,
        /// The value that is added to each channel, -255 to 255.
        brightness: i16,
    },
    /// The most frequent colour of the image's border.
    Dominant,
    /// A gradient between the dominant colours of the sides (2) or corners (4).
    DominantGradient {
        /// The number of colours.
        palette: u8,
    },
    /// A background that an effect provider generates.
    Generated {
        /// The description of the background.
        prompt: Option<String>,
    },
}

/// Prints as in a plan.
impl fmt::Display for Fill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Color(color) => color.fmt(f),
            Self::Blurred { sigma, brightness: 0 } => write!(f, "itself blurred {sigma}"),
            Self::Blurred { sigma, brightness } => write!(f, "itself blurred {sigma} and {brightness:+} bright"),
            Self::Dominant => write!(f, "its dominant colour"),
            Self::DominantGradient { palette } => write!(f, "a gradient of {palette} of its colours"),
            Self::Generated { .. } => write!(f, "what is invented"),
        }
    }
}
