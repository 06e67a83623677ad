//! GIF decoding: iteration over the blocks (`GIF89a`, 1990), and decoding of frames.
//!
//! The rules are those of browsers: unknown blocks are skipped, a missing trailer is ignored, and the valid part of a
//! frame that ends early is shown. The LZW codes are decompressed by `weezl`.

use std::num::NonZeroU32;
use std::time::Duration;

use weezl::decode::Decoder;
use weezl::{BitOrder, LzwStatus};

use crate::error::Error;
use crate::note::Note;
use crate::pixels::base::memory;
use crate::pixels::codec::animation::canvas::{Canvas, Disposal};
use crate::pixels::codec::animation::{Drawn, Frames, Plays};
use crate::plan::{Rect, Size};

/// One frame of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block<'a> {
    pub(crate) area: Rect,
    control: Control,
    interlaced: bool,
    /// The palette of the frame, as bytes of red, green and blue.
    palette: &'a [u8],
    /// The minimum code size, in bits.
    code_bits: u8,
    /// The LZW codes, in sub-blocks that start with their length.
    data: &'a [u8],
}

/// A graphic control extension.
#[derive(Debug, Clone, Copy)]
struct Control {
    delay: Duration,
    disposal: Disposal,
    transparent: Option<u8>,
}

impl Control {
    const NONE: Self = Self { delay: Duration::ZERO, disposal: Disposal::Keep, transparent: None };

    /// Reads the extension after its label. A block that is longer than necessary is accepted.
    fn read(extension: &[u8]) -> Option<Self> {
        let (length, body) = extension.split_first()?;
        let &[flags, low, high, index] = body.first_chunk().filter(|_| *length >= 4)?;
        Some(Self {
            delay: Duration::from_millis(u64::from(u16::from_le_bytes([low, high])) * 10),
            disposal: match flags >> 2 & 7 {
                2 => Disposal::Clear,
                3 => Disposal::Undo,
                _ => Disposal::Keep,
            },
            transparent: (flags & 1 == 1).then_some(index),
        })
    }
}

/// An iterator over the frames of a file.
#[derive(Debug, Clone)]
pub(crate) struct Blocks<'a> {
    rest: &'a [u8],
    palette: &'a [u8],
    /// The control extension of the next frame.
    control: Control,
    /// The number of plays according to `NETSCAPE2.0`, as far as blocks have been read.
    pub(crate) plays: Plays,
    /// Whether the end was reached and nothing was missing.
    pub(crate) complete: bool,
}

/// Returns the size of the canvas: the logical screen, enlarged if necessary to fit the first frame, as in browsers.
pub(crate) fn screen(bytes: &[u8]) -> Option<Size> {
    let screen = Size::new(le16(bytes, 6)?, le16(bytes, 8)?);
    let first = Blocks::new(bytes).next().map_or(screen, |Block { area, .. }| {
        Size::new(area.x.saturating_add(area.width), area.y.saturating_add(area.height))
    });
    Some(Size::new(screen.width.max(first.width), screen.height.max(first.height)))
}

impl<'a> Blocks<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let length = bytes.get(10).map_or(0, |flags| palette_bytes(*flags));
        let (palette, rest) = bytes.get(13..).unwrap_or_default().split_at_checked(length).unwrap_or_default();
        Self { rest, palette, control: Control::NONE, plays: NonZeroU32::new(1), complete: false }
    }

    /// Returns the next frame, or `None` at the end or if data is missing.
    fn walk(&mut self) -> Option<Block<'a>> {
        loop {
            let Some((kind, rest)) = self.rest.split_first() else {
                // A missing trailer is not damage.
                self.complete = true;
                return None;
            };
            match kind {
                b'!' => {
                    let (label, rest) = rest.split_first()?;
                    match label {
                        0xF9 => self.control = Control::read(rest).unwrap_or(self.control),
                        0xFF => self.plays = plays(rest).unwrap_or(self.plays),
                        _ => {}
                    }
                    self.rest = after_blocks(rest)?;
                }
                b',' => {
                    let [x, y, width, height] = [le16(rest, 0)?, le16(rest, 2)?, le16(rest, 4)?, le16(rest, 6)?];
                    let flags = *rest.get(8)?;
                    let own = rest.get(9..9 + palette_bytes(flags)).unwrap_or_default();
                    let data = rest.get(9 + own.len()..).unwrap_or_default();
                    let (code_bits, data) = data.split_first().map_or((0, data), |(bits, data)| (*bits, data));
                    // A frame that is cut short is the last.
                    self.rest = after_blocks(data).unwrap_or(b"?");
                    return Some(Block {
                        area: Rect { x, y, width, height },
                        control: std::mem::replace(&mut self.control, Control::NONE),
                        interlaced: flags & 0x40 != 0,
                        palette: if own.is_empty() { self.palette } else { own },
                        code_bits,
                        data,
                    });
                }
                b';' => {
                    self.complete = true;
                    return None;
                }
                // Some writers add an extra block terminator.
                0 => self.rest = rest,
                _ => return None,
            }
        }
    }
}

impl<'a> Iterator for Blocks<'a> {
    type Item = Block<'a>;

    fn next(&mut self) -> Option<Block<'a>> {
        let next = self.walk();
        if next.is_none() {
            self.rest = if self.complete { b";" } else { b"?" };
        }
        next
    }
}

