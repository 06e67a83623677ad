//! [`Noted`]: notes about files, for the result.

use crate::error::Error;
use crate::note::Note;
use crate::trace::event;

/// Notes about the files that were decoded, each once.
#[derive(Debug, Default)]
pub(crate) struct Noted {
    pub(super) all: Vec<Note>,
}

impl Noted {
    /// Adds notes about a file.
    ///
    /// # Errors
    /// One of them is damage, and `refuse_damaged` is set.
    pub(super) fn add(&mut self, notes: Vec<Note>, refuse_damaged: bool) -> Result<(), Error> {
        Error::unless_sound(&notes, refuse_damaged)?;
        for note in notes {
            if !self.all.contains(&note) {
                event!("note", note = note.to_string());
                self.all.push(note);
            }
        }
        Ok(())
    }
}
