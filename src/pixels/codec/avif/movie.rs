//! Image sequences: the frames of a track (ISO/IEC 14496-12), with a second track for their opacity.

use std::num::NonZeroU32;
use std::time::Duration;

use super::boxes::Reader;
use super::color::with_alpha;
use super::frames::Frames;
use super::meta::is_alpha_name;
use super::properties::Facts;
use crate::error::Error;
use crate::format::Format;
use crate::pixels::base::{Channels, damaged, fenced};
use crate::pixels::codec::animation::canvas::{Canvas, Disposal};
use crate::pixels::codec::animation::{Drawn, Frames as AnimationFrames};
use crate::pixels::raster::Raster;
use crate::plan::{Rect, Size};

/// An animation in a file, before decoding.
#[derive(Debug, Clone)]
pub(crate) struct Movie<'a> {
    pub(crate) size: Size,
    /// The number of times it is played; `None` for endless repetition.
    pub(crate) plays: Option<NonZeroU32>,
    pub(crate) facts: Facts,
    color: Track,
    alpha: Option<Track>,
    premultiplied: bool,
    file: &'a [u8],
}

/// A track of AV1 data.
#[derive(Debug, Clone)]
struct Track {
    id: u32,
    /// The references to other tracks, with their type.
    references: Vec<([u8; 4], Vec<u32>)>,
    size: Size,
    facts: Facts,
    is_alpha: bool,
    plays: Option<NonZeroU32>,
    /// The number of time units per second.
    scale: u32,
    /// Pairs of a number of frames and their duration.
    times: Vec<(u32, u32)>,
    /// The offset and the length of each frame.
    places: Vec<(u64, u32)>,
}

impl<'a> Movie<'a> {
    /// Reads a sequence. Returns `None` if the major brand of the file is not that of sequences, or if the file has
    /// only one frame.
    pub(crate) fn read(file: &'a [u8]) -> Option<Self> {
        if file.get(8..12)? != b"avis" {
            return None;
        }
        let mut movie = Reader(file).find_box(b"moov")?;
        let mut tracks = Vec::new();
        while let Some((kind, body)) = movie.next_box() {
            if &kind == b"trak" && tracks.len() < MOST_TRACKS {
                tracks.extend(Track::read(body));
            }
        }
        let color = tracks.iter().find(|track| !track.is_alpha)?.clone();
        let belongs = |track: &&Track, how: &[u8; 4], to: u32| {
            track.references.iter().any(|(kind, ids)| kind == how && ids.contains(&to))
        };
        let alpha = tracks.iter().find(|track| track.is_alpha && belongs(track, b"auxl", color.id)).cloned();
        let premultiplied = alpha.as_ref().is_some_and(|alpha| belongs(&&color, b"prem", alpha.id));
        // Opacity that is missing for some frames, or has a different size, is ignored.
        let alpha = alpha.filter(|alpha| alpha.size == color.size && alpha.places.len() >= color.places.len());
        let (size, plays, facts) = (color.size, color.plays, color.facts.clone());
        (color.places.len() > 1).then_some(Self { size, plays, facts, color, alpha, premultiplied, file })
    }

    /// Returns the number of frames.
    pub(crate) fn frames(&self) -> usize {
        self.color.places.len()
    }

    /// Returns `true` if frames have opacity.
    pub(crate) const fn has_alpha(&self) -> bool {
        self.alpha.is_some()
    }

    /// Returns the bytes that decoders take in addition to the canvas: reference frames, in planes of 16 bits.
    pub(crate) fn decoders(&self) -> u64 {
        /// Eight reference frames and the one being decoded, of six bytes per pixel; two bytes for opacity.
        const COLOR: u64 = 9 * 6;
        const ALPHA: u64 = 9 * 2;
        let each = COLOR + if self.alpha.is_some() { ALPHA } else { 0 };
        self.size.pixels().saturating_mul(each)
    }

    /// Returns the bytes that showing one frame takes, including the image.
    pub(crate) fn memory(&self) -> u64 {
        /// A canvas, its previous state, the resulting image, and a frame.
        const CANVAS: u64 = 24;
        /// The tables of the decoders.
        const TABLES: u64 = 1024 * 1024;
        self.size.pixels().saturating_mul(CANVAS).saturating_add(self.decoders()).saturating_add(TABLES)
    }
}

