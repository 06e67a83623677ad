//! Rewriting CSS values and declarations from known parts. [`mod@sheet`] does so for style sheets.
//!
//! A value consists of words, numbers, calls of known functions, strings of plain characters, and `url(#id)`. Escapes
//! are not allowed anywhere, so a word is always literal. No character that could end a value, a block or a string is
//! ever written, so parsers that disagree about malformed style sheets read the same.

mod blocks;
mod sheet;
mod value;

#[cfg(feature = "svg")]
pub(crate) use self::blocks::{Item, items, split};
pub(super) use self::sheet::{has_structure, sheet};
pub(super) use self::value::{declarations, paint, value};
