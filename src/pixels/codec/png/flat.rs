//! A PNG stream with uncompressed pixel data.
//!
//! A decoder holds back the last 32 KiB that it inflates until the data has ended, and never returns them if the file
//! is cut short. The data is therefore inflated here, block by block, and followed by zeros in place of missing bytes.

use std::cell::Cell;
use std::io::{BufRead, Error, ErrorKind, Read, Result, Seek, SeekFrom};

use flate2::{Decompress, FlushDecompress, Status};

use super::chunks::{Chunks, SIGNATURE, be32, write_chunk};

/// For each pass of Adam7: the first column and row, and the steps to the next (W3C PNG, 8.2).
pub(crate) const ADAM7: [[usize; 4]; 7] =
    [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];
const PLAIN: [[usize; 4]; 1] = [[0, 0, 1, 1]];

/// The layout of a file's rows.
pub(crate) struct Lines {
    pub(crate) width: usize,
    pub(crate) height: usize,
    bits_per_pixel: usize,
    interlaced: bool,
}

impl Lines {
    pub(crate) fn of(file: &[u8]) -> Option<Self> {
        let header = Chunks::of_file(file)?.find(|(kind, _)| *kind == b"IHDR")?.1;
        let &[depth, color, _, _, interlaced] = header.get(8..)?.first_chunk()?;
        let samples = match color {
            0 | 3 => 1,
            2 => 3,
            4 => 2,
            6 => 4,
            _ => return None,
        };
        Some(Self {
            width: be32(header, 0)?.try_into().ok()?,
            height: be32(header, 4)?.try_into().ok()?,
            bits_per_pixel: samples * usize::from(depth),
            interlaced: interlaced != 0,
        })
    }

    /// Iterates over the lengths in bytes of the rows of all passes, including the filter byte.
    pub(crate) fn lengths(&self) -> impl Iterator<Item = usize> {
        let passes: &[[usize; 4]] = if self.interlaced { &ADAM7 } else { &PLAIN };
        passes.iter().flat_map(|[x, y, step_x, step_y]| {
            let width = self.width.saturating_sub(*x).div_ceil(*step_x);
            let rows = if width == 0 { 0 } else { self.height.saturating_sub(*y).div_ceil(*step_y) };
            std::iter::repeat_n(1 + width.saturating_mul(self.bits_per_pixel).div_ceil(8), rows)
        })
    }
}

/// A file in the form in which the decoder reads it: a head, blocks of rows, and an end.
pub(crate) struct Flat<'a> {
    inflate: Decompress,
    chunks: Chunks<'a>,
    /// The data of the current chunk that is still to be inflated.
    input: &'a [u8],
    /// The number of bytes of rows that have not been returned.
    left: usize,
    /// The number of bytes of rows that the file holds, as far as known.
    stored: &'a Cell<usize>,
    has_ended: bool,
    block: Vec<u8>,
    at: usize,
}

impl<'a> Flat<'a> {
    /// The maximum length of a stored block, in bytes (RFC 1951, 3.2.4).
    const BLOCK: usize = 0xFFFF;

    /// Returns a stream for a file. `stored` counts the bytes of rows that the file holds.
    pub(crate) fn new(file: &'a [u8], lines: &Lines, stored: &'a Cell<usize>) -> Option<Self> {
        let left = lines.lengths().try_fold(0_usize, usize::checked_add)?;
        let mut head = SIGNATURE.to_vec();
        for (kind, body) in Chunks::of_file(file)?.take_while(|(kind, _)| *kind != b"IDAT") {
            write_chunk(&mut head, kind, body);
        }
        // The zlib header, the blocks, and a checksum.
        let length = left.div_ceil(Self::BLOCK).checked_mul(5)?.checked_add(left)?.checked_add(6)?;
        head.extend(u32::try_from(length).ok()?.to_be_bytes());
        head.extend(b"IDAT\x78\x01");
        Some(Self {
            inflate: Decompress::new(true),
            chunks: Chunks::of_file(file)?,
            input: &[],
            left,
            stored,
            has_ended: false,
            block: head,
            at: 0,
        })
    }

    /// Makes the next block; an empty one at the end.
    fn refill(&mut self) {
        self.at = 0;
        self.block.clear();
        let Ok(length @ 1..) = u16::try_from(self.left.min(Self::BLOCK)) else {
            if !std::mem::replace(&mut self.has_ended, true) {
                // The decoder verifies neither checksum.
                self.block.extend([0; 8]);
                write_chunk(&mut self.block, b"IEND", b"");
            }
            return;
        };
        self.left -= usize::from(length);
        self.block.push(u8::from(self.left == 0));
        self.block.extend(length.to_le_bytes());
        self.block.extend((!length).to_le_bytes());
        let start = self.block.len();
        self.block.resize(start + usize::from(length), 0);
        let mut out = std::mem::take(&mut self.block);
        self.inflate_into(out.get_mut(start..).unwrap_or_default());
        self.block = out;
    }

    /// Inflates as much data as the file has.
    fn inflate_into(&mut self, mut out: &mut [u8]) {
        while !out.is_empty() {
            if self.input.is_empty() {
                let Some((_, data)) = self.chunks.find(|(kind, _)| *kind == b"IDAT") else { return };
                self.input = data;
            }
            let (before_in, before_out) = (self.inflate.total_in(), self.inflate.total_out());
            let done = self.inflate.decompress(self.input, out, FlushDecompress::None);
            let count = |now: u64, before: u64| usize::try_from(now - before).unwrap_or(usize::MAX);
            let (taken, made) =
                (count(self.inflate.total_in(), before_in), count(self.inflate.total_out(), before_out));
            self.input = self.input.get(taken..).unwrap_or_default();
            out = out.get_mut(made..).unwrap_or_default();
            self.stored.set(self.stored.get() + made);
            let stands = taken == 0 && made == 0;
            if !matches!(done, Ok(Status::Ok | Status::BufError)) || stands && !self.input.is_empty() {
                // There is no further data.
                self.input = &[];
                while self.chunks.next().is_some() {}
            }
        }
    }
}

impl BufRead for Flat<'_> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        if self.at >= self.block.len() {
            self.refill();
        }
        Ok(self.block.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
    }
}

impl Read for Flat<'_> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        let count = self.fill_buf()?.read(out)?;
        self.consume(count);
        Ok(count)
    }
}

/// The decoder requires this trait, but never seeks.
impl Seek for Flat<'_> {
    fn seek(&mut self, _: SeekFrom) -> Result<u64> {
        Err(Error::from(ErrorKind::Unsupported))
    }
}
