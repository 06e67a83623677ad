//! Chapters for people, no code: how to use the crate, and why it is as it is.

#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("rewriting.md")]
pub mod rewriting {}

#[doc = include_str!("client.md")]
pub mod client {}

#[doc = include_str!("headers.md")]
pub mod headers {}

#[cfg(feature = "memory-store")]
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

#[doc = include_str!("compatibility.md")]
pub mod compatibility {}

#[doc = include_str!("decisions.md")]
pub mod decisions {}
