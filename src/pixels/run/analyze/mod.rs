//! Looking at images: what they are, where their subject is, placeholders for them.

pub(crate) mod inspect;
mod placeholder;
pub(crate) mod saliency;
