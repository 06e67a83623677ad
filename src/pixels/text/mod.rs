//! Text layers: [`measure`] for planning, [`draw`] for pixels, one layout for both.
//!
//! ```text
//! characters ── lines ──▶ runs ── shape ──▶ glyphs ── layout ──▶ ink in a box ── coverage ──▶ Raster
//!               breaks, directions, scripts  │ fonts, first to last      size, limits
//! ```
//!
//! Documented: words are wrapped at `w`, which padding is added to; lines shorter than the box are
//! aligned; `lh` counts from two lines on; empty space around the text is removed, so the box is what ink
//! covers, except that it is exactly `w` wide if that is given.
//!
//! Chosen: lines break where Unicode (UAX 14) lets them, and each is ordered by its directions (UAX 9).
//! A word wider than the box, and ink that leans out of it, is drawn over the padding and cut off at its
//! outer edge. Such a line starts at its beginning whatever the alignment. Space at the end of a line
//! does not count. Text without ink is one pixel high. Outlines are neither hinted nor coloured: an emoji
//! is drawn as the outline the font has for it, or as the sign for what is missing.

mod book;
mod coverage;
mod face;
mod guard;
mod layout;
mod lines;
mod outline;
mod shape;
#[cfg(test)]
mod tests;

pub(crate) use self::book::FontBook;

use self::coverage::Coverage;
use self::layout::Layout;
use crate::error::Error;
use crate::limits::Limits;
use crate::pixels::base::{Channels, memory};
use crate::pixels::color::pixel;
use crate::pixels::raster::Raster;
use crate::plan::{Size, TextBlock};

/// Pixels that are covered before they are coloured, at a time.
const BAND: usize = 1 << 20;

/// The size that [`draw`] gives a text. Both take the same time for short texts: keep the result.
///
/// # Errors
/// As [`draw`].
pub(crate) fn measure(block: &TextBlock, fonts: &FontBook<'_>, limits: &Limits) -> Result<Size, Error> {
    Ok(Layout::new(block, fonts, limits)?.size)
}

/// Draws a text and its padding on its background.
///
/// # Errors
/// The text passes a limit, which is known before anything is drawn, or a font file is none.
pub(crate) fn draw(block: &TextBlock, fonts: &FontBook<'_>, limits: &Limits) -> Result<Raster, Error> {
    let layout = Layout::new(block, fonts, limits)?;
    let size = layout.size;
    let shades = shades(block);
    let (width, height) = (size.width as usize, size.height as usize);
    let rows = (BAND / width.max(1)).max(64).min(height);
    let mut samples = memory::reserve(memory::bytes(size, Channels::Rgba))?;
    let mut page = memory::zeros(rows as u64 * u64::from(size.width))?;
    let mut coverage = Coverage::default();
    for top in (0..height).step_by(rows) {
        page.truncate((height - top).min(rows) * width);
        page.fill(0);
        layout.draw(&mut page, top, &mut coverage);
        samples.extend(page.iter().flat_map(|covered| shades.get(usize::from(*covered)).copied().unwrap_or_default()));
    }
    Raster::new(size, Channels::Rgba, samples)
}

/// The pixel that each coverage makes: text over background, both translucent if they say so.
fn shades(block: &TextBlock) -> Vec<[u8; 4]> {
    let text = pixel(block.color);
    // Where nothing is, what is near it: then no scaling brings in a colour that nobody named.
    let clear = [text[0], text[1], text[2], 0];
    let below = block.background.map_or(clear, pixel);
    (0..=255u8).map(|covered| over(text, covered, below)).collect()
}

/// A pixel over another, where it covers it in part.
fn over(above: [u8; 4], covered: u8, below: [u8; 4]) -> [u8; 4] {
    const FULL: u32 = 255 * 255;
    // Shares of 65025: exact, rounded once at the end.
    let own = u32::from(above[3]) * u32::from(covered);
    let rest = u32::from(below[3]) * (FULL - own) / 255;
    let whole = own + rest;
    if whole == 0 {
        return below;
    }
    let mix = |a: u8, b: u8| {
        let sum = u64::from(a) * u64::from(own) + u64::from(b) * u64::from(rest);
        u8::try_from((sum + u64::from(whole) / 2) / u64::from(whole)).unwrap_or(u8::MAX)
    };
    let alpha = u8::try_from((whole + 127) / 255).unwrap_or(u8::MAX);
    [mix(above[0], below[0]), mix(above[1], below[1]), mix(above[2], below[2]), alpha]
}
