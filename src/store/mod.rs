//! [`Store`]: the interface to a store that keeps originals and renditions between requests. A store is optional.
//!
//! A delivery looks up its rendition first ([`Output::Lookup`](crate::delivery::Output::Lookup)), then the files that
//! it is made of, and fetches the others. It hands out the files that it fetches and renders as
//! [`Output::Store`](crate::delivery::Output::Store). The drivers pass both outputs to the store of an
//! [`Io`](crate::client::Io):
//!
//! ```text
//! request ──▶ rendition stored and fresh? ──▶ answer                      no origin, no decode
//!                 │ no
//!                 ▼
//!             originals stored and fresh? ──▶ use them                    no origin
//!                 │ stale: ask whether they have changed (304: use them)
//!                 ▼
//!             fetch
//! ```
//!
//! `Memory` (feature `memory-store`) is a store in memory, and `adapters::ObjectStore` (feature `object-store`) one in
//! a bucket or a folder. A custom store implements two methods:
//!
//! ```
//! use originkit::bytes::Bytes;
//! use originkit::store::{Store, StoreKey};
//! use std::collections::HashMap;
//! use std::sync::Mutex;
//!
//! /// A store without a bound; the feature `memory-store` has one with a bound.
//! #[derive(Default)]
//! struct Forever(Mutex<HashMap<StoreKey, Bytes>>);
//!
//! impl Store for Forever {
//!     async fn get(&self, key: &StoreKey) -> Option<Bytes> {
//!         self.0.lock().ok()?.get(key).cloned()
//!     }
//!     async fn put(&self, key: &StoreKey, file: Bytes) {
//!         if let Ok(mut files) = self.0.lock() {
//!             files.insert(key.clone(), file);
//!         }
//!     }
//! }
//! ```
//!
//! # Laws
//!
//! 1. An answer with a store is the answer without one, except for `Age` and the age of the files.
//! 2. A store is trusted no more than an origin. A file that is cut short, changed in a bit, of another version or
//!    under another key counts as absent.
//! 3. The result of a transient failure is never stored.

mod frame;
mod key;
#[cfg(feature = "memory-store")]
mod memory;
mod original;
mod rendition;

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;

pub use self::key::StoreKey;
#[cfg(feature = "memory-store")]
pub use self::memory::Memory;
pub(crate) use self::original::Facts;
pub use self::original::Original;
pub use self::rendition::Rendition;
pub(crate) use self::rendition::Served;

/// A place for files under keys, such as memory, a folder, Redis or S3.
///
/// A store that fails counts as one without the file: log the failure, and return `None`. A store may remove a file at
/// any time; missing files are fetched or rendered again. The counterpart for the blocking driver is
/// [`blocking::Store`](crate::blocking::Store).
pub trait Store: Send + Sync {
    /// Returns the file under a key, if there is one.
    fn get(&self, key: &StoreKey) -> impl Future<Output = Option<Bytes>> + Send;

    /// Keeps a file under a key, in place of any file under that key.
    fn put(&self, key: &StoreKey, file: Bytes) -> impl Future<Output = ()> + Send;
}

/// A borrowed store.
impl<S: Store> Store for &S {
    async fn get(&self, key: &StoreKey) -> Option<Bytes> {
        S::get(self, key).await
    }

    async fn put(&self, key: &StoreKey, file: Bytes) {
        S::put(self, key, file).await;
    }
}

/// A shared store, such as one whose counts are read elsewhere.
impl<S: Store> Store for Arc<S> {
    async fn get(&self, key: &StoreKey) -> Option<Bytes> {
        S::get(self, key).await
    }

    async fn put(&self, key: &StoreKey, file: Bytes) {
        S::put(self, key, file).await;
    }
}

/// The absence of a store: the type parameter of an [`Io`](crate::client::Io) without one. It has no values.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_enums, reason = "there is nothing to add")]
pub enum NoStore {}

impl Store for NoStore {
    async fn get(&self, _: &StoreKey) -> Option<Bytes> {
        match *self {}
    }

    async fn put(&self, _: &StoreKey, _: Bytes) {
        match *self {}
    }
}

/// A file for a store.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_enums, reason = "there are two tiers")]
pub enum Stored {
    /// A file as an origin sent it, also after the origin has confirmed that it is unchanged.
    Original(Original),
    /// A file as it is delivered.
    Rendition(Rendition),
}

impl Stored {
    /// Returns the key to keep the file under.
    #[must_use]
    pub const fn key(&self) -> &StoreKey {
        match self {
            Self::Original(original) => original.key(),
            Self::Rendition(rendition) => rendition.key(),
        }
    }

    /// Returns the bytes to keep.
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        match self {
            Self::Original(original) => original.to_bytes(),
            Self::Rendition(rendition) => rendition.to_bytes(),
        }
    }

    /// Reads the bytes under a key. Returns `None` unless [`Stored::to_bytes`] wrote them for that key.
    #[must_use]
    pub fn from_bytes(key: &StoreKey, bytes: &Bytes) -> Option<Self> {
        if key.is_original() {
            Original::from_bytes(key, bytes).map(Self::Original)
        } else {
            Rendition::from_bytes(key, bytes).map(Self::Rendition)
        }
    }
}
