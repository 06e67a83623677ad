//! Metadata from application segments.

use super::read::Opened;
use crate::limits::Limits;
use crate::pixels::base::memory;
use crate::pixels::codec::metadata::{exif_block, within};

/// Returns the EXIF block. The last byte of its identifier is padding. If there are several blocks, the first one
/// counts.
pub(super) fn exif(file: &Opened<'_>, limits: &Limits) -> Option<Vec<u8>> {
    let found = file.applications(1).find_map(|payload| payload.strip_prefix(b"Exif\0"))?;
    exif_block(found.get(1..)?, limits)
}

/// Returns the XMP packet.
pub(super) fn xmp(file: &Opened<'_>, limits: &Limits) -> Option<Vec<u8>> {
    within(file.applications(1).find_map(|payload| payload.strip_prefix(super::write::XMP))?, limits.metadata_bytes)
}

/// Joins the parts of a colour profile, which are numbered from one (ICC.1:2022, B.4).
pub(super) fn icc(file: &Opened<'_>, limits: &Limits) -> Option<Vec<u8>> {
    let mut parts: Vec<(u8, u8, &[u8])> = file
        .applications(2)
        .filter_map(|payload| {
            let (&[number, count], part) = payload.strip_prefix(super::write::ICC)?.split_first_chunk()?;
            Some((number, count, part))
        })
        .collect();
    parts.sort_unstable_by_key(|(number, ..)| *number);
    let complete = (1..=u8::MAX)
        .zip(&parts)
        .all(|(want, (number, count, _))| want == *number && usize::from(*count) == parts.len());
    let length: u64 = parts.iter().map(|(.., part)| memory::len(part)).sum();
    let fits = complete && (1..=limits.profile_bytes).contains(&length);
    fits.then(|| parts.iter().flat_map(|(.., part)| *part).copied().collect())
}

/// Returns the resolution in dots per inch from a JFIF header.
pub(super) fn density(file: &Opened<'_>) -> Option<f64> {
    file.applications(0).find_map(jfif_density)
}

fn jfif_density(payload: &[u8]) -> Option<f64> {
    let [_, _, unit, high, low] = *payload.strip_prefix(b"JFIF\0")?.first_chunk()?;
    let density = f64::from(u16::from_be_bytes([high, low]));
    match unit {
        1 if density > 0.0 => Some(density),
        2 if density > 0.0 => Some(density * 2.54),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Size;

    #[test]
    fn a_header_says_size_and_density() {
        const FILE: &[u8] = b"\xFF\xD8\xFF\xE0\x00\x10JFIF\0\x01\x02\x02\x00\x64\x00\x64\0\0\
            \xFF\xC2\x00\x11\x08\x00\x10\x00\x20\x03\x01\x22\x00\x02\x11\x00\x03\x11\x00\xFF\xC4\x00\x02\
            \xFF\xDA\x00\x03\x01ab\xFF\x00c\xFF\xD0d\xFF\xD9";
        let opened = Opened::read(FILE).unwrap();
        assert_eq!(opened.header.size, Size::new(32, 16));
        assert_eq!(density(&opened), Some(254.0));
        // A file can be opened as soon as the header of its scan is complete.
        let scan = FILE.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap() + 5;
        for end in 0..FILE.len() {
            assert_eq!(Opened::read(&FILE[..end]).is_ok(), end >= scan, "{end}");
        }
    }

    /// Returns a file of one gray block with these segments before its frame.
    fn file(segments: &[(u8, Vec<u8>)]) -> Vec<u8> {
        let mut out = b"\xFF\xD8".to_vec();
        for (marker, body) in segments {
            let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
            out.extend([&[0xFF, *marker][..], &length, body].concat());
        }
        out.extend(b"\xFF\xC0\0\x0B\x08\0\x08\0\x08\x01\x01\x11\0\xFF\xDA\0\x08\x01\x01\0\0\x3F\0");
        out
    }

    #[test]
    fn parts_of_a_profile_are_joined_in_their_order() {
        let mut limits = Limits::default();
        let profile = |parts: &[(u8, u8, &[u8])], limits: &Limits| {
            let segment = |(number, count, part): &(u8, u8, &[u8])| {
                (0xE2, [&b"ICC_PROFILE\0"[..], &[*number, *count], part].concat())
            };
            let file = file(&parts.iter().map(segment).collect::<Vec<_>>());
            icc(&Opened::read(&file).unwrap(), limits)
        };
        for (parts, want) in [
            (&[(1, 1, &b"one"[..])][..], Some(&b"one"[..])),
            (&[(2, 2, b"b"), (1, 2, b"a")], Some(b"ab")),
            (&[(1, 2, b"a")], None),
            (&[(1, 2, b"a"), (1, 2, b"b")], None),
            (&[(0, 1, b"a")], None),
            (&[(1, 1, b"")], None),
            (&[], None),
        ] {
            assert_eq!(profile(parts, &limits).as_deref(), want, "{parts:?}");
        }
        let parts: [(u8, u8, &[u8]); 2] = [(1, 2, b"abc"), (2, 2, b"de")];
        limits.profile_bytes = 5;
        assert!(profile(&parts, &limits).is_some());
        limits.profile_bytes = 4;
        assert!(profile(&parts, &limits).is_none());
    }

    #[test]
    fn the_first_block_of_exif_says_how_pixels_are_turned() {
        const NAME: &[u8] = b"Exif\0\0";
        let turned =
            |value: u8| [&b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"[..], &[value, 0, 0, 0, 0, 0, 0]].concat();
        let empty = b"MM\0*\0\0\0\x08\0\0\0\0\0\0".to_vec();
        let named = |name: &[u8], block: &[u8]| [name, block].concat();
        let limits = Limits::default();
        for (blocks, want) in [
            (vec![named(NAME, &turned(6))], 6),
            (vec![named(NAME, &turned(6)), named(NAME, &turned(1))], 6),
            (vec![named(NAME, &turned(1)), named(NAME, &turned(6))], 1),
            (vec![named(NAME, &empty), named(NAME, &turned(6))], 1),
            (vec![named(super::super::write::XMP, b"<a/>"), named(NAME, &turned(6))], 6),
            (vec![named(b"Exif\0\xFF", &turned(6))], 6),
            (vec![named(b"Exif", &turned(6))], 1),
            (vec![], 1),
        ] {
            let file = file(&blocks.iter().map(|block| (0xE1, block.clone())).collect::<Vec<_>>());
            let opened = super::super::File::open(&file, &limits).unwrap();
            assert_eq!(opened.info.orientation.to_exif(), want, "{blocks:?}");
        }
    }
}
