// The addresses of the README's images at docs.rs. In the repository they are paths, and of two definitions the first
// counts.
#![doc = include_str!("../docs/images/links.md")]
#![doc = include_str!("../README.md")]
//!
//! # Chapters
//!
//! | To | Read |
//! |---|---|
#![cfg_attr(
    all(
        feature = "pixels",
        feature = "signing",
        feature = "text",
        feature = "tower",
        feature = "reqwest",
        feature = "ureq",
        feature = "tokio",
        feature = "memory-store"
    ),
    doc = "| find a recipe for a task | [Cookbook](guide::cookbook) |"
)]
//! | test URLs, requests to origins, and deliveries | [Testing your URLs](guide::testing) |
//! | know which files are read, and how damaged ones are | [Sources](guide::sources), [Headers and errors](guide::headers) |
//! | write a client, choose threads, mount in a server | [Bringing your client and your server](guide::client) |
#![cfg_attr(
    all(feature = "memory-store", feature = "single-flight"),
    doc = "| keep originals and renditions | [Caching](guide::caching) |"
)]
//! | bound what a URL can cost | [Limits](guide::limits) |
#![cfg_attr(feature = "pixels", doc = "| run a public server | [In production](guide::production) |")]
//! | see each stage with its time | [Spans and events](guide::tracing) |
//! | move from Cloudinary, imgix or Akamai | [Rewriting](guide::rewriting) |
//! | compare with ImageKit | [Compatibility](guide::compatibility) |
//! | know what the crate costs, and how fast it is | [Cost](guide::cost), [Speed](guide::speed) |
#![cfg_attr(
    feature = "pixels",
    doc = "| change the crate | [Plans](guide::plans), [Rendering](guide::rendering), [Decisions](guide::decisions) |"
)]
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
//! | [`Delivery`] | the sans-IO state machine that fulfils one order |
//! | [`Plan`](plan::Plan) | exact operations with integer geometry |
//! | [`Limits`] | every bound, in one value |
//!
//! Models, fonts, decoders and signers of an embedder are registered through [`extend`].

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    test,
    allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::float_cmp,
        reason = "unit tests draw images of known numbers"
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
mod math;
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
#[cfg(test)]
mod timely;
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
