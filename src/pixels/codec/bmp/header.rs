//! [`Header`]: the header of a bitmap, in all versions since OS/2 1.1.

use std::ops::Range;

use crate::error::Error;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::pixels::base::{damaged, memory, unsupported};
use crate::plan::Size;

/// The contents of a header.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) size: Size,
    /// Whether the first row is the top one.
    pub(crate) top_down: bool,
    /// The number of bits of a pixel: 1, 2, 4, 8, 16, 24 or 32.
    pub(crate) bits: u32,
    pub(crate) coding: Coding,
    /// Red, green and blue of up to 256 palette entries.
    pub(crate) palette: Vec<[u8; 3]>,
    /// The masks of red, green, blue and opacity in a pixel of 16 or 32 bits.
    pub(crate) masks: [u32; 4],
    /// The offset of the pixels.
    pub(crate) data: usize,
    /// The position of an embedded colour profile.
    pub(crate) profile: Option<Range<usize>>,
}

/// The encoding of the pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// Row by row, each padded to four bytes.
    Plain,
    /// Run-length encoding of pixels with this number of bits: 4, 8 or 24.
    Runs(u32),
}

impl Header {
    /// Reads the header of a file.
    pub(crate) fn of_file(bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        /// The bytes before the header: `BM`, the length of the file and the offset of the pixels.
        const FRONT: usize = 14;
        Self::read(bytes, FRONT, limits)
    }

    /// Reads the header of an icon entry. Half of its height is the mask.
    pub(crate) fn of_icon(entry: &[u8], limits: &Limits) -> Result<Self, Error> {
        let mut header = Self::read(entry, 0, limits)?;
        header.size.height /= 2;
        if header.size.height == 0 || header.coding != Coding::Plain {
            return Err(damaged(Format::Ico));
        }
        Ok(header)
    }

    fn read(bytes: &[u8], start: usize, limits: &Limits) -> Result<Self, Error> {
        let broken = || damaged(if start == 0 { Format::Ico } else { Format::Bmp });
        let short = |at: usize| u32::from(u16::from_le_bytes(field(bytes, start + at)));
        let long = |at: usize| u32::from_le_bytes(field(bytes, start + at));
        let length =
            usize::try_from(long(0)).ok().filter(|length| matches!(length, 12 | 16..=124)).ok_or_else(broken)?;
        let body = start + length;
        if bytes.len() < body {
            return Err(broken());
        }
        let core = length == 12;
        // Fields beyond the end of the header are zero.
        let field = |at: usize| if at + 4 <= length { long(at) } else { 0 };
        let (width, height, bits) = if core {
            (short(4), short(6).cast_signed(), short(10))
        } else {
            (u32::try_from(long(4).cast_signed()).unwrap_or(0), long(8).cast_signed(), short(14))
        };
        let size = Size::new(width, height.unsigned_abs());
        if size.pixels() == 0 {
            return Err(broken());
        }
        LimitError::check("pixels", size.pixels(), limits.pixels)?;
        memory::check(size.pixels().saturating_mul(4), limits)?;
        // OS/2 2.0 has different compression numbers.
        let (compression, os2) = (if core { 0 } else { field(16) }, length == 64);
        let coding = match (compression, bits) {
            (0, 1 | 2 | 4 | 8 | 16 | 24 | 32) => Coding::Plain,
            (3, 16 | 32) if !os2 => Coding::Plain,
            (6, 16 | 32) => Coding::Plain,
            (1, 8) | (2, 4) => Coding::Runs(bits),
            (4, 24) if os2 => Coding::Runs(24),
            (3, 1) if os2 => return Err(unread("Huffman codes")),
            (4, _) => return Err(unread("a JPEG inside")),
            (5, _) => return Err(unread("a PNG inside")),
            (0..=6, _) => return Err(broken()),
            _ => return Err(unread("a compression that has no name")),
        };
        let mut after = body;
        let masked = matches!(compression, 3 | 6);
        let masks = match (masked, bits) {
            (true, _) => {
                // The masks are in the header, or immediately after a header that is too short for them.
                let alpha = length >= 56 || (compression == 6 && length == 40);
                if length < 52 {
                    after += if compression == 6 { 16 } else { 12 };
                }
                [40, 44, 48, 52].map(|at| if at < 52 || alpha { long(at) } else { 0 })
            }
            (false, 16) => [0x7C00, 0x03E0, 0x001F, 0],
            // In icons the fourth byte is opacity.
            _ => [0x00FF_0000, 0xFF00, 0xFF, if start == 0 { 0xFF00_0000 } else { 0 }],
        };
        let mut palette = Vec::new();
        let said =
            if start == 0 { 0 } else { usize::try_from(u32::from_le_bytes(self::field(bytes, 10))).unwrap_or(0) };
        if bits <= 8 {
            let used = usize::try_from(field(32)).unwrap_or(usize::MAX);
            let most = 1_usize << bits;
            let count = if used == 0 || used > most { most } else { used };
            let each = if core { 3 } else { 4 };
            // The palette ends where the pixels begin.
            let end = after.saturating_add(count * each).min(if said > after { said } else { usize::MAX });
            let entries = bytes.get(after..end.min(bytes.len())).unwrap_or_default().chunks_exact(each);
            palette.extend(entries.filter_map(|entry| entry.first_chunk().map(|[b, g, r]| [*r, *g, *b])));
            after = end;
        }
        let profile = (length == 124 && field(56) == EMBEDDED).then(|| {
            let [at, size] = [112, 116].map(|at| usize::try_from(long(at)).unwrap_or(usize::MAX));
            let from = start.saturating_add(at);
            from..from.saturating_add(size)
        });
        // An offset within the header is wrong.
        let data = if said >= body { said } else { after };
        Ok(Self { size, top_down: height < 0, bits, coding, palette, masks, data, profile })
    }

    /// Returns the number of bytes of a row, including padding.
    pub(crate) fn stride(&self) -> usize {
        let bits = u64::from(self.size.width) * u64::from(self.bits);
        usize::try_from(bits.div_ceil(32) * 4).unwrap_or(usize::MAX)
    }

    /// Returns the number of bytes of a row, without padding.
    pub(crate) fn needed(&self) -> usize {
        let bits = u64::from(self.size.width) * u64::from(self.bits);
        usize::try_from(bits.div_ceil(8)).unwrap_or(usize::MAX)
    }
}

/// Returns `N` bytes at position `at`, or zeros beyond the end.
fn field<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes.get(at..).and_then(<[u8]>::first_chunk).copied().unwrap_or([0; N])
}

fn unread(kind: &str) -> Error {
    unsupported(format!("the source is a bmp with {kind}, which this build does not read"))
}

/// `MBED`: the profile is embedded in the file.
const EMBEDDED: u32 = u32::from_be_bytes(*b"MBED");
