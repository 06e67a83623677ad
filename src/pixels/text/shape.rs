//! [`Setter`]: from characters to glyphs. The first font of a list that has a character draws it.

use std::cell::Cell;
use std::ops::Range;

use skrifa::GlyphId;

use super::book::Faces;
use super::face::{Run, Shaped};
use crate::error::Error;
use crate::limits::LimitError;
use crate::pixels::base::internal_error;

/// A glyph of a line, in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyph {
    /// The index of the face that has the glyph.
    pub(super) face: usize,
    /// The glyph in that face.
    pub(super) id: GlyphId,
    /// The start of its characters in the paragraph.
    pub(super) cluster: usize,
    /// The advance to the next glyph.
    pub(super) advance: f64,
    /// The horizontal position, relative to the start of the line.
    pub(super) x: f64,
    /// The vertical position, upwards.
    pub(super) y: f64,
}

/// Shapes text in one size with a list of fonts.
pub(super) struct Setter<'a> {
    pub(super) faces: Faces<'a>,
    /// Pixels per em square.
    pub(super) size: f64,
    /// The maximum number of glyphs of a line.
    pub(super) most: u64,
    /// The number of bytes of text that may still be shaped: several lengths of a line are tried.
    pub(super) left: Cell<u64>,
}

impl Setter<'_> {
    /// Appends the glyphs of a piece in visual order, shaped in its context.
    ///
    /// # Errors
    /// A file is not a font, or its shaping results in too many glyphs.
    pub(super) fn set(
        &self,
        text: &str,
        context: &Range<usize>,
        piece: &Range<usize>,
        run: Run,
        line: &mut Vec<Glyph>,
    ) -> Result<(), Error> {
        let length = piece.len() as u64;
        LimitError::check("bytes of text to shape", length, self.left.get())?;
        self.left.set(self.left.get() - length);
        self.set_from(0, text, context, piece, run, line)
    }

    /// Appends the glyphs of a piece without the first `first` fonts, which lack a part of it.
    fn set_from(
        &self,
        first: usize,
        text: &str,
        context: &Range<usize>,
        piece: &Range<usize>,
        run: Run,
        line: &mut Vec<Glyph>,
    ) -> Result<(), Error> {
        // After the last font, the first one draws its glyph for missing characters.
        let last = first >= self.faces.len();
        let index = if last { 0 } else { first };
        let Some(face) = self.faces.get(index)? else { return Err(internal_error("a text without any font")) };
        let shaped = face.shape(text, context, piece, run);
        LimitError::check("glyphs in a line of text", (line.len() + shaped.len()) as u64, self.most)?;
        let scale = self.size / face.em;
        let pixels = |glyph: &Shaped| Glyph {
            face: index,
            id: glyph.id,
            cluster: glyph.cluster,
            advance: glyph.advance * scale,
            x: glyph.x * scale,
            y: glyph.y * scale,
        };
        if last || shaped.iter().all(|glyph| glyph.id != GlyphId::NOTDEF) {
            line.extend(shaped.iter().map(pixels));
            return Ok(());
        }
        // Clusters are the smallest parts that can change fonts. They are in text order or in the reverse order.
        let clusters: Vec<_> = shaped.chunk_by(|a, b| a.cluster == b.cluster).collect();
        let lacks = |cluster: &&[Shaped]| cluster.iter().any(|glyph| glyph.id == GlyphId::NOTDEF);
        let start = |cluster: Option<&&[Shaped]>| cluster.and_then(|c| c.first()).map_or(piece.end, |g| g.cluster);
        let mut at = 0;
        for group in clusters.chunk_by(|a, b| lacks(a) == lacks(b)) {
            let (from, to) = (at, at + group.len());
            at = to;
            if group.first().is_some_and(lacks) {
                let missing = if run.rtl {
                    let after = from.checked_sub(1).and_then(|before| clusters.get(before));
                    start(clusters.get(to - 1))..start(after)
                } else {
                    start(clusters.get(from))..start(clusters.get(to))
                };
                if missing.is_empty() || text.get(missing.clone()).is_none() {
                    line.extend(group.iter().copied().flatten().map(pixels));
                } else {
                    self.set_from(first + 1, text, context, &missing, run, line)?;
                }
            } else {
                line.extend(group.iter().copied().flatten().map(pixels));
            }
        }
        Ok(())
    }
}
