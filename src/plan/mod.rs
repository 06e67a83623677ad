//! Planning: from a transformation and facts about its source to exact operations.
//!
//! [`plan`] is arithmetic on sizes. It reads no pixels: an [`Oracle`] supplies the facts about the source that it
//! needs. A [`Plan`] can therefore be made, printed and tested without decoding anything, and it leaves nothing to
//! decide:
//!
//! - no expression, condition, hint or named transformation,
//! - no `ar`, `dpr`, `fo`: every rectangle is given in numbers and fits its image,
//! - no size above [`Limits`](crate::Limits).
//!
//! ```
//! use originkit::plan::{Rules, Size, SizeOnly, plan};
//! let wanted = "w-300,h-200".parse()?;
//! let plan = plan(&wanted, &mut SizeOnly::new(Size::new(640, 865)), &Rules::default())?;
//! assert_eq!(plan.size, Size::new(300, 200));
//! assert_eq!(plan.to_string(), "\
//! decode  640x865
//! resize  640x426.67+0+219.17 -> 300x200
//! encode  300x200
//! ");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod adjust;
mod content;
mod cost;
mod display;
mod distort;
mod effects;
pub(crate) mod error;
mod fill;
mod finish;
mod focus;
mod frame;
mod fuse;
mod layer;
mod lower;
mod op;
mod oracle;
mod rules;
mod sizing;
mod step;
mod text;
#[cfg(feature = "pixels")]
mod traits;
mod unsupported;
mod work;

pub use self::adjust::{DropShadow, Filter, GradientMask, Radii, Sharpening};
#[cfg(feature = "pixels")]
pub(crate) use self::cost::{resampling, total};
pub use self::distort::{ArcBend, Distortion};
pub(crate) use self::error::PlanError;
pub use self::fill::Fill;
pub use self::fuse::Fusion;
#[cfg(feature = "pixels")]
pub(crate) use self::fuse::{Facts, fuse, rasterise};
#[cfg(feature = "pixels")]
pub(crate) use self::lower::page;
pub use self::lower::plan;
#[cfg(feature = "pixels")]
pub(crate) use self::op::reduced;
pub use self::op::{Mix, Op, Plan, Thumbnail};
pub use self::oracle::{Oracle, SizeOnly, SourceInfo};
pub use self::rules::Rules;
pub use self::step::Frame;
pub use self::text::{FontChoice, TextBlock};
pub use self::unsupported::Unsupported;
pub use crate::geometry::{Orientation, Point, Rect, Region, Size, round};
