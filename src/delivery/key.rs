//! [`StoreKey`]: what a store keeps something under.

use std::fmt;

use crate::fingerprint::Fingerprint;

/// What a store keeps something under: `originals/` or `renditions/` and 64 hex digits. A path in a folder, a key in
/// Redis or S3, as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StoreKey(String);

impl StoreKey {
    pub(super) fn original(uri: &str, host: &[u8]) -> Self {
        Self(format!("originals/{}", Fingerprint::of([uri.as_bytes(), host])))
    }

    pub(super) fn rendition(name: Fingerprint) -> Self {
        Self(format!("renditions/{name}"))
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Is it that of an [`Original`](super::Original)? It is that of a [`Rendition`](super::Rendition) otherwise.
    #[must_use]
    pub fn is_original(&self) -> bool {
        self.0.starts_with("originals/")
    }
}

impl fmt::Display for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
