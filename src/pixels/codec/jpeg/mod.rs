//! JPEG (ITU-T T.81): all of it is read and written here.

mod cosines;
mod decode;
pub(crate) mod quality;
mod read;
mod thumbnail;
mod write;

pub(crate) use self::decode::{decode, decoding, samples};
pub(crate) use self::thumbnail::{reading, shrinks, thumbnail};
pub(crate) use self::write::{encode, encode_planes};

use self::read::ReadError;
use crate::error::Error;
use crate::format::Format;
use crate::pixels::base::error::damaged;
use crate::pixels::base::error::internal_error;
use crate::pixels::base::error::unsupported;
use crate::plan::Size;

const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
pub(crate) const SOS: u8 = 0xDA;
pub(crate) const APP0: u8 = 0xE0;

/// The size of the image, from the file's header.
pub(crate) fn size(bytes: &[u8]) -> Result<Size, Error> {
    read::read_header(bytes).map(|header| header.size).map_err(failure)
}

/// Dots per inch.
pub(crate) fn density(bytes: &[u8]) -> Option<f64> {
    let before = segments(bytes).take_while(|segment| segment.marker != SOS);
    before.filter(|segment| segment.marker == APP0).find_map(|segment| jfif_density(segment.payload))
}

fn failure(error: ReadError) -> Error {
    match error {
        ReadError::Unsupported(kind) => unsupported(format!("a jpeg of this kind is not supported: {kind}")),
        ReadError::Damaged(_) => damaged(Format::Jpeg),
        ReadError::Limit(limit) => limit.into(),
        ReadError::OutOfMemory => internal_error("out of memory"),
    }
}

/// A marker with what belongs to it.
pub(crate) struct Segment<'a> {
    pub(crate) marker: u8,
    /// Without the length.
    pub(crate) payload: &'a [u8],
}

/// The markers of a file, with entropy-coded data and stray bytes between them skipped. Ends at the
/// first that is cut short.
pub(crate) fn segments(bytes: &[u8]) -> impl Iterator<Item = Segment<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            at += bytes.get(at..)?.iter().position(|b| *b == 0xFF)?;
            let marker = *bytes.get(at + 1)?;
            at += match marker {
                // A fill byte.
                0xFF => 1,
                _ => 2,
            };
            match marker {
                // A stuffed zero, a fill byte, markers without a meaning, and restart markers: part of the data.
                0x00..=0xBF | 0xFF | 0xD0..=0xD7 => {}
                SOI | EOI => return Some(Segment { marker, payload: &[] }),
                _ => {
                    let length = match *bytes.get(at..at + 2)? {
                        [high, low] => usize::from(u16::from_be_bytes([high, low])),
                        _ => return None,
                    };
                    // The length counts itself.
                    let length = length.max(2);
                    let payload = bytes.get(at + 2..at + length)?;
                    at += length;
                    return Some(Segment { marker, payload });
                }
            }
        }
    })
}

/// Dots per inch from a JFIF header.
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

    #[test]
    fn a_header_says_size_and_density() {
        const FILE: &[u8] = b"\xFF\xD8\xFF\xE0\x00\x10JFIF\0\x01\x02\x02\x00\x64\x00\x64\0\0\
            \xFF\xC2\x00\x11\x08\x00\x10\x00\x20\x03\x01\x22\x00\x02\x11\x00\x03\x11\x00\xFF\xC4\x00\x02\
            \xFF\xDA\x00\x03\x01ab\xFF\x00c\xFF\xD0d\xFF\xD9";
        assert_eq!(size(FILE).unwrap(), Size::new(32, 16));
        assert_eq!(density(FILE), Some(254.0));
        // The scan's header is where it ends.
        let scan = FILE.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap() + 5;
        for end in 0..FILE.len() {
            assert_eq!(size(&FILE[..end]).is_ok(), end >= scan, "{end}");
        }
    }
}
