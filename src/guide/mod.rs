//! The guide, in the recommended order: how to use the crate, and the reasons for its design.
//!
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
    doc = "The [cookbook] has a short recipe for each task."
)]
//!
//! 1. [Testing your URLs](testing)
//! 2. [Sources and layers](sources)
//! 3. [Headers](headers)
//! 4. [A client, a place to render, a server](client)
#![cfg_attr(all(feature = "memory-store", feature = "single-flight"), doc = "5. [Caching](caching)")]
//! 6. [Limits](limits)
#![cfg_attr(feature = "pixels", doc = "7. [In production](production)")]
//! 8. [Spans and events](tracing)
//! 9. [Rewriting from other services](rewriting)
//! 10. [Plans](plans)
#![cfg_attr(feature = "pixels", doc = "11. [The way through the pixels](rendering)")]
//! 12. [Compatibility: documented, chosen, missing](compatibility)
//! 13. [Decisions](decisions)
//! 14. [Cost: crates, bytes, build time, versions](cost)
//! 15. [Speed](speed)

#[cfg(all(
    feature = "pixels",
    feature = "signing",
    feature = "text",
    feature = "tower",
    feature = "reqwest",
    feature = "ureq",
    feature = "tokio",
    feature = "memory-store"
))]
#[doc = include_str!("cookbook/mod.md")]
#[doc = include_str!("cookbook/origins.md")]
#[doc = include_str!("cookbook/urls.md")]
#[doc = include_str!("cookbook/servers.md")]
#[doc = include_str!("cookbook/pixels.md")]
pub mod cookbook {}

#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("rewriting.md")]
pub mod rewriting {}

#[doc = include_str!("client.md")]
pub mod client {}

#[doc = include_str!("headers.md")]
pub mod headers {}

#[cfg(all(feature = "memory-store", feature = "single-flight"))]
#[doc = include_str!("caching.md")]
pub mod caching {}

#[doc = include_str!("plans.md")]
pub mod plans {}

#[cfg(feature = "pixels")]
#[doc = include_str!("rendering.md")]
pub mod rendering {}

#[doc = include_str!("sources.md")]
pub mod sources {}

#[doc = include_str!("limits.md")]
pub mod limits {}

#[cfg(feature = "pixels")]
#[doc = include_str!("production.md")]
pub mod production {}

#[doc = include_str!("tracing.md")]
pub mod tracing {}

#[doc = include_str!("compatibility.md")]
pub mod compatibility {}

#[doc = include_str!("decisions.md")]
pub mod decisions {}

#[doc = include_str!("cost.md")]
pub mod cost {}

#[doc = include_str!("speed.md")]
pub mod speed {}
