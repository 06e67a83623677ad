//! What stands in files besides pixels, in forms that several formats share.

pub(crate) mod exif;
pub(crate) mod ifd;

use std::io::Read as _;

use flate2::read::ZlibDecoder;

use crate::limits::Limits;
use crate::pixels::base::memory;

/// An EXIF block from `II` or `MM` on; `None` if it is too long. Some writers of other formats take over the name that
/// JPEG has in front.
pub(crate) fn exif_block(found: &[u8], limits: &Limits) -> Option<Vec<u8>> {
    within(found.strip_prefix(b"Exif\0\0").unwrap_or(found), limits.metadata_bytes)
}

/// A copy of something that is not too long.
pub(crate) fn within(bytes: &[u8], most: u64) -> Option<Vec<u8>> {
    (memory::len(bytes) <= most).then(|| bytes.to_vec())
}

/// Inflates as much as is allowed, and nothing that would be more.
pub(crate) fn inflate(bytes: &[u8], most: u64) -> Option<Vec<u8>> {
    let decoder = || ZlibDecoder::new(bytes).take(most.saturating_add(1));
    // Counted first, so that no memory is taken for more than is allowed.
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
