//! Animated WebP: iteration over its chunks (RFC 9649, 2.7), and decoding of each frame as a still image.

use std::num::NonZeroU32;
use std::time::Duration;

use super::File;
use super::chunks::{Chunks, still};
use crate::error::Error;
use crate::format::Format;
use crate::limits::Limits;
use crate::pixels::base::damaged;
use crate::pixels::codec::animation::canvas::{Canvas, Disposal};
use crate::pixels::codec::animation::{Drawn, Frames, Plays};
use crate::pixels::codec::reader::Request;
use crate::plan::{Rect, Size};
use crate::stop::Stop;

/// One frame of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'a> {
    pub(crate) area: Rect,
    delay: Duration,
    blend: bool,
    disposal: Disposal,
    /// The chunks of a still image.
    data: &'a [u8],
}

/// The properties shared by all frames of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Overview<'a> {
    pub(crate) canvas: Size,
    pub(crate) plays: Plays,
    chunks: Chunks<'a>,
}

impl<'a> Overview<'a> {
    /// Reads the properties, or returns `None` if the file is not animated.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        const ANIMATED: u8 = 2;
        let mut chunks = Chunks::of_file(bytes)?;
        let (kind, head) = chunks.next()?;
        if kind != b"VP8X" || head.first()? & ANIMATED == 0 {
            return None;
        }
        let canvas = Size::new(le24(head, 4)? + 1, le24(head, 7)? + 1);
        let plays =
            chunks.clone().find(|(kind, _)| *kind == b"ANIM").and_then(|(_, body)| body.get(4..)?.first_chunk());
        let plays = NonZeroU32::new(plays.map_or(0, |count| u16::from_le_bytes(*count).into()));
        Some(Self { canvas, plays, chunks })
    }

    /// Iterates over the frames, up to the first that is damaged.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Part<'a>> + use<'a> {
        self.chunks.filter(|(kind, _)| *kind == b"ANMF").map_while(|(_, body)| part(body))
    }
}

fn part(body: &[u8]) -> Option<Part<'_>> {
    const CLEAR: u8 = 1;
    const REPLACE: u8 = 2;
    let [x, y] = [le24(body, 0)? * 2, le24(body, 3)? * 2];
    let [width, height] = [le24(body, 6)? + 1, le24(body, 9)? + 1];
    let flags = body.get(15)?;
    Some(Part {
        area: Rect { x, y, width, height },
        delay: Duration::from_millis(le24(body, 12)?.into()),
        blend: flags & REPLACE == 0,
        disposal: if flags & CLEAR == 0 { Disposal::Keep } else { Disposal::Clear },
        data: body.get(16..)?,
    })
}

fn le24(bytes: &[u8], at: usize) -> Option<u32> {
    let [a, b, c] = *bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes([a, b, c, 0]))
}

/// A reader of frames.
pub(crate) struct FrameReader<'a, I> {
    pub(crate) parts: I,
    pub(crate) limits: &'a Limits,
}

impl<'a, I: Iterator<Item = Part<'a>>> Frames for FrameReader<'a, I> {
    fn draw_next(&mut self, canvas: &mut Canvas) -> Result<Option<Drawn>, Error> {
        let Some(part) = self.parts.next() else { return Ok(None) };
        let file = still(part.area.size(), part.data).ok_or_else(|| damaged(Format::WebP))?;
        let mut image = File::open(&file, self.limits)?.still(&Request::plain(part.area.size(), &Stop::new()))?;
        if image.size() != part.area.size() {
            return Err(damaged(Format::WebP));
        }
        canvas.begin(part.area, part.disposal)?;
        canvas.draw(&image, part.blend);
        Ok(Some(Drawn { delay: part.delay, note: image.take_notes().pop() }))
    }
}
