//! Iteration over the chunks of a file (W3C PNG, 5).

/// The signature at the start of every file.
pub(crate) const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";

/// An iterator over the chunks of a file, type and data, up to the first that is cut short. Checksums are not verified.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chunks<'a>(&'a [u8]);

impl<'a> Chunks<'a> {
    /// Returns all chunks, or `None` if the file is not a PNG.
    pub(crate) fn of_file(bytes: &'a [u8]) -> Option<Self> {
        bytes.strip_prefix(SIGNATURE).map(Self)
    }

    /// Iterates over all chunks except ancillary ones with a wrong checksum, which are to be ignored (W3C PNG, 13.2).
    pub(crate) fn sound(self) -> impl Iterator<Item = (&'a [u8; 4], &'a [u8])> + Clone {
        let mut chunks = self;
        std::iter::from_fn(move || {
            loop {
                let (kind, body, crc) = chunks.step()?;
                let is_critical = kind.first().is_some_and(u8::is_ascii_uppercase);
                if is_critical || checksum(kind, body) == crc {
                    return Some((kind, body));
                }
            }
        })
    }

    /// Iterates over all chunks, and the beginning of one that is cut short.
    pub(crate) fn with_rest(self) -> impl Iterator<Item = (&'a [u8; 4], &'a [u8])> + Clone {
        let mut chunks = self;
        std::iter::from_fn(move || {
            if let Some(chunk) = chunks.next() {
                return Some(chunk);
            }
            let length = usize::try_from(be32(chunks.0, 0)?).ok()?;
            let (kind, body) = std::mem::take(&mut chunks.0).get(4..)?.split_first_chunk()?;
            Some((kind, body.get(..length).unwrap_or(body)))
        })
    }

    /// Returns `true` if nothing is missing: the end chunk exists, or the file ends after a complete chunk.
    pub(crate) fn are_complete(self) -> bool {
        let mut chunks = self;
        while let Some((kind, ..)) = chunks.step() {
            if kind == b"IEND" {
                return true;
            }
        }
        chunks.0.is_empty()
    }

    /// Reads the next chunk, with its checksum.
    fn step(&mut self) -> Option<(&'a [u8; 4], &'a [u8], u32)> {
        let length = usize::try_from(be32(self.0, 0)?).ok()?;
        let (kind, rest) = self.0.get(4..)?.split_first_chunk()?;
        let (body, rest) = rest.split_at_checked(length)?;
        let crc = be32(rest, 0)?;
        self.0 = rest.get(4..)?;
        Some((kind, body, crc))
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = (&'a [u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        self.step().map(|(kind, body, _)| (kind, body))
    }
}

/// Computes the checksum of a chunk.
fn checksum(kind: &[u8; 4], body: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(kind);
    crc.update(body);
    crc.finalize()
}

/// Appends a chunk with its length and checksum.
pub(crate) fn write_chunk(out: &mut Vec<u8>, kind: &[u8; 4], body: &[u8]) {
    // The data comes from files, whose length is limited.
    out.extend(u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(kind);
    out.extend_from_slice(body);
    out.extend(checksum(kind, body).to_be_bytes());
}

pub(crate) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_be_bytes(*b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_written_with_their_checksum() {
        let mut file = Vec::new();
        write_chunk(&mut file, b"IEND", b"");
        assert_eq!(file, b"\0\0\0\0IEND\xAE\x42\x60\x82");
    }
}
