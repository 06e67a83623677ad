//! [`Coding`]: the values of `Content-Encoding` that change the bytes of a file.

use http::HeaderMap;
use http::header::CONTENT_ENCODING;

use crate::policy::OriginError;

/// A coding that changes the bytes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    Deflate,
    Brotli,
}

impl Coding {
    /// Returns the coding of a response; `None` if its bytes are those of the file.
    pub(super) fn of(headers: &HeaderMap) -> Result<Option<Self>, OriginError> {
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
                    // Chosen: a name that is not a content coding says nothing about the bytes.
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
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
        }
    }
}

/// The reason why bytes were not taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "decompress"), expect(dead_code, reason = "nothing is undone then"))]
pub(super) enum CodingError {
    /// The file has more bytes than this limit.
    TooLong(u64),
    /// The bytes do not match the coding.
    Malformed,
}
