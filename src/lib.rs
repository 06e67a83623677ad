#![doc = include_str!("../README.md")]
//!
//! # The line through the crate
//!
//! ```text
//!  http::Request
//!       │  Endpoint::parse            text → DeliveryUrl              (language, pure)
//!       ▼
//!  DeliveryUrl
//!       │  Engine::resolve(now)       names, hints, Accept, signature (policy, pure)
//!       ▼
//!  Order ──────── cache_key() ──▶ your cache
//!       │  Order::deliver
//!       ▼
//!  Delivery ⇄ Fetch … Head, Chunk, End, Failed      your HTTP client  (the only waiting)
//!       │
//!       ▼
//!  Render { sources, order }                        your thread pool  (the only computing)
//!       │  plan     facts → Plan                    (geometry, pure)
//!       │  run      Plan → pixels → bytes
//!       ▼
//!  http::Response<Bytes>
//! ```
//!
//! Waiting and computing do not mix: the machine gathers every source, then asks for one render.
//! Geometry and pixels do not mix: planning sees sizes, never pixels.
//!
//! | Concept | Is |
//! |---|---|
//! | [`Engine`] | immutable configuration, cheap to clone |
//! | [`Endpoint`] | a URL prefix and its ordered origins |
//! | [`Origin`] | a base URL and its header policy |
//! | [`DeliveryUrl`] | one parsed URL: path, transformation, `ik-` parameters |
//! | [`Transformation`](transform::Transformation) | the language: steps of edits, layers, conditions |
//! | [`Dialect`] | another service's URL syntax, for an endpoint |
//! | [`Order`] | what was asked for, with nothing left to look up |
//! | [`Delivery`] | the sans-IO machine that fulfils one order |
//! | [`Plan`](plan::Plan) | exact operations with integer geometry |
//! | [`Limits`] | every bound, in one value |
//!
//! What an embedder may bring (models, fonts, decoders) is [`extend`].

#![cfg_attr(
    test,
    allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::float_cmp,
        reason = "unit tests draw pictures of known numbers"
    )
)]

#[cfg(doc)]
pub mod _guide;
#[cfg(any(feature = "object-store", feature = "reqwest", feature = "tokio", feature = "ureq"))]
pub mod adapters;
mod address;
mod base64;
mod bitmap;
pub mod blocking;
#[cfg(feature = "cache")]
pub mod cache;
pub mod client;
mod code;
mod color;
mod config;
mod cost;
pub mod delivery;
mod dialect;
mod encoded;
mod error;
pub mod extend;
#[cfg(any(feature = "pixels", feature = "sanitize", feature = "decompress"))]
mod fence;
mod fingerprint;
mod format;
mod geometry;
mod hex;
mod limits;
mod note;
mod number;
mod order;
mod path;
mod percent;
#[cfg(feature = "pixels")]
mod pixels;
pub mod plan;
mod policy;
mod stop;
#[cfg(feature = "sanitize")]
mod svg;
mod syntax;
pub mod testing;
#[cfg(feature = "tower")]
pub mod tower;
mod trace;
pub mod transform;

pub use address::{BuildError, DeliveryUrl, UrlBuilder, UrlError};
#[cfg(feature = "signing")]
pub use address::{SignatureError, SigningKey, sign};
pub use code::ErrorCode;
pub use config::{
    AcceptByAgent, Access, Caching, ConfigError, Country, Endpoint, Engine, EngineBuilder, HostPattern, NameError,
    Origin, Settings, Warning,
};
pub use cost::Cost;
pub use delivery::Delivery;
pub use dialect::{Dialect, Rewritten};
pub use error::Error;
pub use format::Format;
pub use limits::{LimitError, Limits};
pub use note::{Note, Notes};
pub use order::{CacheKey, Order, Rejection};
#[cfg(feature = "pixels")]
pub use pixels::{Info, Options, Scratch, estimate, inspect, peak_memory, transform, transform_with};
pub use policy::{ACCEPT_CH, AccessError, COMPRESSIBLE, GuardError, OriginError, Visitor};
pub use stop::{Stop, StopOnDrop};
#[cfg(feature = "sanitize")]
pub use svg::sanitize_svg;

pub use {bytes, http};

/// Which requests come from ImageKit, for operators of origins.
pub mod egress {
    pub use crate::policy::{IMAGEKIT_EGRESS_IPV4, is_from_imagekit, is_imagekit_ip};
}
