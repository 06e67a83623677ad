//! [`Body`]: the bytes of one answer, checked against what its head announced.
//!
//! A file that is cut short, padded or only a part is never used (RFC 9112, 6.3): the origin counts as failed. A file
//! over the limit ends the delivery, whether its length was announced or not. Content codings are decoded, see
//! [`coding`].
//!
//! An origin that sends a file byte by byte causes work for each byte at every hop. So pieces are counted: from
//! [`Limits::chunks`] on, they must have [`AVERAGE`] bytes on average, or the answer is malformed. Small files may come
//! in pieces of any size, and a body that is passed on as it was read is far from the bound: TCP sends 536 bytes at
//! least.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_RANGE, HeaderMap};
use http::{Response, StatusCode};

use super::coding::{self, Coded, CodingError};
use crate::limits::{LimitError, Limits};
use crate::policy::OriginError;

/// The part of an answer that has arrived so far.
#[derive(Debug)]
pub(super) struct Body {
    bytes: Vec<u8>,
    /// The number of bytes as they were sent, before decoding.
    received: u64,
    coded: Option<Box<Coded>>,
    /// The length in bytes according to `Content-Length` or `Content-Range`.
    announced: Option<u64>,
    limit: u64,
    chunks: u64,
    /// The number of chunks that may arrive, however small.
    free_chunks: u64,
    empty_chunks: u32,
}

/// The consequence of a bad answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// Ask the next origin.
    Next(OriginError),
    /// End the delivery.
    Stop(LimitError),
}

impl Body {
    /// Prepares to read the body that follows `head`, the head of a successful answer.
    pub(super) fn announced(head: &Response<()>, limits: &Limits) -> Result<Self, Failure> {
        let limit = limits.source_bytes;
        let coded = coding::decoder(head.headers(), limit).map_err(Failure::Next)?.map(Box::new);
        let mut announced = content_length(head.headers())?;
        if head.status() == StatusCode::PARTIAL_CONTENT {
            // No range was requested. A part that is the whole file does no harm.
            let whole = head.headers().get(CONTENT_RANGE).and_then(|range| whole_length(range.to_str().ok()?));
            let whole = whole.ok_or(BROKEN)?;
            if announced.is_some_and(|length| length != whole) {
                return Err(BROKEN);
            }
            announced = Some(whole);
        }
        check(announced.unwrap_or(0), limit)?;
        if announced == Some(0) {
            return Err(EMPTY);
        }
        let free_chunks = limits.chunks;
        Ok(Self { bytes: Vec::new(), received: 0, coded, announced, limit, chunks: 0, free_chunks, empty_chunks: 0 })
    }

    /// Returns the bytes that have arrived so far, decoded.
    pub(super) fn bytes(&self) -> &[u8] {
        if let Some(coded) = &self.coded {
            return coded.bytes();
        }
        &self.bytes
    }

    /// Takes in the next bytes. The work depends on the chunk alone, not on what came before it.
    pub(super) fn push(&mut self, chunk: &[u8]) -> Result<(), Failure> {
        self.received = self.received.saturating_add(len(chunk));
        self.chunks = self.chunks.saturating_add(1);
        if self.chunks > self.free_chunks.saturating_add(self.received / AVERAGE) {
            return Err(BROKEN);
        }
        if chunk.is_empty() {
            self.empty_chunks += 1;
            return if self.empty_chunks > EMPTY_CHUNKS { Err(BROKEN) } else { Ok(()) };
        }
        if self.announced.is_some_and(|announced| self.received > announced) {
            return Err(BROKEN);
        }
        check(self.received, self.limit)?;
        if let Some(coded) = &mut self.coded {
            return coded.push(chunk).map_err(Failure::from);
        }
        self.grow(chunk.len());
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }

    /// Returns the whole file.
    pub(super) fn finish(self) -> Result<Bytes, Failure> {
        match self.announced {
            Some(announced) if announced != self.received => Err(CUT),
            _ => {
                let bytes = self.coded.map_or(Ok(self.bytes), |coded| coded.finish())?;
                if bytes.is_empty() { Err(EMPTY) } else { Ok(Bytes::from(bytes)) }
            }
        }
    }

    /// Makes room for `more` bytes. The capacity doubles, but never exceeds what may arrive at all, and is never based
    /// on an announcement alone.
    fn grow(&mut self, more: usize) {
        let needed = self.bytes.len().saturating_add(more);
        if needed > self.bytes.capacity() {
            let most = usize::try_from(self.announced.unwrap_or(self.limit)).unwrap_or(usize::MAX).max(needed);
            let room = self.bytes.capacity().saturating_mul(2).clamp(needed, most);
            self.bytes.reserve_exact(room.saturating_sub(self.bytes.len()));
        }
    }
}

