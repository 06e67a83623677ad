//! [`Canvas`]: the composed image of an animation, frame by frame.

use crate::error::Error;
use crate::pixels::base::{Channels, memory};
use crate::pixels::raster::{Raster, over};
use crate::plan::{Rect, Size};

/// The disposal of a frame when its time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disposal {
    /// The frame stays, and the next is drawn over it.
    Keep,
    /// The rectangle of the frame becomes transparent.
    Clear,
    /// The rectangle of the frame is restored to its previous contents.
    Undo,
}

/// The image on which frames are drawn. It is transparent at first, regardless of the background colour of a file, as
/// in browsers.
#[derive(Debug)]
pub(crate) struct Canvas {
    size: Size,
    pixels: Vec<[u8; 4]>,
    /// The area on which the last frame was drawn, and its disposal.
    last: Option<(Rect, Disposal)>,
    /// The previous contents of this area, for [`Disposal::Undo`].
    before: Vec<[u8; 4]>,
}

impl Canvas {
    /// Returns a transparent canvas.
    pub(crate) fn new(size: Size) -> Result<Self, Error> {
        let mut pixels = Vec::new();
        memory::refill(&mut pixels, size.pixels(), [0; 4])?;
        Ok(Self { size, pixels, last: None, before: Vec::new() })
    }

    /// Returns the size of the canvas.
    pub(crate) const fn size(&self) -> Size {
        self.size
    }

    /// Disposes of the last frame, and starts another in the rectangle `area`, which is clipped to the canvas.
    pub(crate) fn begin(&mut self, area: Rect, disposal: Disposal) -> Result<(), Error> {
        match self.last.take() {
            Some((area, Disposal::Clear)) => self.rows(area).for_each(|row| row.fill([0; 4])),
            Some((area, Disposal::Undo)) => {
                let before = std::mem::take(&mut self.before);
                let width = usize::try_from(area.width).unwrap_or(usize::MAX).max(1);
                for (row, before) in self.rows(area).zip(before.chunks_exact(width)) {
                    row.copy_from_slice(before);
                }
                self.before = before;
            }
            Some((_, Disposal::Keep)) | None => {}
        }
        let area = clip(area, self.size);
        if disposal == Disposal::Undo {
            let mut before = std::mem::take(&mut self.before);
            memory::refill(&mut before, area.size().pixels(), [0; 4])?;
            let width = usize::try_from(area.width).unwrap_or(usize::MAX).max(1);
            for (row, before) in self.rows(area).zip(before.chunks_exact_mut(width)) {
                before.copy_from_slice(row);
            }
            self.before = before;
        }
        self.last = Some((area, disposal));
        Ok(())
    }

    /// Iterates over the rows of the canvas in the area of the current frame.
    pub(crate) fn area(&mut self) -> impl Iterator<Item = &mut [[u8; 4]]> {
        let area = self.last.map_or(Rect { x: 0, y: 0, width: 0, height: 0 }, |(area, _)| area);
        self.rows(area)
    }

    /// Draws an image in the area of the current frame, blended over the contents or replacing them.
    pub(crate) fn draw(&mut self, image: &Raster, blend: bool) {
        for (to, from) in self.area().zip(image.rows()) {
            match image.channels() {
                Channels::Rgb => {
                    for (to, [r, g, b]) in to.iter_mut().zip(from.as_chunks().0) {
                        *to = [*r, *g, *b, u8::MAX];
                    }
                }
                Channels::Rgba if blend => {
                    for (to, from) in to.iter_mut().zip(from.as_chunks::<4>().0) {
                        match from {
                            [.., 0] => {}
                            [.., u8::MAX] => *to = *from,
                            _ => *to = over(*from, *to),
                        }
                    }
                }
                Channels::Rgba => {
                    for (to, from) in to.iter_mut().zip(from.as_chunks().0) {
                        *to = *from;
                    }
                }
            }
        }
    }

