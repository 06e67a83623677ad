//! Text layers: [`measure`] for planning, [`draw`] for pixels, with one layout for both.
//!
//! ```text
//! characters ── lines ──▶ runs ── shape ──▶ glyphs ── layout ──▶ ink in a box ── coverage ──▶ Raster
//!               breaks, directions, scripts  │ fonts, first to last      size, limits
//! ```
//!
//! Documented: words are wrapped at `w`, to which padding is added; lines that are shorter than the box are aligned;
//! `lh` applies to texts of two lines and more; empty space around the text is removed, so the box has the size of the
//! ink, except that it is exactly `w` wide if that is given.
//!
//! Chosen: lines break at the opportunities of Unicode (UAX 14), and each is ordered by its directions (UAX 9). A word
//! wider than the box, and ink that extends beyond it, is drawn over the padding and cut off at its outer edge. Such a
//! line shows its beginning whatever the alignment. Trailing space of a line does not count. Text without ink is one
//! pixel high. Outlines are neither hinted nor coloured: an emoji is drawn as the outline that the font has for it, or
//! as the glyph for missing characters.

mod book;
mod coverage;
mod face;
mod guard;
mod layout;
mod lines;
mod outline;
mod shape;
#[cfg(test)]
#[cfg(feature = "text")]
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

/// The number of pixels whose coverage is computed before they are coloured.
const BAND: usize = 1 << 20;

/// Returns the size that [`draw`] gives a text. Both take the same time for short texts, so keep the result.
///
/// # Errors
/// The errors of [`draw`].
pub(crate) fn measure(block: &TextBlock, fonts: &FontBook<'_>, limits: &Limits) -> Result<Size, Error> {
    Ok(Layout::new(block, fonts, limits)?.size)
}

/// Draws a text and its padding on its background.
///
/// # Errors
/// The text exceeds a limit, which is checked before anything is drawn, or a font file is not a font.
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

/// Returns the pixel for each coverage: text over background, each of them translucent if its colour is.
fn shades(block: &TextBlock) -> Vec<[u8; 4]> {
    let text = pixel(block.color);
    // Transparent pixels get the colour of the text, so that scaling does not introduce another colour.
    let clear = [text[0], text[1], text[2], 0];
    let below = block.background.map_or(clear, pixel);
    (0..=255u8).map(|covered| over(text, covered, below)).collect()
}

/// Draws a pixel over another one that it covers in part.
fn over(above: [u8; 4], covered: u8, below: [u8; 4]) -> [u8; 4] {
    const FULL: u32 = 255 * 255;
    // Shares in units of 1/65025: exact, rounded once at the end.
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
