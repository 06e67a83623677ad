//! Iteration over the container and its chunks (RFC 9649).

use crate::pixels::base::memory;
use crate::plan::Size;

/// Returns `true` if the file has the length that the container announces (RFC 9649, 2.3). The orientation may come
/// last.
pub(crate) fn is_complete(bytes: &[u8]) -> bool {
    let announced = bytes.get(4..).and_then(|rest| rest.first_chunk()).map(|size| u32::from_le_bytes(*size));
    announced.is_some_and(|size| u64::from(size) + 8 <= memory::len(bytes))
}

/// An iterator over the chunks of a file, type and data, up to the first that is cut short.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chunks<'a>(pub(super) &'a [u8]);

impl<'a> Chunks<'a> {
    /// Returns all chunks, or `None` if the file is not a WebP.
    pub(crate) fn of_file(bytes: &'a [u8]) -> Option<Self> {
        (bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"))
            .then(|| Self::new(bytes.get(12..).unwrap_or_default()))
    }

    /// Iterates over all chunks, and the beginning of one that is cut short.
    pub(crate) fn with_rest(self) -> impl Iterator<Item = (&'a [u8; 4], &'a [u8])> {
        let mut chunks = self;
        let mut is_over = false;
        std::iter::from_fn(move || {
            if let Some(chunk) = chunks.next() {
                return Some(chunk);
            }
            let (kind, rest) = chunks.0.split_first_chunk::<4>().filter(|_| !is_over)?;
            is_over = true;
            rest.get(4..).map(|body| (kind, body))
        })
    }

    /// Returns the chunks inside another chunk.
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = (&'a [u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, rest) = self.0.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let (body, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        // Data of odd length is padded. The padding of the last chunk may be missing.
        self.0 = rest.get(body.len() % 2..).unwrap_or_default();
        Some((kind, body))
    }
}

/// Appends a chunk.
pub(crate) fn write_chunk(out: &mut Vec<u8>, kind: &[u8; 4], body: &[u8]) {
    out.extend_from_slice(kind);
    out.extend(u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(body);
    out.extend(std::iter::repeat_n(0, body.len() % 2));
}

/// Builds a file with a still image from the chunks of a frame (RFC 9649, 2.7.1.1). Returns `None` if they are damaged.
pub(crate) fn still(size: Size, frame: &[u8]) -> Option<Vec<u8>> {
    const ALPHA: u8 = 0x10;
    let find = |wanted: &[u8; 4]| Chunks::new(frame).find(|(kind, _)| *kind == wanted);
    let mut chunks = Vec::new();
    if let Some((kind, body)) = find(b"VP8L") {
        write_chunk(&mut chunks, kind, body);
    } else {
        let (kind, body) = find(b"VP8 ")?;
        if let Some((kind, alpha)) = find(b"ALPH") {
            let [width, height] = [size.width, size.height].map(|side| side.saturating_sub(1).to_le_bytes());
            let head = [&[ALPHA, 0, 0, 0][..], width.get(..3)?, height.get(..3)?].concat();
            write_chunk(&mut chunks, b"VP8X", &head);
            write_chunk(&mut chunks, kind, alpha);
        }
        write_chunk(&mut chunks, kind, body);
    }
    let length = u32::try_from(chunks.len()).ok()?.checked_add(4)?;
    Some([&b"RIFF"[..], &length.to_le_bytes(), b"WEBP", &chunks].concat())
}
