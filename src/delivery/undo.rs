//! [`Coded`]: decoding of gzip, deflate and Brotli while a file arrives.

use std::fmt;
use std::io::{self, ErrorKind, Write};

use super::content_encoding::{Coding, CodingError};
use crate::fence::fenced;
use crate::format::Format;

/// A decoder, and the bytes of the file so far.
pub(super) struct Coded {
    coding: Coding,
    state: State,
    limit: u64,
}

enum State {
    /// The first bytes, until there are enough to see whether the file is compressed at all.
    Start(Vec<u8>),
    Plain(Bounded),
    Gzip(flate2::write::MultiGzDecoder<Bounded>),
    /// Deflate with the zlib wrapper, or without it, which some servers send and all browsers read.
    Deflate(Inflate),
    Brotli(Box<brotli_decompressor::DecompressorWriter<Bounded>>),
}

impl Coded {
    pub(super) const fn new(coding: Coding, limit: u64) -> Self {
        Self { coding, state: State::Start(Vec::new()), limit }
    }

    /// Takes in the next bytes as they were sent.
    ///
    /// If a decoder panics, the file counts as malformed.
    pub(super) fn push(&mut self, chunk: &[u8]) -> Result<(), CodingError> {
        fenced(|| Ok(self.take(chunk))).unwrap_or(Err(CodingError::Malformed))
    }

    fn take(&mut self, chunk: &[u8]) -> Result<(), CodingError> {
        /// The number of bytes that suffice to recognise a format.
        const ENOUGH: usize = 32;
        if let State::Start(start) = &mut self.state {
            start.extend_from_slice(chunk);
            return if start.len() < ENOUGH { Ok(()) } else { self.begin() };
        }
        self.write(chunk)
    }

    /// Returns the decoded bytes so far.
    pub(super) fn bytes(&self) -> &[u8] {
        match &self.state {
            State::Start(_) => &[],
            State::Plain(out) => &out.bytes,
            State::Gzip(decoder) => &decoder.get_ref().bytes,
            State::Deflate(decoder) => &decoder.out.bytes,
            State::Brotli(decoder) => &decoder.get_ref().bytes,
        }
    }

    /// Returns the whole decoded file.
    pub(super) fn finish(self) -> Result<Vec<u8>, CodingError> {
        fenced(|| Ok(self.whole())).unwrap_or(Err(CodingError::Malformed))
    }

    fn whole(mut self) -> Result<Vec<u8>, CodingError> {
        if matches!(self.state, State::Start(_)) {
            self.begin()?;
        }
        let done = match self.state {
            State::Start(start) => return Ok(start),
            State::Plain(out) => Ok(out),
            State::Gzip(decoder) => decoder.finish(),
            State::Deflate(decoder) if !decoder.is_done => Err(ErrorKind::UnexpectedEof.into()),
            State::Deflate(decoder) => Ok(decoder.out),
            State::Brotli(mut decoder) => match decoder.close() {
                Ok(()) => decoder.into_inner().map_err(|_| ErrorKind::InvalidData.into()),
                Err(error) => Err(error),
            },
        };
        match done {
            Ok(out) if out.is_over => Err(CodingError::TooLong(self.limit)),
            Ok(out) => Ok(out.bytes),
            Err(error) => Err(self::error(&error, self.limit)),
        }
    }

    /// Chooses a decoder by the first bytes: a file that begins like an image is not compressed, whatever its head
    /// says.
    fn begin(&mut self) -> Result<(), CodingError> {
        let State::Start(start) = &mut self.state else { return Ok(()) };
        let start = std::mem::take(start);
        let out = Bounded { bytes: Vec::new(), limit: self.limit, is_over: false };
        let zlib = match start.first_chunk() {
            Some([method, flags]) => method & 15 == 8 && u16::from_be_bytes([*method, *flags]) % 31 == 0,
            None => false,
        };
        self.state = match self.coding {
            _ if Format::sniff(&start).is_some() => State::Plain(out),
            Coding::Gzip if start.starts_with(&[0x1F, 0x8B]) => State::Gzip(flate2::write::MultiGzDecoder::new(out)),
            Coding::Gzip => State::Plain(out),
            Coding::Deflate => State::Deflate(Inflate { decoder: flate2::Decompress::new(zlib), out, is_done: false }),
            Coding::Brotli => State::Brotli(Box::new(brotli_decompressor::DecompressorWriter::new(out, 16 * 1024))),
        };
        self.write(&start)
    }

    fn write(&mut self, chunk: &[u8]) -> Result<(), CodingError> {
        let written = match &mut self.state {
            State::Start(_) => Ok(()),
            State::Plain(out) => out.write_all(chunk),
            State::Gzip(decoder) => decoder.write_all(chunk),
            State::Deflate(decoder) => decoder.write(chunk),
            State::Brotli(decoder) => decoder.write_all(chunk),
        };
        written.map_err(|error| self::error(&error, self.limit))
    }
}

/// Converts the error of a decoder.
fn error(error: &io::Error, limit: u64) -> CodingError {
    if error.kind() == ErrorKind::FileTooLarge { CodingError::TooLong(limit) } else { CodingError::Malformed }
}

/// Omits the bytes.
impl fmt::Debug for Coded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Coded")
            .field("coding", &self.coding)
            .field("bytes", &self.bytes().len())
            .finish_non_exhaustive()
    }
}

/// Deflate that notices its end: the writing decoders of `flate2` 1.1 do not say whether the end was reached.
struct Inflate {
    decoder: flate2::Decompress,
    out: Bounded,
    is_done: bool,
}

impl Inflate {
    fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        let mut rest = chunk;
        let mut buffer = [0; 8 * 1024];
        while !self.is_done {
            let (read, written) = (self.decoder.total_in(), self.decoder.total_out());
            let status = self.decoder.decompress(rest, &mut buffer, flate2::FlushDecompress::None)?;
            let past = |before: u64, now: u64| usize::try_from(now.saturating_sub(before)).unwrap_or(usize::MAX);
            let (read, written) = (past(read, self.decoder.total_in()), past(written, self.decoder.total_out()));
            self.out.write_all(buffer.get(..written).unwrap_or_default())?;
            rest = rest.get(read..).unwrap_or_default();
            self.is_done = status == flate2::Status::StreamEnd;
            if read == 0 && written == 0 {
                break;
            }
        }
        Ok(())
    }
}

/// A buffer of bytes with a limit.
struct Bounded {
    bytes: Vec<u8>,
    limit: u64,
    is_over: bool,
}

impl Write for Bounded {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        let length = self.bytes.len().saturating_add(more.len());
        if u64::try_from(length).unwrap_or(u64::MAX) > self.limit {
            self.is_over = true;
            return Err(ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
