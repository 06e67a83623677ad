//! [`TextStyle`]: the style of a text layer.

use super::expr::{Expr, Measure};
use crate::color::Color;

/// The parameters `fs`, `ff`, `co`, `ia`, `pa`, `al`, `tg`, `lh`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct TextStyle {
    /// `fs`: the size of the em square in pixels, above zero; 45 by default.
    pub size: Option<Measure>,
    /// `ff`: the name of a font, or the path of a font file (`@@` is read as `/`).
    pub font: Option<String>,
    /// `co`: the colour of the letters.
    pub color: Option<Color>,
    /// `ia`: the alignment of lines that are shorter than the box.
    pub align: Option<Align>,
    /// `pa`: empty space around the text.
    pub padding: Option<Padding>,
    /// `al`: opacity in tenths, 1 to 9; also in canvas layers.
    pub alpha: Option<u8>,
    /// `tg`: bold, italic and strikethrough.
    pub typography: Option<Typography>,
    /// `lh`: the distance from line to line in pixels, above zero.
    pub line_height: Option<Measure>,
}

/// `ia`: the alignment of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the page lists these three")]
pub enum Align {
    /// `left`.
    Left,
    /// `right`.
    Right,
    /// `center`.
    Center,
}

/// `pa`: empty space around a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "numbers or one expression, as in the grammar")]
pub enum Padding {
    /// Pixels at the top, right, bottom and left. URLs shorten this like CSS.
    Sides([u32; 4]),
    /// One value for all sides.
    Expr(Expr),
}

/// The typography: `tg-b_i_strikethrough`, with at least one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Typography {
    /// `b`: bold.
    pub bold: bool,
    /// `i`: italic.
    pub italic: bool,
    /// `strikethrough`: a line through the letters.
    pub strikethrough: bool,
}
