//! [`Rules`]: the settings of planning.

use super::fuse::Fusion;
use crate::geometry::Size;
use crate::limits::Limits;
use crate::setters::setters;

/// The settings that planning needs in addition to the source.
///
/// ```
/// use originkit::plan::Rules;
/// let rules = Rules::default().auto_orient(false); // keep images as they are stored
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rules {
    /// All limits.
    pub limits: Limits,
    /// Whether to apply the EXIF orientation without a request (`rt-auto` requests it).
    pub auto_orient: bool,
    /// Whether to refuse a damaged source, instead of showing the part of it that is readable.
    pub refuse_damaged: bool,
    /// The size that a result is fitted into (`c-at_max`) if the transformation has neither `w` nor `h` (documented:
    /// the setting *maximum image dimensions*); `None` does not change it.
    pub max_size: Option<Size>,
    /// Passes over the plan before it is executed.
    pub fusion: Fusion,
}

setters!(Rules {
    limits: Limits,
    auto_orient: bool,
    refuse_damaged: bool,
    max_size: Option<Size>,
    fusion: Fusion,
});

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
