//! A small image with parts of a large one, from which the size of a file can be estimated.

use crate::error::Error;
use crate::pixels::base::{index, internal_error};
use crate::pixels::raster::{Image, Planes, Raster};
use crate::plan::Size;

/// The most columns and rows of a part. Even numbers, for halved chroma. The height is that of two rows of the blocks in
/// which WebP and JPEG store images, so that one of them has its neighbour above, as in a whole image.
const WIDTH: u32 = 128;
const HEIGHT: u32 = 32;

/// The share of the pixels in a sample.
const SHARE: u64 = 28;

/// The fewest parts, and how many times as many pixels an image has at least. All formats of smaller images are written
/// in the time in which a choice would be made.
const PARTS: u64 = 2;
const TIMES: u64 = 8;

/// Returns the number of parts in a sample of an image of this size; 0 if it is too small to be sampled.
fn parts(size: Size) -> u64 {
    let part = u64::from(size.width.min(WIDTH) & !1) * u64::from(HEIGHT);
    let count = (size.pixels() / SHARE).div_ceil(part.max(1)).max(PARTS);
    let fits = part > 0 && count * u64::from(HEIGHT) <= u64::from(size.height);
    if fits && size.pixels() >= TIMES * PARTS * u64::from(WIDTH * HEIGHT) { count } else { 0 }
}

/// Returns the work of encoding a sample of an image of this size, from that of encoding the image.
pub(super) fn share(work: u64, size: Size) -> u64 {
    let pixels = parts(size) * u64::from(WIDTH * HEIGHT);
    u64::try_from(u128::from(work) * u128::from(pixels) / u128::from(size.pixels().max(1))).unwrap_or(u64::MAX)
}

/// Returns an image of equal parts, spread over the whole image and put below one another. Returns `None` if the image
/// is too small for that.
pub(super) fn sample(image: &Image) -> Result<Option<Image>, Error> {
    let size = image.size();
    let count = parts(size);
    if count == 0 {
        return Ok(None);
    }
    let width = size.width.min(WIDTH) & !1;
    let part = Size::new(width, HEIGHT);
    let Ok(count) = u32::try_from(count) else { return Ok(None) };
    let parts = Parts { of: size, part, count };
    let whole = Size::new(width, HEIGHT * count);
    let sampled = match image {
        Image::Raster(raster) => {
            let samples = parts.gather(raster.samples(), raster.channels().count(), 1)?;
            Raster::new(whole, raster.channels(), samples)?.with_profile(raster.profile().cloned()).into()
        }
        Image::Planes(planes) => {
            let scale = if planes.chroma_size() == size { 1 } else { 2 };
            let luma = parts.gather(planes.luma(), 1, 1)?;
            let chroma = match planes.chroma() {
                Some([blue, red]) => Some([parts.gather(blue, 1, scale)?, parts.gather(red, 1, scale)?]),
                None => None,
            };
            Planes::new(whole, luma, chroma, scale == 2)?.with_profile(planes.profile().cloned()).into()
        }
    };
    Ok(Some(sampled))
}

/// Returns whether an image has far more detail than its sample, as a page has whose one photograph lies between the
/// parts. Its file will be larger than the sample tells, and most of all without loss.
pub(super) fn is_poorer(sample: &Image, image: &Image) -> bool {
    let (Image::Raster(sample), Image::Raster(image)) = (sample, image) else { return false };
    // By more than a quarter, of shares of the pixels.
    let [few, many] = [sample, image].map(|it| u128::from(changes(it)));
    let [part, whole] = [sample, image].map(|it| u128::from(it.size().pixels()));
    4 * many * part > 5 * few * whole
}

/// Counts the pixels that differ from the one before them.
fn changes(raster: &Raster) -> u64 {
    let count = raster.channels().count();
    let (before, after) = (raster.samples(), raster.samples().get(count..).unwrap_or_default());
    before.chunks_exact(count).zip(after.chunks_exact(count)).map(|(before, after)| u64::from(before != after)).sum()
}

/// Equal parts of an image.
struct Parts {
    of: Size,
    part: Size,
    count: u32,
}

impl Parts {
    /// Returns the samples of all parts, of `bytes` bytes each, from a plane whose sides are those of the image divided
    /// by `scale`.
    fn gather(&self, plane: &[u8], bytes: usize, scale: u32) -> Result<Vec<u8>, Error> {
        let stride = index(self.of.width.div_ceil(scale))? * bytes;
        let length = index(self.part.width / scale)? * bytes;
        let mut gathered = Vec::new();
        for number in 0..self.count {
            let (x, y) = self.place(number);
            let start = index(x / scale)? * bytes;
            let first = index(y / scale)?;
            for row in first..first + index(self.part.height / scale)? {
                let samples = plane.get(row * stride + start..).and_then(|from| from.get(..length));
                gathered.extend_from_slice(samples.ok_or_else(|| internal_error("a sample outside the image"))?);
            }
        }
        Ok(gathered)
    }

