//! Animations: GIF, animated WebP, animated PNG and sequences of AVIF, one frame at a time.
//!
//! Each frame is handed out as a viewer shows it: drawn over what the frames before it left. One canvas is held,
//! never all frames. Before the first is decoded, frames and their pixels are counted by walking over the file's
//! blocks, so that a file which holds more than [`Limits`] allow is refused at once, and never cut in silence.

pub(crate) mod canvas;
pub(crate) mod frame_diff;
pub(crate) mod palette;
pub(crate) mod writer;

use crate::pixels::base::error::no_such_page;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use image::ColorType;

use self::canvas::Canvas;
use crate::code::ErrorCode;
use crate::error::Error;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::note::Note;
use crate::pixels::base::error::damaged;
use crate::pixels::base::memory;
use crate::pixels::codec::profile::profile_of;
use crate::pixels::codec::{gif, png, webp};
use crate::pixels::color::profile::Profile;
use crate::pixels::raster::Raster;
use crate::plan::{Rect, Size, SourceInfo};

/// How often an animation is played; `None` without end.
pub(crate) type Plays = Option<NonZeroU32>;

/// A file of several frames, to be read from the first on.
pub(crate) struct Animation<'a> {
    frames: Box<dyn Frames + 'a>,
    canvas: Canvas,
    plays: Plays,
    /// Frames not yet read.
    left: u32,
    /// Frames that were read.
    drawn: u32,
    format: Format,
    /// Of all frames. Results that move keep none.
    profile: Option<Arc<Profile>>,
    memory: u64,
    /// Facts about the file, known once its frames are read.
    notes: Vec<Note>,
}

/// Knows how to draw the next frame.
pub(crate) trait Frames {
    /// Draws it; `None` after the last.
    fn draw_next(&mut self, canvas: &mut Canvas) -> Result<Option<Drawn>, Error>;
}

/// A frame that was drawn.
pub(crate) struct Drawn {
    /// How long it is shown.
    pub(crate) delay: Duration,
    /// It is there in part only.
    pub(crate) note: Option<Note>,
}

/// What the header of a GIF says.
pub(crate) fn probe_gif(bytes: &[u8], limits: &Limits) -> Result<SourceInfo, Error> {
    let size = gif::read::screen(bytes).filter(|size| size.pixels() > 0).ok_or_else(|| damaged(Format::Gif))?;
    LimitError::check("pixels", size.pixels(), limits.pixels)?;
    let mut info = SourceInfo::new(size);
    info.format = Format::Gif;
    info.alpha = true;
    info.frames = count(bytes, Format::Gif, limits);
    Ok(info)
}

/// How many frames there are: 1 for what is no animation, and one more than is allowed for all that is more.
pub(crate) fn count(bytes: &[u8], format: Format, limits: &Limits) -> u32 {
    let most = usize::try_from(limits.frames).unwrap_or(usize::MAX).saturating_add(1);
    let count = match format {
        Format::Gif => gif::read::Blocks::new(bytes).take(most).count(),
        Format::WebP => webp::frames::Overview::read(bytes).map_or(1, |overview| overview.parts().take(most).count()),
        // One that is cut short is no still, but a damaged animation.
        Format::Png => png::frames::Overview::read(bytes)
            .map_or(1, |overview| overview.parts().take(most).count().max(if overview.is_complete() { 1 } else { 2 })),
        #[cfg(feature = "avif")]
        Format::Avif => crate::pixels::codec::avif::Movie::read(bytes).map_or(1, |movie| movie.frames().min(most)),
        _ => 1,
    };
    u32::try_from(count).unwrap_or(u32::MAX).max(1)
}

impl<'a> Animation<'a> {
    /// Opens a file to read its first `until` frames, or all of them.
    ///
    /// # Errors
    /// It is damaged, or passes a limit.
    pub(crate) fn open(bytes: &'a [u8], format: Format, limits: &'a Limits, until: Option<u32>) -> Result<Self, Error> {
        let most = until.unwrap_or(u32::MAX);
        #[cfg_attr(not(feature = "avif"), expect(unused_mut, reason = "only AVIF says it in its own way"))]
        let mut own_profile = None;
        let (size, plays, budget, complete, frames): (_, _, _, _, Box<dyn Frames + 'a>) = match format {
            Format::Gif => {
                let size = gif::read::screen(bytes).ok_or_else(|| damaged(format))?;
                let mut blocks = gif::read::Blocks::new(bytes);
                let budget = Budget::count(size, blocks.by_ref().map(|block| block.area), most, limits)?;
                let reader = gif::read::Reader::new(gif::read::Blocks::new(bytes));
                (size, blocks.plays, budget, blocks.complete, Box::new(reader))
            }
            Format::WebP => {
                let overview = webp::frames::Overview::read(bytes).ok_or_else(|| damaged(format))?;
                let budget = Budget::count(overview.canvas, overview.parts().map(|part| part.area), most, limits)?;
                let complete = webp::is_complete(bytes);
                (
                    overview.canvas,
                    overview.plays,
                    budget,
                    complete,
                    Box::new(webp::frames::Reader { parts: overview.parts(), limits }),
                )
            }
            Format::Png => {
                let overview = png::frames::Overview::read(bytes).ok_or_else(|| damaged(format))?;
                let budget = Budget::count(overview.canvas, overview.parts().map(|part| part.area), most, limits)?;
                let reader = png::frames::Reader { parts: overview.parts(), overview, limits };
                (overview.canvas, overview.plays, budget, overview.is_complete(), Box::new(reader))
            }
            #[cfg(feature = "avif")]
            Format::Avif => {
                let movie = crate::pixels::codec::avif::Movie::read(bytes).ok_or_else(|| damaged(format))?;
                let (size, plays) = (movie.size, movie.plays);
                let areas = std::iter::repeat_n(Rect::full(size), movie.frames());
                let mut budget = Budget::count(size, areas, most, limits)?;
                budget.decoders = movie.decoders();
                budget.memory(size, limits)?;
                let player = crate::pixels::codec::avif::Player::new(movie)?;
                own_profile = player.profile(limits);
                (size, plays, budget, true, Box::new(player))
            }
            _ => return Err(damaged(format)),
        };
        if budget.frames == 0 {
            return Err(damaged(format));
        }
        let notes = if until.is_none() && !complete { vec![Note::CutShort] } else { Vec::new() };
        let memory = budget.memory(size, limits)?;
        let samples =
            if format == Format::Png && png::frames::is_gray(bytes) { ColorType::L8 } else { ColorType::Rgb8 };
        let profile =
            own_profile.or_else(|| profile_of(bytes, format, limits).filter(|p| p.fits(samples))).map(Arc::new);
        Ok(Self {
            frames,
            canvas: Canvas::new(size)?,
            plays,
            left: budget.frames.min(most),
            format,
            profile,
            memory,
            notes,
            drawn: 0,
        })
    }

