//! [`Effects`]: changes of colour, sharpness, light and shape.

use super::crop::Gravity;
use super::expr::Measure;
use crate::color::Color;
use crate::number::Number;

/// The effects of one step: `bl`, `cr` and the `e-` parameters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Effects {
    /// `bl`: Gaussian blur, sigma in pixels, above 0 and at most 100.
    pub blur: Option<Number>,
    /// `cr`: replacement of one colour by another.
    pub replace: Option<Replace>,
    /// `e-colorize`: a tint.
    pub colorize: Option<Colorize>,
    /// `e-grayscale`: conversion to grey.
    pub grayscale: bool,
    /// `e-contrast`: contrast stretched to the full range.
    pub contrast: bool,
    /// `e-sharpen`: sharpening.
    pub sharpen: Option<Sharpen>,
    /// `e-usm`: an unsharp mask.
    pub unsharp: Option<Unsharp>,
    /// `e-gradient`: a gradient over the image.
    pub gradient: Option<Gradient>,
    /// `e-shadow`: a shadow below the image.
    pub shadow: Option<Shadow>,
    /// `e-distort`: a perspective or an arch.
    pub distort: Option<Distort>,
    /// Effects that need a model, at most one of each kind, in the order in which they are applied: that of [`Ai`].
    pub ai: Vec<Ai>,
}

impl Effects {
    /// Inserts an effect that needs a model at its position in the order, replacing another one of its kind.
    pub(crate) fn add_ai(&mut self, effect: Ai) {
        match self.ai.binary_search_by_key(&effect.rank(), Ai::rank) {
            Ok(at) => {
                if let Some(known) = self.ai.get_mut(at) {
                    *known = effect;
                }
            }
            Err(at) => self.ai.insert(at, effect),
        }
    }
}

/// A replacement of one colour by another: `cr-<to>_<tolerance>_<from>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "the grammar has these three parts")]
pub struct Replace {
    /// The new colour.
    pub to: Color,
    /// The maximum distance of a colour from the old one, 0 to 100; 35 by default.
    pub tolerance: u8,
    /// The old colour; the dominant one by default.
    pub from: Option<Color>,
}

/// A tint: `e-colorize-co-red_in-40`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Colorize {
    /// `co`: the tint, grey by default.
    pub color: Option<Color>,
    /// `in`: the strength of the tint, 0 to 100; 100 by default.
    pub intensity: Option<u8>,
}

/// Sharpening: `e-sharpen`, `e-sharpen-10`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Sharpen {
    /// The flag without a value: 50.
    Default,
    /// A number above zero.
    Amount(Number),
}

/// An unsharp mask: `e-usm`, `e-usm-2-2-0.8-0.024`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unsharp {
    /// The flag without values: `2-2-0.8-0.024`.
    Default,
    /// All four values, each zero or more.
    Exact {
        /// The radius of the kernel, in pixels; 0 derives it from sigma.
        radius: Number,
        /// The sigma of the Gaussian, in pixels.
        sigma: Number,
        /// The share of the difference that is added.
        amount: Number,
        /// Differences below this share of the range are ignored.
        threshold: Number,
    },
}

/// A gradient: `e-gradient-ld-top_right_from-FF000040_to-00FF0040_sp-0.9`. Values that were not written are `None`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Gradient {
    /// `ld`: the direction; towards the bottom by default.
    pub direction: Option<Direction>,
    /// `from`: the first colour, white by default.
    pub from: Option<Color>,
    /// `to`: the last colour, transparent black by default.
    pub to: Option<Color>,
    /// `sp`: the position at which `to` is reached, above zero: a share of the line up to 1, pixels above 1.
    pub stop: Option<Measure>,
}

/// The direction of a gradient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Direction {
    /// A side or a corner, never the centre.
    Side(Gravity),
    /// Degrees clockwise from the top, 0 to 359.
    Degrees(u16),
}

/// A shadow: `e-shadow-bl-15_st-40_x-10_y-N5`. Values that were not written are `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Shadow {
    /// `bl`: sigma in pixels, 0 to 15; 10 by default.
    pub blur: Option<u8>,
    /// `st`: strength in percent, 30 by default.
    pub strength: Option<u8>,
    /// `x`: to the right, percent of the width, -100 to 100; 2 by default.
    pub x: Option<i8>,
    /// `y`: downwards, percent of the height, -100 to 100; 2 by default.
    pub y: Option<i8>,
}

/// A distortion: `e-distort`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Distort {
    /// `p-x1_y1_..._x4_y4`: the new positions of the corners, clockwise from the top left.
    Perspective([Number; 8]),
    /// `a-45`: bent by this many degrees, -360 to 360.
    Arc(Number),
}

/// Effects that need a model, which the embedder provides. If a step has several, they are applied in this order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ai {
    /// `e-bgremove`: removal of the background.
    RemoveBackground,
    /// `e-removedotbg`: removal of the background by an external service.
    RemoveBackgroundExternal,
    /// A shadow cast by a light: `e-dropshadow-az-45_el-30_st-70`. Values that were not written are `None`.
    DropShadow {
        /// `az`: direction of the light, 0 to 360 degrees; 215 by default.
        azimuth: Option<u16>,
        /// `el`: elevation of the light, 0 to 90 degrees; 45 by default.
        elevation: Option<u8>,
        /// `st`: strength in percent; 60 by default.
        strength: Option<u8>,
    },
    /// `e-changebg-prompt-...`: a new background.
    ChangeBackground {
        /// The description of the new background.
        prompt: String,
    },
    /// `e-edit-prompt-...`: an edit by description.
    Edit {
        /// The description of the change.
        prompt: String,
    },
    /// `e-retouch`: retouching.
    Retouch,
    /// `e-upscale`: upscaling.
    Upscale,
    /// `e-genvar`: a generated variation.
    Variation,
}

impl Ai {
    /// Returns the position in the order of application.
    const fn rank(&self) -> u8 {
        match self {
            Self::RemoveBackground => 0,
            Self::RemoveBackgroundExternal => 1,
            Self::DropShadow { .. } => 2,
            Self::ChangeBackground { .. } => 3,
            Self::Edit { .. } => 4,
            Self::Retouch => 5,
            Self::Upscale => 6,
            Self::Variation => 7,
        }
    }

    /// Returns the key in the URL, such as `e-bgremove`.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        match self {
            Self::RemoveBackground => "e-bgremove",
            Self::RemoveBackgroundExternal => "e-removedotbg",
            Self::DropShadow { .. } => "e-dropshadow",
            Self::ChangeBackground { .. } => "e-changebg",
            Self::Edit { .. } => "e-edit",
            Self::Retouch => "e-retouch",
            Self::Upscale => "e-upscale",
            Self::Variation => "e-genvar",
        }
    }
}
