//! Rendering: from a file and a transformation to a file.

pub(crate) mod analyze;
mod animate;
mod choose_format;
pub(crate) mod estimate;
pub(crate) mod executor;
mod extension;
pub(crate) mod fallback;
mod noted;
mod oracle;
mod output_spec;
mod prepare;
mod prepared;
mod render;
mod sample;
pub(crate) mod thumbnail;
mod untouched;
pub(crate) mod work;
