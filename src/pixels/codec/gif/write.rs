//! GIF encoding: still images and animations, frame by frame, by the `gif` crate.
//!
//! Only the changes of each frame are written: the smallest rectangle around them, in which unchanged pixels are left
//! transparent. A pixel whose source did not change keeps its colour, so nothing flickers. The palette of the first
//! frame is used for all frames that it suits. The others have a local palette.

use std::borrow::Cow;
use std::num::NonZeroU32;
use std::time::Duration;

use gif::{DisposalMethod, Encoder, Frame, Repeat};

use super::quantise::{Quantiser, float};
use crate::cost::Cost;
use crate::error::Error;
use crate::limits::Limits;
use crate::pixels::base::{internal_error, memory};
use crate::pixels::codec::animation::Plays;
use crate::pixels::codec::animation::frame_diff::{OPEN, index, rows, rows_mut, take, window};
use crate::pixels::codec::animation::palette::{Palette, Pixel, Rgb, WEIGHTS, distance};
use crate::pixels::codec::attachments::Attachments;
use crate::pixels::codec::encoder::{AnimationEncoder, Encoder as FileEncoder, FrameWriter, Settings, Side};
use crate::pixels::raster::{Image, Raster};
use crate::plan::{Rect, Size};

/// The GIF encoder, for one frame or many.
pub(super) struct GifEncoder;

impl FileEncoder for GifEncoder {
    fn longest_side(&self, _: &Limits) -> Side {
        Side("pixels on a side of a GIF", Side::IN_16_BITS)
    }

    /// Four bytes per pixel, and its palette index.
    fn cost(&self, size: Size, _alpha: bool, _: &Settings) -> Cost {
        Cost::each(size.pixels(), 6, WORK)
    }

    fn encode(&self, image: &Image, settings: &Settings, _: &Attachments) -> Result<Vec<u8>, Error> {
        encode(&*image.pixels()?, settings)
    }

    fn animated(&self) -> Option<&dyn AnimationEncoder> {
        Some(self)
    }
}

impl AnimationEncoder for GifEncoder {
    /// Pixels and indices of this frame, the previous frame, and the changes.
    fn cost(&self, size: Size, _: &Settings) -> Cost {
        Cost::each(size.pixels(), 20, WORK)
    }

    fn begin(&self, size: Size, plays: Plays, settings: &Settings) -> Result<Box<dyn FrameWriter>, Error> {
        Ok(Box::new(Writer::new(size, plays, settings)?))
    }
}

/// The units of computing for each pixel: counting colours, dithering, and searching for repetitions.
const WORK: u64 = 100;

/// Writes a GIF of one frame.
fn encode(image: &Raster, settings: &Settings) -> Result<Vec<u8>, Error> {
    let size = image.size();
    let mut patch = Vec::new();
    take(image, &mut patch, visible)?;
    let (shared, drawing) = Shared::of(&mut Quantiser::default(), &patch, size, Exactness::of(settings))?;
    let mut encoder = start(size, &shared.palette, NonZeroU32::new(1))?;
    drawing.write(&mut encoder, &shared.palette, DisposalMethod::Keep)?;
    encoder.into_inner().map_err(|e| internal_error(e.to_string()))
}

/// The state of an animation that is being written.
struct Writer {
    size: Size,
    plays: Plays,
    exactness: Exactness,
    /// The encoder, created with the first frame. The palette of this frame is the global palette.
    encoder: Option<Encoder<Vec<u8>>>,
    shared: Shared,
    /// The previous frame. Its disposal is determined by the next frame.
    pending: Option<Drawing>,
    clock: Clock,
    quantiser: Quantiser,
    /// The pixels that a viewer shows after the previous frame. `source` holds the pixels from which they were drawn.
    shown: Vec<Pixel>,
    source: Vec<Pixel>,
    frame: Vec<Pixel>,
    patch: Vec<Pixel>,
}

/// The global palette.
#[derive(Default)]
struct Shared {
    palette: Palette,
    /// Whether the palette has all colours of the first frame.
    exact: bool,
    /// The error of the palette for the first frame.
    error: f32,
}

impl Shared {
    /// Returns `true` if the palette lacks one of these colours or an index for open pixels.
    fn lacks(&mut self, colors: &[Rgb]) -> bool {
        let palette = &mut self.palette;
        !has_room(palette)
            || colors.iter().any(|color| {
                let index = palette.nearest(*color);
                palette.color(index) != *color
            })
    }

