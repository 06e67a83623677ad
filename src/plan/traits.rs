//! [`Traits`]: properties that decide how operations are reordered, fused and encoded.

use super::adjust::Filter;
use super::fill::Fill;
use super::op::{Mix, Op};
use crate::geometry::Size;

/// Properties of an operation on an image of a certain size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Traits {
    /// Every output pixel is an input pixel or has a colour that the plan names.
    pub(crate) moves_pixels: bool,
    /// The output of an opaque image is opaque.
    pub(crate) stays_opaque: bool,
    /// Colours are unchanged, and converting them afterwards costs no more than before.
    pub(crate) keeps_colors: bool,
    /// The operation can be applied to luma and halved chroma.
    pub(crate) in_planes: bool,
}

impl Op {
    /// Returns the properties for an input of this size.
    pub(crate) fn traits(&self, input: Size) -> Traits {
        let none = Traits::default();
        match self {
            Self::Decode { .. } => Traits { moves_pixels: true, stays_opaque: true, ..none },
            Self::Thumbnail { .. } => Traits { stays_opaque: true, ..none },
            Self::Canvas { .. } | Self::Text { .. } | Self::Distort { .. } | Self::Effect { .. } => none,
            Self::Orient(_) | Self::Flip(_) => Traits {
                moves_pixels: true,
                stays_opaque: true,
                keeps_colors: true,
                // Each chroma sample covers a pair of pixels, the first of them even. An image with odd sides loses
                // this property when it is turned.
                in_planes: input.width.is_multiple_of(2) && input.height.is_multiple_of(2),
            },
            Self::Trim(_) | Self::Crop(_) => {
                Traits { moves_pixels: true, stays_opaque: true, keeps_colors: true, ..none }
            }
            Self::Resize { to, .. } => {
                Traits { stays_opaque: true, keeps_colors: to.pixels() <= input.pixels(), ..none }
            }
            Self::Extend { fill, .. } => Traits {
                moves_pixels: matches!(fill, Fill::Color(_)),
                stays_opaque: match fill {
                    Fill::Color(color) => color.opacity >= 100,
                    Fill::Blurred { .. } | Fill::Dominant | Fill::DominantGradient { .. } => true,
                    Fill::Generated { .. } => false,
                },
                ..none
            },
            Self::Border { color, .. } => Traits { moves_pixels: true, stays_opaque: color.opacity >= 100, ..none },
            Self::Rotate { degrees, fill, .. } => {
                let moves_pixels = degrees.to_f64() % 90.0 == 0.0;
                let is_filled = fill.is_some_and(|color| color.opacity >= 100);
                Traits { moves_pixels, stays_opaque: moves_pixels || is_filled, ..none }
            }
            Self::Adjust(look) => match look {
                Filter::Blur(_) | Filter::Grayscale => Traits { stays_opaque: true, in_planes: true, ..none },
                Filter::Sharpen(_) | Filter::Stretch | Filter::Colorize { .. } => Traits { stays_opaque: true, ..none },
                Filter::Replace { .. }
                | Filter::Gradient(_)
                | Filter::Shadow(_)
                | Filter::Round(_)
                | Filter::Fade(_) => none,
            },
            Self::Flatten(color) => Traits { stays_opaque: color.opacity >= 100, ..none },
            Self::Compose { mix, .. } => Traits { stays_opaque: matches!(mix, Mix::Over | Mix::Multiply), ..none },
        }
    }
}
