//! [`Coded`]: the bytes of a file that its origin sent with a `Content-Encoding` (RFC 9110, 8.4).
//!
//! `identity` is asked for, but files that were stored compressed are sent so all the same. With the feature
//! `decompress` gzip, deflate and Brotli are undone while the file comes, within the limit of bytes. Names that are no
//! coding of HTTP (`aws-chunked`, `utf-8`) change nothing.

use http::HeaderMap;

use super::content_encoding::Coding;
pub(super) use super::content_encoding::CodingError;
#[cfg(feature = "decompress")]
pub(super) use super::undo::Coded;
use crate::policy::OriginError;

/// The decoder for what follows a head, of which no more than `limit` bytes may come; `None` where its bytes are those
/// of the file.
///
/// # Errors
/// [`OriginError::Encoded`] for a coding that this build does not undo, and for several.
pub(super) fn decoder(headers: &HeaderMap, limit: u64) -> Result<Option<Coded>, OriginError> {
    let coding = Coding::of(headers)?;
    #[cfg(feature = "decompress")]
    return Ok(coding.map(|coding| Coded::new(coding, limit)));
    #[cfg(not(feature = "decompress"))]
    {
        _ = limit;
        coding.map_or(Ok(None), |coding| Err(OriginError::Encoded(coding.name())))
    }
}

/// There is no decoder in this build.
#[cfg(not(feature = "decompress"))]
#[derive(Debug)]
pub(super) enum Coded {}

#[cfg(not(feature = "decompress"))]
impl Coded {
    pub(super) const fn push(&mut self, _: &[u8]) -> Result<(), CodingError> {
        match *self {}
    }

    pub(super) const fn bytes(&self) -> &[u8] {
        match *self {}
    }

    pub(super) const fn finish(self) -> Result<Vec<u8>, CodingError> {
        match self {}
    }
}
