//! [`TextBlock`]: a text with every number resolved.

use crate::geometry::Size;
use crate::path::AssetPath;
use crate::transform::{Align, Color, Typography};

/// A text to draw, with everything resolved except the shapes of its letters.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an oracle of one's own must be able to lay it out")]
pub struct TextBlock {
    /// The text; `\n` starts a paragraph.
    pub text: String,
    /// The font.
    pub font: FontChoice,
    /// `fs`: pixels of the em square.
    pub size: f64,
    /// `w`: lines are broken at this width, and the box has exactly this width. Without it the box is as wide as the
    /// ink.
    pub wrap: Option<u32>,
    /// `ia`: the alignment of lines that are shorter than the box.
    pub align: Align,
    /// `pa`: pixels at the top, right, bottom and left.
    pub padding: [u32; 4],
    /// `co`, with the opacity of `al`.
    pub color: Color,
    /// `bg`, with the opacity of `al`.
    pub background: Option<Color>,
    /// `tg`: bold, italic and strikethrough.
    pub typography: Typography,
    /// `lh`: pixels from line to line, starting with the second line.
    pub line_height: Option<f64>,
}

/// The font that a text is drawn with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FontChoice {
    /// The bundled font.
    Default,
    /// A font by name, from the font provider.
    Named(String),
    /// A font file, fetched like an overlay.
    File(AssetPath),
}

impl TextBlock {
    /// Returns the size of a box of size `inner` after its padding is added.
    #[must_use]
    pub fn padded(&self, inner: Size) -> Size {
        let [top, right, bottom, left] = self.padding;
        let grown = |side: u32, a: u32, b: u32| side.saturating_add(a).saturating_add(b);
        Size::new(grown(inner.width, left, right), grown(inner.height, top, bottom))
    }
}
