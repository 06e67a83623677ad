//! [`ExtensionError`]: the error of an extension, as a part of this crate's errors.

use std::sync::Arc;

#[cfg(feature = "pixels")]
use super::BoxError;

/// The error of an extension. Clones share it; two are equal if they are clones of one.
#[derive(Debug, Clone)]
pub struct ExtensionError(Arc<dyn std::error::Error + Send + Sync>);

impl ExtensionError {
    #[cfg(feature = "pixels")]
    pub(crate) fn new(error: BoxError) -> Self {
        Self(error.into())
    }
}

impl PartialEq for ExtensionError {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for ExtensionError {}

impl std::fmt::Display for ExtensionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for ExtensionError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}
