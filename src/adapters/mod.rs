//! What a server needs around the core, each part behind a feature: clients that dial approved addresses only, and
//! a place to render that takes in no more than there is room for.
//!
//! | Type | Feature | Is a |
//! |---|---|---|
#![cfg_attr(feature = "reqwest", doc = "| [`Reqwest`] | `reqwest` | [`client::Client`](crate::client::Client) |")]
#![cfg_attr(feature = "ureq", doc = "| [`Ureq`] | `ureq` | [`blocking::Client`](crate::blocking::Client) |")]
#![cfg_attr(feature = "tokio", doc = "| [`Threads`] | `tokio` | [`client::Compute`](crate::client::Compute) |")]
//!
//! No type here names one of the crate that it wraps: a new major version of that is a minor version of this crate.

#[cfg(feature = "tokio")]
mod admission;
#[cfg(feature = "reqwest")]
mod dial;
#[cfg(feature = "reqwest")]
mod meter;
#[cfg(feature = "reqwest")]
mod reqwest;
#[cfg(feature = "tokio")]
mod tokio;
#[cfg(feature = "ureq")]
mod ureq;

#[cfg(feature = "tokio")]
pub use self::admission::Load;
#[cfg(feature = "reqwest")]
pub use self::reqwest::{Reqwest, ReqwestBody, SetupError};
#[cfg(feature = "tokio")]
pub use self::tokio::Threads;
#[cfg(feature = "ureq")]
pub use self::ureq::{Ureq, UreqBody};
