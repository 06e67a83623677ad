//! GIF: walking over its blocks (`GIF89a`, 1990), and reading its frames by the `gif` crate.

use std::num::NonZeroU32;
use std::time::Duration;

use gif::{ColorOutput, DecodeOptions, Decoder, DisposalMethod};

use super::canvas::{Canvas, Disposal};
use super::{Frames, Plays, damaged};
use crate::error::Error;
use crate::format::Format;
use crate::pixels::memory;
use crate::plan::{Rect, Size};

/// The frames of a file, as its blocks tell.
#[derive(Debug, Clone)]
pub(super) struct Blocks<'a> {
    rest: &'a [u8],
    /// What `NETSCAPE2.0` says, so far.
    pub(super) plays: Plays,
    /// Has the end been reached without anything missing?
    pub(super) complete: bool,
}

/// The size of the screen.
pub(super) fn screen(bytes: &[u8]) -> Option<Size> {
    Some(Size::new(le16(bytes, 6)?, le16(bytes, 8)?))
}

impl<'a> Blocks<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let palette = bytes.get(10).map_or(0, |flags| palette_bytes(*flags));
        Self { rest: bytes.get(13 + palette..).unwrap_or_default(), plays: NonZeroU32::new(1), complete: false }
    }

    /// Where the next frame lies; `None` at the end or where something is missing.
    fn walk(&mut self) -> Option<Rect> {
        loop {
            let Some((kind, rest)) = self.rest.split_first() else {
                // The trailer is missing, which harms nobody.
                self.complete = true;
                return None;
            };
            match kind {
                b'!' => {
                    let (label, rest) = rest.split_first()?;
                    if *label == 0xFF {
                        self.plays = plays(rest).unwrap_or(self.plays);
                    }
                    self.rest = after_blocks(rest)?;
                }
                b',' => {
                    let [x, y, width, height] = [le16(rest, 0)?, le16(rest, 2)?, le16(rest, 4)?, le16(rest, 6)?];
                    let palette = palette_bytes(*rest.get(8)?);
                    // One byte is the size of the first codes.
                    let data = rest.get(9 + palette + 1..)?;
                    // A frame cut short is a frame that cannot be read, not none.
                    match after_blocks(data) {
                        Some(rest) => self.rest = rest,
                        None => self.rest = b"?",
                    }
                    return Some(Rect { x, y, width, height });
                }
                b';' => {
                    self.complete = true;
                    return None;
                }
                _ => return None,
            }
        }
    }
}

impl Iterator for Blocks<'_> {
    type Item = Rect;

    fn next(&mut self) -> Option<Rect> {
        let next = self.walk();
        if next.is_none() {
            self.rest = if self.complete { b";" } else { b"?" };
        }
        next
    }
}

/// How often a file with this application extension is played: once, and as often again as it says.
fn plays(extension: &[u8]) -> Option<Plays> {
    let data = extension.strip_prefix(b"\x0BNETSCAPE2.0\x03\x01")?;
    Some(match le16(data, 0)? {
        0 => None,
        more => NonZeroU32::new(more + 1),
    })
}

/// Bytes of a colour table.
fn palette_bytes(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 6 << (flags & 7) }
}

/// What follows a chain of blocks, each of which starts with its length; the last is empty.
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

/// A decoder, and the indices of one frame.
pub(super) struct Reader<'a> {
    decoder: Decoder<&'a [u8]>,
    indices: Vec<u8>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut options = DecodeOptions::new();
        options.set_color_output(ColorOutput::Indexed);
        let decoder = options.read_info(bytes).map_err(|_| damaged(Format::Gif))?;
        Ok(Self { decoder, indices: Vec::new() })
    }
}

impl Frames for Reader<'_> {
    fn draw_next(&mut self, canvas: &mut Canvas) -> Result<Option<Duration>, Error> {
        let Some(frame) = self.decoder.next_frame_info().map_err(|_| damaged(Format::Gif))? else { return Ok(None) };
        let [x, y, width, height] = [frame.left, frame.top, frame.width, frame.height].map(u32::from);
        let delay = Duration::from_millis(u64::from(frame.delay) * 10);
        let transparent = frame.transparent;
        let disposal = match frame.dispose {
            DisposalMethod::Any | DisposalMethod::Keep => Disposal::Keep,
            DisposalMethod::Background => Disposal::Clear,
            DisposalMethod::Previous => Disposal::Undo,
        };
        memory::refill(&mut self.indices, Size::new(width, height).pixels(), 0)?;
        self.decoder.read_into_buffer(&mut self.indices).map_err(|_| damaged(Format::Gif))?;

        // Numbers that have no colour are transparent.
        let mut colors = [[0; 4]; 256];
        for (color, [r, g, b]) in colors.iter_mut().zip(self.decoder.palette().unwrap_or_default().as_chunks().0) {
            *color = [*r, *g, *b, u8::MAX];
        }
        if let Some(color) = transparent.and_then(|index| colors.get_mut(usize::from(index))) {
            *color = [0; 4];
        }
        canvas.begin(Rect { x, y, width, height }, disposal)?;
        let stride = usize::try_from(width).unwrap_or(usize::MAX).max(1);
        for (to, from) in canvas.area().zip(self.indices.chunks_exact(stride)) {
            for (to, index) in to.iter_mut().zip(from) {
                match colors.get(usize::from(*index)) {
                    None | Some([.., 0]) => {}
                    Some(color) => *to = *color,
                }
            }
        }
        Ok(Some(delay))
    }
}
