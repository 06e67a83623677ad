//! What the targets share: a render held to what was stated of it, and the limits it runs within.

mod carriers;
mod counting;
mod header;
mod render;

pub use carriers::{Carrier, with_metadata};
pub use counting::{Taken, measured};
pub use header::assert_clean;
pub use render::{SLACK, limit, options, render, sanitized, within};

/// The dictionary, which is written from the parameter table of the crate.
pub const TOKENS: &str = include_str!("../transformation.dict");

/// The first byte, and what is behind it. `None` for nothing.
pub fn chosen(input: &[u8]) -> Option<(usize, &[u8])> {
    input.split_first().map(|(first, rest)| (usize::from(*first), rest))
}
