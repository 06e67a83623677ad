//! [`Note`]: a fact about a result that is not an error.

use std::fmt;

/// A fact about a result that its caller may want to know: a part of a source was missing, damaged or left out.
///
/// Notes are in [`Encoded::notes`](crate::render::Encoded::notes), in the extensions of a response (as [`Notes`]), and
/// are events of `tracing`. A result with a note that [is damage](Self::is_damage) is kept for a minute only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Note {
    /// The source ends early. Missing parts are filled, as browsers do.
    CutShort,
    /// Part of the source cannot be decoded. It is filled or shown as far as it goes, as browsers do.
    Corrupt,
    /// The source cannot be decoded, and no transformation was requested: it is delivered unchanged.
    Unread,
    /// A part of the source was left out: of an SVG, removed as unsafe or not drawn; of a sequence, all frames but one.
    /// The text names it.
    LeftOut(String),
}

impl Note {
    /// Returns `true` if the source is damaged or cannot be decoded, so that it may be repaired soon.
    #[must_use]
    pub const fn is_damage(&self) -> bool {
        !matches!(self, Self::LeftOut(_))
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutShort => f.write_str("the source is cut short; missing parts were filled"),
            Self::Corrupt => f.write_str("part of the source is damaged"),
            Self::Unread => f.write_str("the source cannot be read; it was delivered as it is"),
            Self::LeftOut(part) => write!(f, "left out: {part}"),
        }
    }
}

/// All notes of a result, as an extension of its response.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Notes(pub Vec<Note>);