    /// Returns column and row of the first pixel of a part, both even. Rows are spread evenly, and columns so that
    /// neighbours are far apart: by multiples of the golden ratio.
    fn place(&self, number: u32) -> (u32, u32) {
        let spread = |free: u32, share: u64, of: u64| u32::try_from(u64::from(free) * share / of).unwrap_or(0) & !1;
        let fraction = number.wrapping_mul(2_654_435_769).wrapping_add(1 << 31);
        let x = spread(self.of.width - self.part.width, fraction.into(), 1 << 32);
        let y = spread(self.of.height - self.part.height, 2 * u64::from(number) + 1, 2 * u64::from(self.count));
        (x, y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::base::Channels;

    /// An image in which every pixel tells its place.
    fn numbered(size: Size) -> Raster {
        let at = |x: u32, y: u32| [(x % 256) as u8, (y % 256) as u8, (x / 256 + 16 * (y / 256)) as u8];
        let samples = (0..size.height).flat_map(|y| (0..size.width).flat_map(move |x| at(x, y))).collect();
        Raster::new(size, Channels::Rgb, samples).unwrap()
    }

    #[test]
    fn parts_are_whole_and_from_all_over_the_image() {
        let size = Size::new(1001, 701);
        let sampled = sample(&numbered(size).into()).unwrap().unwrap().into_raster().unwrap();
        assert_eq!(sampled.size(), Size::new(128, 7 * 32));
        let places =
            sampled.samples().as_chunks::<3>().0.iter().map(|&[x, y, far]| {
                (u32::from(x) + 256 * u32::from(far % 16), u32::from(y) + 256 * u32::from(far / 16))
            });
        let places = places.collect::<Vec<_>>();
        for (row, places) in places.chunks(128).enumerate() {
            let (x, y) = places[0];
            assert!(places.iter().zip(x..).all(|(place, x)| *place == (x, y)), "row {row} is one of the image");
            assert!(row % 32 == 0 || y > 0, "rows follow one another");
        }
        let columns = places.iter().step_by(128 * 32).map(|(x, _)| *x).collect::<Vec<_>>();
        assert!(columns.iter().min() < Some(&150) && columns.iter().max() > Some(&500), "{columns:?}");
        let rows = places.iter().step_by(128 * 32).map(|(_, y)| *y).collect::<Vec<_>>();
        assert!(rows[0] < 100 && rows[6] > 550 && rows.is_sorted(), "{rows:?}");
    }

    #[test]
    fn detail_between_the_parts_is_noticed() {
        let size = Size::new(640, 480);
        let with = |rows: std::ops::Range<u32>| {
            let white = |x: u32, y: u32| if rows.contains(&y) { [(x * y % 251) as u8; 3] } else { [255; 3] };
            let samples = (0..size.height).flat_map(|y| (0..size.width).flat_map(move |x| white(x, y))).collect();
            Image::from(Raster::new(size, Channels::Rgb, samples).unwrap())
        };
        // Three parts begin at rows 74, 224 and 372.
        for (rows, poorer) in [(270..360, true), (0..480, false), (0..0, false), (230..240, false)] {
            let image = with(rows.clone());
            let sampled = sample(&image).unwrap().unwrap();
            assert_eq!(is_poorer(&sampled, &image), poorer, "{rows:?}");
        }
    }

    #[test]
    fn planes_stay_together() {
        let size = Size::new(301, 401);
        let planes = Planes::of(&numbered(size), true).unwrap();
        let sampled = sample(&planes.into()).unwrap().unwrap();
        let Image::Planes(sampled) = sampled else { panic!("planes stay planes") };
        let own = Planes::of(&sample(&numbered(size).into()).unwrap().unwrap().into_raster().unwrap(), true);
        assert_eq!(sampled, own.unwrap(), "the parts begin at even columns and rows");
    }

    #[test]
    fn a_small_image_has_no_parts() {
        for size in [Size::new(1, 90_000), Size::new(2000, 63), Size::new(40, 100), Size::new(255, 256)] {
            assert_eq!(sample(&numbered(size).into()).unwrap(), None, "{size}");
        }
    }
}
