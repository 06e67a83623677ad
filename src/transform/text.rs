//! [`TextStyle`]: how a text layer looks.

use super::expr::{Expr, Measure};
use crate::color::Color;

/// `fs`, `ff`, `co`, `ia`, `pa`, `al`, `tg`, `lh`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct TextStyle {
    /// `fs`: pixels of the em square, above zero; 45 by default.
    pub size: Option<Measure>,
    /// `ff`: a font's name, or the path of a font file (`@@` read as `/`).
    pub font: Option<String>,
    /// `co`.
    pub color: Option<Color>,
    /// `ia`: where lines stand that are shorter than the box.
    pub align: Option<Align>,
    /// `pa`.
    pub padding: Option<Padding>,
    /// `al`: opacity in tenths, 1 to 9; in canvas layers too.
    pub alpha: Option<u8>,
    /// `tg`.
    pub typography: Option<Typography>,
    /// `lh`: pixels from line to line, above zero.
    pub line_height: Option<Measure>,
}

/// `ia`.
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
    /// Pixels at the top, right, bottom and left; URLs shorten this as CSS does.
    Sides([u32; 4]),
    /// The same on all sides.
    Expr(Expr),
}

/// `tg-b_i_strikethrough`; at least one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Typography {
    /// `b`.
    pub bold: bool,
    /// `i`.
    pub italic: bool,
    /// `strikethrough`.
    pub strikethrough: bool,
}
