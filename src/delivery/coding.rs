//! [`Coded`]: the bytes of a file that its origin sent with a `Content-Encoding` (RFC 9110, 8.4).
//!
//! `identity` is asked for, but files that were stored compressed are sent so all the same. With the feature
//! `decompress` gzip, deflate and Brotli are undone while the file comes, within the limit of bytes. Names that are no
//! coding of HTTP (`aws-chunked`, `utf-8`) change nothing.

use http::HeaderMap;
use http::header::CONTENT_ENCODING;

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

/// A coding that changes the bytes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    Deflate,
    Brotli,
}

impl Coding {
    /// The coding of a response; `None` where its bytes are those of the file.
    fn of(headers: &HeaderMap) -> Result<Option<Self>, OriginError> {
        let mut found = None;
        for value in headers.get_all(CONTENT_ENCODING) {
            for name in String::from_utf8_lossy(value.as_bytes()).split(',') {
                let coding = match name.trim().to_ascii_lowercase().as_str() {
                    "gzip" | "x-gzip" => Self::Gzip,
                    "deflate" => Self::Deflate,
                    "br" => Self::Brotli,
                    "zstd" => return Err(OriginError::Encoded("zstd")),
                    "compress" | "x-compress" => return Err(OriginError::Encoded("compress")),
                    "dcb" | "dcz" => return Err(OriginError::Encoded("a dictionary")),
                    // Chosen: what is no coding of HTTP says nothing about the bytes.
                    _ => continue,
                };
                if found.replace(coding).is_some() {
                    return Err(OriginError::Encoded("several codings"));
                }
            }
        }
        Ok(found)
    }

    #[cfg(not(feature = "decompress"))]
    const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
        }
    }
}

/// Why bytes were not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "decompress"), expect(dead_code, reason = "nothing is undone then"))]
pub(super) enum CodingError {
    /// The file has more bytes than this.
    TooLong(u64),
    /// They are not what the coding says.
    Malformed,
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
