//! The built-in detector of `fo-auto`: where in a picture one looks first. No model, no training.
//!
//! The picture is shrunk to [`SIDE`] pixels on the longer side, and a map is made of three published
//! ideas:
//!
//! - **What differs from the border.** The minimum barrier distance of a pixel is the least that
//!   colours must rise and fall on some path from the border to it; a subject is fenced off by its
//!   outline, ground and sky are not (Zhang, Sclaroff, Lin, Shen, Price, Mech: *Minimum Barrier Salient
//!   Object Detection at 80 FPS*, ICCV 2015; three raster sweeps for each channel of L\*a\*b\*).
//! - **What differs from its surroundings**, at three scales, which is how early vision works (Itti,
//!   Koch, Niebur: *A Model of Saliency-Based Visual Attention for Rapid Scene Analysis*, PAMI 1998).
//!   Half weight.
//! - Both count where there is **something to see**: edges, for the camera was focused on the subject,
//!   and tones of skin (Chai, Ngan: *Face Segmentation Using Skin-Color Map*, CSVT 1999), at half weight.
//!
//! The subject is where the squared map is densest, found by a mean shift that starts from its centre of
//! gravity and looks at a quarter of each side. It depends on no crop, so different crops of one
//! picture show the same thing.
//!
//! # Measured
//!
//! Photographs with a subject boxed by hand, cropped to the largest 1:1, 16:9, 3:4 and 9:16, and to
//! half of each side: the share of the subject's box that is left, of what fits at all. Weights were chosen on
//! every second picture, the other half is the test. "Off-centre" are the crops where the centre keeps
//! less than nine tenths.
//!
//! | test half, 32 photographs | off-centre | all |
//! |---|---|---|
//! | centre | FIGURES | |
//!
//! It fails where the subject has the colours of a busy background, and takes the path of light that a
//! low sun leaves on the sea for the subject.

use super::lab::lab;
use super::{Raster, memory, op};
use crate::error::Error;
use crate::limits::Limits;
use crate::plan::Region;

/// Pixels on the longer side of what is looked at.
const SIDE: u32 = 96;

/// The most striking part of a picture; `None` where nothing stands out.
///
/// # Errors
/// Out of memory, or above its limit.
pub(crate) fn salient(picture: &Raster, limits: &Limits) -> Result<Option<Region>, Error> {
    let size = picture.size();
    let small = op::shrink(picture, SIDE, limits)?;
    memory::check(memory::len(picture.samples()).saturating_add(WORK), limits)?;
    let Some(spot) = Map::of(&small).and_then(|map| map.densest()) else { return Ok(None) };
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    let (left, right) = ((spot.x - spot.spread_x).max(0.0), (spot.x + spot.spread_x).min(1.0));
    let (top, bottom) = ((spot.y - spot.spread_y).max(0.0), (spot.y + spot.spread_y).min(1.0));
    // Symmetric, so that its middle is the spot.
    let half_width = (spot.x - left).min(right - spot.x);
    let half_height = (spot.y - top).min(bottom - spot.y);
    Ok(Some(Region {
        x: (spot.x - half_width) * width,
        y: (spot.y - half_height) * height,
        width: 2.0 * half_width * width,
        height: 2.0 * half_height * height,
    }))
}

/// Bytes that all planes take together: about thirty of four bytes for each pixel of the small picture.
const WORK: u64 = 128 * (SIDE as u64) * (SIDE as u64);

/// A place as shares of the sides.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Spot {
    x: f64,
    y: f64,
    spread_x: f64,
    spread_y: f64,
}

/// How striking each pixel is.
struct Map {
    width: usize,
    values: Vec<f32>,
}

impl Map {
    fn of(small: &Raster) -> Option<Self> {
        let width = usize::try_from(small.size().width).ok()?;
        let channels = channels(small);
        let fenced = sum(channels.iter().map(|channel| barriers(channel, width)));
        /// Steps of lightness that could be noise.
        const NOISE: f32 = 3.0;
        if fenced.iter().copied().fold(0.0, f32::max) < NOISE {
            return None;
        }
        let apart = apart(&channels, width);
        let sharp = unit(soften(&edges(channels.first()?, width), width, EDGES));
        let skin = unit(soften(&skin(small), width, SKIN));
        let strange = unit(fenced).into_iter().zip(apart).map(|(fenced, apart)| fenced + 0.5 * apart);
        let worth = sharp.into_iter().zip(skin).map(|(sharp, skin)| 0.3 + sharp + 0.5 * skin);
        let values = strange.zip(worth).map(|(strange, worth)| (strange * worth).powi(2)).collect();
        Some(Self { width, values })
    }

    /// Where it is densest.
    fn densest(&self) -> Option<Spot> {
        /// Standard deviation of the gaze, in shares of the sides.
        const GAZE: f64 = 0.25;
        const STEPS: usize = 20;
        let mut spot = self.moments(|_, _| 1.0, true)?;
        for _ in 0..STEPS {
            let at = spot;
            let near = |d: f64| (-0.5 * (d / GAZE).powi(2)).exp();
            spot = self.moments(|x, y| near(x - at.x) * near(y - at.y), false)?;
        }
        Some(spot)
    }

