//! The colours of an image: the most frequent one, and a small palette.
//!
//! Both count pixels in bins of similar colour. Noise around the corner of a bin falls into eight bins, so the most
//! frequent colour is searched for by the sums of each bin and its neighbours. The palette is Heckbert's median cut
//! (*Color image quantization for frame buffer display*, SIGGRAPH 1982) over the bins: the box whose colours differ
//! most, weighted by its pixels, is cut in half until there are enough. The result is deterministic.

use crate::pixels::base::Channels;
use crate::pixels::raster::Raster;
use crate::plan::Rect;

/// Returns the most frequent colour of an image. Pixels are weighted by their alpha. Returns white if all pixels are
/// transparent.
pub(crate) fn dominant(image: &Raster) -> [u8; 3] {
    let mut bins = Bins::new();
    image.rows().for_each(|row| bins.add(row, image.channels()));
    bins.fullest().unwrap_or([u8::MAX; 3])
}

/// Returns the most frequent colour of a part of an image, or of the whole image if all pixels of the part are
/// transparent.
pub(crate) fn dominant_in(image: &Raster, part: Rect) -> [u8; 3] {
    let mut bins = Bins::new();
    bins.add_part(image, part);
    bins.fullest().unwrap_or_else(|| dominant(image))
}

/// Returns the most frequent colour of the outermost pixels, or of all pixels if these are transparent.
pub(crate) fn dominant_of_border(image: &Raster) -> [u8; 3] {
    let size = image.size();
    let mut bins = Bins::new();
    let last = |side: u32| side.saturating_sub(1);
    for (x, y, width, height) in [
        (0, 0, size.width, 1),
        (0, last(size.height), size.width, 1),
        (0, 0, 1, size.height),
        (last(size.width), 0, 1, size.height),
    ] {
        bins.add_part(image, Rect { x, y, width, height });
    }
    bins.fullest().unwrap_or_else(|| dominant(image))
}

/// Returns at most `count` representative colours, each with its share of the pixels, the largest first.
pub(crate) fn palette(image: &Raster, count: usize) -> Vec<([u8; 3], f64)> {
    let mut bins = Bins::new();
    image.rows().for_each(|row| bins.add(row, image.channels()));
    let all: f64 = bins.weights();
    let mut boxes = vec![bins.used()];
    while boxes.len() < count {
        let widest = boxes.iter().enumerate().filter(|(_, held)| held.len() > 1);
        let widest = widest.max_by(|(_, a), (_, b)| spread(a).1.total_cmp(&spread(b).1)).map(|(at, _)| at);
        let Some(at) = widest else { break };
        let held = boxes.swap_remove(at);
        let (low, high) = cut(held);
        boxes.extend([low, high]);
    }
    let mut colors: Vec<_> = boxes
        .iter()
        .filter(|held| !held.is_empty())
        .map(|held| {
            let sum = held.iter().fold(Bin::default(), |sum, bin| sum.plus(*bin));
            (sum.mean(), if all > 0.0 { sum.weight / all } else { 0.0 })
        })
        .collect();
    colors.sort_by(|(a, share), (b, other)| other.total_cmp(share).then(a.cmp(b)));
    colors
}

/// Pixels of similar colour.
#[derive(Debug, Clone, Copy, Default)]
struct Bin {
    /// The number of pixels, weighted by their alpha.
    weight: f64,
    sum: [f64; 3],
}

impl Bin {
    fn plus(self, other: Self) -> Self {
        let mut sum = self.sum;
        sum.iter_mut().zip(other.sum).for_each(|(a, b)| *a += b);
        Self { weight: self.weight + other.weight, sum }
    }

    fn at(&self, channel: usize) -> f64 {
        self.sum.get(channel).map_or(0.0, |sum| sum / self.weight.max(f64::MIN_POSITIVE))
    }

    fn mean(&self) -> [u8; 3] {
        [0, 1, 2].map(|channel| crate::pixels::base::level(self.at(channel)))
    }
}

/// The bins, each of eight levels in every channel.
struct Bins(Vec<Bin>);

/// The number of bins along each channel.
const SIDE: usize = 32;

impl Bins {
    fn new() -> Self {
        Self(vec![Bin::default(); SIDE * SIDE * SIDE])
    }

    fn add(&mut self, row: &[u8], channels: Channels) {
        for pixel in row.chunks_exact(channels.count()) {
            let &[r, g, b, ref alpha @ ..] = pixel else { continue };
            let weight = f64::from(alpha.first().copied().unwrap_or(u8::MAX)) / 255.0;
            let place = [r, g, b].into_iter().fold(0, |place, sample| place * SIDE + usize::from(sample >> 3));
            if let Some(bin) = self.0.get_mut(place) {
                *bin = bin.plus(Bin { weight, sum: [r, g, b].map(|v| f64::from(v) * weight) });
            }
        }
    }

    fn add_part(&mut self, image: &Raster, part: Rect) {
        let count = image.channels().count();
        // The sides of an image in memory fit.
        let whole = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
        let columns = whole(part.x) * count..whole(part.x.saturating_add(part.width)) * count;
        for row in image.rows().skip(whole(part.y)).take(whole(part.height)) {
            self.add(row.get(columns.clone()).unwrap_or_default(), image.channels());
        }
    }

