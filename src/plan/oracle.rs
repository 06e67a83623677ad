//! [`Oracle`]: everything the planner cannot know by itself.

use super::{Orientation, Plan, PlanError, Rect, Size};
use crate::format::Format;

/// Answers what a plan depends on but arithmetic cannot tell.
///
/// Two features make geometry depend on pixels: trimming, and focus on content. Where one comes up
/// the planner hands over the plan so far; in production the executor runs it, looks, and keeps the
/// picture. In tests an oracle is a struct of canned answers.
pub trait Oracle {
    /// Facts from the source's header.
    ///
    /// # Errors
    /// The source cannot be examined.
    fn source(&mut self) -> Result<SourceInfo, PlanError>;

    /// The rectangle that is left after cutting off borders whose colour is within `threshold`
    /// percent of the top left pixel, in the picture that `so_far` makes.
    ///
    /// # Errors
    /// The picture cannot be made, or this oracle sees no pixels.
    fn trim(&mut self, so_far: &Plan, threshold: u8) -> Result<Rect, PlanError>;
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
}

impl SourceInfo {
    /// An opaque, upright JPEG of this size; the fields are open to change.
    #[must_use]
    pub const fn new(size: Size) -> Self {
        Self { size, orientation: Orientation::Upright, format: Format::Jpeg, alpha: false, density: None }
    }
}

/// An oracle that knows a header and no pixels.
///
/// ```
/// use originkit::plan::{plan, Blind, Rules, Size};
/// let mut oracle = Blind::new(Size::new(640, 865));
/// let plan = plan(&"w-300,h-200,c-at_max".parse()?, &mut oracle, &Rules::default())?;
/// assert_eq!(plan.size, Size::new(148, 200));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "it is its header")]
pub struct Blind(pub SourceInfo);

impl Blind {
    /// Knows of an opaque, upright JPEG of this size.
    #[must_use]
    pub const fn new(size: Size) -> Self {
        Self(SourceInfo::new(size))
    }
}

impl Oracle for Blind {
    fn source(&mut self) -> Result<SourceInfo, PlanError> {
        Ok(self.0.clone())
    }

    fn trim(&mut self, _: &Plan, _: u8) -> Result<Rect, PlanError> {
        Err(PlanError::Unsupported { parameter: "t", reason: "this oracle sees no pixels" })
    }
}