    /// Centre of gravity and spread under a window; of the squared map at first, which strays less.
    fn moments(&self, window: impl Fn(f64, f64) -> f64, squared: bool) -> Option<Spot> {
        let height = self.values.len() / self.width.max(1);
        let middle = |at: usize, all: usize| {
            #[expect(clippy::cast_precision_loss, reason = "at most SIDE")]
            let share = (at as f64 + 0.5) / all as f64;
            share
        };
        let (mut all, mut x1, mut y1, mut x2, mut y2) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (row, values) in self.values.chunks_exact(self.width).enumerate() {
            let y = middle(row, height);
            for (column, value) in values.iter().enumerate() {
                let x = middle(column, self.width);
                let value = f64::from(*value);
                let weight = window(x, y) * if squared { value * value } else { value };
                all += weight;
                x1 += weight * x;
                y1 += weight * y;
                x2 += weight * x * x;
                y2 += weight * y * y;
            }
        }
        if !(all.is_finite() && all > 0.0) {
            return None;
        }
        let (x, y) = (x1 / all, y1 / all);
        let spread = |second: f64, first: f64| 1.5 * (second / all - first * first).max(0.0).sqrt();
        Some(Spot { x, y, spread_x: spread(x2, x), spread_y: spread(y2, y) })
    }
}

/// Lightness and two of colour; where pixels are transparent, less of all three and a fourth for opacity.
fn channels(small: &Raster) -> Vec<Vec<f32>> {
    let transparent = small.is_transparent();
    let mut channels = vec![Vec::new(); if transparent { 4 } else { 3 }];
    for pixel in small.pixels() {
        let [r, g, b, a] = pixel;
        let opacity = f32::from(a) / 255.0;
        let [l, green_red, blue_yellow] = lab([r, g, b]);
        let values = [l * opacity, green_red * opacity, blue_yellow * opacity, 100.0 * opacity];
        for (channel, value) in channels.iter_mut().zip(values) {
            channel.push(value);
        }
    }
    channels
}

/// On the best path from the border known so far: the highest and lowest value, and the pixel's own.
#[derive(Clone, Copy)]
struct Path {
    own: f32,
    high: f32,
    low: f32,
}

impl Path {
    /// Goes on from a neighbour if that is better.
    fn join(&mut self, from: Self, best: &mut f32) {
        let (high, low) = (from.high.max(self.own), from.low.min(self.own));
        if high - low < *best {
            *best = high - low;
            (self.high, self.low) = (high, low);
        }
    }
}

/// The minimum barrier distance of each pixel from the border, approximated by raster sweeps.
fn barriers(channel: &[f32], width: usize) -> Vec<f32> {
    let height = channel.len() / width.max(1);
    let border = |at: usize| {
        let (x, y) = (at % width.max(1), at / width.max(1));
        x == 0 || y == 0 || x + 1 == width || y + 1 == height
    };
    let mut cells: Vec<(Path, f32)> = channel
        .iter()
        .enumerate()
        .map(|(at, own)| {
            let distance = if border(at) { 0.0 } else { f32::INFINITY };
            (Path { own: *own, high: *own, low: *own }, distance)
        })
        .collect();
    for sweep in 0..3 {
        let mut above: Vec<(Path, f32)> = Vec::new();
        let mut walk = |row: &mut [(Path, f32)], backwards: bool| {
            let mut beside = None;
            let mut step = |cell: &mut (Path, f32), above: Option<&(Path, f32)>| {
                for (from, _) in [above.copied(), beside].into_iter().flatten() {
                    let (path, best) = cell;
                    path.join(from, best);
                }
                beside = Some(*cell);
            };
            if backwards {
                let mut above = above.iter().rev();
                row.iter_mut().rev().for_each(|cell| step(cell, above.next()));
            } else {
                let mut above = above.iter();
                row.iter_mut().for_each(|cell| step(cell, above.next()));
            }
            above.clear();
            above.extend_from_slice(row);
        };
        if sweep % 2 == 0 {
            cells.chunks_mut(width.max(1)).for_each(|row| walk(row, false));
        } else {
            cells.chunks_mut(width.max(1)).rev().for_each(|row| walk(row, true));
        }
    }
    cells.into_iter().map(|(_, distance)| distance).collect()
}