/// A decoder of the frames of a sequence, in order.
pub(crate) struct Player<'a> {
    movie: Movie<'a>,
    color: Frames,
    alpha: Option<Frames>,
    next: usize,
}

impl<'a> Player<'a> {
    pub(crate) fn new(movie: Movie<'a>) -> Result<Self, Error> {
        let (size, alpha) = (movie.size, movie.alpha.is_some());
        let frames = || fenced(|| Frames::new(size));
        Ok(Self { movie, color: frames()?, alpha: if alpha { Some(frames()?) } else { None }, next: 0 })
    }

    /// Decodes the next frame, and returns it with its duration. Returns `None` after the last.
    pub(crate) fn next(&mut self) -> Result<Option<(Raster, Duration)>, Error> {
        let Self { movie, color, alpha, next } = self;
        if *next >= movie.frames() {
            return Ok(None);
        }
        let number = *next;
        *next += 1;
        let data = |track: &Track| track.data(number, movie.file).ok_or_else(|| damaged(Format::Avif));
        let image = fenced(|| {
            let rgb = color.decode(data(&movie.color)?)?.to_rgb(&movie.facts.meaning)?;
            match (alpha, &movie.alpha) {
                (Some(decoder), Some(track)) => {
                    let opacity = decoder.decode(data(track)?)?.gray()?;
                    Raster::new(movie.size, Channels::Rgba, with_alpha(&rgb, &opacity, movie.premultiplied)?)
                }
                _ => Raster::new(movie.size, Channels::Rgb, rgb),
            }
        })?;
        Ok(Some((image, movie.color.duration(number))))
    }
}

impl AnimationFrames for Player<'_> {
    fn draw_next(&mut self, canvas: &mut Canvas) -> Result<Option<Drawn>, Error> {
        let Some((image, delay)) = self.next()? else { return Ok(None) };
        canvas.begin(Rect::full(canvas.size()), Disposal::Keep)?;
        canvas.draw(&image, false);
        Ok(Some(Drawn { delay, note: None }))
    }
}

impl Track {
    fn read(mut body: Reader<'_>) -> Option<Self> {
        let (mut head, mut edits, mut media, mut references) = (None, None, None, Vec::new());
        while let Some((kind, mut body)) = body.next_box() {
            match &kind {
                b"tkhd" => head = Some(body),
                b"edts" => edits = body.find_box(b"elst"),
                b"mdia" => media = Some(body),
                b"tref" => {
                    while let Some((kind, body)) = body.next_box() {
                        let ids = body.0.chunks_exact(4).filter_map(|id| id.try_into().ok()).map(u32::from_be_bytes);
                        references.push((kind, ids.collect()));
                    }
                }
                _ => {}
            }
        }
        let (mut head, media) = (head?, media?);
        let wide = if head.version()?.0 == 1 { 8 } else { 4 };
        head.take(if wide == 8 { 16 } else { 8 })?;
        let id = head.number(4)?;
        head.take(4)?;
        let length = head.long(wide)?;
        let endless = length == if wide == 8 { u64::MAX } else { u32::MAX.into() };
        let plays = plays(edits, length, endless);
        let mut time = media.find_box(b"mdhd")?;
        let skip = if time.version()?.0 == 1 { 16 } else { 8 };
        time.take(skip)?;
        let scale = time.number(4)?;
        let mut handler = media.find_box(b"hdlr")?;
        handler.take(8)?;
        let handler = handler.kind()?;
        let table = media.find_box(b"minf")?.find_box(b"stbl")?;
        let mut description = table.find_box(b"stsd")?;
        description.take(8)?;
        let (kind, mut entry) = description.next_box()?;
        if &kind != b"av01" || !matches!(&handler, b"pict" | b"vide" | b"auxv") {
            return None;
        }
        // Width and height are fields of a visual sample entry (14496-12, 12.1.3).
        entry.take(24)?;
        let size = Size::new(entry.number(2)?, entry.number(2)?);
        entry.take(50)?;
        let mut properties = Vec::new();
        while let Some(property) = entry.next_box() {
            properties.push(property);
        }
        let is_alpha =
            properties.iter().any(|(kind, body)| &kind[..] == b"auxi" && body.0.get(4..).is_some_and(is_alpha_name));
        if size.pixels() == 0 || (&handler == b"auxv" && !is_alpha) {
            return None;
        }
        let facts = Facts::read(properties.into_iter())?;
        let (times, places) = (times(table)?, places(table)?);
        Some(Self { id, references, size, facts, is_alpha, plays, scale, times, places })
    }