impl From<CodingError> for Failure {
    fn from(error: CodingError) -> Self {
        match error {
            CodingError::TooLong(allowed) => {
                let found = allowed.saturating_add(1);
                Self::Stop(LimitError { what: "bytes in a source file", allowed, found })
            }
            CodingError::Malformed => BROKEN,
        }
    }
}

/// Chunks without a byte cost no memory, but an endless sequence of them is not an answer.
const EMPTY_CHUNKS: u32 = 1024;
/// The average length of chunks in bytes, beyond the free ones.
const AVERAGE: u64 = 128;
const BROKEN: Failure = Failure::Next(OriginError::Malformed);
const CUT: Failure = Failure::Next(OriginError::Truncated);
/// A successful answer with an empty body counts as a 404.
const EMPTY: Failure = Failure::Next(OriginError::NotFound);

fn len(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn check(length: u64, limit: u64) -> Result<(), Failure> {
    LimitError::check("bytes in a source file", length, limit).map_err(Failure::Stop)
}

/// Returns the value of `Content-Length`; several that differ may be an attack (RFC 9110, 8.6).
fn content_length(headers: &HeaderMap) -> Result<Option<u64>, Failure> {
    let mut found = None;
    for value in headers.get_all(CONTENT_LENGTH) {
        let digits = value.to_str().ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
        let length = digits.and_then(|text| text.parse().ok()).ok_or(BROKEN)?;
        if found.is_some_and(|other| other != length) {
            return Err(BROKEN);
        }
        found = Some(length);
    }
    Ok(found)
}

/// Returns the length in `bytes 0-99/100`, if the part is the whole.
fn whole_length(range: &str) -> Option<u64> {
    let (last, length) = range.strip_prefix("bytes 0-")?.split_once('/')?;
    let (last, length) = (last.parse::<u64>().ok()?, length.parse::<u64>().ok()?);
    (last.checked_add(1)? == length).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: u64 = 10;

    fn limits(source_bytes: u64) -> Limits {
        Limits { source_bytes, ..Limits::default() }
    }

    const LIMITED: Failure = Failure::Stop(LimitError { what: "bytes in a source file", allowed: 10, found: 11 });

    fn read(status: u16, headers: &[(&str, &str)], chunks: &[&str]) -> Result<Bytes, Failure> {
        let mut head = Response::builder().status(status);
        for (name, value) in headers {
            head = head.header(*name, *value);
        }
        let mut body = Body::announced(&head.body(()).unwrap(), &limits(LIMIT))?;
        for chunk in chunks {
            body.push(chunk.as_bytes())?;
            assert!(body.bytes.capacity() <= 10, "never more memory than the limit");
        }
        body.finish()
    }

    #[test]
    fn uses_whole_files_only() {
        let whole = Ok(Bytes::from("0123456789"));
        type Case<'a> = (u16, &'a [(&'a str, &'a str)], &'a [&'a str], Result<Bytes, Failure>);
        let cases: &[Case<'_>] = &[
            (200, &[], &["01234", "", "56789"], whole.clone()),
            (200, &[("content-length", "10")], &["0123456", "789"], whole.clone()),
            (200, &[("content-length", "10"), ("content-length", "10")], &["0123456789"], whole.clone()),
            (200, &[("content-encoding", "Identity")], &["0123456789"], whole.clone()),
            (206, &[("content-range", "bytes 0-9/10")], &["0123456789"], whole.clone()),
            // Over the limit.
            (200, &[("content-length", "11")], &[], Err(LIMITED)),
            (200, &[], &["0123456789", "0"], Err(LIMITED)),
            (200, &[], &["01234567890"], Err(LIMITED)),
            // Another length than the announced one.
            (200, &[("content-length", "10")], &["012345678"], Err(CUT)),
            (200, &[("content-length", "10")], &[], Err(CUT)),
            (200, &[("content-length", "3")], &["0123"], Err(BROKEN)),
            (200, &[("content-length", "3"), ("content-length", "4")], &["012"], Err(BROKEN)),
            (200, &[("content-length", "+3")], &["012"], Err(BROKEN)),
            (200, &[("content-length", "99999999999999999999")], &[], Err(BROKEN)),
            // A coding that was not requested.
            (200, &[("content-encoding", "zstd")], &["012"], Err(Failure::Next(OriginError::Encoded("zstd")))),
            #[cfg(not(feature = "decompress"))]
            (200, &[("content-encoding", "gzip")], &["012"], Err(Failure::Next(OriginError::Encoded("gzip")))),
            // Names that are not content codings.
            (200, &[("content-encoding", "aws-chunked")], &["0123456789"], whole.clone()),
            (200, &[("content-encoding", "utf-8, identity")], &["0123456789"], whole.clone()),
            (206, &[], &["012"], Err(BROKEN)),
            (206, &[("content-range", "bytes 0-2/10")], &["012"], Err(BROKEN)),
            (206, &[("content-range", "bytes 1-9/10")], &["123456789"], Err(BROKEN)),
            (206, &[("content-range", "bytes 0-18446744073709551615/0")], &[], Err(BROKEN)),
            (206, &[("content-range", "bytes 0-9/10")], &["012"], Err(CUT)),
            (206, &[("content-range", "bytes 0-9/10"), ("content-length", "3")], &["012"], Err(BROKEN)),
            // Empty bodies.
            (200, &[("content-length", "0")], &[], Err(EMPTY)),
            (200, &[], &[""], Err(EMPTY)),
        ];
        for (status, headers, chunks, want) in cases {
            assert_eq!(&read(*status, headers, chunks), want, "{status} {headers:?} {chunks:?}");
        }
    }

    #[cfg(feature = "decompress")]
    #[test]
    fn what_was_stored_compressed_is_undone() {
        use std::io::Write as _;
        let file = b"0123456789".repeat(500);
        let gzip = {
            let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            out.write_all(&file).unwrap();
            out.finish().unwrap()
        };
        let zlib = {
            let mut out = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
            out.write_all(&file).unwrap();
            out.finish().unwrap()
        };
        let raw = zlib[2..zlib.len() - 4].to_vec();
        // RFC 7932: one metadata-free meta-block that is not compressed, then the empty last one.
        let brotli = [&[0x8B, 0x04, 0x80][..], b"0123456789", &[0x03]].concat();
        let read = |name: &str, body: &[u8], piece: usize, limit: u64| {
            let head = Response::builder().header("content-encoding", name).header("content-length", body.len());
            let mut reading = Body::announced(&head.body(()).unwrap(), &limits(limit))?;
            body.chunks(piece).try_for_each(|chunk| reading.push(chunk))?;
            reading.finish()
        };
        for piece in [1, 7, 100_000] {
            for (name, body) in [("gzip", &gzip), ("x-GZIP", &gzip), ("deflate", &zlib), ("deflate", &raw)] {
                assert_eq!(read(name, body, piece, 5000).unwrap(), file, "{name} {piece}");
                assert!(matches!(read(name, body, piece, 4999), Err(Failure::Stop(_))), "{name} {piece}");
                let cut = &body[..body.len() - 5];
                assert!(matches!(read(name, cut, piece, 5000), Err(Failure::Next(_))), "{name} {piece}");
            }
            assert_eq!(read("br", &brotli, piece, 5000).unwrap(), "0123456789", "{piece}");
            // A body that begins like an image is one, whatever its head says.
            assert_eq!(read("gzip", b"GIF89a and so on", piece, 5000).unwrap(), "GIF89a and so on");
            assert_eq!(read("gzip", b"plain", piece, 5000).unwrap(), "plain");
            assert_eq!(
                read("gzip, br", &gzip, piece, 5000),
                Err(Failure::Next(OriginError::Encoded("several codings")))
            );
        }
    }

    #[test]
    fn empty_chunks_come_to_an_end() {
        let mut body = Body::announced(&Response::new(()), &limits(LIMIT)).unwrap();
        let pushed = (0..=EMPTY_CHUNKS).try_for_each(|_| body.push(b""));
        assert_eq!(pushed, Err(BROKEN));
    }

    /// Returns the number of chunks of this size that are taken in, for a file of this size.
    fn taken(size: usize, chunk: usize) -> Result<usize, usize> {
        let file = vec![7; size];
        let mut body = Body::announced(&Response::new(()), &Limits::default()).unwrap();
        let mut taken = 0;
        for chunk in file.chunks(chunk) {
            if body.push(chunk).is_err() {
                return Err(taken);
            }
            taken += 1;
        }
        assert_eq!(body.finish().map(|bytes| bytes.len()), Ok(size));
        Ok(taken)
    }

    #[test]
    fn a_file_may_come_in_small_pieces_but_not_in_endless_ones() {
        const MB: usize = 1024 * 1024;
        // Small files may come in chunks of any size, larger ones in chunks as a flush or a network makes them.
        for (size, chunk) in [(16_384, 1), (MB, 64), (2 * MB, 64), (40 * MB, 128), (40 * MB, 536), (40 * MB, 65_536)] {
            assert_eq!(taken(size, chunk), Ok(size.div_ceil(chunk)), "{size} {chunk}");
        }
        // One byte at a time is refused soon, whatever is announced.
        assert_eq!(taken(2_000_000, 1), Err(16_384 + 129));
        assert_eq!(taken(40 * MB, 16), Err(16_384 + 2340));
        assert!(taken(40 * MB, 64).is_err());
    }
}
