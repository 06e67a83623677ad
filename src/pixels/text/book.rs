//! [`FontBook`]: where fonts come from, and in which order they are asked for characters.

use std::cell::OnceCell;

use bytes::Bytes;

use super::face::Face;
use crate::error::Error;
use crate::extend::{FontQuery, Fonts};
use crate::path::AssetPath;
use crate::pixels::base::internal_error;
use crate::plan::{FontChoice, TextBlock};
use crate::transform::Typography;

/// The documented default; an embedder may have it, the bundled font is its near relation.
const DEFAULT: &str = "Open Sans";

/// All fonts there are for a render: no font of the host is ever read.
#[derive(Clone, Copy)]
pub(crate) struct FontBook<'a> {
    provider: Option<&'a dyn Fonts>,
    files: &'a dyn Fn(&AssetPath) -> Result<&'a [u8], Error>,
}

impl<'a> FontBook<'a> {
    /// Of the embedder's fonts and the font files that were fetched for the request.
    pub(crate) const fn new(
        provider: Option<&'a dyn Fonts>,
        files: &'a dyn Fn(&AssetPath) -> Result<&'a [u8], Error>,
    ) -> Self {
        Self { provider, files }
    }

    /// The fonts for a text, the chosen one first: then the provider's fallbacks, then the bundled ones.
    pub(super) fn sources(&self, block: &TextBlock) -> Result<Vec<Source<'a>>, Error> {
        let style = block.typography;
        let chosen = match &block.font {
            FontChoice::File(path) => Some(Source::borrowed("font file of a text", (self.files)(path)?, false)),
            FontChoice::Named(family) => self.family(family, style),
            FontChoice::Default => None,
        };
        let mut sources: Vec<_> = chosen.or_else(|| self.family(DEFAULT, style)).into_iter().collect();
        let [sans, many] = bundled(style);
        let (first, later) = if sources.is_empty() { (Some(sans), None) } else { (None, Some(sans)) };
        sources.extend(first);
        for (number, bytes) in self.provider.map(Fonts::fallbacks).unwrap_or_default().into_iter().enumerate() {
            sources.push(Source {
                name: format!("fallback font {}", number + 1),
                bytes: File::Owned(bytes),
                varied: true,
            });
        }
        sources.extend(later);
        sources.push(many);
        Ok(sources)
    }

    /// The face of a family that comes closest to a style.
    fn family(&self, family: &str, style: Typography) -> Option<Source<'a>> {
        let Typography { bold, italic, .. } = style;
        let ask = |bold, italic| self.provider?.find(&FontQuery { family, bold, italic });
        // What is missing is drawn, so a half is better than nothing.
        let bytes = ask(bold, italic)
            .or_else(|| ask(bold, false).filter(|_| italic))
            .or_else(|| ask(false, italic).filter(|_| bold))
            .or_else(|| ask(false, false).filter(|_| bold && italic))?;
        Some(Source { name: "named font".to_owned(), bytes: File::Owned(bytes), varied: true })
    }
}

/// A font that may be needed.
pub(super) struct Source<'a> {
    /// What it is called in an error; a response repeats no words of its request.
    name: String,
    bytes: File<'a>,
    /// Of a party that means well: its axes are used.
    varied: bool,
}

enum File<'a> {
    Borrowed(&'a [u8]),
    Owned(Bytes),
}

impl<'a> Source<'a> {
    fn borrowed(name: &str, bytes: &'a [u8], varied: bool) -> Self {
        Self { name: name.to_owned(), bytes: File::Borrowed(bytes), varied }
    }

    fn bytes(&self) -> &[u8] {
        match &self.bytes {
            File::Borrowed(bytes) => bytes,
            File::Owned(bytes) => bytes,
        }
    }
}

/// The fonts of this crate: one near to Open Sans, then one with many more scripts.
fn bundled<'a>(style: Typography) -> [Source<'a>; 2] {
    let sans = match (style.bold, style.italic) {
        (false, false) => notosans::REGULAR_TTF,
        (true, false) => notosans::BOLD_TTF,
        (false, true) => notosans::ITALIC_TTF,
        (true, true) => notosans::BOLD_ITALIC_TTF,
    };
    [("font Noto Sans", sans), ("font DejaVu Sans", dejavu::sans::regular())]
        .map(|(name, bytes)| Source::borrowed(name, bytes, true))
}

/// The fonts for a text, read when a character needs them.
pub(super) struct Faces<'a> {
    sources: &'a [Source<'a>],
    faces: Vec<OnceCell<Face<'a>>>,
    style: Typography,
}

impl<'a> Faces<'a> {
    pub(super) fn new(sources: &'a [Source<'a>], style: Typography) -> Self {
        Self { sources, faces: sources.iter().map(|_| OnceCell::new()).collect(), style }
    }

    /// How many there may be.
    pub(super) const fn len(&self) -> usize {
        self.sources.len()
    }

    /// One of them; `None` after the last.
    ///
    /// # Errors
    /// It is no font this build reads.
    pub(super) fn get(&self, index: usize) -> Result<Option<&Face<'a>>, Error> {
        let (Some(source), Some(cell)) = (self.sources.get(index), self.faces.get(index)) else { return Ok(None) };
        if cell.get().is_none() {
            let face = Face::new(&source.name, source.bytes(), self.style, source.varied)?;
            // Nobody else has filled it since.
            drop(cell.set(face));
        }
        Ok(cell.get())
    }

    /// The first, which is the chosen one.
    pub(super) fn chosen(&self) -> Result<&Face<'a>, Error> {
        self.get(0)?.ok_or_else(|| internal_error("a text without any font"))
    }
}