    fn data(&self, number: usize, file: &[u8]) -> Option<Vec<u8>> {
        let (offset, length) = *self.places.get(number)?;
        let start = usize::try_from(offset).ok()?;
        file.get(start..)?.get(..usize::try_from(length).ok()?).map(<[u8]>::to_vec)
    }

    fn duration(&self, number: usize) -> Duration {
        let mut left = number as u64;
        for (count, units) in &self.times {
            if left < u64::from(*count) {
                return Duration::from_secs_f64(f64::from(*units) / f64::from(self.scale.max(1)));
            }
            left -= u64::from(*count);
        }
        Duration::ZERO
    }
}

/// Returns the number of times a track is played: endlessly, unless an edit list states otherwise (as in browsers).
fn plays(edits: Option<Reader<'_>>, length: u64, endless: bool) -> Option<NonZeroU32> {
    let once = NonZeroU32::new(1);
    let mut edits = edits?;
    let Some((version, flags)) = edits.version() else { return once };
    if flags & 1 == 0 {
        return once;
    }
    if endless {
        return None;
    }
    edits.take(4)?;
    let part = edits.long(if version == 1 { 8 } else { 4 }).filter(|part| *part > 0)?;
    NonZeroU32::new(u32::try_from(length.div_ceil(part)).unwrap_or(u32::MAX))
}

/// Reads the table of durations.
fn times(table: Reader<'_>) -> Option<Vec<(u32, u32)>> {
    let mut body = table.find_box(b"stts")?;
    body.take(4)?;
    let count = body.number(4)?;
    let mut times = Vec::new();
    for _ in 0..count.min(MOST_FRAMES) {
        times.push((body.number(4)?, body.number(4)?));
    }
    Some(times)
}

/// Reads the locations of all frames, up to [`MOST_FRAMES`].
fn places(table: Reader<'_>) -> Option<Vec<(u64, u32)>> {
    let (mut chunks, wide) = match table.find_box(b"stco") {
        Some(body) => (body, 4),
        None => (table.find_box(b"co64")?, 8),
    };
    chunks.take(8)?;
    let mut sizes = table.find_box(b"stsz")?;
    sizes.take(4)?;
    let (same, count) = (sizes.number(4)?, sizes.number(4)?.min(MOST_FRAMES));
    let mut runs = table.find_box(b"stsc")?;
    runs.take(4)?;
    let mut left = runs.number(4)?;
    let mut places = Vec::new();
    // The current chunk, its number of frames, and the next chunk with a different number.
    let (mut chunk, mut each, mut next) = (0_u32, 0_u32, None);
    while places.len() as u64 != u64::from(count) {
        chunk = chunk.checked_add(1)?;
        loop {
            if next.is_none() && left > 0 {
                left -= 1;
                next = Some((runs.number(4)?, runs.number(4)?));
                runs.take(4)?;
            }
            match next {
                Some((first, frames)) if first <= chunk => {
                    each = frames;
                    next = None;
                }
                _ => break,
            }
            if left == 0 {
                break;
            }
        }
        let mut offset = chunks.long(wide)?;
        for _ in 0..each {
            if places.len() as u64 == u64::from(count) {
                break;
            }
            let size = if same > 0 { same } else { sizes.number(4)? };
            places.push((offset, size));
            offset = offset.checked_add(size.into())?;
        }
    }
    Some(places)
}

/// The maximum number of frames that are read, more than limits allow.
const MOST_FRAMES: u32 = 100_000;
/// The maximum number of tracks: one for colour, one for opacity, and some unused ones.
const MOST_TRACKS: usize = 16;
