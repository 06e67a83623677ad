//! originkit turns an image URL into an image response.

pub mod blocking;
pub mod client;
mod color;
pub mod delivery;
mod error;
mod format;
mod geometry;
mod limits;
mod number;
mod order;
mod path;
pub mod plan;
mod policy;
mod syntax;
#[cfg(feature = "tower")]
pub mod tower;
pub mod transform;

pub use error::{Error, ErrorCode};
pub use format::Format;
pub use limits::{LimitError, Limits};
pub use order::{Order, Rejection};
