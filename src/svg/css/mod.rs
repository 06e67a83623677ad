//! Values and declarations, written anew from what is known; [`mod@sheet`] does so for style sheets.
//!
//! A value holds words, numbers, calls of known functions, strings of plain characters, and `url(#id)`.
//! Escapes are nowhere allowed, so a word is what it looks like; and no character that could end a value, a
//! block or a string is ever written, so that readers who disagree about broken sheets read the same.

mod blocks;
mod sheet;
mod value;

#[cfg(feature = "svg")]
pub(crate) use self::blocks::{Item, items, split};
pub(super) use self::sheet::{has_structure, sheet};
pub(super) use self::value::{declarations, paint, value};
