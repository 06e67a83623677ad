//! Encoding of animated WebP, frame by frame. Each frame is a still image in a container (RFC 9649, 2.7).
//!
//! Only the changes of each frame are written, as the smallest rectangle around them. If much of the rectangle is
//! unchanged and nothing becomes transparent, the unchanged parts are left transparent, and the frame is blended over
//! the previous one.

use std::time::Duration;

use super::chunks::{Chunks, write_chunk};
use super::still::{self, encode_image};
use crate::cost::Cost;
use crate::error::Error;
use crate::pixels::base::{Channels, internal_error, memory};
use crate::pixels::codec::animation::Plays;
use crate::pixels::codec::animation::frame_diff::{OPEN, index, rows, rows_mut, take, window};
use crate::pixels::codec::animation::palette::Pixel;
use crate::pixels::codec::encoder::{AnimationEncoder, FrameWriter, Settings};
use crate::pixels::raster::Raster;
use crate::plan::{Rect, Size};

/// The encoder of animations.
pub(super) struct AnimatedWebP;

impl AnimationEncoder for AnimatedWebP {
    /// Covers the pixels of this frame, of the previous one and of the changes, in addition to the cost of a still
    /// image.
    fn cost(&self, size: Size, settings: &Settings) -> Cost {
        /// The units of computing for a pixel of a lossy frame. Less than for a still image with opacity, since few
        /// frames have any (measured on noise: 148).
        const LOSSY: u64 = 160;
        let still = still::cost(size, true, settings).and(Cost::each(size.pixels(), 12, 20));
        let lossy = size.pixels().saturating_mul(if settings.smallest { 2 * LOSSY } else { LOSSY });
        Cost { work: if settings.lossless { still.work } else { still.work.min(lossy) }, ..still }
    }

    fn begin(&self, size: Size, plays: Plays, settings: &Settings) -> Result<Box<dyn FrameWriter>, Error> {
        Ok(Box::new(Writer::new(size, plays, settings)?))
    }
}

/// The state of an animation that is being written.
struct Writer {
    size: Size,
    settings: Settings,
    file: Vec<u8>,
    /// Whether any frame has transparent pixels.
    alpha: bool,
    first: bool,
    /// The maximum difference between a sample and the shown one at which it is not written again.
    near: u8,
    clock: Clock,
    /// The pixels that a viewer shows after the previous frame, not counting losses.
    shown: Vec<Pixel>,
    frame: Vec<Pixel>,
}

impl FrameWriter for Writer {
    fn push(&mut self, image: &Raster, delay: Duration) -> Result<(), Error> {
        if image.size() != self.size {
            return Err(internal_error("frames of different sizes"));
        }
        take(image, &mut self.frame, |pixel| if pixel.last() == Some(&0) { OPEN } else { pixel })?;
        let near = self.near;
        let changed = |old: Pixel, new: Pixel| differs(old, new, near);
        let window = window(self.size, &self.shown, &self.frame, changed);
        let area = match window {
            _ if std::mem::take(&mut self.first) => Rect::full(self.size),
            Some(window) => even(window),
            None => Rect { x: 0, y: 0, width: 1, height: 1 },
        };
        let (samples, blend) = self.cut(area, changed)?;
        let part = Raster::new(area.size(), Channels::Rgba, samples)?.without_needless_alpha();
        self.alpha |= part.channels() == Channels::Rgba;
        let still = encode_image(&part, &self.settings)?;

        let mut body = memory::reserve(memory::len(&still) + 16)?;
        for number in [area.x / 2, area.y / 2, area.width - 1, area.height - 1, self.clock.milliseconds(delay)] {
            body.extend(three(number));
        }
        body.push(if blend { 0 } else { 2 });
        for (kind, data) in Chunks::of_file(&still).into_iter().flatten() {
            if matches!(kind, b"ALPH" | b"VP8 " | b"VP8L") {
                write_chunk(&mut body, kind, data);
            }
        }
        write_chunk(&mut self.file, b"ANMF", &body);
        Ok(())
    }

    fn written(&self) -> u64 {
        memory::len(&self.file)
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<u8>, Error> {
        const ANIMATED: u8 = 0x02;
        const ALPHA: u8 = 0x10;
        let length = u32::try_from(self.file.len() - 8).map_err(|_| internal_error("a WebP too large"))?;
        if let Some(bytes) = self.file.get_mut(4..8) {
            bytes.copy_from_slice(&length.to_le_bytes());
        }
        if let Some(flags) = self.file.get_mut(20) {
            *flags = ANIMATED | if self.alpha { ALPHA } else { 0 };
        }
        Ok(self.file)
    }
}

impl Writer {
    fn new(size: Size, plays: Plays, settings: &Settings) -> Result<Self, Error> {
        let mut shown = Vec::new();
        memory::refill(&mut shown, size.pixels(), OPEN)?;
        let mut file = b"RIFF\0\0\0\0WEBP".to_vec();
        // Flags are filled in at the end.
        let [width, height] = [three(size.width.saturating_sub(1)), three(size.height.saturating_sub(1))];
        write_chunk(&mut file, b"VP8X", &[&[0; 4][..], &width, &height].concat());
        let plays = plays.map_or(0, |plays| u16::try_from(plays.get()).unwrap_or(u16::MAX));
        // A transparent background.
        write_chunk(&mut file, b"ANIM", &[&[0; 4][..], &plays.to_le_bytes()].concat());
        let near = if settings.lossless || cfg!(not(feature = "webp-lossy")) { 0 } else { near(settings.quality) };
        Ok(Self {
            size,
            settings: settings.clone(),
            file,
            alpha: false,
            first: true,
            near,
            clock: Clock::default(),
            shown,
            frame: Vec::new(),
        })
    }

