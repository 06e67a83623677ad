//! EXIF blocks: the values that are read, and the changes before a block is written to another file.

use super::ifd::Directory;
use crate::plan::Orientation;

/// Returns the orientation of the stored pixels. Only a single 16-bit number counts, as in browsers.
pub(crate) fn orientation(block: &[u8]) -> Orientation {
    let value = Directory::first(block).and_then(|directory| directory.short(block, ORIENTATION));
    value.map_or(Orientation::Upright, Orientation::from_exif)
}

/// Returns the resolution in dots per inch.
pub(crate) fn density(block: &[u8]) -> Option<f64> {
    density_in(&Directory::first(block)?, block)
}

/// Returns the resolution in dots per inch from a directory. Directories of TIFF files have the same tags.
pub(crate) fn density_in(directory: &Directory, block: &[u8]) -> Option<f64> {
    let resolution = directory.fraction(block, X_RESOLUTION)?;
    match directory.number(block, RESOLUTION_UNIT) {
        None | Some(INCH) => Some(resolution),
        Some(CENTIMETRE) => Some(resolution * 2.54),
        Some(_) => None,
    }
}

/// Adapts the block of a source to an image made from it.
///
/// If the image was turned upright, the orientation is set accordingly. The density is replaced by the new one. The
/// thumbnail is removed, since it shows the source, including parts that have been cropped since. Values are
/// overwritten in place, so nothing in the block moves.
pub(crate) fn adapted(mut block: Vec<u8>, upright: bool, density: Option<f64>) -> Vec<u8> {
    let Some(directory) = Directory::first(&block) else { return block };
    if upright {
        directory.set_short(&mut block, ORIENTATION, 1);
    }
    if let Some(density) = density {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float to integer casts saturate")]
        let hundredths = (density * 100.0).round() as u32;
        directory.set_fraction(&mut block, X_RESOLUTION, hundredths, 100);
        directory.set_fraction(&mut block, Y_RESOLUTION, hundredths, 100);
        directory.set_short(&mut block, RESOLUTION_UNIT, 2);
    }
    if let Some(second) = directory.next(&block) {
        let number = |tag| second.number(&block, tag).and_then(|n| usize::try_from(n).ok());
        let thumbnail = number(THUMBNAIL).zip(number(THUMBNAIL_BYTES));
        directory.end_here(&mut block);
        if let Some((start, end)) = thumbnail.and_then(|(at, length)| Some((at, at.checked_add(length)?))) {
            if end >= block.len() {
                block.truncate(start.max(HEADER));
            } else if let Some(bytes) = block.get_mut(start..end) {
                bytes.fill(0);
            }
        }
    }
    block
}

/// Sets the orientation in an XMP packet, if there is one, for an image that was turned upright.
pub(crate) fn upright_xmp(mut packet: Vec<u8>) -> Vec<u8> {
    const NAME: &[u8] = b"tiff:Orientation";
    let mut from = 0;
    while let Some(at) = packet.get(from..).and_then(|rest| rest.windows(NAME.len()).position(|w| w == NAME)) {
        from += at + NAME.len();
        // An attribute `="6"`, or an element `>6<`.
        let Some([b'=', b'"' | b'\'', digit, ..] | [b'>', digit, b'<', ..]) = packet.get_mut(from..) else {
            continue;
        };
        *digit = b'1';
    }
    packet
}

const ORIENTATION: u16 = 0x0112;
const X_RESOLUTION: u16 = 0x011A;
const Y_RESOLUTION: u16 = 0x011B;
const RESOLUTION_UNIT: u16 = 0x0128;
const INCH: u32 = 2;
const CENTIMETRE: u32 = 3;
const THUMBNAIL: u16 = 0x0201;
const THUMBNAIL_BYTES: u16 = 0x0202;
/// The number of bytes of the header, before which there can be no thumbnail.
const HEADER: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a block with orientation 6, 300 dots per centimetre, and a thumbnail of four bytes, followed by `tail`.
    fn block(tail: &[u8]) -> Vec<u8> {
        let entry = |tag: u16, kind: u16, value: u32| {
            let value = if kind == 3 { value << 16 } else { value };
            [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &1_u32.to_be_bytes(), &value.to_be_bytes()].concat()
        };
        let first: Vec<u8> =
            [entry(0x112, 3, 6), entry(0x11A, 5, 92), entry(0x11B, 5, 92), entry(0x128, 3, 3)].concat();
        let second: Vec<u8> = [entry(0x201, 4, 100), entry(0x202, 4, 4)].concat();
        let mut out = [&b"MM\0*\0\0\0\x08\0\x04"[..], &first, &62_u32.to_be_bytes()].concat();
        assert_eq!(out.len(), 62);
        out.extend(
            [&b"\0\x02"[..], &second, &[0; 4], &300_u32.to_be_bytes(), &1_u32.to_be_bytes(), b"JPEG", tail].concat(),
        );
        out
    }

    #[test]
    fn orientation_is_a_single_short() {
        let good = block(b"");
        assert_eq!(orientation(&good).to_exif(), 6);
        // The entry's tag is at 10, its type at 12, its count at 14, its value at 18.
        for (at, bytes, want) in [
            (12, &[0, 4][..], 1),
            (12, &[0, 1], 1),
            (14, &[0, 0, 0, 2], 1),
            (14, &[0, 0, 0, 0], 1),
            (18, &[0, 9], 1),
            (18, &[0, 0], 1),
            (18, &[0, 8], 8),
            (10, &[0x87, 0x69], 1),
        ] {
            let mut changed = good.clone();
            changed[at..at + bytes.len()].copy_from_slice(bytes);
            assert_eq!(orientation(&changed).to_exif(), want, "{at} {bytes:?}");
        }
        // Complete entries count, even if others are cut off.
        assert_eq!(orientation(&good[..22]).to_exif(), 6);
        assert_eq!(orientation(&good[..21]).to_exif(), 1);
    }

    #[test]
    fn a_thumbnail_goes_and_the_rest_stays() {
        for tail in [&b""[..], b"more"] {
            let before = block(tail);
            assert_eq!(density(&before).map(f64::round), Some(762.0));
            let after = adapted(before.clone(), true, Some(72.5));
            assert_eq!(after.len(), if tail.is_empty() { 100 } else { before.len() });
            assert!(!after.windows(4).any(|w| w == b"JPEG") && after.ends_with(tail));
            let directory = Directory::first(&after).unwrap();
            assert_eq!((directory.number(&after, ORIENTATION), density(&after)), (Some(1), Some(72.5)));
            assert!(directory.next(&after).is_none());
            assert_eq!(Directory::first(&adapted(before, false, None)).unwrap().place(ORIENTATION), Some(18..20));
        }
        assert_eq!(adapted(b"no EXIF".to_vec(), true, Some(1.0)), b"no EXIF");
    }

    #[test]
    fn orientation_in_xmp_is_set_too() {
        let packet = b"<a tiff:Orientation=\"6\"/><tiff:Orientation>8</tiff:Orientation> 7".to_vec();
        assert_eq!(upright_xmp(packet), b"<a tiff:Orientation=\"1\"/><tiff:Orientation>1</tiff:Orientation> 7");
        assert_eq!(upright_xmp(b"tiff:Orientation".to_vec()), b"tiff:Orientation");
    }
}
