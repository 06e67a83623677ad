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

mod content;
mod distort;
mod dress;
mod effects;
mod fill;
mod focus;
mod frame;
mod fuse;
mod layer;
mod look;
mod lower;
mod op;
mod oracle;
mod show;
mod sizing;
mod text;
mod unsupported;

pub use self::distort::{Arc, Distortion};
pub use self::fill::Fill;
pub use self::fuse::Fusion;
#[cfg(feature = "pixels")]
pub(crate) use self::fuse::{Facts, fuse, in_planes, rasterise, reduced};
pub use self::look::{Gradient, Look, Radii, Shadow, Sharpening};
#[cfg(feature = "pixels")]
pub(crate) use self::lower::page;
pub use self::lower::plan;
pub use self::op::{Mix, Op, Thumbnail};
pub use self::oracle::{Blind, Oracle, SourceInfo};
pub use self::text::{FontChoice, TextBlock};
pub use crate::geometry::{Orientation, Point, Rect, Region, Size, round};

use std::time::Duration;

use crate::code::ErrorCode;
use crate::limits::{LimitError, Limits};
use crate::transform::{Color, Encoding};

/// Exact operations, in order, from a source to the picture that is encoded.
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
    /// use originkit::plan::{plan, Blind, Rules, Size};
    /// let mut photo = Blind::new(Size::new(640, 865));
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

    /// An estimate of the bytes that pixels take at the worst moment of a run.
    ///
    /// It counts four bytes a pixel and at most two pictures at a time, the one an operation reads and
    /// the one it makes, with three exceptions: decoding counts the decoder's own picture too, resampling
    /// the one between its vertical and its horizontal pass, and blurring what its passes need. Not counted are what
    /// codecs and filters need besides these pictures, and the encoded files. Limits are checked against it; what a
    /// render of a certain file really takes is less, and told by `peak_memory`.
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
    /// Refuse a damaged source, instead of showing of it what can be shown.
    pub refuse_damaged: bool,
    /// The size that a result is fitted into (`c-at_max`) where the transformation names neither `w` nor `h` (documented:
    /// the setting *maximum image dimensions*); `None` leaves it alone.
    pub max_size: Option<Size>,
    /// Passes over the plan before it is carried out.
    pub fusion: Fusion,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            auto_orient: true,
            refuse_damaged: false,
            max_size: None,
            fusion: Fusion::ALL,
        }
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
    /// An effect is not ready yet.
    #[error("the effect is being prepared")]
    Pending {
        /// When to ask again.
        retry_after: Duration,
    },
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
    /// Whoever was asked for pixels could not make them.
    #[error("{message}")]
    Pixels {
        /// What kind of failure it was.
        code: ErrorCode,
        /// What happened.
        message: String,
    },
}
