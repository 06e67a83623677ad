//! Metadata formats that are shared by several image formats.

pub(crate) mod exif;
pub(crate) mod ifd;

use std::io::Read as _;

use flate2::read::ZlibDecoder;

use crate::limits::Limits;
use crate::pixels::base::memory;

/// Returns an EXIF block from `II` or `MM` on, or `None` if it is too long. Some writers of other formats include the
/// identifier that precedes the block in JPEG.
pub(crate) fn exif_block(found: &[u8], limits: &Limits) -> Option<Vec<u8>> {
    within(found.strip_prefix(b"Exif\0\0").unwrap_or(found), limits.metadata_bytes)
}

/// Returns a copy of the bytes if there are at most `most`.
pub(crate) fn within(bytes: &[u8], most: u64) -> Option<Vec<u8>> {
    (memory::len(bytes) <= most).then(|| bytes.to_vec())
}

/// Inflates data. Returns `None` if the result is longer than `most` bytes.
pub(crate) fn inflate(bytes: &[u8], most: u64) -> Option<Vec<u8>> {
    let decoder = || ZlibDecoder::new(bytes).take(most.saturating_add(1));
    // The length is counted first, so that no memory is allocated for a result that is too long.
    let length = std::io::copy(&mut decoder(), &mut std::io::sink()).ok().filter(|length| *length <= most)?;
    let mut out = memory::reserve(length).ok()?;
    decoder().read_to_end(&mut out).ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_byte_too_many_is_nothing() {
        assert_eq!(within(b"abc", 3).as_deref(), Some(&b"abc"[..]));
        assert_eq!(within(b"abc", 2), None);
    }
}
