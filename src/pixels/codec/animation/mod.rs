//! Animations: GIF, animated WebP, animated PNG and sequences of AVIF, one frame at a time.
//!
//! Each frame is returned as a viewer shows it: drawn over the remains of the previous frames. Only one canvas is held,
//! never all frames. Before the first frame is decoded, frames and their pixels are counted by iterating over the
//! blocks of the file. A file that exceeds [`Limits`] is therefore rejected immediately, and never truncated silently.

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

/// The number of times an animation is played; `None` for endless repetition.
pub(crate) type Plays = Option<NonZeroU32>;

/// A file of several frames, read from the first one on.
pub(crate) struct Animation<'a> {
    frames: Box<dyn Frames + 'a>,
    canvas: Canvas,
    plays: Plays,
    /// The number of frames not yet read.
    left: u32,
    /// The number of frames read.
    drawn: u32,
    format: Format,
    /// The colour profile of all frames. Animated results keep none.
    profile: Option<Arc<Profile>>,
    memory: u64,
    /// Notes about the file, known once its frames have been read.
    notes: Vec<Note>,
}

/// A reader of frames that draws them on a canvas.
pub(crate) trait Frames {
    /// Draws the next frame. Returns `None` after the last.
    fn draw_next(&mut self, canvas: &mut Canvas) -> Result<Option<Drawn>, Error>;
}

/// A frame that was drawn.
pub(crate) struct Drawn {
    /// The duration for which it is shown.
    pub(crate) delay: Duration,
    /// The note if only a part of the frame was decoded.
    pub(crate) note: Option<Note>,
}

/// The properties of an animation before its first frame is decoded.
pub(crate) struct Start<'a> {
    pub(crate) format: Format,
    pub(crate) canvas: Size,
    pub(crate) plays: Plays,
    pub(crate) budget: Budget,
    /// Whether nothing is missing from the file.
    pub(crate) complete: bool,
    /// The colour profile of all frames.
    pub(crate) profile: Option<Arc<Profile>>,
    pub(crate) frames: Box<dyn Frames + 'a>,
}

/// Counts frames: at least one. Numbers above the limit are reported as one more than the limit.
pub(crate) fn counted<T>(frames: impl Iterator<Item = T>, limits: &Limits) -> u32 {
    let most = usize::try_from(limits.frames).unwrap_or(usize::MAX).saturating_add(1);
    u32::try_from(frames.take(most).count()).unwrap_or(u32::MAX).max(1)
}

/// The units of computing for a pixel of the canvas, whether it changes or not: it is kept, drawn over and returned.
const DRAWING: u64 = 5;

/// Returns the units of computing for frames with these areas. `units` is the cost of decoding a pixel.
pub(crate) fn work(canvas: Size, areas: impl Iterator<Item = Rect>, units: u64, limits: &Limits) -> u64 {
    let most = usize::try_from(limits.frames).unwrap_or(usize::MAX);
    let shown = canvas.pixels().saturating_mul(DRAWING);
    let each = areas.take(most).map(|area| area.size().pixels().saturating_mul(units).saturating_add(shown));
    each.fold(0, u64::saturating_add)
}

/// Returns the cost of showing one frame on a canvas of this size. `units` is the cost of decoding a pixel.
pub(crate) fn cost(canvas: Size, units: u64) -> Cost {
    /// A canvas, its previous state, the resulting image, and a frame with the memory of its decoder.
    const EACH: u64 = 24;
    /// Read-ahead and tables of decoders, and a few rows.
    const TABLES: u64 = 1024 * 1024;
    /// The units of computing for a pixel of each newly allocated canvas.
    const FRESH: u64 = 20;
    Cost::each(canvas.pixels(), EACH, units + DRAWING + FRESH).holding(TABLES)
}

impl<'a> Animation<'a> {
    /// Starts reading the first `until` frames, or all of them.
    ///
    /// # Errors
    /// There are no frames, or their memory exceeds a limit.
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

    /// Returns the number of bytes that the animation takes, as checked against the limit.
    pub(crate) const fn memory(&self) -> u64 {
        self.memory
    }

    /// Returns the number of times the animation is played.
    pub(crate) const fn plays(&self) -> Plays {
        self.plays
    }

    /// Returns the number of remaining frames.
    pub(crate) const fn left(&self) -> u32 {
        self.left
    }

    /// Draws the next frame, and returns its duration. Returns `None` after the last frame, or if the next one is
    /// damaged: browsers show the frames before it.
    ///
    /// # Errors
    /// The first frame is damaged, or a limit is exceeded.
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

    /// Takes the notes collected while reading frames.
    pub(crate) fn take_notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }

    /// Returns the current image, without alpha if it is opaque.
    pub(crate) fn image(&self) -> Result<Raster, Error> {
        Ok(self.canvas.image()?.with_profile(self.profile.clone()))
    }
}

/// The resources that reading frames takes, computed from their areas alone.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    frames: u32,
    /// The number of pixels decoded or composed: for each frame, those of the frame or of the canvas, whichever are
    /// more.
    pixels: u64,
    /// The number of pixels of the largest frame.
    largest: u64,
    /// The number of bytes that decoders keep from frame to frame.
    pub(crate) decoders: u64,
}

impl Budget {
    /// Counts all frames that are to be read, to the end of the file if `until` is `None`.
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

    /// Returns the bytes of the canvas, its previous state, the resulting image, and a frame with the memory of its
    /// decoder.
    pub(crate) fn memory(&self, canvas: Size, limits: &Limits) -> Result<u64, LimitError> {
        LimitError::check("pixels", canvas.pixels(), limits.pixels)?;
        let bytes = canvas.pixels().saturating_mul(12).saturating_add(self.largest.saturating_mul(12));
        let bytes = bytes.saturating_add(self.decoders);
        memory::check(bytes, limits)?;
        Ok(bytes)
    }
}
