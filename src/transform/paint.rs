//! [`Paint`]: what is put behind, around and over a picture.

use super::expr::Measure;
use crate::color::Color;
use crate::number::Number;

/// `bg`, `b`, `r`, `o`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Paint {
    /// `bg`.
    pub background: Option<Background>,
    /// `b`: a frame around the picture, which grows by it.
    pub border: Option<Border>,
    /// `r`: rounded corners.
    pub radius: Option<Radius>,
    /// `o`: opacity in percent, 0 to 100.
    pub opacity: Option<u8>,
}

/// `bg`: what fills padding, uncovered corners and transparent pixels.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Background {
    /// `bg-F3F3F3`.
    Color(Color),
    /// `bg-blurred_25_N30`: the picture itself, blurred.
    Blurred {
        /// Strength, 0 to 100; `None` is `auto`.
        intensity: Option<Number>,
        /// Added to each channel, -255 to 255.
        brightness: i16,
    },
    /// `bg-dominant`: the most frequent colour of the border.
    Dominant,
    /// `bg-gradient_dominant_4`: a gradient of the dominant colours.
    GradientDominant {
        /// How many, 2 or 4.
        palette: u8,
    },
    /// `bg-genfill`: invented by a generative model.
    GenerativeFill {
        /// What to invent.
        prompt: Option<String>,
    },
}

/// `b-5_red`: a frame around the picture.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a frame has a width and a colour")]
pub struct Border {
    /// Pixels on each side, zero or more.
    pub width: Measure,
    /// Its colour.
    pub color: Color,
}

/// `r`: rounded corners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "one value or four, as in the grammar")]
pub enum Radius {
    /// `r-20`, `r-max`: all alike.
    All(Corner),
    /// `r-10_20_30_40`: top left, top right, bottom right, bottom left.
    Each([Corner; 4]),
}

/// The radius of one corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a number or max, as in the grammar")]
pub enum Corner {
    /// Pixels.
    Px(u32),
    /// `max`: the ellipse that touches the frame.
    Max,
}