    /// Returns the current image.
    pub(crate) fn image(&self) -> Result<Raster, Error> {
        let opaque = self.pixels.iter().all(|pixel| pixel.last() == Some(&u8::MAX));
        let channels = if opaque { Channels::Rgb } else { Channels::Rgba };
        let mut samples = memory::reserve(memory::bytes(self.size, channels))?;
        match channels {
            Channels::Rgb => samples.extend(self.pixels.iter().flat_map(|[r, g, b, _]| [*r, *g, *b])),
            Channels::Rgba => samples.extend_from_slice(self.pixels.as_flattened()),
        }
        Raster::new(self.size, channels, samples)
    }

    /// Iterates over the rows of a rectangle within the canvas.
    fn rows(&mut self, area: Rect) -> impl Iterator<Item = &mut [[u8; 4]]> {
        let index = |length: u32| usize::try_from(length).unwrap_or(usize::MAX);
        let (left, width) = (index(area.x), index(area.width));
        self.pixels
            .chunks_exact_mut(index(self.size.width).max(1))
            .skip(index(area.y))
            .take(index(area.height))
            .filter_map(move |row| row.get_mut(left..)?.get_mut(..width))
    }
}

/// Clips a rectangle to an image.
fn clip(area: Rect, size: Size) -> Rect {
    let (x, y) = (area.x.min(size.width), area.y.min(size.height));
    Rect { x, y, width: area.width.min(size.width - x), height: area.height.min(size.height - y) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(canvas: &Canvas) -> String {
        let letter = |pixel: &[u8; 4]| if pixel[3] == 0 { '.' } else { char::from(pixel[0]) };
        canvas.pixels.iter().map(letter).collect()
    }

    fn draw(canvas: &mut Canvas, area: [u32; 4], disposal: Disposal, letter: u8) -> String {
        let [x, y, width, height] = area;
        let area = Rect { x, y, width, height };
        let image = Raster::filled(area.size(), Channels::Rgba, [letter, 0, 0, 255]).unwrap();
        canvas.begin(area, disposal).unwrap();
        canvas.draw(&image, true);
        letters(canvas)
    }

    #[test]
    fn frames_are_disposed_of() {
        let mut canvas = Canvas::new(Size::new(4, 2)).unwrap();
        assert_eq!(draw(&mut canvas, [0, 0, 4, 2], Disposal::Keep, b'a'), "aaaaaaaa");
        assert_eq!(draw(&mut canvas, [1, 0, 2, 2], Disposal::Undo, b'b'), "abbaabba");
        assert_eq!(draw(&mut canvas, [0, 1, 2, 1], Disposal::Clear, b'c'), "aaaaccaa");
        assert_eq!(draw(&mut canvas, [3, 0, 1, 1], Disposal::Keep, b'd'), "aaad..aa");
        // Partly and entirely outside the canvas.
        assert_eq!(draw(&mut canvas, [3, 1, 9, 9], Disposal::Clear, b'e'), "aaad..ae");
        assert_eq!(draw(&mut canvas, [9, 9, 1, 1], Disposal::Undo, b'f'), "aaad..a.");
    }

    #[test]
    fn transparent_pixels_blend_or_replace() {
        let mut canvas = Canvas::new(Size::new(2, 1)).unwrap();
        let full = Rect::full(canvas.size());
        draw(&mut canvas, [0, 0, 2, 1], Disposal::Keep, b'a');
        let front = Raster::new(canvas.size(), Channels::Rgba, vec![9, 9, 9, 0, 197, 0, 0, 128]).unwrap();
        canvas.begin(full, Disposal::Keep).unwrap();
        canvas.draw(&front, true);
        assert_eq!(canvas.pixels, [[b'a', 0, 0, 255], [147, 0, 0, 255]]);
        assert_eq!(canvas.image().unwrap().channels(), Channels::Rgb);
        canvas.draw(&front, false);
        assert_eq!(canvas.image().unwrap(), front);
    }
}
