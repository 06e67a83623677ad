//! [`Oracle`]: everything the planner cannot know by itself.

use super::error::PlanError;
use super::op::Plan;
use super::text::TextBlock;
use crate::extend::{Found, Subject};
use crate::format::Format;
use crate::geometry::{Orientation, Rect, Size, round};
use crate::path::AssetPath;
use crate::transform::Ai;

/// Answers what a plan depends on but arithmetic cannot tell.
///
/// Four features make geometry depend on pixels: trimming, focus on content, text, and effects that change
/// an image's size. Where one comes up the planner hands over the plan so far; in production the executor
/// runs it, looks, and keeps the image. In tests an oracle is a struct of canned answers.
pub trait Oracle {
    /// Facts from the header of a file: `None` is the asset, else the file that a layer names.
    ///
    /// # Errors
    /// The file cannot be examined.
    fn source(&mut self, file: Option<&AssetPath>) -> Result<SourceInfo, PlanError>;

    /// The rectangle that is left after cutting off borders whose colour is within `threshold`
    /// percent of the top left pixel, in the image that `so_far` makes.
    ///
    /// # Errors
    /// The image cannot be made.
    fn trim(&mut self, so_far: &Plan, threshold: u8) -> Result<Rect, PlanError>;

    /// Where a subject is in the image that `so_far` makes; empty, as by default, if nobody can tell.
    ///
    /// # Errors
    /// The image cannot be made.
    fn regions(&mut self, so_far: &Plan, subject: &Subject) -> Result<Vec<Found>, PlanError> {
        _ = (so_far, subject);
        Ok(Vec::new())
    }

    /// The size of a text as it is drawn, padding included.
    ///
    /// # Errors
    /// The font is damaged, the text too large, or, as by default, there are no letters.
    fn text(&mut self, text: &TextBlock) -> Result<Size, PlanError> {
        _ = text;
        Err(PlanError::Unsupported { parameter: "l-text", reason: "there are no fonts here" })
    }

    /// The size of what an effect makes of the image that `so_far` makes.
    ///
    /// # Errors
    /// Nobody offers this effect, as by default, it failed, or it takes more time.
    fn effect(&mut self, so_far: &Plan, effect: &Ai) -> Result<Size, PlanError> {
        _ = so_far;
        Err(PlanError::Unsupported { parameter: effect.key(), reason: "needs an effect provider" })
    }
}

/// What a source's header says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SourceInfo {
    /// As stored, before orientation.
    pub size: Size,
    /// How it is to be turned.
    pub orientation: Orientation,
    /// Its format.
    pub format: Format,
    /// Can it hold transparent pixels?
    pub alpha: bool,
    /// Dots per inch, if the file says so.
    pub density: Option<f64>,
    /// Is it a drawing without pixels of its own, which can be decoded at any size?
    pub vector: bool,
    /// Frames of an animation, 1 of anything else. Counted no further than to one more than
    /// [`Limits::frames`](crate::Limits::frames).
    pub frames: u32,
}

impl SourceInfo {
    /// An opaque, upright JPEG of this size; the fields are open to change.
    #[must_use]
    pub const fn new(size: Size) -> Self {
        Self {
            size,
            orientation: Orientation::Upright,
            format: Format::Jpeg,
            alpha: false,
            density: None,
            vector: false,
            frames: 1,
        }
    }
}

/// An oracle that knows one header and no pixels.
///
/// Every file is taken for one like that. Nothing is found to cut off or to keep in sight, a text is taken
/// to be as wide as a usual one of its length, and effects keep the size. So the geometry of any URL can
/// be asked for.
///
/// ```
/// use originkit::plan::{Rules, Size, SizeOnly, plan};
/// let mut oracle = SizeOnly::new(Size::new(640, 865));
/// let plan = plan(&"w-300,h-200,c-at_max".parse()?, &mut oracle, &Rules::default())?;
/// assert_eq!(plan.size, Size::new(148, 200));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "it is its header")]
pub struct SizeOnly(pub SourceInfo);

impl SizeOnly {
    /// Knows of an opaque, upright JPEG of this size.
    #[must_use]
    pub const fn new(size: Size) -> Self {
        Self(SourceInfo::new(size))
    }
}

impl Oracle for SizeOnly {
    fn source(&mut self, _: Option<&AssetPath>) -> Result<SourceInfo, PlanError> {
        Ok(self.0.clone())
    }

    fn trim(&mut self, so_far: &Plan, _: u8) -> Result<Rect, PlanError> {
        Ok(Rect::full(so_far.size))
    }

    fn regions(&mut self, _: &Plan, _: &Subject) -> Result<Vec<Found>, PlanError> {
        Ok(Vec::new())
    }

    fn text(&mut self, text: &TextBlock) -> Result<Size, PlanError> {
        /// Letters of usual fonts are half as wide as the em square.
        const LETTER: f64 = 0.5;
        /// Ascent, descent and gap.
        const LINE: f64 = 1.2;
        let longest = text.text.lines().map(|line| line.chars().count()).max().unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "a text has few characters")]
        let width = longest as f64 * text.size * LETTER;
        let wrap = text.wrap.unwrap_or_else(|| round(width));
        #[expect(clippy::cast_precision_loss, reason = "a text has few lines")]
        let lines = text.text.lines().count().max(1) as f64 * (width / f64::from(wrap.max(1))).ceil().max(1.0);
        Ok(text.padded(Size::new(wrap, round(lines * text.line_height.unwrap_or(text.size * LINE)))))
    }

    fn effect(&mut self, so_far: &Plan, _: &Ai) -> Result<Size, PlanError> {
        Ok(so_far.size)
    }
}
