//! Text to values and back: the parser (nom) and the printer of the transformation language.
//!
//! This module is private. The values, and the parse errors, are in [`crate::transform`](mod@crate::transform), which
//! does not depend on it. nom is used only here.

mod ai;
mod expr;
mod field;
mod grammar;
mod list;
mod lower;
mod params;
mod parse;
mod plain;
mod print;
mod printer;
mod prompt;
mod refusal;
mod suggest;
mod value;

pub(crate) use self::plain::{path_parameter, text_parameter};
