//! [`Rules`]: the settings of planning.

use super::fuse::Fusion;
use crate::geometry::Size;
use crate::limits::Limits;
use crate::setters::setters;

/// What planning needs to know besides the source.
///
/// ```
/// use originkit::plan::Rules;
/// let rules = Rules::default().auto_orient(false); // leave images as they are stored
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
