//! Planning: from a transformation and facts about its source to exact operations.
//!
//! [`plan`] is arithmetic on sizes. It sees no pixel: what it must know of the source it asks an
//! [`Oracle`]. A [`Plan`] therefore can be made, printed and tested without decoding anything, and it
//! holds nothing that is left to decide:
//!
//! - no expression, condition, hint or named transformation,
//! - no `ar`, `dpr`, `fo`: every rectangle is given in numbers and fits its picture,
//! - no size above [`Limits`].
//!
//! ```
//! use originkit::plan::{plan, Blind, Rules, Size};
//! let wanted = "w-300,h-200".parse()?;
//! let plan = plan(&wanted, &mut Blind::new(Size::new(640, 865)), &Rules::default())?;
//! assert_eq!(plan.size, Size::new(300, 200));
//! assert_eq!(plan.to_string(), "\
//! decode  640x865
//! resize  640x426.67+0+219.17 -> 300x200
//! encode  300x200
//! ");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod effects;
mod focus;
mod look;
mod lower;
mod oracle;
mod show;
mod sizing;
mod unsupported;

pub use self::look::{Gradient, Look, Radii, Shadow, Sharpening};
pub use self::lower::plan;
pub use self::oracle::{Blind, Oracle, SourceInfo};
pub use crate::geometry::{Orientation, Point, Rect, Region, Size, round};

use crate::limits::{LimitError, Limits};
use crate::number::Number;
use crate::transform::{Color, Encoding, Flip};

/// Exact operations, in order, from a source to the picture that is encoded.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Plan {
    /// What is done. The first is always [`Op::Decode`].
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
    /// use originkit::plan::{plan, Blind, Rules, Size};
    /// let mut photo = Blind::new(Size::new(640, 865));
    /// let cut_out = plan(&"w-300,e-bgremove".parse()?, &mut photo, &Rules::default())?;
    /// assert_eq!(cut_out.size, Size::new(300, 405));
    /// assert_eq!(cut_out.executable().unwrap_err().to_string(), "`e-bgremove` is not supported: needs an effect provider");
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

    /// An estimate of the bytes that pixels take at the worst moment of a run.
    ///
    /// It counts four bytes a pixel and at most two pictures at a time, the one an operation reads and
    /// the one it makes, with three exceptions: decoding counts the decoder's own picture too, resampling
    /// the one between its vertical and its horizontal pass, and blurring what its passes need. Not counted are what codecs and filters
    /// need besides these pictures, and the encoded files.
    #[must_use]
    pub fn memory(&self) -> u64 {
        let mut size = self.size;
        let mut most = 0;
        for op in &self.ops {
            most = op.memory(size).max(most);
            size = op.output(size);
        }
        most
    }
}

/// A parameter that the language has and this version does not execute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unsupported {
    /// Its key in the URL.
    pub parameter: &'static str,
    /// What is missing.
    pub reason: &'static str,
}

/// One operation. Each takes the picture of the one before.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Op {
    /// Read the source.
    Decode {
        /// Its stored size.
        size: Size,
        /// Which page or frame, counted from zero.
        page: u32,
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
    /// Put the picture on a larger canvas.
    Extend {
        /// The size of the canvas.
        to: Size,
        /// Where the picture's top left corner goes.
        at: Point,
        /// The colour of the rest.
        fill: Color,
    },
    /// Mirror.
    Flip(Flip),
    /// Draw a frame around the picture, which grows by twice the width.
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
        /// The size that holds the turned picture.
        to: Size,
        /// What fills the corners; `None` leaves them transparent.
        fill: Option<Color>,
    },
    /// Change how pixels look.
    Look(Look),
    /// Put a colour behind transparent pixels.
    Flatten(Color),
}

impl Op {
    /// The size of what it makes of a picture of this size.
    #[must_use]
    pub fn output(&self, input: Size) -> Size {
        match *self {
            Self::Decode { size, .. } => size,
            Self::Orient(orientation) => orientation.apply(input),
            Self::Trim(rect) | Self::Crop(rect) => rect.size(),
            Self::Resize { to, .. } | Self::Extend { to, .. } | Self::Rotate { to, .. } => to,
            Self::Flip(_) | Self::Look(_) | Self::Flatten(_) => input,
            Self::Border { width, .. } => {
                let grown = |side: u32| side.saturating_add(width.saturating_mul(2));
                Size::new(grown(input.width), grown(input.height))
            }
        }
    }

    /// Bytes of the pictures that exist while it runs, see [`Plan::memory`].
    fn memory(&self, input: Size) -> u64 {
        const BYTES: u64 = 4;
        let output = self.output(input);
        let (input, between) = match self {
            Self::Decode { size, .. } => (*size, 0),
            Self::Resize { from, to } => (input, Size::new(round(from.width.ceil()), to.height).pixels()),
            _ => (input, 0),
        };
        let scratch = if let Self::Look(look) = self { look.scratch(input) } else { 0 };
        let pixels = input.pixels().saturating_add(output.pixels()).saturating_add(between);
        pixels.saturating_mul(BYTES).saturating_add(scratch)
    }
}

/// The geometry of one step: a region of its input on a canvas.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Frame {
    /// The size of the step's input.
    pub input: Size,
    /// The region of the input that is used.
    pub source: Region,
    /// The canvas it lands on, before border and rotation.
    pub canvas: Size,
    /// Where on the canvas.
    pub target: Rect,
    /// The size of the step's output.
    pub output: Size,
}

/// What planning needs to know besides the source.
///
/// ```
/// use originkit::plan::Rules;
/// let mut rules = Rules::default();
/// rules.auto_orient = false; // leave pictures as they are stored
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rules {
    /// Every bound.
    pub limits: Limits,
    /// Apply the EXIF orientation without being asked (`rt-auto` asks).
    pub auto_orient: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self { limits: Limits::default(), auto_orient: true }
    }
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The region of `cm-extract` leaves the picture.
    #[error("the region {region} leaves the picture, which is {picture}")]
    OutsideImage {
        /// The region asked for, as text: it may lie at negative coordinates.
        region: String,
        /// The picture's size.
        picture: Size,
    },
    /// Too large.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// A parameter that the language has and this version does not execute.
    #[error("`{parameter}` is not supported: {reason}")]
    Unsupported {
        /// Its key in the URL.
        parameter: &'static str,
        /// What is missing.
        reason: &'static str,
    },
    /// A fact about the source could not be found out.
    #[error("the source could not be examined: {0}")]
    Source(String),
}
