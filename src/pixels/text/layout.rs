//! [`Layout`]: the position of every glyph of a text in its box, and the size of the box.

use std::cell::Cell;
use std::rc::Rc;

use super::book::{Faces, FontBook, Source};
use super::coverage::{Coverage, Placement};
use super::lines::{Line, lines};
use super::outline::{Bounds, Outline};
use super::shape::Setter;
use crate::error::Error;
use crate::limits::{LimitError, Limits};
use crate::pixels::base::{Channels, memory};
use crate::plan::{Size, TextBlock};
use crate::transform::Align;

/// Ink thinner than this at the edge of the box is cut off instead of adding a row.
const HAIR: f64 = 1.0 / 32.0;
/// The maximum number of glyphs per allowed character: letters decompose into few parts.
const PARTS: u64 = 4;
/// The maximum number of times that a byte of the text is shaped; twice is usual.
const TRIES: u64 = 100;
/// The maximum number of times that a pixel is drawn on average, because glyphs may overlap.
const LAYERS: u64 = 4;

/// The layout of a text, in pixels from the top left of the box, including padding.
pub(super) struct Layout {
    /// The size of the box.
    pub(super) size: Size,
    marks: Vec<Mark>,
}

/// A shape to draw.
struct Mark {
    shape: Shape,
    /// The bounds of the shape.
    around: Bounds,
}

enum Shape {
    Glyph(Rc<Outline>, Placement),
    Bar,
}

impl Mark {
    /// Makes the mark of a glyph, or `None` if it has no ink. From here on rows count downwards: `low` is the top.
    fn glyph(outline: Rc<Outline>, place: Placement) -> Option<Self> {
        let b = outline.bounds?;
        let around = Bounds {
            left: b.left.mul_add(place.scale, place.x),
            low: (-b.high).mul_add(place.scale, place.y),
            right: b.right.mul_add(place.scale, place.x),
            high: (-b.low).mul_add(place.scale, place.y),
        };
        Some(Self { shape: Shape::Glyph(outline, place), around })
    }

    fn shift(&mut self, x: f64, y: f64) {
        let Bounds { left, low, right, high } = self.around;
        self.around = Bounds { left: left + x, low: low + y, right: right + x, high: high + y };
        if let Shape::Glyph(_, place) = &mut self.shape {
            *place = Placement { x: place.x + x, y: place.y + y, ..*place };
        }
    }

    /// Returns the pixels of a window onto the page that the mark may cover: left, top, right, bottom.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "float to integer casts saturate, and the page bounds them"
    )]
    fn window(&self, width: usize, (top, bottom): (usize, usize)) -> Option<[usize; 4]> {
        let Bounds { left, low, right, high } = self.around;
        let (left, right) = (left.floor() as usize, (right.ceil() as usize).min(width));
        let (top, bottom) = ((low.floor() as usize).max(top), (high.ceil() as usize).min(bottom));
        (left < right && top < bottom).then_some([left, top, right, bottom])
    }

    /// Returns the cost of drawing, in pixels.
    fn cost(&self, size: Size) -> u64 {
        let (width, height) = (size.width as usize, size.height as usize);
        let Some([left, top, right, bottom]) = self.window(width, (0, height)) else { return 0 };
        let rows = (bottom - top) as u64;
        let curves = match &self.shape {
            Shape::Glyph(outline, _) => outline.len() as u64,
            Shape::Bar => 2,
        };
        rows.saturating_mul((right - left) as u64 + curves)
    }
}

impl Layout {
    /// Computes the layout of a text.
    ///
    /// # Errors
    /// It has too many characters, would be too large, or is too expensive to draw, or a file is not a font.
    pub(super) fn new(block: &TextBlock, fonts: &FontBook<'_>, limits: &Limits) -> Result<Self, Error> {
        let characters = u64::try_from(block.text.chars().count()).unwrap_or(u64::MAX);
        let allowed = u64::try_from(limits.text_chars).unwrap_or(u64::MAX);
        LimitError::check("characters of text", characters, allowed)?;
        let sources = fonts.sources(block)?;
        let setter = setter(block, &sources, allowed);
        let wrap = block.wrap.map(|wrap| f64::from(wrap.max(1)));
        let lines = lines(&block.text, wrap, &setter)?;
        let mut marks = marks(block, &lines, &setter)?;
        let ink = marks.iter().map(|mark| mark.around).reduce(Bounds::union);
        // Without ink the box still has one pixel, because images are not empty.
        let ink = ink.unwrap_or(Bounds { left: 0.0, low: 0.0, right: 1.0, high: 1.0 });
        let top = (ink.low + HAIR).floor();
        let left = if wrap.is_some() { 0.0 } else { ink.left };
        let width = wrap.unwrap_or_else(|| (ink.right - left - HAIR).ceil());
        let height = (ink.high - HAIR).ceil() - top;
        let size = padded(width, height, block.padding, limits)?;
        let [padding_top, _, _, padding_left] = block.padding.map(f64::from);
        marks.iter_mut().for_each(|mark| mark.shift(padding_left - left, padding_top - top));
        let cost = marks.iter().map(|mark| mark.cost(size)).fold(0, u64::saturating_add);
        LimitError::check("pixels to draw in glyphs", cost, limits.pixels.saturating_mul(LAYERS))?;
        Ok(Self { size, marks })
    }

