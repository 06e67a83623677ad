//! Animated PNG: iteration over its chunks (W3C PNG 3, 11.3.2), and decoding of each frame as a still image.

use std::num::NonZeroU32;
use std::time::Duration;

use super::File;
use super::chunks::{Chunks, SIGNATURE, be32, write_chunk};
use crate::error::Error;
use crate::format::Format;
use crate::limits::Limits;
use crate::pixels::base::{damaged, memory};
use crate::pixels::codec::animation::canvas::{Canvas, Disposal};
use crate::pixels::codec::animation::{Drawn, Frames, Plays, counted};
use crate::pixels::codec::reader::Request;
use crate::plan::{Rect, Size};
use crate::stop::Stop;

/// The properties shared by all frames of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Overview<'a> {
    pub(crate) canvas: Size,
    pub(crate) plays: Plays,
    /// The number of frames that `acTL` announces.
    announced: usize,
    /// The fields after the size in `IHDR`: bit depth, colour type and others.
    kind: [u8; 5],
    /// The data of `PLTE`. Like that of `tRNS` it is shared by all frames.
    palette: Option<&'a [u8]>,
    transparency: Option<&'a [u8]>,
    chunks: Chunks<'a>,
}

/// One frame of a file: its control chunk, and the chunks after it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'a> {
    pub(crate) area: Rect,
    delay: Duration,
    blend: bool,
    disposal: Disposal,
    after: Chunks<'a>,
}

impl<'a> Overview<'a> {
    /// Reads the properties, or returns `None` if the file is not animated. `acTL` counts only before the pixels.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut chunks = Chunks::of_file(bytes)?;
        let (_, head) = chunks.next().filter(|(kind, _)| *kind == b"IHDR")?;
        let mut overview = Self {
            canvas: Size::new(be32(head, 0)?, be32(head, 4)?),
            plays: None,
            announced: 0,
            kind: *head.get(8..)?.first_chunk()?,
            palette: None,
            transparency: None,
            chunks,
        };
        let mut animated = false;
        for (kind, body) in chunks.take_while(|(kind, _)| *kind != b"IDAT") {
            match kind {
                b"acTL" => {
                    overview.announced = usize::try_from(be32(body, 0)?).unwrap_or(usize::MAX);
                    overview.plays = NonZeroU32::new(be32(body, 4)?);
                    animated = true;
                }
                // A longer palette is invalid.
                b"PLTE" => overview.palette = Some(body).filter(|body| body.len() <= 768),
                b"tRNS" => overview.transparency = Some(body).filter(|body| body.len() <= 256),
                _ => {}
            }
        }
        animated.then_some(overview)
    }

    /// Iterates over the frames, up to the first that is damaged.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Part<'a>> + use<'a> {
        let mut chunks = self.chunks;
        std::iter::from_fn(move || {
            let (_, control) = chunks.find(|(kind, _)| *kind == b"fcTL")?;
            part(control, chunks)
        })
    }

    /// Returns the number of frames. Numbers above the limit are reported as one more than the limit. A file that is
    /// cut short counts as a damaged animation, not as a still image.
    pub(super) fn count(&self, limits: &Limits) -> u32 {
        counted(self.parts(), limits).max(if self.is_complete() { 1 } else { 2 })
    }

    /// Returns `true` if the samples are gray.
    pub(super) const fn is_gray(&self) -> bool {
        const COLORED: u8 = 2;
        let [_, color, ..] = self.kind;
        color & COLORED == 0
    }

    /// Returns `true` if nothing is missing from the file, except perhaps the end chunk.
    pub(crate) fn is_complete(&self) -> bool {
        let mut chunks = self.chunks;
        self.chunks.are_complete()
            && (chunks.any(|(kind, _)| kind == b"IEND") || self.parts().count() >= self.announced)
    }

    /// Builds a file with a single frame.
    fn still(&self, part: &Part<'_>) -> Result<Vec<u8>, Error> {
        let data = || part.after.with_rest().take_while(|(kind, _)| *kind != b"fcTL").filter_map(pixels);
        /// The room for all chunks except the pixel data: 12 bytes around each, 13 in the first.
        const AROUND: u64 = 1024;
        let length = data().map(|data| memory::len(data) + 12).sum::<u64>();
        let mut file = memory::reserve(length + AROUND)?;
        file.extend(SIGNATURE);
        let Size { width, height } = part.area.size();
        let [w, h] = [width, height].map(u32::to_be_bytes);
        write_chunk(&mut file, b"IHDR", &[&w[..], &h, &self.kind].concat());
        for (kind, body) in [(b"PLTE", self.palette), (b"tRNS", self.transparency)] {
            if let Some(body) = body {
                write_chunk(&mut file, kind, body);
            }
        }
        for data in data() {
            write_chunk(&mut file, b"IDAT", data);
        }
        write_chunk(&mut file, b"IEND", b"");
        Ok(file)
    }
}

/// Returns the compressed pixels in a chunk.
fn pixels<'a>((kind, body): (&'a [u8; 4], &'a [u8])) -> Option<&'a [u8]> {
    match kind {
        b"IDAT" => Some(body),
        // A sequence number precedes the data.
        b"fdAT" => body.get(4..),
        _ => None,
    }
}

fn part<'a>(control: &'a [u8], after: Chunks<'a>) -> Option<Part<'a>> {
    let [width, height, x, y] = [be32(control, 4)?, be32(control, 8)?, be32(control, 12)?, be32(control, 16)?];
    let [n1, n2, d1, d2, disposal, blend] = *control.get(20..)?.first_chunk()?;
    let seconds = Duration::from_secs(u16::from_be_bytes([n1, n2]).into());
    let parts = match u16::from_be_bytes([d1, d2]) {
        0 => 100,
        parts => u32::from(parts),
    };
    Some(Part {
        area: Rect { x, y, width, height },
        delay: seconds / parts,
        blend: blend == 1,
        disposal: match disposal {
            1 => Disposal::Clear,
            2 => Disposal::Undo,
            _ => Disposal::Keep,
        },
        after,
    })
}

/// A reader of frames.
pub(crate) struct FrameReader<'a, I> {
    pub(crate) overview: Overview<'a>,
    pub(crate) parts: I,
    pub(crate) limits: &'a Limits,
}

impl<'a, I: Iterator<Item = Part<'a>>> Frames for FrameReader<'a, I> {
    fn draw_next(&mut self, canvas: &mut Canvas) -> Result<Option<Drawn>, Error> {
        let Some(part) = self.parts.next() else { return Ok(None) };
        if !part.area.fits(canvas.size()) {
            return Err(damaged(Format::Png));
        }
        let file = self.overview.still(&part)?;
        let mut image = File::open(&file, self.limits)?.still(&Request::plain(part.area.size(), &Stop::new()))?;
        canvas.begin(part.area, part.disposal)?;
        canvas.draw(&image, part.blend);
        Ok(Some(Drawn { delay: part.delay, note: image.take_notes().pop() }))
    }
}
