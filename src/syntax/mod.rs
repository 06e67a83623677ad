//! Text to values and back: the reader (nom) and the printer of the transformation language.
//!
//! Private: the values, and the errors of reading, are in [`crate::transform`](mod@crate::transform), which knows
//! nothing of this module. nom lives here and nowhere else.

mod ai;
mod expr;
mod field;
mod grammar;
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