/// Returns the number of plays from an application extension: the number of repetitions plus one.
fn plays(extension: &[u8]) -> Option<Plays> {
    let data = extension.strip_prefix(b"\x0BNETSCAPE2.0\x03\x01")?;
    Some(match le16(data, 0)? {
        0 => None,
        more => NonZeroU32::new(more + 1),
    })
}

/// Returns the length in bytes of a colour table.
fn palette_bytes(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 6 << (flags & 7) }
}

/// Returns the data after a chain of sub-blocks. Each starts with its length, and the last is empty.
fn after_blocks(mut bytes: &[u8]) -> Option<&[u8]> {
    loop {
        let (length, rest) = bytes.split_first()?;
        bytes = rest.get(usize::from(*length)..)?;
        if *length == 0 {
            return Some(bytes);
        }
    }
}

fn le16(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u16::from_le_bytes(*b).into())
}

impl Block<'_> {
    /// Decompresses palette indices, and returns their number.
    fn unpack(&self, indices: &mut [u8]) -> usize {
        // Other code sizes are invalid.
        if !(1..=11).contains(&self.code_bits) {
            return 0;
        }
        let mut decoder = Decoder::new(BitOrder::Lsb, self.code_bits);
        let (mut rest, mut done) = (self.data, 0);
        while let Some((length, behind)) = rest.split_first() {
            // The available part of a sub-block that is cut short is used.
            let (mut codes, behind) = behind.split_at_checked((*length).into()).unwrap_or((behind, &[]));
            loop {
                let result = decoder.decode_bytes(codes, indices.get_mut(done..).unwrap_or_default());
                done += result.consumed_out;
                codes = codes.get(result.consumed_in..).unwrap_or_default();
                match result.status {
                    Ok(LzwStatus::Done) | Err(_) => return done,
                    Ok(_) if done >= indices.len() => return done,
                    Ok(LzwStatus::NoProgress) => break,
                    Ok(LzwStatus::Ok) if codes.is_empty() => break,
                    Ok(LzwStatus::Ok) => {}
                }
            }
            if *length == 0 {
                break;
            }
            rest = behind;
        }
        done
    }

    /// Returns the colour of each index: a palette entry, black beyond the end of the palette, or transparent for the
    /// transparent index.
    fn colors(&self) -> [[u8; 4]; 256] {
        let beyond = if self.palette.is_empty() { [0; 4] } else { [0, 0, 0, u8::MAX] };
        let mut colors = [beyond; 256];
        for (color, [r, g, b]) in colors.iter_mut().zip(self.palette.as_chunks().0) {
            *color = [*r, *g, *b, u8::MAX];
        }
        if let Some(color) = self.control.transparent.and_then(|index| colors.get_mut(usize::from(index))) {
            *color = [0; 4];
        }
        colors
    }
}

/// Iterates over the rows of a frame in the order in which they are stored.
fn rows(height: usize, interlaced: bool) -> impl Iterator<Item = usize> {
    let passes: &[(usize, usize)] = if interlaced { &[(0, 8), (4, 8), (2, 4), (1, 2)] } else { &[(0, 1)] };
    passes.iter().flat_map(move |(first, step)| (*first..height).step_by(*step))
}

/// A reader of frames.
pub(crate) struct FrameReader<'a> {
    blocks: Blocks<'a>,
    indices: Vec<u8>,
}

impl<'a> FrameReader<'a> {
    pub(crate) const fn new(blocks: Blocks<'a>) -> Self {
        Self { blocks, indices: Vec::new() }
    }
}

impl Frames for FrameReader<'_> {
    fn draw_next(&mut self, canvas: &mut Canvas) -> Result<Option<Drawn>, Error> {
        let Some(block) = self.blocks.next() else { return Ok(None) };
        let size = block.area.size();
        memory::refill(&mut self.indices, size.pixels(), 0)?;
        let done = block.unpack(&mut self.indices);
        let note = (done < self.indices.len()).then_some(Note::CutShort);
        let colors = block.colors();
        canvas.begin(block.area, block.control.disposal)?;
        let index = |side: u32| usize::try_from(side).unwrap_or(usize::MAX);
        let stride = index(size.width).max(1);
        let mut targets: Vec<_> = canvas.area().collect();
        let stored = self.indices.get(..done).unwrap_or_default().chunks(stride);
        for (y, from) in rows(index(size.height), block.interlaced).zip(stored) {
            // Rows and pixels outside the canvas are dropped.
            let Some(to) = targets.get_mut(y) else { continue };
            for (to, index) in to.iter_mut().zip(from) {
                match colors.get(usize::from(*index)) {
                    None | Some([.., 0]) => {}
                    Some(color) => *to = *color,
                }
            }
        }
        Ok(Some(Drawn { delay: block.control.delay, note }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interlaced_rows_have_their_places() {
        assert_eq!(rows(10, true).collect::<Vec<_>>(), [0, 8, 4, 2, 6, 1, 3, 5, 7, 9]);
        for height in [1, 2, 3, 4, 5, 9, 31] {
            let mut places: Vec<_> = rows(height, true).collect();
            places.sort_unstable();
            assert_eq!(places, rows(height, false).collect::<Vec<_>>());
        }
    }
}
