//! originkit turns an image URL into an image response.

mod color;
pub mod delivery;
mod error;
mod format;
mod geometry;
mod limits;
mod number;
mod order;
mod path;
#[cfg(feature = "pixels")]
mod pixels;
pub mod plan;
mod policy;
mod syntax;
pub mod transform;

pub use error::{Error, ErrorCode};
pub use format::Format;
pub use limits::{LimitError, Limits};
pub use order::{Order, Rejection};
#[cfg(feature = "pixels")]
pub use pixels::{Options, transform};
