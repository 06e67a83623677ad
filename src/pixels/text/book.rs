//! [`FontBook`]: the sources of fonts, and the order in which they are searched for characters.

use std::cell::OnceCell;

use bytes::Bytes;

use super::face::Face;
use crate::error::Error;
use crate::extend::{FontQuery, Fonts};
use crate::path::AssetPath;
use crate::pixels::base::internal_error;
use crate::plan::{FontChoice, PlanError, TextBlock};
use crate::transform::Typography;

/// The documented default. An embedder may have it; the bundled font is closely related.
const DEFAULT: &str = "Open Sans";

const NO_FONT: PlanError =
    PlanError::Unsupported { parameter: "l-text", reason: "needs a font, such as those of the feature `text`" };

/// The fonts that are available to a render. Fonts of the host system are never read.
#[derive(Clone, Copy)]
pub(crate) struct FontBook<'a> {
    provider: Option<&'a dyn Fonts>,
    files: &'a dyn Fn(&AssetPath) -> Result<&'a [u8], Error>,
}

impl<'a> FontBook<'a> {
    /// Makes a book of the embedder's fonts and the font files that were fetched for the request.
    pub(crate) const fn new(
        provider: Option<&'a dyn Fonts>,
        files: &'a dyn Fn(&AssetPath) -> Result<&'a [u8], Error>,
    ) -> Self {
        Self { provider, files }
    }

    /// Returns the fonts for a text: the chosen one, then the provider's fallbacks, then the bundled ones.
    ///
    /// # Errors
    /// There is no font, or the file that the text names is missing.
    pub(super) fn sources(&self, block: &TextBlock) -> Result<Vec<Source<'a>>, Error> {
        self.with_bundled(bundled(block.typography), block)
    }

    /// Returns the fonts for a text, as [`FontBook::sources`], with these as the bundled ones.
    pub(super) fn with_bundled(
        &self,
        bundled: impl IntoIterator<Item = Source<'a>>,
        block: &TextBlock,
    ) -> Result<Vec<Source<'a>>, Error> {
        let style = block.typography;
        let chosen = match &block.font {
            FontChoice::File(path) => Some(Source::borrowed("font file of a text", (self.files)(path)?, false)),
            FontChoice::Named(family) => self.family(family, style),
            FontChoice::Default => None,
        };
        let mut bundled = bundled.into_iter();
        let first = chosen.or_else(|| self.family(DEFAULT, style)).or_else(|| bundled.next());
        let fallbacks = self.provider.map(Fonts::fallbacks).unwrap_or_default().into_iter().enumerate();
        let fallbacks = fallbacks.map(|(number, bytes)| Source {
            name: format!("fallback font {}", number + 1),
            bytes: File::Owned(bytes),
            varied: true,
        });
        let sources: Vec<_> = first.into_iter().chain(fallbacks).chain(bundled).collect();
        if sources.is_empty() { Err(NO_FONT.into()) } else { Ok(sources) }
    }

    /// Returns the face of a family that is closest to a style.
    fn family(&self, family: &str, style: Typography) -> Option<Source<'a>> {
        let Typography { bold, italic, .. } = style;
        let ask = |bold, italic| self.provider?.find(&FontQuery { family, bold, italic });
        // A missing style is synthesised, so a partial match is better than none.
        let bytes = ask(bold, italic)
            .or_else(|| ask(bold, false).filter(|_| italic))
            .or_else(|| ask(false, italic).filter(|_| bold))
            .or_else(|| ask(false, false).filter(|_| bold && italic))?;
        Some(Source { name: "named font".to_owned(), bytes: File::Owned(bytes), varied: true })
    }
}

/// A font that may be needed.
pub(super) struct Source<'a> {
    /// The name in an error message; a response does not repeat words of its request.
    name: String,
    bytes: File<'a>,
    /// Whether the font comes from a trusted source, so that its variation axes are used.
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

/// Returns the fonts of this crate: one similar to Open Sans, then one with many more scripts.
#[cfg(feature = "text")]
fn bundled<'a>(style: Typography) -> impl IntoIterator<Item = Source<'a>> {
    let sans = match (style.bold, style.italic) {
        (false, false) => notosans::REGULAR_TTF,
        (true, false) => notosans::BOLD_TTF,
        (false, true) => notosans::ITALIC_TTF,
        (true, true) => notosans::BOLD_ITALIC_TTF,
    };
    [("font Noto Sans", sans), ("font DejaVu Sans", dejavu::sans::regular())]
        .map(|(name, bytes)| Source::borrowed(name, bytes, true))
}

#[cfg(not(feature = "text"))]
const fn bundled<'a>(_: Typography) -> Option<Source<'a>> {
    None
}

/// The fonts for a text, each read when the first character needs it.
pub(super) struct Faces<'a> {
    sources: &'a [Source<'a>],
    faces: Vec<OnceCell<Face<'a>>>,
    style: Typography,
}

impl<'a> Faces<'a> {
    pub(super) fn new(sources: &'a [Source<'a>], style: Typography) -> Self {
        Self { sources, faces: sources.iter().map(|_| OnceCell::new()).collect(), style }
    }

    /// Returns the number of fonts.
    pub(super) const fn len(&self) -> usize {
        self.sources.len()
    }

    /// Returns a font, or `None` after the last one.
    ///
    /// # Errors
    /// It is not a font that this build can read.
    pub(super) fn get(&self, index: usize) -> Result<Option<&Face<'a>>, Error> {
        let (Some(source), Some(cell)) = (self.sources.get(index), self.faces.get(index)) else { return Ok(None) };
        if cell.get().is_none() {
            let face = Face::new(&source.name, source.bytes(), self.style, source.varied)?;
            // The cell is still empty, so this succeeds.
            drop(cell.set(face));
        }
        Ok(cell.get())
    }

    /// Returns the first font, which is the chosen one.
    pub(super) fn chosen(&self) -> Result<&Face<'a>, Error> {
        self.get(0)?.ok_or_else(|| internal_error("a text without any font"))
    }
}
