//! A view of a file for its decoder: only the chunks on which the pixels depend.
//!
//! A decoder would keep texts and profiles, which are read elsewhere or not needed. They are skipped here, and take
//! neither memory nor time.

use std::io::{BufRead, Error, ErrorKind, Read, Result, Seek, SeekFrom};

use super::chunks::{SIGNATURE, be32};
use crate::stop::Stop;

/// A reader of the relevant chunks of a file, one after the other, without copying.
pub(crate) struct Relevant<'a> {
    /// The bytes that are being returned.
    now: &'a [u8],
    rest: &'a [u8],
    stop: Option<&'a Stop>,
}

impl<'a> Relevant<'a> {
    /// Returns a reader from the beginning of a file. Reading fails once `stop` is set. A file without the PNG
    /// signature is passed through unchanged.
    pub(crate) fn new(file: &'a [u8], stop: Option<&'a Stop>) -> Self {
        let (now, rest) =
            file.split_at_checked(SIGNATURE.len()).filter(|(now, _)| now == SIGNATURE).unwrap_or((file, &[]));
        Self { now, rest, stop }
    }

    /// Advances to the next relevant chunk. A chunk that is cut short is the last.
    fn advance(&mut self) {
        while self.now.is_empty() && !self.rest.is_empty() {
            let kind = self.rest.get(4..8).unwrap_or_default();
            let length = be32(self.rest, 0).and_then(|length| usize::try_from(length).ok());
            // The length, type and checksum take 12 bytes.
            let whole = length.and_then(|length| self.rest.split_at_checked(length.checked_add(12)?));
            let (chunk, rest) = whole.unwrap_or((self.rest, &[]));
            let is_empty = length == Some(0) && kind == b"IDAT";
            if matches!(kind, b"IHDR" | b"PLTE" | b"tRNS" | b"IDAT" | b"IEND") && !is_empty || whole.is_none() {
                self.now = chunk;
            }
            self.rest = rest;
        }
    }
}

impl BufRead for Relevant<'_> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        if self.stop.is_some_and(Stop::is_stopped) {
            return Err(Error::from(ErrorKind::Other));
        }
        self.advance();
        // A limited piece at a time, so that a stop is noticed soon.
        Ok(self.now.get(..PIECE).unwrap_or(self.now))
    }

    fn consume(&mut self, count: usize) {
        self.now = self.now.get(count..).unwrap_or_default();
    }
}

impl Read for Relevant<'_> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        let count = self.fill_buf()?.read(out)?;
        self.consume(count);
        Ok(count)
    }
}

/// The maximum number of bytes returned at a time.
const PIECE: usize = 64 * 1024;

/// The decoder requires this trait, but never seeks.
impl Seek for Relevant<'_> {
    fn seek(&mut self, _: SeekFrom) -> Result<u64> {
        Err(Error::from(ErrorKind::Unsupported))
    }
}

#[cfg(test)]
mod tests {
    use super::super::chunks::write_chunk;
    use super::*;

    fn file(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut file = SIGNATURE.to_vec();
        chunks.iter().for_each(|(kind, body)| write_chunk(&mut file, kind, body));
        file
    }

    fn read(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        Relevant::new(bytes, None).read_to_end(&mut out).unwrap();
        out
    }

    #[test]
    fn what_says_nothing_of_pixels_is_passed_over() {
        let whole = file(&[
            (b"IHDR", b"head"),
            (b"tEXt", b"a\0b"),
            (b"iCCP", b"c"),
            (b"PLTE", b"abc"),
            (b"IDAT", b""),
            (b"IDAT", b"data"),
            (b"zTXt", b""),
            (b"IDAT", b"more"),
            (b"IEND", b""),
        ]);
        let wanted =
            file(&[(b"IHDR", b"head"), (b"PLTE", b"abc"), (b"IDAT", b"data"), (b"IDAT", b"more"), (b"IEND", b"")]);
        assert_eq!(read(&whole), wanted);
        // A chunk that is cut short is passed through unchanged.
        for end in 0..whole.len() {
            let read = read(&whole[..end]);
            assert!(read.len() <= end && end - read.len() <= whole.len() - wanted.len(), "{end}");
        }
        assert_eq!(read(b"something"), b"something");
    }
}