    /// Returns the samples of a rectangle, and `true` if they are blended over the shown pixels. Records the pixels
    /// that are shown afterwards.
    fn cut(&mut self, area: Rect, changed: impl Fn(Pixel, Pixel) -> bool) -> Result<(Vec<u8>, bool), Error> {
        let width = self.size.width;
        let mut samples = memory::reserve(memory::bytes(area.size(), Channels::Rgba))?;
        rows(&self.frame, width, area).for_each(|row| samples.extend_from_slice(row.as_flattened()));
        let blend = self.leave_open(area, &mut samples, &changed);
        let frame = rows(&self.frame, width, area);
        let part = samples.chunks_exact(index(area.width) * 4);
        for ((shown, frame), part) in rows_mut(&mut self.shown, width, area).zip(frame).zip(part) {
            for ((shown, new), part) in shown.iter_mut().zip(frame).zip(part.as_chunks::<4>().0) {
                if !blend || *part != OPEN {
                    *shown = *new;
                }
            }
        }
        Ok((samples, blend))
    }

    /// Makes unchanged blocks transparent if that is worthwhile and possible. It is not possible if drawn pixels are
    /// partly transparent, as the previous frame would shine through. Returns `true` if it was done.
    ///
    /// Lossy files are compressed in blocks of 16x16, so no smaller blocks are used there.
    fn leave_open(&self, area: Rect, samples: &mut [u8], changed: &impl Fn(Pixel, Pixel) -> bool) -> bool {
        #[derive(Clone, Copy, Default)]
        struct Block {
            changed: bool,
            soft: bool,
        }
        let side = if self.near > 0 { 16 } else { 1 };
        let columns = index(area.width).div_ceil(side);
        let place = |x: usize, y: usize| y / side * columns + x / side;
        let mut blocks = vec![Block::default(); columns * index(area.height).div_ceil(side)];
        let pairs = rows(&self.shown, self.size.width, area).zip(rows(&self.frame, self.size.width, area));
        for (y, (shown, frame)) in pairs.enumerate() {
            for (x, (shown, new)) in shown.iter().zip(frame).enumerate() {
                let Some(block) = blocks.get_mut(place(x, y)) else { continue };
                block.changed |= changed(*shown, *new);
                // Transparent pixels over transparent pixels change nothing.
                block.soft |= new.last() != Some(&u8::MAX) && (*shown, *new) != (OPEN, OPEN);
            }
        }
        let open = blocks.iter().filter(|block| !block.changed).count();
        if open * 4 < blocks.len() || blocks.iter().any(|block| block.changed && block.soft) {
            return false;
        }
        for (y, row) in samples.chunks_exact_mut(index(area.width) * 4).enumerate() {
            for (x, pixel) in row.as_chunks_mut().0.iter_mut().enumerate() {
                if blocks.get(place(x, y)).is_some_and(|block| !block.changed) {
                    *pixel = OPEN;
                }
            }
        }
        true
    }
}

/// Returns `true` if one pixel cannot be shown in place of another.
fn differs(old: Pixel, new: Pixel, near: u8) -> bool {
    let far = |(old, new): (u8, u8)| old.abs_diff(new) > near;
    old != new && ((old.last() != new.last()) || old.into_iter().zip(new).any(far))
}

/// Returns the largest difference that is invisible compared with the losses at this quality.
const fn near(quality: u8) -> u8 {
    match quality {
        95.. => 1,
        85..95 => 3,
        75..85 => 4,
        50..75 => 6,
        _ => 8,
    }
}

/// Moves a rectangle to even coordinates, since they are stored halved.
fn even(area: Rect) -> Rect {
    let (left, top) = (area.x % 2, area.y % 2);
    Rect { x: area.x - left, y: area.y - top, width: area.width + left, height: area.height + top }
}

fn three(number: u32) -> [u8; 3] {
    let [a, b, c, _] = number.to_le_bytes();
    [a, b, c]
}

/// A converter of delays to milliseconds that carries rounding errors over to later frames.
#[derive(Debug, Default)]
struct Clock {
    shown: Duration,
    written: u64,
}

impl Clock {
    fn milliseconds(&mut self, delay: Duration) -> u32 {
        const MOST: u32 = (1 << 24) - 1;
        self.shown = self.shown.saturating_add(delay);
        let end = u64::try_from((self.shown.as_nanos() + 500_000) / 1_000_000).unwrap_or(u64::MAX);
        let whole = u32::try_from(end.saturating_sub(self.written)).unwrap_or(MOST).min(MOST);
        self.written = end;
        whole
    }
}
