//! [`Notes`]: the parts of an SVG that were left out, each named once.

use crate::note::Note;

/// Facts about a file for its result, limited in number and length whatever the file contains.
#[derive(Debug, Default)]
pub(crate) struct Notes(Vec<Note>);

impl Notes {
    /// Adds a part that was left out: its kind, and its name in the file.
    pub(crate) fn add(&mut self, kind: &str, name: &str) {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '@' | '/' | '+');
        if name.len() <= LONGEST && name.chars().all(plain) {
            self.push(Note::LeftOut(format!("{kind} {name}").trim_end().to_owned()));
        } else {
            self.push(Note::LeftOut(format!("{kind} with a strange name")));
        }
    }

    /// Adds a note about damage.
    pub(crate) fn damage(&mut self, note: Note) {
        self.push(note);
    }

    fn push(&mut self, note: Note) {
        if self.0.len() == MOST || self.0.contains(&note) {
            return;
        }
        let full = self.0.len() + 1 == MOST;
        self.0.push(if full { Note::LeftOut("more than is listed".to_owned()) } else { note });
    }

    /// Returns all notes.
    pub(crate) fn take(self) -> Vec<Note> {
        self.0
    }
}

/// The maximum length of a name in bytes.
const LONGEST: usize = 40;
/// The maximum number of notes for a file.
const MOST: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_few_and_plain() {
        let mut notes = Notes::default();
        notes.add("element", "script");
        notes.add("element", "script");
        notes.add("element", "<b>");
        let all = notes.take();
        let texts = ["element script", "element with a strange name"];
        assert_eq!(all, texts.map(|text| Note::LeftOut(text.to_owned())));
        let mut notes = Notes::default();
        (0..1000).for_each(|n| notes.add("element", &format!("e{n}")));
        let all = notes.take();
        assert_eq!(all.len(), MOST);
        assert_eq!(all.last(), Some(&Note::LeftOut("more than is listed".to_owned())));
    }
}
