//! The stored form of a file: lines of names and values, an empty line, and the bytes.
//!
//! ```text
//! originkit original 2
//! key originals/6f2a...
//! etag "5f-62"
//! length 48213
//! checksum 99aa06d3014798d86001c324468d497f
//!
//! <48213 bytes>
//! ```
//!
//! A file from a store is checked like any input: a file that is cut short, changed in any bit, of another kind or
//! version, or under another key counts as absent. The checksum (XXH3, 128 bits, of all lines before it and of the
//! bytes) detects damage; it is not a signature, and everyone who can write to a store is trusted.

use std::fmt::{Display, Write as _};

use bytes::{BufMut as _, Bytes, BytesMut};

use super::key::StoreKey;
use crate::fingerprint;

/// Writes a frame.
pub(super) struct Writer(String);

impl Writer {
    pub(super) fn new(kind: &str, key: &StoreKey) -> Self {
        let mut writer = Self(format!("originkit {kind} {VERSION}\n"));
        writer.line("key", Some(key));
        writer
    }

    /// Writes a line. There is no line for `None`, nor for a value that is not plain text, since it would not be read
    /// back.
    pub(super) fn line(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value.map(|value| value.to_string()).filter(|value| value.bytes().all(is_plain)) {
            // Writing to a string cannot fail.
            _ = writeln!(self.0, "{name} {value}");
        }
    }

    /// Returns `true` if these are the lines that the frame was read from.
    pub(super) fn wrote(mut self, frame: &Frame) -> bool {
        self.line("length", Some(frame.bytes.len()));
        self.0 == frame.head
    }

    pub(super) fn finish(mut self, bytes: &Bytes) -> Bytes {
        self.line("length", Some(bytes.len()));
        let checksum = checksum(&self.0, bytes);
        self.line(CHECKSUM, Some(checksum));
        self.0.push('\n');
        let mut frame = BytesMut::with_capacity(self.0.len().saturating_add(bytes.len()));
        frame.put(self.0.as_bytes());
        frame.put(bytes.as_ref());
        frame.freeze()
    }
}

/// A frame that was read.
pub(super) struct Frame {
    /// The lines before the checksum.
    head: String,
    lines: Vec<(String, String)>,
    /// The bytes of the file; they share the memory of the stored ones.
    pub(super) bytes: Bytes,
}

impl Frame {
    pub(super) fn read(kind: &str, key: &StoreKey, stored: &Bytes) -> Option<Self> {
        let head = stored.get(..stored.len().min(LONGEST_HEAD))?;
        let end = head.windows(2).position(|two| two == b"\n\n")?;
        let bytes = stored.slice(end.checked_add(2)?..);
        let head = std::str::from_utf8(head.get(..end)?).ok()?;
        let (summed, last) = head.split_at(head.rfind('\n')?.checked_add(1)?);
        if last.split_once(' ') != Some((CHECKSUM, &checksum(summed, &bytes))) {
            return None;
        }
        let mut lines = summed.split_terminator('\n');
        if !lines.clone().flat_map(str::bytes).all(is_plain) {
            return None;
        }
        if lines.next() != Some(&format!("originkit {kind} {VERSION}")) {
            return None;
        }
        let lines: Vec<_> =
            lines.filter_map(|line| line.split_once(' ')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        let frame = Self { head: summed.to_owned(), lines, bytes };
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

/// Returns the checksum of a frame in 32 hex digits: of the lines before it and of the bytes.
fn checksum(lines: &str, bytes: &[u8]) -> String {
    format!("{:032x}", fingerprint::of_parts(&[lines.as_bytes(), bytes]))
}

/// Returns `true` if a line may contain this byte: visible ASCII and the space.
const fn is_plain(byte: u8) -> bool {
    matches!(byte, 0x20..0x7F)
}

/// The version of the format. It changes with the meaning of any line.
const VERSION: u32 = 2;
const CHECKSUM: &str = "checksum";
const LONGEST_HEAD: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_frames_are_read() {
        let key = StoreKey::original("https://a.example/a.jpg", b"a.example", "");
        let mut writer = Writer::new("original", &key);
        writer.line("etag", Some("\"a b\""));
        writer.line("private", None::<&str>);
        let stored = writer.finish(&Bytes::from_static(b"\n\nimage"));
        let frame = Frame::read("original", &key, &stored).unwrap();
        assert_eq!((frame.get("etag"), frame.has("private")), (Some("\"a b\""), false));
        assert_eq!(frame.bytes, "\n\nimage");
        for to in 0..stored.len() {
            assert!(Frame::read("original", &key, &stored.slice(..to)).is_none(), "{to}");
        }
        assert!(Frame::read("rendition", &key, &stored).is_none());
        let other = StoreKey::original("https://a.example/b.jpg", b"a.example", "");
        assert!(Frame::read("original", &other, &stored).is_none());
    }

    #[test]
    fn no_changed_bit_is_read() {
        let key = StoreKey::original("https://a.example/a.jpg", b"a.example", "");
        let mut writer = Writer::new("original", &key);
        writer.line("etag", Some("\"a b\""));
        let stored = writer.finish(&Bytes::from_static(b"\n\nimage"));
        for at in 0..stored.len() {
            for bit in 0..8 {
                let mut changed = stored.to_vec();
                changed[at] ^= 1 << bit;
                assert!(Frame::read("original", &key, &changed.into()).is_none(), "byte {at}, bit {bit}");
            }
        }
    }

    #[test]
    fn what_is_not_plain_text_is_neither_written_nor_read() {
        let key = StoreKey::original("https://a.example/a.jpg", b"a.example", "");
        for control in ['\t', '\r', '\n', '\0', '\u{7f}', '\u{e9}'] {
            let mut writer = Writer::new("original", &key);
            writer.line("etag", Some(format!("\"a{control}b\"")));
            let frame = Frame::read("original", &key, &writer.finish(&Bytes::new())).unwrap();
            assert!(!frame.has("etag"), "{control:?}");
            // Another program may have written it, with the right checksum.
            let mut lines = format!("originkit original {VERSION}\nkey {key}\netag \"a b\"\nlength 0\n");
            let seal = |lines: &str| Bytes::from(format!("{lines}checksum {}\n\n", checksum(lines, b"")));
            assert!(Frame::read("original", &key, &seal(&lines)).is_some());
            lines = lines.replace("a b", &format!("a{control}b"));
            // A line break makes two lines, and the second has no meaning.
            assert_eq!(Frame::read("original", &key, &seal(&lines)).is_some(), control == '\n', "{control:?}");
        }
    }
}
