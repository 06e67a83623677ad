//! [`StoreKey`]: what a store keeps something under.

use std::fmt;

use crate::fingerprint::Fingerprint;

/// What a store keeps something under: `originals/` or `renditions/` and 64 hex digits. A path in a folder, a key in
/// Redis or S3, as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StoreKey(String);

impl StoreKey {
    /// `own`: the stamp of the origin's own headers and signer, empty if it has none.
    pub(crate) fn original(uri: &str, host: &[u8], own: &str) -> Self {
        let own = Some(own.as_bytes()).filter(|own| !own.is_empty());
        Self(format!("originals/{}", Fingerprint::of([uri.as_bytes(), host].into_iter().chain(own))))
    }

    pub(crate) fn rendition(name: Fingerprint) -> Self {
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
