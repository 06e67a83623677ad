//! The form in which a store keeps a file: lines of names and values, an empty line, the bytes.
//!
//! ```text
//! originkit original 1
//! key originals/6f2a...
//! etag "5f-62"
//! length 48213
//!
//! <48213 bytes>
//! ```
//!
//! What comes back from a store is read like any input: a file that is cut short, of another kind or version, or under
//! another key is as none.

use std::fmt::{Display, Write as _};

use bytes::{BufMut as _, Bytes, BytesMut};

use super::key::StoreKey;

/// Writes a frame.
pub(super) struct Writer(String);

impl Writer {
    pub(super) fn new(kind: &str, key: &StoreKey) -> Self {
        let mut writer = Self(format!("originkit {kind} {VERSION}\n"));
        writer.line("key", Some(key));
        writer
    }

    /// `None` is no line.
    pub(super) fn line(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            // Writing to a string cannot fail.
            _ = writeln!(self.0, "{name} {value}");
        }
    }

    pub(super) fn finish(mut self, bytes: &Bytes) -> Bytes {
        self.line("length", Some(bytes.len()));
        self.0.push('\n');
        let mut frame = BytesMut::with_capacity(self.0.len().saturating_add(bytes.len()));
        frame.put(self.0.as_bytes());
        frame.put(bytes.as_ref());
        frame.freeze()
    }
}

/// A frame that was read.
pub(super) struct Frame {
    lines: Vec<(String, String)>,
    /// Shares the memory of what was read.
    pub(super) bytes: Bytes,
}

impl Frame {
    pub(super) fn read(kind: &str, key: &StoreKey, stored: &Bytes) -> Option<Self> {
        let head = stored.get(..stored.len().min(LONGEST_HEAD))?;
        let end = head.windows(2).position(|two| two == b"\n\n")?;
        let mut lines = std::str::from_utf8(head.get(..end)?).ok()?.lines();
        if lines.next() != Some(&format!("originkit {kind} {VERSION}")) {
            return None;
        }
        let lines: Vec<_> =
            lines.filter_map(|line| line.split_once(' ')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        let frame = Self { lines, bytes: stored.slice(end.checked_add(2)?..) };
        let whole = frame.get("key") == Some(key.as_str()) && frame.number("length")? == frame.bytes.len() as u64;
        whole.then_some(frame)
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.lines.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.parse().ok()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

/// A change of what a line means is another version.
const VERSION: u32 = 1;
const LONGEST_HEAD: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_frames_are_read() {
        let key = StoreKey::original("https://a.example/a.jpg", b"a.example");
        let mut writer = Writer::new("original", &key);
        writer.line("etag", Some("\"a b\""));
        writer.line("private", None::<&str>);
        let stored = writer.finish(&Bytes::from_static(b"\n\npicture"));
        let frame = Frame::read("original", &key, &stored).unwrap();
        assert_eq!((frame.get("etag"), frame.has("private")), (Some("\"a b\""), false));
        assert_eq!(frame.bytes, "\n\npicture");
        for to in 0..stored.len() {
            assert!(Frame::read("original", &key, &stored.slice(..to)).is_none(), "{to}");
        }
        assert!(Frame::read("rendition", &key, &stored).is_none());
        let other = StoreKey::original("https://a.example/b.jpg", b"a.example");
        assert!(Frame::read("original", &other, &stored).is_none());
    }
}
