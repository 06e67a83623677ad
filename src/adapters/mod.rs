//! Adapters for a server around the core, each behind a feature: clients that connect to approved addresses only, an
//! executor that admits no more renders than there is room for, and a store that instances share.
//!
//! | Type | Feature | Implements |
//! |---|---|---|
#![cfg_attr(feature = "reqwest", doc = "| [`Reqwest`] | `reqwest` | [`client::Client`](crate::client::Client) |")]
#![cfg_attr(feature = "ureq", doc = "| [`Ureq`] | `ureq` | [`blocking::Client`](crate::blocking::Client) |")]
#![cfg_attr(feature = "tokio", doc = "| [`Threads`] | `tokio` | [`client::Compute`](crate::client::Compute) |")]
#![cfg_attr(
    feature = "object-store",
    doc = "| [`ObjectStore`] | `object-store` | [`store::Store`](crate::store::Store) |"
)]
//!
//! No type in this module exposes a type of the crate that it wraps: a new major version of that crate is a minor
//! version of this one.

#[cfg(feature = "tokio")]
mod admission;
#[cfg(feature = "reqwest")]
mod dial;
#[cfg(feature = "reqwest")]
mod meter;
#[cfg(feature = "object-store")]
mod object_store;
#[cfg(feature = "reqwest")]
mod reqwest;
#[cfg(any(feature = "reqwest", feature = "object-store"))]
mod tls;
#[cfg(feature = "tokio")]
mod tokio;
#[cfg(feature = "ureq")]
mod ureq;

#[cfg(feature = "tokio")]
pub use self::admission::Load;
#[cfg(feature = "object-store")]
pub use self::object_store::{ObjectStore, OpenError};
#[cfg(feature = "reqwest")]
pub use self::reqwest::{Reqwest, ReqwestBody, SetupError};
#[cfg(feature = "tokio")]
pub use self::tokio::Threads;
#[cfg(feature = "ureq")]
pub use self::ureq::{Ureq, UreqBody};
