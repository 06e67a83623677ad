//! [`Plan`] and [`Op`]: operations, of which one draws what a whole plan makes.

use super::adjust::Filter;
use super::distort::Distortion;
use super::error::PlanError;
use super::fill::Fill;
use super::step::Frame;
use super::text::TextBlock;
use super::unsupported::Unsupported;
use crate::geometry::{Orientation, Point, Rect, Region, Size};
use crate::number::Number;
use crate::path::AssetPath;
use crate::transform::{Ai, Color, Encoding, Flip};

/// Exact operations, in order, from a source to the image that is encoded.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Plan {
    /// What is done. The first starts it: [`Op::Decode`], or in layers [`Op::Canvas`] or [`Op::Text`].
    pub ops: Vec<Op>,
    /// The frame of each step taken, in order: what was read and where it landed.
    pub steps: Vec<Frame>,
    /// The size of the result.
    pub size: Size,
    /// Settings of the output, folded over the steps taken.
    pub output: Encoding,
    /// What lies under transparent pixels if the output format has none: the last `bg`, else black.
    pub matte: Color,
    /// Parameters that this version plans around and cannot execute, in the order they were met.
    pub unsupported: Vec<Unsupported>,
}

impl Plan {
    /// Passes a plan that can be run as it was meant.
    ///
    /// ```
    /// use originkit::plan::{Rules, Size, SizeOnly, plan};
    /// let mut photo = SizeOnly::new(Size::new(640, 865));
    /// let pages = plan(&"w-300,pg-2_3".parse()?, &mut photo, &Rules::default())?;
    /// assert_eq!(pages.size, Size::new(300, 405));
    /// let refused = pages.executable().unwrap_err().to_string();
    /// assert_eq!(refused, "`pg` is not supported: only one page or frame, by number");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`PlanError::Unsupported`] with the first of [`Plan::unsupported`].
    pub fn executable(&self) -> Result<(), PlanError> {
        match self.unsupported.first() {
            None => Ok(()),
            Some(&Unsupported { parameter, reason }) => Err(PlanError::Unsupported { parameter, reason }),
        }
    }
}

/// One operation. Each takes the image of the one before.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Op {
    /// Read a file.
    Decode {
        /// Which: `None` is the asset, else the file that a layer names.
        file: Option<AssetPath>,
        /// Its stored size.
        size: Size,
        /// Which page or frame, counted from zero.
        page: u32,
    },
    /// Read a file and resample a region of it, one with the other. [`plan`](super::plan) makes no such operation:
    /// it is what decoding, cropping and resizing become before they are carried out ([`Fusion`](super::Fusion)).
    Thumbnail {
        /// Which: `None` is the asset, else the file that a layer names.
        file: Option<AssetPath>,
        /// What of it, and at which size.
        wanted: Thumbnail,
    },
    /// Start with a block of one colour (`ik_canvas`).
    Canvas {
        /// Its size.
        size: Size,
        /// Its colour.
        color: Color,
    },
    /// Start with a text.
    Text {
        /// What is drawn.
        block: Box<TextBlock>,
        /// The size it has, padding included, as the oracle measured it.
        size: Size,
    },
    /// Turn it as its EXIF orientation says.
    Orient(Orientation),
    /// Cut away what shows nothing but one colour: the rectangle was measured by the oracle.
    Trim(Rect),
    /// Keep this rectangle.
    Crop(Rect),
    /// Resample this region to this size.
    Resize {
        /// The part that is read; may lie between pixels.
        from: Region,
        /// The new size.
        to: Size,
    },
    /// Put the image on a larger canvas.
    Extend {
        /// The size of the canvas.
        to: Size,
        /// Where the image's top left corner goes.
        at: Point,
        /// What the rest consists of.
        fill: Fill,
    },
    /// Mirror.
    Flip(Flip),
    /// Draw a frame around the image, which grows by twice the width.
    Border {
        /// Pixels on each side.
        width: u32,
        /// Its colour.
        color: Color,
    },
    /// Turn clockwise. Right angles are exact.
    Rotate {
        /// Above 0 and below 360.
        degrees: Number,
        /// The size that holds the turned image.
        to: Size,
        /// What fills the corners; `None` leaves them transparent.
        fill: Option<Color>,
    },
    /// Change how pixels look.
    Adjust(Filter),
    /// Tilt or bend it.
    Distort {
        /// How.
        how: Distortion,
        /// The size of the canvas.
        to: Size,
    },
    /// Put a colour behind transparent pixels.
    Flatten(Color),
    /// Let an effect provider change it.
    Effect {
        /// How.
        effect: Ai,
        /// The size of what it gave when the oracle asked.
        to: Size,
    },
    /// Draw a layer over it.
    Compose {
        /// What makes the layer.
        layer: Box<Plan>,
        /// Where its top left corner goes; may lie outside.
        at: Point,
        /// How it mixes with what is below.
        mix: Mix,
    },
}

