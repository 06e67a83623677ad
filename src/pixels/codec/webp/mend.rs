//! Repair of files whose container disagrees with the contents, and of files that end early.

use std::borrow::Cow;

use super::chunks::{Chunks, is_complete};

/// Metadata chunks, and the flags of `VP8X` that announce them (RFC 9649, 2.7).
const EXTRAS: [(&[u8; 4], u8); 3] = [(b"ICCP", 0x20), (b"EXIF", 0x08), (b"XMP ", 0x04)];
const ANIMATED: u8 = 0x02;
/// The offset of the flags in a file.
const FLAGS: usize = 20;

/// Returns a metadata chunk. In a file with flags the flag has to be set, as in browsers. A file without flags has no
/// metadata.
pub(crate) fn extra<'a>(file: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    let flag = EXTRAS.iter().find(|(known, _)| *known == kind)?.1;
    let has_flag = flags(file)? & flag != 0;
    Chunks::of_file(file)?.find(|(found, _)| *found == kind).map(|(_, body)| body).filter(|_| has_flag)
}

/// Returns the file for a decoder: the original, or a copy whose header announces no more than the file has. Tools that
/// strip metadata often leave the flags, and those that truncate files the length (RFC 9649, 2.7).
pub(crate) fn mended(bytes: &[u8]) -> Cow<'_, [u8]> {
    let length = u32::try_from(bytes.len().saturating_sub(8)).unwrap_or(u32::MAX);
    let announced = bytes.get(4..).and_then(|rest| rest.first_chunk()).map_or(0, |size| u32::from_le_bytes(*size));
    let flags = flags(bytes);
    let kept = flags.map(|flags| flags & !missing(bytes));
    if announced <= length && kept == flags {
        return Cow::Borrowed(bytes);
    }
    let mut copy = bytes.to_vec();
    if let Some(size) = copy.get_mut(4..8) {
        size.copy_from_slice(&announced.min(length).to_le_bytes());
    }
    if let Some((flags, place)) = kept.zip(copy.get_mut(FLAGS)) {
        *place = flags;
    }
    Cow::Owned(copy)
}

/// Returns `true` if the file ends inside a chunk, or before an announced one. A length that is merely too large is
/// accepted.
pub(crate) fn is_cut_short(bytes: &[u8]) -> bool {
    let Some(mut chunks) = Chunks::of_file(bytes).filter(|_| !is_complete(bytes)) else { return false };
    while chunks.next().is_some() {}
    !chunks.0.is_empty() || promises_more(bytes)
}

/// Returns `true` if something that the flags announce is missing, or may be missing, such as frames.
fn promises_more(bytes: &[u8]) -> bool {
    flags(bytes).is_some_and(|flags| flags & (missing(bytes) | ANIMATED) != 0)
}

fn flags(bytes: &[u8]) -> Option<u8> {
    let (kind, body) = Chunks::of_file(bytes)?.next()?;
    (kind == b"VP8X").then(|| body.first().copied()).flatten()
}

/// Returns the flags of chunks that the file does not have.
fn missing(bytes: &[u8]) -> u8 {
    let kinds = EXTRAS.iter().copied().chain([(b"ANMF", ANIMATED)]);
    let mut missing = kinds.clone().fold(0, |all, (_, flag)| all | flag);
    for (kind, _) in Chunks::of_file(bytes).into_iter().flatten() {
        if let Some((_, flag)) = kinds.clone().find(|(known, _)| *known == kind) {
            missing &= !flag;
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::codec::webp::chunks::write_chunk;

    fn file(flags: u8, chunks: &[&[u8; 4]]) -> Vec<u8> {
        let mut bytes = b"RIFF\0\0\0\0WEBP".to_vec();
        write_chunk(&mut bytes, b"VP8X", &[flags, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for kind in chunks {
            write_chunk(&mut bytes, kind, b"body");
        }
        let length = u32::try_from(bytes.len() - 8).unwrap();
        bytes[4..8].copy_from_slice(&length.to_le_bytes());
        bytes
    }

    #[test]
    fn flags_promise_what_is_there() {
        let whole = file(0x3E, &[b"ICCP", b"ANMF", b"EXIF", b"XMP "]);
        assert!(matches!(mended(&whole), Cow::Borrowed(_)));
        for (flags, chunks, want) in [
            (0x08, &[b"VP8 "][..], 0x00),
            (0x38, &[b"ICCP", b"VP8 "][..], 0x30),
            (0x02, &[b"VP8 "][..], 0x00),
            (0x04, &[b"VP8 ", b"XMP "][..], 0x04),
        ] {
            assert_eq!(mended(&file(flags, chunks))[FLAGS], want, "{flags:#x}");
        }
        let cut = &whole[..whole.len() - 6];
        assert_eq!(mended(cut)[4..8], u32::try_from(cut.len() - 8).unwrap().to_le_bytes());
    }

    #[test]
    fn metadata_counts_where_a_flag_says_so() {
        assert_eq!(extra(&file(0x08, &[b"VP8 ", b"EXIF"]), b"EXIF"), Some(&b"body"[..]));
        assert_eq!(extra(&file(0, &[b"VP8 ", b"EXIF"]), b"EXIF"), None);
        let mut plain = b"RIFF\0\0\0\0WEBP".to_vec();
        write_chunk(&mut plain, b"VP8 ", b"body");
        write_chunk(&mut plain, b"EXIF", b"body");
        assert_eq!(extra(&plain, b"EXIF"), None);
    }
}
