//! [`Fingerprint`]: a short name for long content, which nobody can make another content fit.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::hex;

/// SHA-256 of a row of parts. Keys of stores are made of it: whoever writes image URLs must not be able to make
/// two of them meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Each part is hashed with its length before it, so that `ab`, `c` is not `a`, `bc`.
    pub(crate) fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }
}

impl Fingerprint {
    pub(crate) const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Names the content of a file by its bytes. An origin that goes to lengths may give two files of one name (XXH3 is no
/// secret): they would be two of its own, at one address, and one of them be taken for unchanged. SHA-256 would take a
/// tenth of the time of a thumbnail.
pub(crate) fn of_content(bytes: &[u8]) -> u128 {
    xxhash_rust::xxh3::xxh3_128(bytes)
}

/// Tells a row of parts from the same with a changed bit: one hash of them all, as if they were one.
pub(crate) fn of_parts(parts: &[&[u8]]) -> u128 {
    let mut hash = xxhash_rust::xxh3::Xxh3::new();
    parts.iter().for_each(|part| hash.update(part));
    hash.digest128()
}

/// 64 hex digits; `{:.32}` writes the first 32.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&hex::encode(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_ends() {
        let print = |parts: &[&str]| Fingerprint::of(parts.iter().map(|part| part.as_bytes())).to_string();
        assert_eq!(print(&["ab", "c"]).len(), 64);
        assert_ne!(print(&["ab", "c"]), print(&["a", "bc"]));
        assert_ne!(print(&["a"]), print(&["a", ""]));
        assert_eq!(format!("{:.32}", Fingerprint::of([b"a".as_slice()])), print(&["a"])[..32]);
    }
}