/// What is decoded of a file and resampled on the way.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Thumbnail {
    /// The file's stored size.
    pub size: Size,
    /// What is decoded of it, in whole pixels: the filter sees nothing beyond.
    pub part: Rect,
    /// The region that is resampled, in pixels of the file.
    pub from: Region,
    /// The new size.
    pub to: Size,
    /// How many samples are decoded of each eight, in both directions.
    pub scale_eighths: u8,
    /// May chroma have half the resolution?
    pub chroma_420: bool,
}

impl Thumbnail {
    /// All of a file at so many eighths.
    #[cfg(feature = "pixels")]
    pub(crate) fn whole(size: Size, scale_eighths: u8) -> Self {
        let to = reduced(size, scale_eighths);
        Self { size, part: Rect::full(size), from: Region::full(size), to, scale_eighths, chroma_420: false }
    }
}

/// How a layer mixes with what is below (`lm`).
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Mix {
    /// It covers.
    Over,
    /// Colours are multiplied.
    Multiply,
    /// Red and green of the layer move the pixels below, at most this far across and down.
    Displace {
        /// Pixels to the right at full red.
        x: f64,
        /// Pixels down at full green.
        y: f64,
    },
    /// It cuts a hole.
    Cutout,
    /// Only what is under it stays.
    Cutter,
}

impl Op {
    /// The size of what it makes of an image of this size.
    #[must_use]
    pub fn output(&self, input: Size) -> Size {
        match *self {
            Self::Decode { size, .. } | Self::Canvas { size, .. } | Self::Text { size, .. } => size,
            Self::Orient(orientation) => orientation.apply(input),
            Self::Trim(rect) | Self::Crop(rect) => rect.size(),
            Self::Thumbnail { wanted: Thumbnail { to, .. }, .. }
            | Self::Resize { to, .. }
            | Self::Extend { to, .. }
            | Self::Rotate { to, .. } => to,
            Self::Distort { to, .. } | Self::Effect { to, .. } => to,
            Self::Flip(_) | Self::Adjust(_) | Self::Flatten(_) | Self::Compose { .. } => input,
            Self::Border { width, .. } => {
                let grown = |side: u32| side.saturating_add(width.saturating_mul(2));
                Size::new(grown(input.width), grown(input.height))
            }
        }
    }

    /// Does it start a plan, needing no image?
    #[must_use]
    pub const fn is_start(&self) -> bool {
        matches!(self, Self::Decode { .. } | Self::Thumbnail { .. } | Self::Canvas { .. } | Self::Text { .. })
    }
}

/// The size of an image decoded at so many eighths.
#[cfg(feature = "pixels")]
pub(crate) fn reduced(size: Size, scale_eighths: u8) -> Size {
    let side = |side: u32| {
        let scale_eighths = u64::from(side) * u64::from(scale_eighths);
        u32::try_from(scale_eighths.div_ceil(8)).unwrap_or(side)
    };
    Size::new(side(size.width), side(size.height))
}

#[cfg(all(test, feature = "pixels"))]
mod tests {
    use super::*;

    #[test]
    fn sides_are_rounded_up() {
        assert_eq!(reduced(Size::new(1001, 8), 3), Size::new(376, 3));
        assert_eq!(reduced(Size::new(u32::MAX, 1), 8), Size::new(u32::MAX, 1));
        assert_eq!(reduced(Size::new(1, 9), 1), Size::new(1, 2));
    }
}