    /// Selects a palette for the first frame, and draws the frame with it.
    fn of(
        quantiser: &mut Quantiser,
        patch: &[Pixel],
        size: Size,
        exactness: Exactness,
    ) -> Result<(Self, Drawing), Error> {
        // One index is reserved for open pixels.
        let most = if patch.contains(&OPEN) { 255 } else { 256 };
        let mut shared = Self::default();
        if let Some(colors) = quantiser.exact(patch, most).filter(|colors| exactness.keeps(colors.len())) {
            shared.palette = Palette::new(&colors);
            shared.exact = true;
        } else {
            quantiser.count(patch);
            shared.palette = Palette::new(&quantiser.reduce(255, exactness.enough));
            shared.error = quantiser.error(&mut shared.palette);
        }
        let mut drawing = Drawing::new(Rect::full(size), None);
        drawing.draw(patch, &mut shared.palette, is_coarse(shared.error))?;
        Ok((shared, drawing))
    }
}

impl FrameWriter for Writer {
    fn push(&mut self, image: &Raster, delay: Duration) -> Result<(), Error> {
        if image.size() != self.size {
            return Err(internal_error("frames of different sizes"));
        }
        take(image, &mut self.frame, visible)?;
        let mut drawing = if self.encoder.is_none() { self.first()? } else { self.next()? };
        self.note(&drawing);
        drawing.delay = self.clock.hundredths(delay);
        self.pending = Some(drawing);
        Ok(())
    }

    fn written(&self) -> u64 {
        self.encoder.as_ref().map_or(0, |encoder| memory::len(encoder.get_ref()))
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<u8>, Error> {
        self.flush(DisposalMethod::Keep)?;
        let encoder = self.encoder.ok_or_else(|| internal_error("an animation without frames"))?;
        encoder.into_inner().map_err(|e| internal_error(e.to_string()))
    }
}

impl Writer {
    fn new(size: Size, plays: Plays, settings: &Settings) -> Result<Self, Error> {
        let mut writer = Self {
            size,
            plays,
            exactness: Exactness::of(settings),
            encoder: None,
            shared: Shared::default(),
            pending: None,
            clock: Clock::default(),
            quantiser: Quantiser::default(),
            shown: Vec::new(),
            source: Vec::new(),
            frame: Vec::new(),
            patch: Vec::new(),
        };
        memory::refill(&mut writer.shown, size.pixels(), OPEN)?;
        memory::refill(&mut writer.source, size.pixels(), OPEN)?;
        Ok(writer)
    }

    fn first(&mut self) -> Result<Drawing, Error> {
        self.patch.clone_from(&self.frame);
        let (shared, drawing) = Shared::of(&mut self.quantiser, &self.patch, self.size, self.exactness)?;
        self.encoder = Some(start(self.size, &shared.palette, self.plays)?);
        self.shared = shared;
        Ok(drawing)
    }

    fn next(&mut self) -> Result<Drawing, Error> {
        self.make_room()?;
        let exactness = self.exactness;
        let changed = |old: Pixel, new: Pixel| new != OPEN && new != old;
        let Some(area) = window(self.size, &self.source, &self.frame, changed) else {
            self.patch.clear();
            return Ok(Drawing::nothing());
        };
        self.cut(area, |new, old, _| changed(old, new))?;
        let colors = if self.shared.exact { self.quantiser.exact(&self.patch, 255) } else { None };
        let (own, dither) = match colors {
            Some(colors) => (self.shared.lacks(&colors).then(|| Palette::new(&colors)), false),
            None => {
                // Pixels that are close enough stay unchanged: a new palette would give no more than close colours
                // either.
                self.cut(area, |new, old, shown| changed(old, new) && exactness.far(new, shown))?;
                self.quantiser.count(&self.patch);
                let mut error = self.quantiser.error(&mut self.shared.palette);
                let mut own = None;
                if !has_room(&self.shared.palette) || error > exactness.allowed(self.shared.error) {
                    let palette = own.insert(Palette::new(&self.quantiser.reduce(255, exactness.enough)));
                    error = self.quantiser.error(palette);
                }
                (own, is_coarse(error))
            }
        };
        let mut drawing = Drawing::new(area, own);
        drawing.draw(&self.patch, &mut self.shared.palette, dither)?;
        Ok(drawing)
    }

    /// Writes the previous frame, and clears pixels that are shown but must become transparent. Only a whole frame can
    /// be cleared.
    fn make_room(&mut self) -> Result<(), Error> {
        let vanishes = |shown: Pixel, new: Pixel| shown != OPEN && new == OPEN;
        let Some(area) = window(self.size, &self.shown, &self.frame, vanishes) else {
            return self.flush(DisposalMethod::Keep);
        };
        let area = self.pending.as_mut().map_or(Ok(area), |pending| pending.widen(area, &self.shared.palette))?;
        self.flush(DisposalMethod::Background)?;
        for pixels in [&mut self.shown, &mut self.source] {
            rows_mut(pixels, self.size.width, area).for_each(|row| row.fill(OPEN));
        }
        Ok(())
    }

