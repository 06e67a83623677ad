//! originkit turns an image URL into an image response.

mod address;
mod color;
mod config;
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
pub mod transform;

#[cfg(feature = "signing")]
pub use address::{SignatureError, sign};
pub use address::{DeliveryUrl, UrlError};
pub use config::{ConfigError, Endpoint, Engine, EngineBuilder, HostPattern, NameError, Origin, Settings, Warning};
pub use error::{Error, ErrorCode};
pub use format::Format;
pub use limits::{LimitError, Limits};
pub use order::{CacheKey, Order, Rejection};
pub use policy::GuardError;

/// Which requests come from ImageKit, for operators of origins.
pub mod egress {
    pub use crate::policy::{IMAGEKIT_EGRESS_IPV4, is_from_imagekit, is_imagekit_ip};
}
