//! [`Plan`] and [`Op`]: operations, one of which draws the result of a whole plan.

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
    /// The operations. The first one starts the plan: [`Op::Decode`] or, in layers, [`Op::Canvas`] or [`Op::Text`].
    pub ops: Vec<Op>,
    /// The frame of each step that was taken, in order: its source region and its target.
    pub steps: Vec<Frame>,
    /// The size of the result.
    pub size: Size,
    /// Settings of the output, folded over the steps that were taken.
    pub output: Encoding,
    /// The colour below transparent pixels if the output format has no transparency: the last `bg`, or black.
    pub matte: Color,
    /// Parameters that this version plans around and cannot execute, in reading order.
    pub unsupported: Vec<Unsupported>,
}

impl Plan {
    /// Returns an error unless the plan can be executed completely.
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

/// One operation. Its input is the output of the previous one.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Op {
    /// Reads a file.
    Decode {
        /// The file: `None` is the asset, otherwise the file that a layer names.
        file: Option<AssetPath>,
        /// The stored size of the file.
        size: Size,
        /// The page or frame, counted from zero.
        page: u32,
    },
    /// Reads a file and resamples a region of it in one operation. [`plan`](super::plan) makes no such operation:
    /// decoding, cropping and resizing are combined into it before they are executed ([`Fusion`](super::Fusion)).
    Thumbnail {
        /// The file: `None` is the asset, otherwise the file that a layer names.
        file: Option<AssetPath>,
        /// The region and the size to decode.
        wanted: Thumbnail,
    },
    /// Starts with a block of one colour (`ik_canvas`).
    Canvas {
        /// The size of the block.
        size: Size,
        /// The colour of the block.
        color: Color,
    },
    /// Starts with a text.
    Text {
        /// The text and its style.
        block: Box<TextBlock>,
        /// The size including padding, as the oracle measured it.
        size: Size,
    },
    /// Applies the EXIF orientation.
    Orient(Orientation),
    /// Cuts off borders of one colour. The oracle measured the rectangle to keep.
    Trim(Rect),
    /// Keeps this rectangle.
    Crop(Rect),
    /// Resamples a region to a new size.
    Resize {
        /// The region that is read; its edges may be between pixels.
        from: Region,
        /// The new size.
        to: Size,
    },
    /// Puts the image on a larger canvas.
    Extend {
        /// The size of the canvas.
        to: Size,
        /// The position of the image's top left corner.
        at: Point,
        /// The fill of the rest.
        fill: Fill,
    },
    /// Mirrors the image.
    Flip(Flip),
    /// Draws a border around the image, which grows by twice its width.
    Border {
        /// Pixels on each side.
        width: u32,
        /// The colour of the border.
        color: Color,
    },
    /// Turns the image clockwise. Right angles are exact.
    Rotate {
        /// The angle in degrees, above 0 and below 360.
        degrees: Number,
        /// The size that contains the turned image.
        to: Size,
        /// The fill of the corners; `None` leaves them transparent.
        fill: Option<Color>,
    },
    /// Applies a filter to the pixels.
    Adjust(Filter),
    /// Tilts or bends the image.
    Distort {
        /// The geometry of the distortion.
        how: Distortion,
        /// The size of the canvas.
        to: Size,
    },
    /// Puts a colour behind transparent pixels.
    Flatten(Color),
    /// Applies an effect of an effect provider.
    Effect {
        /// The effect.
        effect: Ai,
        /// The size of the result that the provider returned when the oracle called it.
        to: Size,
    },
    /// Draws a layer over the image.
    Compose {
        /// The plan of the layer.
        layer: Box<Plan>,
        /// The position of its top left corner, which may be outside the image.
        at: Point,
        /// The mode in which it is mixed with the image below.
        mix: Mix,
    },
}

/// The part of a file that is decoded and resampled in one operation.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Thumbnail {
    /// The stored size of the file.
    pub size: Size,
    /// The part that is decoded, in whole pixels. The filter sees nothing outside it.
    pub part: Rect,
    /// The region that is resampled, in pixels of the file.
    pub from: Region,
    /// The new size.
    pub to: Size,
    /// The number of samples that are decoded for every eight pixels, in both directions.
    pub scale_eighths: u8,
    /// Whether chroma may have half the resolution.
    pub chroma_420: bool,
}

impl Thumbnail {
    /// Makes a thumbnail of a whole file at `scale_eighths` eighths of its size.
    #[cfg(feature = "pixels")]
    pub(crate) fn whole(size: Size, scale_eighths: u8) -> Self {
        let to = reduced(size, scale_eighths);
        Self { size, part: Rect::full(size), from: Region::full(size), to, scale_eighths, chroma_420: false }
    }
}

/// The mode in which a layer is mixed with the image below (`lm`).
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Mix {
    /// The layer covers the image.
    Over,
    /// Colours are multiplied.
    Multiply,
    /// Red and green of the layer move the pixels below, at most this far to the right and down.
    Displace {
        /// Pixels to the right at full red.
        x: f64,
        /// Pixels down at full green.
        y: f64,
    },
    /// The layer cuts a hole.
    Cutout,
    /// Only the part under the layer is kept.
    Cutter,
}

impl Op {
    /// Returns the size of the output for an input of this size.
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

    /// Returns `true` if the operation starts a plan and needs no input.
    #[must_use]
    pub const fn is_start(&self) -> bool {
        matches!(self, Self::Decode { .. } | Self::Thumbnail { .. } | Self::Canvas { .. } | Self::Text { .. })
    }
}

/// Returns the size of an image decoded at `scale_eighths` eighths.
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
