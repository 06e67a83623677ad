//! Analysing images: facts about them, the position of the subject, placeholders.

pub(crate) mod inspect;
mod placeholder;
pub(crate) mod saliency;