    /// Returns the mean of the bin that contains the most pixels together with its neighbours; on a tie, the bin with
    /// the most pixels by itself wins. Returns `None` if all pixels are transparent.
    fn fullest(&self) -> Option<[u8; 3]> {
        let used = self.0.iter().enumerate().filter(|(_, own)| own.weight > 0.0);
        let found = used.map(|(at, own)| (self.around(at), own.weight));
        let most = found.max_by(|(a, own), (b, other)| a.weight.total_cmp(&b.weight).then(own.total_cmp(other)));
        most.map(|(all, _)| all.mean())
    }

    /// Returns the sum of a bin and its neighbours.
    fn around(&self, at: usize) -> Bin {
        let near = |at: usize| at.saturating_sub(1)..(at + 2).min(SIDE);
        let (red, green, blue) = (at / SIDE / SIDE, at / SIDE % SIDE, near(at % SIDE));
        let lines = near(red).flat_map(|red| near(green).map(move |green| (red * SIDE + green) * SIDE));
        let bins = lines.flat_map(|line| self.0.get(line + blue.start..line + blue.end).unwrap_or_default());
        bins.fold(Bin::default(), |sum, bin| sum.plus(*bin))
    }

    fn used(&self) -> Vec<Bin> {
        self.0.iter().filter(|bin| bin.weight > 0.0).copied().collect()
    }

    fn weights(&self) -> f64 {
        self.0.iter().map(|bin| bin.weight).sum()
    }
}

/// Returns the channel in which colours differ most, and the difference.
fn spread(bins: &[Bin]) -> (usize, f64) {
    let weight: f64 = bins.iter().map(|bin| bin.weight).sum();
    let of = |channel: usize| {
        let mean = bins.iter().map(|bin| bin.at(channel) * bin.weight).sum::<f64>() / weight.max(f64::MIN_POSITIVE);
        bins.iter().map(|bin| (bin.at(channel) - mean).powi(2) * bin.weight).sum::<f64>()
    };
    let spreads = [0, 1, 2].map(|channel| (channel, of(channel)));
    spreads.into_iter().max_by(|(_, a), (_, b)| a.total_cmp(b)).unwrap_or((0, 0.0))
}

/// Cuts the bins along the channel with the largest difference into two halves with similar numbers of pixels; neither
/// is empty.
fn cut(mut bins: Vec<Bin>) -> (Vec<Bin>, Vec<Bin>) {
    let (channel, _) = spread(&bins);
    bins.sort_by(|a, b| a.at(channel).total_cmp(&b.at(channel)));
    let half = bins.iter().map(|bin| bin.weight).sum::<f64>() / 2.0;
    let mut sum = 0.0;
    let below = bins.iter().take_while(|bin| {
        sum += bin.weight;
        sum <= half
    });
    let at = below.count().clamp(1, bins.len().saturating_sub(1).max(1));
    let high = bins.split_off(at.min(bins.len()));
    (bins, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Size;

    /// A row of pixels, each repeated.
    fn row(pixels: &[([u8; 4], usize)]) -> Raster {
        let samples: Vec<u8> = pixels.iter().flat_map(|(p, n)| p.repeat(*n)).collect();
        Raster::new(Size::new(samples.len() as u32 / 4, 1), Channels::Rgba, samples).unwrap()
    }

    #[test]
    fn the_most_frequent_colour_is_one_that_can_be_seen() {
        let image = row(&[([250, 0, 0, 255], 5), ([0, 0, 250, 255], 4), ([0, 255, 0, 20], 9)]);
        assert_eq!(dominant(&image), [250, 0, 0]);
        assert_eq!(dominant_in(&image, Rect { x: 5, y: 0, width: 4, height: 1 }), [0, 0, 250]);
        assert_eq!(dominant(&row(&[([7, 7, 7, 0], 3)])), [255, 255, 255]);
    }

    #[test]
    fn noise_is_one_colour() {
        let noise = (0..64).map(|n| ([126 + n as u8 % 4, 126 + n as u8 / 4 % 4, 126 + n as u8 / 16, 255], 1));
        let image = row(&noise.chain([([255, 0, 0, 255], 30), ([0, 0, 255, 255], 30)]).collect::<Vec<_>>());
        assert!(dominant(&image).iter().all(|sample| (127..=128).contains(sample)));
        assert_eq!(dominant(&row(&[([200, 100, 9, 255], 3), ([0, 0, 255, 255], 2)])), [200, 100, 9]);
    }

    #[test]
    fn a_border_is_the_outermost_pixels() {
        let mut samples = [9_u8; 5 * 5 * 3];
        for y in 1..4 {
            for x in 1..4 {
                samples[(y * 5 + x) * 3] = 200;
            }
        }
        let image = Raster::new(Size::new(5, 5), Channels::Rgb, samples.to_vec()).unwrap();
        assert_eq!(dominant_of_border(&image), [9, 9, 9]);
    }

    #[test]
    fn a_palette_has_the_colours_and_their_shares() {
        let image = row(&[([250, 0, 0, 255], 50), ([0, 0, 250, 255], 30), ([0, 250, 0, 255], 20)]);
        let got = palette(&image, 3);
        assert_eq!(got.iter().map(|(c, _)| *c).collect::<Vec<_>>(), [[250, 0, 0], [0, 0, 250], [0, 250, 0]]);
        assert!((got[0].1 - 0.5).abs() < 1e-9 && (got[2].1 - 0.2).abs() < 1e-9);
        assert_eq!(palette(&image, 8).len(), 3, "no more than there are");
        assert_eq!(palette(&row(&[([1, 2, 3, 0], 2)]), 4), []);
    }
}
