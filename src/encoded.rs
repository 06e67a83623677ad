//! [`Encoded`]: a finished image.

use bytes::Bytes;

use crate::format::Format;
use crate::geometry::Size;
use crate::note::Note;

/// A finished image.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Encoded {
    /// The bytes of the file.
    pub bytes: Bytes,
    /// The format of the file.
    pub format: Format,
    /// The size in pixels.
    pub size: Size,
    /// Facts about the sources that the caller may need, for example that one of them was truncated. Each occurs once.
    pub notes: Vec<Note>,
    /// `true` if AVIF would be chosen, but was left out for now.
    pub(crate) is_interim: bool,
}

impl Encoded {
    /// Makes an image that was rendered elsewhere, for example by libvips, to answer a
    /// [`Render`](crate::delivery::Render).
    #[must_use]
    pub const fn new(bytes: Bytes, format: Format, size: Size) -> Self {
        Self { bytes, format, size, notes: Vec::new(), is_interim: false }
    }

    /// Adds notes; a note that is already present is skipped.
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
