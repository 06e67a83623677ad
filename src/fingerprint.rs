//! [`Fingerprint`]: a short name for long content, resistant to collisions.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::hex;

/// A SHA-256 hash of a list of parts. Keys of stores are derived from it: the author of an image URL must not be able
/// to make two of them collide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Hashes the parts, each after its length, so that `ab`, `c` differs from `a`, `bc`.
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

/// Returns a hash of the content of a file. An origin can make two files with the same hash on purpose (XXH3 is not
/// secret): both would be its own, at one URL, and one would be mistaken for the unchanged other. SHA-256 would take a
/// tenth of the time of a thumbnail.
pub(crate) fn of_content(bytes: &[u8]) -> u128 {
    xxhash_rust::xxh3::xxh3_128(bytes)
}

/// Returns one hash of all parts, as if they were joined, to detect a changed bit.
pub(crate) fn of_parts(parts: &[&[u8]]) -> u128 {
    let mut hash = xxhash_rust::xxh3::Xxh3::new();
    parts.iter().for_each(|part| hash.update(part));
    hash.digest128()
}

/// Prints 64 hex digits; `{:.32}` prints the first 32.
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
