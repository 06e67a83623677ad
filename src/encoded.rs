//! [`Encoded`]: a finished picture.

use bytes::Bytes;

use crate::format::Format;
use crate::geometry::Size;
use crate::note::Note;

/// A finished picture.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Encoded {
    /// The file.
    pub bytes: Bytes,
    /// Its format.
    pub format: Format,
    /// Its size in pixels.
    pub size: Size,
    /// Facts about its sources that the caller may want to know: one of them was cut short, say. Each once.
    pub notes: Vec<Note>,
}

impl Encoded {
    /// A picture made elsewhere, by libvips say, to answer a [`Render`](crate::delivery::Render) with.
    #[must_use]
    pub const fn new(bytes: Bytes, format: Format, size: Size) -> Self {
        Self { bytes, format, size, notes: Vec::new() }
    }

    /// Adds notes, each once.
    #[must_use]
    pub fn with_notes(mut self, notes: impl IntoIterator<Item = Note>) -> Self {
        for note in notes {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        self
    }
}
