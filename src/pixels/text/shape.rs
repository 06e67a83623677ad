//! From characters to glyphs: the first font of a list that has a character draws it.

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
    /// Which of the faces has it.
    pub(super) face: usize,
    /// Which of its glyphs it is.
    pub(super) id: GlyphId,
    /// Where its characters start in the paragraph.
    pub(super) cluster: usize,
    /// How far it moves what follows.
    pub(super) advance: f64,
    /// Where it stands, from where the line is.
    pub(super) x: f64,
    /// The same, upwards.
    pub(super) y: f64,
}

/// Shapes text in one size with a list of fonts.
pub(super) struct Setter<'a> {
    pub(super) faces: Faces<'a>,
    /// Pixels of the em square.
    pub(super) size: f64,
    /// How many glyphs a line may have.
    pub(super) most: u64,
    /// How many bytes of text may still be shaped: lines are tried in more than one length.
    pub(super) left: Cell<u64>,
}

impl Setter<'_> {
    /// Appends the glyphs of a piece in visual order, what is around it in mind.
    ///
    /// # Errors
    /// A font turns out to be none, or makes too many glyphs.
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

    /// The same without the first fonts, which lack something of the piece.
    fn set_from(
        &self,
        first: usize,
        text: &str,
        context: &Range<usize>,
        piece: &Range<usize>,
        run: Run,
        line: &mut Vec<Glyph>,
    ) -> Result<(), Error> {
        // After the last font the first one draws its sign for what is missing.
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
        // Clusters, the smallest parts that can change fonts, come in the order of the text or against it.
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