    fn flush(&mut self, disposal: DisposalMethod) -> Result<(), Error> {
        match (&mut self.encoder, self.pending.take()) {
            (Some(encoder), Some(drawing)) => drawing.write(encoder, &self.shared.palette, disposal),
            _ => Ok(()),
        }
    }

    /// Builds a patch from the pixels of the area for which `changed(new, source, shown)` returns `true`. `source` is
    /// the previous source pixel.
    fn cut(&mut self, area: Rect, changed: impl Fn(Pixel, Pixel, Pixel) -> bool) -> Result<(), Error> {
        memory::refill(&mut self.patch, area.size().pixels(), OPEN)?;
        let width = self.size.width;
        let frame = rows(&self.frame, width, area);
        let before = rows(&self.source, width, area).zip(rows(&self.shown, width, area));
        let patch = self.patch.chunks_exact_mut(index(area.width).max(1));
        for ((patch, frame), (source, shown)) in patch.zip(frame).zip(before) {
            for (((patch, new), old), shown) in patch.iter_mut().zip(frame).zip(source).zip(shown) {
                if changed(*new, *old, *shown) {
                    *patch = *new;
                }
            }
        }
        Ok(())
    }

    /// Records the pixels that are shown after this frame.
    fn note(&mut self, drawing: &Drawing) {
        let (area, width) = (drawing.area, self.size.width);
        let palette = drawing.own.as_ref().unwrap_or(&self.shared.palette);
        let stride = index(area.width).max(1);
        let drawn = self.patch.chunks_exact(stride).zip(drawing.indices.chunks_exact(stride));
        let canvas = rows_mut(&mut self.shown, width, area).zip(rows_mut(&mut self.source, width, area));
        for ((patch, indices), (shown, source)) in drawn.zip(canvas) {
            let drawn = patch.iter().zip(indices).zip(shown.iter_mut().zip(source));
            for ((patch, index), (shown, source)) in drawn.filter(|((patch, _), _)| **patch != OPEN) {
                let [r, g, b] = palette.color(*index);
                (*shown, *source) = ([r, g, b, u8::MAX], *patch);
            }
        }
    }
}

/// A frame as palette indices.
struct Drawing {
    area: Rect,
    indices: Vec<u8>,
    /// The local palette; `None` to use the global one.
    own: Option<Palette>,
    delay: u16,
}

impl Drawing {
    const fn new(area: Rect, own: Option<Palette>) -> Self {
        Self { area, indices: Vec::new(), own, delay: 0 }
    }

    /// Returns a frame that changes nothing: one open pixel.
    fn nothing() -> Self {
        let mut drawing = Self::new(Rect { x: 0, y: 0, width: 1, height: 1 }, Some(Palette::default()));
        drawing.indices.push(0);
        drawing
    }

    fn draw(&mut self, patch: &[Pixel], shared: &mut Palette, dither: bool) -> Result<(), Error> {
        self.indices = memory::reserve(self.area.size().pixels())?;
        let palette = self.own.as_mut().unwrap_or(shared);
        let open = open(palette);
        if dither {
            palette.dither(patch, index(self.area.width), open, &mut self.indices);
        } else {
            palette.draw(patch, open, &mut self.indices);
        }
        Ok(())
    }

    /// Enlarges the frame to cover this rectangle too, and returns the covered area.
    fn widen(&mut self, area: Rect, shared: &Palette) -> Result<Rect, Error> {
        let wide = self.area.union(area);
        if wide != self.area {
            let mut indices = Vec::new();
            memory::refill(&mut indices, wide.size().pixels(), open(self.own.as_ref().unwrap_or(shared)))?;
            let inside = Rect { x: self.area.x - wide.x, y: self.area.y - wide.y, ..self.area };
            let old = self.indices.chunks_exact(index(self.area.width).max(1));
            for (to, from) in rows_mut(&mut indices, wide.width, inside).zip(old) {
                to.copy_from_slice(from);
            }
            (self.area, self.indices) = (wide, indices);
        }
        Ok(wide)
    }

