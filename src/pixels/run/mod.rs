//! Rendering: from a file and a transformation to a file.

pub(crate) mod analyze;
mod animate;
mod choose_format;
pub(crate) mod executor;
mod extension;
pub(crate) mod peak_memory;
pub(crate) mod render;
pub(crate) mod thumbnail;
pub(crate) mod work;
