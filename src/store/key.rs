//! [`StoreKey`]: the key of a file in a store.

use std::fmt;

use crate::fingerprint::Fingerprint;

/// The key of a file in a store: `originals/` or `renditions/` and 64 hex digits. It can be used unchanged as a path in
/// a folder, or as a key in Redis or S3.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StoreKey(String);

impl StoreKey {
    /// Returns the key of an original. `own` is the stamp of the origin's own headers and signer, empty if it has none.
    pub(crate) fn original(uri: &str, host: &[u8], own: &str) -> Self {
        let own = Some(own.as_bytes()).filter(|own| !own.is_empty());
        Self(format!("originals/{}", Fingerprint::of([uri.as_bytes(), host].into_iter().chain(own))))
    }

    pub(crate) fn rendition(name: Fingerprint) -> Self {
        Self(format!("renditions/{name}"))
    }

    /// Returns the key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns `true` for the key of an [`Original`](super::Original), and `false` for that of a
    /// [`Rendition`](super::Rendition).
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
