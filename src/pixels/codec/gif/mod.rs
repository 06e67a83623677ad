//! GIF: reading and writing, frame by frame.

mod quantise;
pub(crate) mod read;
pub(crate) mod write;
