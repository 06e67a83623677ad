//! [`Encoded`]: a finished picture.

use bytes::Bytes;

use crate::format::Format;
use crate::geometry::Size;

/// A finished picture.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Encoded {
    /// The file.
    pub bytes: Bytes,
    /// Its format.
    pub format: Format,
    /// Its size in pixels.
    pub size: Size,
}

impl Encoded {
    /// A picture made elsewhere, by libvips say, to answer a [`Render`](crate::delivery::Render) with.
    #[must_use]
    pub const fn new(bytes: Bytes, format: Format, size: Size) -> Self {
        Self { bytes, format, size }
    }
}