    /// Bytes it takes, as it was checked.
    pub(crate) const fn memory(&self) -> u64 {
        self.memory
    }

    /// How often it is played.
    pub(crate) const fn plays(&self) -> Plays {
        self.plays
    }

    /// How many frames are left.
    pub(crate) const fn left(&self) -> u32 {
        self.left
    }

    /// Draws the next frame, and says how long it is shown. `None` after the last, or the last before one that is
    /// damaged: browsers show as many as there are.
    ///
    /// # Errors
    /// The first frame is damaged, or a limit is passed.
    pub(crate) fn advance(&mut self) -> Result<Option<Duration>, Error> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        match self.frames.draw_next(&mut self.canvas) {
            Ok(Some(Drawn { delay, note })) => {
                self.note(note);
                self.drawn += 1;
                Ok(Some(delay))
            }
            Err(error) if self.drawn == 0 || error.code() != ErrorCode::Format => Err(error),
            Ok(None) if self.drawn == 0 => Err(damaged(self.format)),
            Ok(None) | Err(_) => {
                self.note(Some(Note::Corrupt));
                self.left = 0;
                Ok(None)
            }
        }
    }

    fn note(&mut self, note: Option<Note>) {
        let known = |note: &Note| self.notes.contains(note);
        let new = note.filter(|note| !known(note));
        self.notes.extend(new);
    }

    /// Takes the facts about the file that reading its frames has shown.
    pub(crate) fn take_notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }

    /// What is shown now, without alpha if it is opaque.
    pub(crate) fn picture(&self) -> Result<Raster, Error> {
        Ok(self.canvas.picture()?.with_profile(self.profile.clone()))
    }
}

/// One frame, counted from zero, as a viewer shows it.
///
/// # Errors
/// There are not so many, or one up to there is damaged, or they pass a limit together.
pub(crate) fn frame(bytes: &[u8], format: Format, page: u32, limits: &Limits) -> Result<Raster, Error> {
    let until = page.saturating_add(1);
    LimitError::check("frames", until.into(), limits.frames.into())?;
    let mut animation = Animation::open(bytes, format, limits, Some(until))?;
    if animation.left() < until {
        return Err(no_such_page(until, animation.left()));
    }
    while animation.advance()?.is_some() {}
    let notes = animation.take_notes();
    Ok(animation.picture()?.noting(notes))
}

/// What reading frames takes, from their places alone.
#[derive(Debug, Default)]
struct Budget {
    frames: u32,
    /// Pixels decoded or composed: the frame's or the canvas', whichever are more.
    pixels: u64,
    /// Of the largest frame.
    largest: u64,
    /// Bytes that decoders keep from frame to frame.
    decoders: u64,
}

impl Budget {
    /// Goes over all frames that are to be read, and on to the end of the file if that is all.
    fn count(canvas: Size, areas: impl Iterator<Item = Rect>, most: u32, limits: &Limits) -> Result<Self, LimitError> {
        let mut budget = Self::default();
        for area in areas.take(usize::try_from(most).unwrap_or(usize::MAX)) {
            budget.frames += 1;
            LimitError::check("frames", budget.frames.into(), limits.frames.into())?;
            let pixels = area.size().pixels();
            LimitError::check("pixels of a frame", pixels, limits.pixels)?;
            budget.largest = budget.largest.max(pixels);
            budget.pixels = budget.pixels.saturating_add(pixels.max(canvas.pixels()));
            LimitError::check("pixels of all frames", budget.pixels, limits.animation_pixels)?;
        }
        Ok(budget)
    }

    /// The canvas, what it was before, the picture handed out, and a frame with what its decoder needs.
    fn memory(&self, canvas: Size, limits: &Limits) -> Result<u64, LimitError> {
        LimitError::check("pixels", canvas.pixels(), limits.pixels)?;
        let bytes = canvas.pixels().saturating_mul(12).saturating_add(self.largest.saturating_mul(12));
        let bytes = bytes.saturating_add(self.decoders);
        memory::check(bytes, limits)?;
        Ok(bytes)
    }
}