/// How far each pixel's colour is from that of its surroundings, 0 to 1.
fn apart(channels: &[Vec<f32>], width: usize) -> Vec<f32> {
    /// Centre and surround, in shares of the longer side.
    const SCALES: [(f32, f32); 3] = [(0.01, 0.06), (0.02, 0.12), (0.03, 0.2)];
    let height = channels.first().map_or(0, |channel| channel.len() / width.max(1));
    #[expect(clippy::cast_precision_loss, reason = "at most SIDE")]
    let longer = width.max(height) as f32;
    let scale = |(center, surround): (f32, f32)| {
        let squares = channels.iter().map(|channel| {
            let near = soften(channel, width, center * longer);
            let far = soften(channel, width, surround * longer);
            near.into_iter().zip(far).map(|(near, far)| (near - far).powi(2)).collect()
        });
        unit(sum(squares).into_iter().map(f32::sqrt).collect())
    };
    unit(sum(SCALES.map(scale)))
}

/// Radii of what edges and skin shine on, in pixels.
const EDGES: f32 = 2.0;
const SKIN: f32 = 1.0;

/// How much lightness changes at each pixel.
fn edges(lightness: &[f32], width: usize) -> Vec<f32> {
    let across = slopes(lightness, width);
    let turned = transpose(lightness, width);
    let height = lightness.len() / width.max(1);
    let down = transpose(&slopes(&turned, height), height);
    across.into_iter().zip(down).map(|(across, down)| across + down).collect()
}

/// The change along rows.
fn slopes(plane: &[f32], width: usize) -> Vec<f32> {
    let mut slopes = Vec::with_capacity(plane.len());
    for row in plane.chunks_exact(width.max(1)) {
        let last = row.last().copied().into_iter();
        let before = row.iter().take(1).chain(row.iter());
        let after = row.iter().skip(1).copied().chain(last);
        slopes.extend(before.zip(after).take(row.len()).map(|(before, after)| (after - before).abs() / 2.0));
    }
    slopes
}

/// Whether each pixel could be skin: 1 well within the range that Chai and Ngan found, 0 outside it.
fn skin(small: &Raster) -> Vec<f32> {
    let ramp = |value: f32, (low, high): (f32, f32), width: f32| {
        ((value - low).min(high - value) / width).clamp(0.0, 1.0)
    };
    let of = |[r, g, b, a]: [u8; 4]| {
        let [r, g, b] = [r, g, b].map(f32::from);
        let luma = 0.299 * r + 0.587 * g + 0.114 * b;
        let (blue, red) = (128.0 + 0.564 * (b - luma), 128.0 + 0.713 * (r - luma));
        let lit = ((luma - 40.0) / 40.0).clamp(0.0, 1.0);
        ramp(blue, (77.0, 127.0), 12.0) * ramp(red, (133.0, 173.0), 10.0) * lit * f32::from(a) / 255.0
    };
    small.pixels().map(of).collect()
}

/// Smooths by three running means, which together come close to a gaussian of this deviation.
fn soften(plane: &[f32], width: usize, sigma: f32) -> Vec<f32> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
    let radius = (((4.0 * sigma * sigma + 1.0).sqrt() - 1.0) / 2.0).round().max(1.0) as usize;
    let height = plane.len() / width.max(1);
    let mut plane = plane.to_vec();
    for _ in 0..3 {
        plane = means(&plane, width, radius);
    }
    let mut turned = transpose(&plane, width);
    for _ in 0..3 {
        turned = means(&turned, height, radius);
    }
    transpose(&turned, height)
}

/// Running means along rows, which go on beyond their ends as they ended.
fn means(plane: &[f32], width: usize, radius: usize) -> Vec<f32> {
    let mut means = Vec::with_capacity(plane.len());
    #[expect(clippy::cast_precision_loss, reason = "a small number")]
    let count = (2 * radius + 1) as f64;
    for row in plane.chunks_exact(width.max(1)) {
        let end = |value: Option<&f32>| std::iter::repeat_n(value.copied().map_or(0.0, f64::from), radius);
        let long: Vec<f64> =
            end(row.first()).chain(row.iter().copied().map(f64::from)).chain(end(row.last())).collect();
        let mut sum: f64 = long.iter().take(2 * radius).sum();
        for (enters, leaves) in long.iter().skip(2 * radius).zip(&long) {
            sum += enters;
            #[expect(clippy::cast_possible_truncation, reason = "as precise as the plane")]
            means.push((sum / count) as f32);
            sum -= leaves;
        }
    }
    means
}

/// Rows as columns.
fn transpose(plane: &[f32], width: usize) -> Vec<f32> {
    (0..width).flat_map(|x| plane.iter().skip(x).step_by(width.max(1)).copied()).collect()
}

fn sum(planes: impl IntoIterator<Item = Vec<f32>>) -> Vec<f32> {
    let add = |sum: Vec<f32>, plane: Vec<f32>| sum.into_iter().zip(plane).map(|(a, b)| a + b).collect();
    planes.into_iter().reduce(add).unwrap_or_default()
}

/// Stretched to 0 to 1; all zeros where there is no difference.
fn unit(mut plane: Vec<f32>) -> Vec<f32> {
    let (low, high) = plane.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
    let span = (high - low).max(f32::EPSILON);
    plane.iter_mut().for_each(|value| *value = (*value - low) / span);
    plane
}
