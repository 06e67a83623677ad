//! Differences between frames, for encoders that draw a rectangle over the previous frame.
//!
//! Images are vectors of pixels here. In a *patch*, pixels with alpha 0 are left open: the previous contents remain.

use super::palette::Pixel;
use crate::error::Error;
use crate::pixels::base::{Channels, memory};
use crate::pixels::raster::Raster;
use crate::plan::{Rect, Size};

/// The value of pixels that a patch leaves open.
pub(crate) const OPEN: Pixel = [0; 4];

/// Copies the pixels of an image, each converted by `pixel`.
pub(crate) fn take(image: &Raster, to: &mut Vec<Pixel>, pixel: impl Fn(Pixel) -> Pixel) -> Result<(), Error> {
    memory::refill(to, image.size().pixels(), OPEN)?;
    match image.channels() {
        Channels::Rgb => {
            for (to, [r, g, b]) in to.iter_mut().zip(image.samples().as_chunks().0) {
                *to = pixel([*r, *g, *b, u8::MAX]);
            }
        }
        Channels::Rgba => {
            for (to, from) in to.iter_mut().zip(image.samples().as_chunks().0) {
                *to = pixel(*from);
            }
        }
    }
    Ok(())
}

/// Returns the rectangle around all pixels for which `differs(old, new)` returns `true`.
///
/// Equal pixels never differ.
pub(crate) fn window(size: Size, old: &[Pixel], new: &[Pixel], differs: impl Fn(Pixel, Pixel) -> bool) -> Option<Rect> {
    let stride = index(size.width).max(1);
    let mut window: Option<Rect> = None;
    for (y, (old, new)) in (0..size.height).zip(old.chunks_exact(stride).zip(new.chunks_exact(stride))) {
        if old == new {
            continue;
        }
        let mut pairs = (0..size.width).zip(old.iter().zip(new)).filter(|(_, (old, new))| differs(**old, **new));
        let Some((first, _)) = pairs.next() else { continue };
        let last = pairs.next_back().map_or(first, |(last, _)| last);
        let row = Rect { x: first, y, width: last - first + 1, height: 1 };
        window = Some(window.map_or(row, |window| window.union(row)));
    }
    window
}

/// Iterates over the rows of a rectangle, in pixels or indices stored row by row.
pub(crate) fn rows<T>(all: &[T], width: u32, area: Rect) -> impl Iterator<Item = &[T]> {
    let (left, length) = (index(area.x), index(area.width));
    all.chunks_exact(index(width).max(1))
        .skip(index(area.y))
        .take(index(area.height))
        .filter_map(move |row| row.get(left..)?.get(..length))
}

/// Iterates mutably, like [`rows`].
pub(crate) fn rows_mut<T>(all: &mut [T], width: u32, area: Rect) -> impl Iterator<Item = &mut [T]> {
    let (left, length) = (index(area.x), index(area.width));
    all.chunks_exact_mut(index(width).max(1))
        .skip(index(area.y))
        .take(index(area.height))
        .filter_map(move |row| row.get_mut(left..)?.get_mut(..length))
}

/// Converts a length of an image that is in memory.
pub(crate) fn index(length: u32) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_holds_all_that_differs() {
        let size = Size::new(5, 4);
        let old = vec![[7; 4]; 20];
        let window_of = |places: &[usize]| {
            let mut new = old.clone();
            places.iter().for_each(|at| new[*at] = [8; 4]);
            window(size, &old, &new, |old, new| old != new).map(|r| [r.x, r.y, r.width, r.height])
        };
        for (places, want) in [
            (&[][..], None),
            (&[0], Some([0, 0, 1, 1])),
            (&[19], Some([4, 3, 1, 1])),
            (&[6, 8], Some([1, 1, 3, 1])),
            (&[3, 11, 17], Some([1, 0, 3, 4])),
            (&[0, 19], Some([0, 0, 5, 4])),
        ] {
            assert_eq!(window_of(places), want, "{places:?}");
        }
        let new = vec![[9; 4]; 20];
        assert_eq!(window(size, &old, &new, |_, _| false), None);
    }
}
