#![doc = include_str!("../README.md")]
//!
//! # The path of a request
//!
//! ```text
//!  http::Request
//!       │  Engine::parse              text → DeliveryUrl              (language, pure)
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
//! Waiting and computing are separate: the machine gathers every source, then requests one render.
//! Geometry and pixels are separate: planning reads sizes, and no pixels.
//!
//! | Concept | Is |
//! |---|---|
//! | [`Engine`] | immutable configuration, cheap to clone |
//! | [`Endpoint`] | a URL prefix and its ordered origins |
//! | [`Origin`] | a base URL and its header policy |
//! | [`DeliveryUrl`] | one parsed URL: path, transformation, `ik-` parameters |
//! | [`Transformation`] | the language: steps of edits, layers, conditions |
//! | [`Dialect`] | another service's URL syntax, for an endpoint |
//! | [`Order`] | a resolved request, with nothing left to look up |
//! | [`Delivery`] | the sans-IO machine that fulfils one order |
//! | [`Plan`](plan::Plan) | exact operations with integer geometry |
//! | [`Limits`] | every bound, in one value |
//!
//! [`extend`] is the interface for models, fonts and decoders of an embedder.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    test,
    allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::float_cmp,
        reason = "unit tests draw pictures of known numbers"
    )
)]

#[cfg(any(feature = "object-store", feature = "reqwest", feature = "tokio", feature = "ureq"))]
pub mod adapters;
mod address;
mod base64;
mod bitmap;
pub mod blocking;
pub mod client;
mod code;
mod color;
pub mod config;
mod cost;
pub mod delivery;
pub mod dialect;
mod encoded;
pub mod error;
pub mod extend;
#[cfg(any(feature = "pixels", feature = "sanitize", feature = "decompress"))]
mod fence;
mod fingerprint;
mod format;
mod geometry;
#[cfg(doc)]
pub mod guide;
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
mod setters;
mod stop;
pub mod store;
#[cfg(feature = "sanitize")]
mod svg;
mod syntax;
pub mod testing;
#[cfg(feature = "tower")]
pub mod tower;
mod trace;
pub mod transform;

pub use address::{DeliveryUrl, UrlBuilder};
pub use config::{Endpoint, Engine, EngineBuilder, Origin, Settings};
pub use delivery::Delivery;
pub use dialect::Dialect;
pub use error::{Error, ErrorCode};
pub use format::Format;
pub use limits::Limits;
pub use order::Order;
#[cfg(feature = "pixels")]
pub use pixels::Renderer;
pub use transform::Transformation;

pub use {bytes, http};

/// Results of renders, with their costs and the handles that stop them.
pub mod render {
    pub use crate::cost::Cost;
    pub use crate::encoded::Encoded;
    pub use crate::note::{Note, Notes};
    #[cfg(feature = "pixels")]
    pub use crate::pixels::Info;
    pub use crate::stop::{Stop, StopOnDrop};
    #[cfg(feature = "sanitize")]
    pub use crate::svg::sanitize_svg;
}

/// The IP addresses of ImageKit's own requests to origins, for operators of origins.
pub mod imagekit {
    pub use crate::policy::{IMAGEKIT_EGRESS_IPV4, is_from_imagekit, is_imagekit_ip};
}
