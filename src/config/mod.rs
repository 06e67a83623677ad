//! Configuration: an account as values that are validated when they are constructed.
//!
//! An [`Engine`] has [`Endpoint`]s, and an endpoint has [`Origin`]s in the order in which they are tried. This module
//! knows nothing of requests: an engine is built once and shared.

mod access;
mod agents;
mod base;
mod caching;
mod credentials;
mod endpoint;
mod engine;
pub(crate) mod error;
mod hosts;
mod list;
pub(crate) mod named;
mod origin;
mod ranges;
mod settings;
mod stamp;
mod visitor;
mod warning;

pub use self::access::{Access, Country};
pub use self::agents::AcceptByAgent;
pub(crate) use self::base::Base;
pub use self::caching::Caching;
pub(crate) use self::credentials::{Credentials, is_owned};
pub use self::endpoint::Endpoint;
pub use self::engine::{Engine, EngineBuilder};
pub use self::hosts::HostPattern;
pub(crate) use self::named::NameError;
pub(crate) use self::origin::Kind;
pub use self::origin::Origin;
pub use self::settings::Settings;
pub use self::visitor::Visitor;
pub use self::warning::Warning;
#[cfg(feature = "signing")]
pub use crate::address::SigningKey;
