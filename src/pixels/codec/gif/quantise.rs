//! Palette selection: at most 256 colours that represent all colours of an image.
//!
//! Colours are counted in cells of 4x4x4 levels. The box of cells with the largest spread is cut at its mean, across
//! its longest side, until there are enough boxes (Wan, Wong and Prusinkiewicz, 1988: An algorithm for multidimensional
//! data clustering). Then each colour moves to the mean of the cells that are nearest to it (Lloyd, 1982). Nothing is
//! random: equal images have equal palettes.
//!
//! Images are treated as patches here: pixels with alpha 0 are left open, and do not count.

use std::ops::Range;

use crate::math;
use crate::pixels::base::level;
use crate::pixels::codec::animation::palette::{Palette, Pixel, Rgb, WEIGHTS, distance};

/// A colour counter and palette selector. It keeps its tables from frame to frame.
#[derive(Debug, Default)]
pub(crate) struct Quantiser {
    cells: Vec<Cell>,
    /// The number of the cell for each key, counted from one; 0 for none.
    slots: Vec<u32>,
    /// A hash table of colours, used while they are few.
    few: Vec<Option<Rgb>>,
}

impl Quantiser {
    /// Returns all colours of a patch, or `None` if there are more than `most`.
    pub(crate) fn exact(&mut self, patch: &[Pixel], most: usize) -> Option<Vec<Rgb>> {
        /// The number of slots: four times the maximum number of colours.
        const SLOTS: usize = 1024;
        const SHIFT: u32 = 32 - SLOTS.trailing_zeros();
        self.few.clear();
        self.few.resize(SLOTS, None);
        let mut found = Vec::new();
        let mut last = None;
        for &[r, g, b, a] in patch {
            let color = Some([r, g, b]);
            if a == 0 || last == color {
                continue;
            }
            last = color;
            let mut at = (u32::from_le_bytes([r, g, b, 0]).wrapping_mul(0x9E37_79B1) >> SHIFT) as usize;
            // There are fewer colours than slots, so the search always ends at a free slot.
            while let Some(slot) = self.few.get_mut(at).filter(|slot| **slot != color) {
                if slot.is_none() {
                    if found.len() >= most.min(SLOTS / 4) {
                        return None;
                    }
                    *slot = color;
                    found.push([r, g, b]);
                    break;
                }
                at = (at + 1) % SLOTS;
            }
        }
        Some(found)
    }

    /// Counts the colours of a patch.
    pub(crate) fn count(&mut self, patch: &[Pixel]) {
        for cell in self.cells.drain(..) {
            if let Some(slot) = self.slots.get_mut(key(cell.color)) {
                *slot = 0;
            }
        }
        self.slots.resize(1 << (3 * KEY_BITS), 0);
        for &[r, g, b, a] in patch.iter().filter(|pixel| pixel.last() != Some(&0)) {
            debug_assert!(a > 0, "open pixels were passed over");
            let color = [r, g, b];
            let Some(slot) = self.slots.get_mut(key(color)) else { continue };
            match self.cells.get_mut((*slot as usize).wrapping_sub(1)) {
                Some(cell) => cell.add(color),
                None => {
                    self.cells.push(Cell { color, count: 1, sum: color.map(u64::from) });
                    *slot = u32::try_from(self.cells.len()).unwrap_or(0);
                }
            }
        }
    }

    /// Returns a palette for the colours counted last: at most `most` colours, or as many as reduce the error to
    /// `enough`.
    pub(crate) fn reduce(&self, most: usize, enough: f32) -> Vec<Rgb> {
        let mut points: Vec<Point> = self.cells.iter().map(Cell::point).collect();
        let enough = enough * points.iter().map(|point| point.weight).sum::<f32>();
        let mut groups = vec![Group::new(&points, 0..points.len())];
        while groups.len() < most && groups.iter().map(|group| group.spread).sum::<f32>() > enough {
            let widest = groups.iter_mut().max_by(|a, b| a.spread.total_cmp(&b.spread));
            let Some(group) = widest.filter(|group| group.spread > 0.0) else { break };
            let Range { start, end } = group.range;
            let below = points.get_mut(start..end).map_or(0, |points| partition(points, group.axis, group.mean));
            if below == 0 || start + below == end {
                // The parts do not differ after rounding.
                group.spread = 0.0;
                continue;
            }
            *group = Group::new(&points, start..start + below);
            groups.push(Group::new(&points, start + below..end));
        }
        let mut colors: Vec<Rgb> = groups.iter().filter_map(|group| mean(points.get(group.range.clone())?)).collect();
        settle(&mut colors, &points);
        colors.sort_unstable();
        colors.dedup();
        colors
    }

