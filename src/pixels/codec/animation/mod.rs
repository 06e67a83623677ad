//! Animations: GIF, animated WebP, animated PNG and sequences of AVIF, one frame at a time.
//!
//! Each frame is handed out as a viewer shows it: drawn over what the frames before it left. One canvas is held,
//! never all frames. Before the first is decoded, frames and their pixels are counted by walking over the file's
//! blocks, so that a file which holds more than [`Limits`] allow is refused at once, and never cut in silence.

pub(crate) mod canvas;
pub(crate) mod frame_diff;
pub(crate) mod palette;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use self::canvas::Canvas;
use crate::code::ErrorCode;
use crate::cost::Cost;
use crate::error::Error;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::note::Note;
use crate::pixels::base::{damaged, memory};
use crate::pixels::color::Profile;
use crate::pixels::raster::Raster;
use crate::plan::{Rect, Size};

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

/// What a format knows of an animation before its first frame is decoded.
pub(crate) struct Start<'a> {
    pub(crate) format: Format,
    pub(crate) canvas: Size,
    pub(crate) plays: Plays,
    pub(crate) budget: Budget,
    /// Nothing of the file is missing.
    pub(crate) complete: bool,
    /// Of all frames.
    pub(crate) profile: Option<Arc<Profile>>,
    pub(crate) frames: Box<dyn Frames + 'a>,
}

/// How many of these there are: at least one, and one more than is allowed for all that is more.
pub(crate) fn counted<T>(frames: impl Iterator<Item = T>, limits: &Limits) -> u32 {
    let most = usize::try_from(limits.frames).unwrap_or(usize::MAX).saturating_add(1);
    u32::try_from(frames.take(most).count()).unwrap_or(u32::MAX).max(1)
}

/// Units of computing for a pixel of the canvas, whatever a frame changes: it is kept, drawn over and handed out.
const DRAWING: u64 = 5;

/// Units of computing that all these frames take, of which each pixel takes so many to be decoded.
pub(crate) fn work(canvas: Size, areas: impl Iterator<Item = Rect>, units: u64, limits: &Limits) -> u64 {
    let most = usize::try_from(limits.frames).unwrap_or(usize::MAX);
    let shown = canvas.pixels().saturating_mul(DRAWING);
    let each = areas.take(most).map(|area| area.size().pixels().saturating_mul(units).saturating_add(shown));
    each.fold(0, u64::saturating_add)
}

/// Returns the cost of showing one frame on a canvas of this size, of which each pixel takes so many units to be decoded.
pub(crate) fn cost(canvas: Size, units: u64) -> Cost {
    /// A canvas, what it was before, the image handed out, and a frame with what its decoder needs.
    const EACH: u64 = 24;
    /// What decoders read ahead, their tables, and a few rows.
    const TABLES: u64 = 1024 * 1024;
    /// Units for a pixel of each canvas that is taken from the system.
    const FRESH: u64 = 20;
    Cost::each(canvas.pixels(), EACH, units + DRAWING + FRESH).holding(TABLES)
}

impl<'a> Animation<'a> {
    /// Begins to read the first `until` frames, or all of them.
    ///
    /// # Errors
    /// There is none, or its memory passes a limit.
    pub(crate) fn begin(start: Start<'a>, until: Option<u32>, limits: &Limits) -> Result<Self, Error> {
        let Start { format, canvas, plays, budget, complete, profile, frames } = start;
        if budget.frames == 0 {
            return Err(damaged(format));
        }
        let memory = budget.memory(canvas, limits)?;
        Ok(Self {
            frames,
            canvas: Canvas::new(canvas)?,
            plays,
            left: budget.frames.min(until.unwrap_or(u32::MAX)),
            format,
            profile,
            memory,
            notes: if until.is_none() && !complete { vec![Note::CutShort] } else { Vec::new() },
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
    pub(crate) fn image(&self) -> Result<Raster, Error> {
        Ok(self.canvas.image()?.with_profile(self.profile.clone()))
    }
}

/// What reading frames takes, from their places alone.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    frames: u32,
    /// Pixels decoded or composed: the frame's or the canvas', whichever are more.
    pixels: u64,
    /// Of the largest frame.
    largest: u64,
    /// Bytes that decoders keep from frame to frame.
    pub(crate) decoders: u64,
}

impl Budget {
    /// Goes over all frames that are to be read, and on to the end of the file if that is all.
    pub(crate) fn count(
        canvas: Size,
        areas: impl Iterator<Item = Rect>,
        until: Option<u32>,
        limits: &Limits,
    ) -> Result<Self, LimitError> {
        let mut budget = Self::default();
        let most = until.and_then(|until| usize::try_from(until).ok()).unwrap_or(usize::MAX);
        for area in areas.take(most) {
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

    /// The canvas, what it was before, the image handed out, and a frame with what its decoder needs.
    pub(crate) fn memory(&self, canvas: Size, limits: &Limits) -> Result<u64, LimitError> {
        LimitError::check("pixels", canvas.pixels(), limits.pixels)?;
        let bytes = canvas.pixels().saturating_mul(12).saturating_add(self.largest.saturating_mul(12));
        let bytes = bytes.saturating_add(self.decoders);
        memory::check(bytes, limits)?;
        Ok(bytes)
    }
}