    /// Draws the ink of some rows onto a page that has these rows, starting with `top`.
    pub(super) fn draw(&self, page: &mut [u8], top: usize, coverage: &mut Coverage) {
        let width = self.size.width as usize;
        let rows = page.len() / width.max(1);
        for mark in &self.marks {
            let Some([left, first, right, last]) = mark.window(width, (top, top + rows)) else { continue };
            coverage.clear(right - left, last - first);
            #[expect(clippy::cast_precision_loss, reason = "pixels of a page")]
            let (x, y) = (left as f64, first as f64);
            match &mark.shape {
                Shape::Glyph(outline, place) => {
                    coverage.outline(outline, Placement { x: place.x - x, y: place.y - y, ..*place });
                }
                Shape::Bar => {
                    let Bounds { left, low, right, high } = mark.around;
                    coverage.rectangle((left - x, low - y), (right - x, high - y));
                }
            }
            coverage.cover(page, width, (left, first - top));
        }
    }
}

fn setter<'a>(block: &TextBlock, sources: &'a [Source<'a>], characters: u64) -> Setter<'a> {
    Setter {
        faces: Faces::new(sources, block.typography),
        size: block.size,
        most: characters.saturating_mul(PARTS),
        // A character has up to four bytes.
        left: Cell::new(characters.saturating_mul(4 * TRIES)),
    }
}

/// Returns the ink of all lines. The baseline of the first line is at zero.
fn marks(block: &TextBlock, lines: &[Line], setter: &Setter<'_>) -> Result<Vec<Mark>, Error> {
    let chosen = setter.faces.chosen()?;
    // The tallest font that is used determines the distance of all lines, so that they are spaced evenly.
    let mut natural = chosen.advance / chosen.em;
    for glyph in lines.iter().flat_map(|line| &line.glyphs) {
        natural = setter.faces.get(glyph.face)?.map_or(natural, |face| natural.max(face.advance / face.em));
    }
    let advance = block.line_height.filter(|_| lines.len() > 1).unwrap_or(natural * setter.size);
    let widest = lines.iter().map(|line| line.width).fold(0.0, f64::max);
    let width = block.wrap.map_or(widest, |wrap| f64::from(wrap.max(1)));
    let (strike_top, strike_height) = (chosen.strike.0 / chosen.em, chosen.strike.1 / chosen.em);
    let mut marks = Vec::new();
    let mut row = 0.0;
    for line in lines {
        // On whole pixels, so that equal lines look equal.
        let y = (row * advance).round();
        row += 1.0;
        let start = indent(line, width, block.align);
        let mut x = start;
        for glyph in &line.glyphs {
            if let Some(face) = setter.faces.get(glyph.face)? {
                let place = Placement { x: x + glyph.x, y: y - glyph.y, scale: setter.size / face.em };
                marks.extend(Mark::glyph(face.outline(glyph.id)?, place));
            }
            x += glyph.advance;
        }
        if block.typography.strikethrough && x > start {
            // Crisp: a whole number of rows, at least one.
            let low = (y - strike_top * setter.size).round();
            let high = low + (strike_height * setter.size).round().max(1.0);
            marks.push(Mark { shape: Shape::Bar, around: Bounds { left: start, low, right: x, high } });
        }
    }
    Ok(marks)
}

/// Returns the distance of a line from the left of the box. A line that is too wide shows its beginning.
fn indent(line: &Line, width: f64, align: Align) -> f64 {
    let free = width - line.width;
    match align {
        _ if free < 0.0 && line.rtl => free,
        _ if free < 0.0 => 0.0,
        Align::Left => 0.0,
        Align::Center => free / 2.0,
        Align::Right => free,
    }
}

/// Returns the size of a box with its padding, if it is within the limits.
fn padded(width: f64, height: f64, padding: [u32; 4], limits: &Limits) -> Result<Size, LimitError> {
    let [top, right, bottom, left] = padding.map(u64::from);
    let side = |inside: f64, around: u64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float to integer casts saturate")]
        let inside = inside.max(1.0) as u64;
        let whole = inside.saturating_add(around);
        LimitError::check("pixels on a side of a text", whole, limits.text_side.into())?;
        Ok(u32::try_from(whole).unwrap_or(u32::MAX))
    };
    let size = Size::new(side(width, left + right)?, side(height, top + bottom)?);
    LimitError::check("pixels", size.pixels(), limits.pixels)?;
    memory::check(memory::bytes(size, Channels::Rgba), limits)?;
    Ok(size)
}