    /// Returns the mean squared distance of the colours counted last from a palette.
    pub(crate) fn error(&self, palette: &mut Palette) -> f32 {
        let (mut error, mut count) = (0.0, 0.0);
        for cell in &self.cells {
            let color = cell.point().color.map(|mean| level(mean.into()));
            let index = palette.nearest(color);
            error += float(distance(color, palette.color(index))) * float(cell.count);
            count += float(cell.count);
        }
        if count > 0.0 { error / count } else { 0.0 }
    }
}

/// A counter of the pixels of a few neighbouring colours.
#[derive(Debug, Clone, Copy)]
struct Cell {
    /// The first of these colours.
    color: Rgb,
    count: u32,
    sum: [u64; 3],
}

impl Cell {
    fn add(&mut self, color: Rgb) {
        self.count = self.count.saturating_add(1);
        for (sum, sample) in self.sum.iter_mut().zip(color) {
            *sum += u64::from(sample);
        }
    }

    fn point(&self) -> Point {
        /// The exponent that reduces the weight of frequent colours. With full weight, a large plain background would
        /// take all colours.
        const SHARE: f32 = 0.7;
        let count = float(self.count);
        #[expect(clippy::cast_precision_loss, reason = "a mean of samples")]
        Point { color: self.sum.map(|sum| sum as f32 / count), weight: math::pow_f32(count, SHARE) }
    }
}

/// The mean colour of a cell, and its weight.
#[derive(Debug, Clone, Copy)]
struct Point {
    color: [f32; 3],
    weight: f32,
}

/// Points that will share a colour.
#[derive(Debug, Clone)]
struct Group {
    range: Range<usize>,
    /// The weighted sum of squared distances from the mean.
    spread: f32,
    /// The channel with the largest spread: 0 to 2 for red, green and blue. `mean` is the mean in this channel.
    axis: usize,
    mean: f32,
}

impl Group {
    fn new(points: &[Point], range: Range<usize>) -> Self {
        let points = points.get(range.clone()).unwrap_or_default();
        let means = exact_mean(points).unwrap_or_default();
        let mut spreads = [0.0; 3];
        for point in points {
            for ((spread, at), mean) in spreads.iter_mut().zip(point.color).zip(means) {
                *spread += (at - mean) * (at - mean) * point.weight;
            }
        }
        for (spread, weight) in spreads.iter_mut().zip(WEIGHTS) {
            *spread *= float(weight);
        }
        let widest = spreads.iter().zip(means).enumerate().max_by(|(_, (a, _)), (_, (b, _))| a.total_cmp(b));
        let (axis, mean) = widest.map_or((0, 0.0), |(axis, (_, mean))| (axis, mean));
        Self { range, spread: spreads.iter().sum(), axis, mean }
    }
}

/// Performs one iteration of k-means.
fn settle(colors: &mut [Rgb], points: &[Point]) {
    let mut palette = Palette::new(colors);
    let mut sums = vec![[0.0; 4]; colors.len()];
    for point in points {
        let index = palette.nearest(point.color.map(|mean| level(mean.into())));
        if let Some(sum) = sums.get_mut(usize::from(index)) {
            *sum = plus(*sum, point);
        }
    }
    for (color, [r, g, b, weight]) in colors.iter_mut().zip(sums) {
        if weight > 0.0 {
            *color = [r / weight, g / weight, b / weight].map(|mean| level(mean.into()));
        }
    }
}

