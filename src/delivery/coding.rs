//! [`Coded`]: the bytes of a file that its origin sent with a `Content-Encoding` (RFC 9110, 8.4).
//!
//! Requests ask for `identity`, but files that were stored compressed are sent compressed anyway. With the feature
//! `decompress`, gzip, deflate and Brotli are decoded while the file arrives, within the limit of bytes. Names that are
//! not content codings (`aws-chunked`, `utf-8`) change nothing.

use http::HeaderMap;

use super::content_encoding::Coding;
pub(super) use super::content_encoding::CodingError;
#[cfg(feature = "decompress")]
pub(super) use super::undo::Coded;
use crate::policy::OriginError;

/// Returns the decoder for the body after a head, of which no more than `limit` bytes may come; `None` if its bytes are
/// those of the file.
///
/// # Errors
/// [`OriginError::Encoded`] for a coding that this build does not decode, and for several codings.
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

/// A build without decoders.
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