    fn write(&self, encoder: &mut Encoder<Vec<u8>>, shared: &Palette, disposal: DisposalMethod) -> Result<(), Error> {
        let palette = self.own.as_ref().unwrap_or(shared);
        let frame = Frame {
            delay: self.delay,
            dispose: disposal,
            transparent: has_room(palette).then(|| open(palette)),
            left: side(self.area.x)?,
            top: side(self.area.y)?,
            width: side(self.area.width)?,
            height: side(self.area.height)?,
            palette: self.own.as_ref().map(table),
            buffer: Cow::Borrowed(&self.indices),
            ..Frame::default()
        };
        encoder.write_frame(&frame).map_err(|e| internal_error(e.to_string()))
    }
}

/// Returns `true` if an index is available for open pixels.
fn has_room(palette: &Palette) -> bool {
    palette.colors().len() < 256
}

/// Returns the index for open pixels: the first one that has no colour.
fn open(palette: &Palette) -> u8 {
    u8::try_from(palette.colors().len()).unwrap_or(u8::MAX)
}

fn side(length: u32) -> Result<u16, Error> {
    u16::try_from(length).map_err(|_| internal_error("a GIF too large"))
}

/// Returns the palette as it is written, with a colour for the open index.
fn table(palette: &Palette) -> Vec<u8> {
    let mut colors = palette.colors().to_vec();
    if has_room(palette) {
        colors.push([0; 3]);
    }
    colors.into_flattened()
}

fn start(size: Size, palette: &Palette, plays: Plays) -> Result<Encoder<Vec<u8>>, Error> {
    let encoder = Encoder::new(Vec::new(), side(size.width)?, side(size.height)?, &table(palette));
    let mut encoder = encoder.map_err(|e| internal_error(e.to_string()))?;
    // Files store the number of repetitions. Without it, an animation is played once.
    let repeat =
        plays.map_or(Repeat::Infinite, |plays| Repeat::Finite(u16::try_from(plays.get() - 1).unwrap_or(u16::MAX)));
    encoder.set_repeat(repeat).map_err(|e| internal_error(e.to_string()))?;
    Ok(encoder)
}

/// Makes a pixel opaque or open, since GIF has no partial transparency.
fn visible([r, g, b, a]: Pixel) -> Pixel {
    if a < 128 { OPEN } else { [r, g, b, u8::MAX] }
}

/// The accuracy of colours, as mean squared differences.
#[derive(Debug, Clone, Copy)]
struct Exactness {
    /// Whether the source colours are kept exactly if they fit into a palette.
    exact: bool,
    /// The error at which a palette needs no more colours. Shown pixels may differ from the source by twice as much.
    enough: f32,
}

impl Exactness {
    fn of(settings: &Settings) -> Self {
        // Two levels at the usual quality of 80, none at 100.
        let levels = f32::from(100 - settings.quality.min(100)) / 10.0;
        Self { exact: settings.exact || settings.lossless || settings.quality >= 100, enough: uniform(levels) }
    }

    /// Returns `true` if this number of colours is kept exactly.
    const fn keeps(self, colors: usize) -> bool {
        const FEW: usize = 16;
        self.exact || colors <= FEW
    }

    /// Returns `true` if a pixel differs too much from the shown one.
    fn far(self, [r, g, b, _]: Pixel, [sr, sg, sb, shown]: Pixel) -> bool {
        shown == 0 || float(distance([r, g, b], [sr, sg, sb])) > self.enough * 2.0
    }

    /// Returns the error up to which the global palette is used for another frame, given its error for the first frame.
    /// A palette for each frame costs three quarters of a kilobyte, and colour changes in still areas are visible.
    fn allowed(self, first: f32) -> f32 {
        (first * 5.0).max(self.enough * 2.0)
    }
}

/// Returns `true` if an error is visible where colours change slowly, so that dithering is needed.
fn is_coarse(error: f32) -> bool {
    error > uniform(2.0)
}

/// Returns the squared distance for a difference of `levels` levels in each channel.
fn uniform(levels: f32) -> f32 {
    levels * levels * WEIGHTS.map(float).iter().sum::<f32>()
}

/// A converter of delays to hundredths of a second that carries rounding errors over to later frames.
#[derive(Debug, Default)]
struct Clock {
    /// The time in milliseconds by which frames were shown too briefly so far; negative if too long.
    owed: i64,
}

impl Clock {
    fn hundredths(&mut self, delay: Duration) -> u16 {
        let wanted = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX / 2);
        self.owed = self.owed.saturating_add(wanted);
        // Browsers show frames of 0 or 1 hundredths for a tenth of a second, so only frames with such a delay are
        // written that short.
        let least = if wanted > 10 { 2 } else { 0 };
        let whole = u16::try_from(((self.owed + 5) / 10).clamp(least, u16::MAX.into())).unwrap_or(u16::MAX);
        self.owed -= i64::from(whole) * 10;
        whole
    }
}