fn mean(points: &[Point]) -> Option<Rgb> {
    exact_mean(points).map(|color| color.map(|mean| level(mean.into())))
}

fn exact_mean(points: &[Point]) -> Option<[f32; 3]> {
    let [r, g, b, weight] = points.iter().fold([0.0; 4], plus);
    (weight > 0.0).then(|| [r / weight, g / weight, b / weight])
}

fn plus([r, g, b, weight]: [f32; 4], point: &Point) -> [f32; 4] {
    let ([pr, pg, pb], w) = (point.color, point.weight);
    [r + pr * w, g + pg * w, b + pb * w, weight + w]
}

/// Moves the points below the mean to the front, and returns their number.
fn partition(points: &mut [Point], axis: usize, mean: f32) -> usize {
    let mut count = 0;
    for at in 0..points.len() {
        if points.get(at).and_then(|point| point.color.get(axis)).is_some_and(|level| *level < mean) {
            points.swap(count, at);
            count += 1;
        }
    }
    count
}

/// The number of high bits of a level that select a cell.
const KEY_BITS: u32 = 6;

fn key(color: Rgb) -> usize {
    let [r, g, b] = color.map(|level| usize::from(level >> (8 - KEY_BITS)));
    (r << (2 * KEY_BITS)) | (g << KEY_BITS) | b
}

#[expect(clippy::cast_precision_loss, reason = "counts and distances, of which the leading digits matter")]
pub(crate) fn float(value: u32) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opaque(colors: impl IntoIterator<Item = Rgb>) -> Vec<Pixel> {
        colors.into_iter().map(|[r, g, b]| [r, g, b, 255]).collect()
    }

    #[test]
    fn few_colours_are_kept_as_they_are() {
        let mut quantiser = Quantiser::default();
        let grays: Vec<Rgb> = (0..=255).map(|level| [level; 3]).collect();
        let mut patch = opaque(grays.iter().flat_map(|gray| [*gray, *gray]));
        patch.push([1, 2, 3, 0]);
        assert_eq!(quantiser.exact(&patch, 256), Some(grays));
        assert_eq!(quantiser.exact(&patch, 255), None);
        // The search also ends if very many colours fill up the small hash table.
        let hostile = opaque((0..200_000_u32).map(|i| [i as u8, (i >> 8) as u8, (i >> 16) as u8]));
        assert_eq!(quantiser.exact(&hostile, usize::MAX), None);
        assert_eq!(quantiser.exact(&[], 256), Some(vec![]));
    }

    #[test]
    fn clusters_get_a_colour_each() {
        let mut quantiser = Quantiser::default();
        // Sixteen clusters of colours, one of which has most of the pixels.
        let centers: Vec<Rgb> =
            (0..16).map(|i| [i % 4 * 70 + 20, i / 4 * 70 + 20, (i % 3) * 60 + 30]).map(|c: [u8; 3]| c).collect();
        let cloud =
            |center: Rgb| (0..27_u8).map(move |i| [center[0] + i % 3, center[1] + i / 3 % 3, center[2] + i / 9]);
        let mut patch = opaque(centers.iter().copied().flat_map(cloud));
        patch.extend(opaque(cloud(centers[5])).repeat(300));
        quantiser.count(&patch);
        let mut palette = Palette::new(&quantiser.reduce(16, 0.0));
        assert_eq!(palette.colors().len(), 16);
        for [r, g, b] in &centers {
            let index = palette.nearest([r + 1, g + 1, b + 1]);
            let found = palette.color(index);
            assert!(distance(found, [r + 1, g + 1, b + 1]) <= 7, "{found:?} for {r} {g} {b}");
        }
        assert!(quantiser.error(&mut palette) < 7.0);
        // Earlier counts do not persist.
        quantiser.count(&opaque([[9, 9, 9]]));
        assert_eq!(quantiser.reduce(256, 0.0), [[9, 9, 9]]);
        quantiser.count(&[]);
        assert!(quantiser.reduce(256, 0.0).is_empty());
    }
}
