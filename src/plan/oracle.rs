//! [`Oracle`]: the facts that the planner cannot compute.

use super::error::PlanError;
use super::op::Plan;
use super::text::TextBlock;
use crate::extend::{Found, Subject};
use crate::format::Format;
use crate::geometry::{Orientation, Rect, Size, round};
use crate::path::AssetPath;
use crate::transform::Ai;

/// Supplies the facts that a plan depends on and that arithmetic cannot determine.
///
/// Four features make geometry depend on pixels: trimming, focus on content, text, and effects that change the size of
/// an image. For each of them except text the planner passes the plan so far. In production the executor runs that
/// plan, examines the image, and keeps it. In tests an oracle is a struct with fixed answers.
pub trait Oracle {
    /// Returns facts from the header of a file: `None` is the asset, otherwise the file that a layer names.
    ///
    /// # Errors
    /// The file cannot be examined.
    fn source(&mut self, file: Option<&AssetPath>) -> Result<SourceInfo, PlanError>;

    /// Returns the rectangle to keep after cutting off borders whose colour is within `threshold` percent of the top
    /// left pixel, in the image that `so_far` makes.
    ///
    /// # Errors
    /// The image cannot be made.
    fn trim(&mut self, so_far: &Plan, threshold: u8) -> Result<Rect, PlanError>;

    /// Returns the areas of a subject in the image that `so_far` makes. Empty if no detector knows, which is the
    /// default.
    ///
    /// # Errors
    /// The image cannot be made.
    fn regions(&mut self, so_far: &Plan, subject: &Subject) -> Result<Vec<Found>, PlanError> {
        _ = (so_far, subject);
        Ok(Vec::new())
    }

    /// Returns the size of a text as drawn, including padding.
    ///
    /// # Errors
    /// The font is damaged, the text is too large, or there are no fonts, which is the default.
    fn text(&mut self, text: &TextBlock) -> Result<Size, PlanError> {
        _ = text;
        Err(PlanError::Unsupported { parameter: "l-text", reason: "there are no fonts here" })
    }

    /// Returns the size of the result of an effect on the image that `so_far` makes.
    ///
    /// # Errors
    /// There is no provider for this effect, which is the default; it failed; or it takes more time.
    fn effect(&mut self, so_far: &Plan, effect: &Ai) -> Result<Size, PlanError> {
        _ = so_far;
        Err(PlanError::Unsupported { parameter: effect.key(), reason: "needs an effect provider" })
    }
}

/// The facts in the header of a source.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SourceInfo {
    /// The stored size, before orientation.
    pub size: Size,
    /// The orientation to apply.
    pub orientation: Orientation,
    /// The format of the file.
    pub format: Format,
    /// Whether the file can have transparent pixels.
    pub alpha: bool,
    /// Dots per inch, if the file states them.
    pub density: Option<f64>,
    /// Whether it is a vector drawing, which can be decoded at any size.
    pub vector: bool,
    /// The frames of an animation, 1 for anything else. They are counted up to one more than
    /// [`Limits::frames`](crate::Limits::frames).
    pub frames: u32,
}

impl SourceInfo {
    /// Makes the facts of an opaque, upright JPEG of this size. The fields are public and can be changed.
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
/// Every file is assumed to have that header. Nothing is found to cut off or to focus on, the width of a text is
/// estimated from its length, and effects keep the size. This makes the geometry of any URL available.
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
    /// Makes the oracle of an opaque, upright JPEG of this size.
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
        /// Letters of common fonts are half as wide as the em square.
        const LETTER: f64 = 0.5;
        /// Ascent, descent and line gap.
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
