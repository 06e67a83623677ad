//! Mirroring and turning by right angles: pixels move and keep their values.

use crate::error::Error;
use crate::pixels::base::{Channels, index, memory};
use crate::pixels::raster::Raster;
use crate::plan::{Orientation, Size};

/// Applies an orientation to the image.
///
/// Each of the eight orientations reads the source along straight lines: from one of its corners, with one step for
/// each pixel to the right and one for each row down.
pub(crate) fn turn(image: Raster, orientation: Orientation) -> Result<Raster, Error> {
    if orientation == Orientation::Upright {
        return Ok(image);
    }
    let (size, channels) = (orientation.apply(image.size()), image.channels());
    let samples = match channels {
        Channels::Rgb => turned::<3>(image.samples(), image.size(), orientation)?,
        Channels::Rgba => turned::<4>(image.samples(), image.size(), orientation)?,
    };
    Raster::new(size, channels, samples)
}

/// Returns the samples of an image with `N` samples per pixel, turned.
pub(crate) fn turned<const N: usize>(samples: &[u8], size: Size, orientation: Orientation) -> Result<Vec<u8>, Error> {
    let Size { width, height } = size;
    let (last_x, last_y) = (i64::from(width) - 1, i64::from(height) - 1);
    // The first pixel read; the step to the right; the step down.
    let (start, right, down) = match orientation {
        Orientation::Upright => ((0, 0), (1, 0), (0, 1)),
        Orientation::MirrorHorizontal => ((last_x, 0), (-1, 0), (0, 1)),
        Orientation::Rotate180 => ((last_x, last_y), (-1, 0), (0, -1)),
        Orientation::MirrorVertical => ((0, last_y), (1, 0), (0, -1)),
        Orientation::MirrorRotate270 => ((0, 0), (0, 1), (1, 0)),
        Orientation::Rotate90 => ((0, last_y), (0, -1), (1, 0)),
        Orientation::MirrorRotate90 => ((last_x, last_y), (0, -1), (-1, 0)),
        Orientation::Rotate270 => ((last_x, 0), (0, 1), (-1, 0)),
    };
    let walk = |(x, y): (i64, i64)| y * i64::from(width) + x;
    walked::<N>(samples, orientation.apply(size), walk(start), walk(right), walk(down))
}

/// Returns the pixels along the lines. The output is made in tiles, because one of its directions may jump through the
/// source row by row.
fn walked<const N: usize>(samples: &[u8], size: Size, start: i64, right: i64, down: i64) -> Result<Vec<u8>, Error> {
    const TILE: usize = 32;
    let (source, _) = samples.as_chunks::<N>();
    let mut out = memory::zeros(size.pixels().saturating_mul(N as u64))?;
    let width = index(size.width)?;
    for (band, rows) in out.chunks_mut(width * N * TILE).enumerate() {
        for left in (0..width).step_by(TILE) {
            for (row, target) in rows.chunks_exact_mut(width * N).enumerate() {
                let (pixels, _) = target.as_chunks_mut::<N>();
                let first = start + signed(band * TILE + row) * down + signed(left) * right;
                let mut at = first;
                for pixel in pixels.iter_mut().skip(left).take(TILE) {
                    // Every step stays inside the image; a miss would leave the pixel black.
                    if let Some(read) = usize::try_from(at).ok().and_then(|at| source.get(at)) {
                        *pixel = *read;
                    }
                    at += right;
                }
            }
        }
    }
    Ok(out)
}

/// Converts the index of a pixel to a signed number: there are fewer than 2^63 pixels.
fn signed(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An image from `abc/def`, one pixel per letter.
    fn letters(text: &str) -> Raster {
        let rows: Vec<&str> = text.split('/').collect();
        let side = |length: usize| u32::try_from(length).unwrap();
        let size = Size::new(side(rows[0].len()), side(rows.len()));
        let samples = rows.concat().bytes().flat_map(|b| [b, b, b]).collect();
        Raster::new(size, Channels::Rgb, samples).unwrap()
    }

    #[test]
    fn turns_all_eight_ways() {
        for (tag, want) in [
            (1, "abc/def"),
            (2, "cba/fed"),
            (3, "fed/cba"),
            (4, "def/abc"),
            (5, "ad/be/cf"),
            (6, "da/eb/fc"),
            (7, "fc/eb/da"),
            (8, "cf/be/ad"),
        ] {
            let orientation = Orientation::from_exif(tag);
            assert_eq!(turn(letters("abc/def"), orientation).unwrap(), letters(want), "{orientation:?}");
        }
    }

    #[test]
    fn four_right_angles_are_none_across_tiles() {
        let size = Size::new(71, 45);
        let samples: Vec<u8> = (0..71 * 45 * 4_u32).map(|i| (i * 7 % 251) as u8).collect();
        let image = Raster::new(size, Channels::Rgba, samples).unwrap();
        let mut turned = image.clone();
        for _ in 0..4 {
            turned = turn(turned, Orientation::Rotate90).unwrap();
        }
        assert_eq!(turned, image);
    }
}
