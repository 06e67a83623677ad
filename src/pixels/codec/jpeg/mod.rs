//! JPEG: what its markers say (ITU-T T.81, annex B).

mod cosines;
mod read;
mod thumbnail;
mod write;

pub(crate) use self::thumbnail::{reading, shrinks, thumbnail};
pub(super) use self::write::{encode, encode_planes};

const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
pub(super) const SOS: u8 = 0xDA;
pub(super) const APP0: u8 = 0xE0;

/// What stands before the first scan.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Start {
    /// Where the entropy-coded data of the first scan begins.
    pub(super) scan: usize,
    /// Dots per inch.
    pub(super) density: Option<f64>,
    /// A baseline file with a scan for each component, which zune-jpeg 0.5 decodes to garbage.
    pub(super) scattered: bool,
    progressive: bool,
    components: u8,
}

impl Start {
    /// Walks the markers up to the first scan; `None` if they do not lead there past a frame header.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut start = Self { scan: 0, density: None, scattered: false, progressive: false, components: 0 };
        for segment in segments(bytes) {
            match segment.marker {
                APP0 => start.density = start.density.or_else(|| jfif_density(segment.payload)),
                marker if is_frame(marker) => {
                    // SOF2 and its relatives are progressive.
                    start.progressive |= marker & 3 == 2;
                    start.components = start.components.max(*segment.payload.get(5)?);
                }
                SOS => {
                    start.scan = segment.end;
                    start.scattered = !start.progressive && *segment.payload.first()? < start.components;
                    return (start.components > 0).then_some(start);
                }
                _ => {}
            }
        }
        None
    }

    /// Bytes of coefficients that a decoder keeps for each pixel: all of them if the file is progressive.
    pub(super) fn coefficients(&self) -> u64 {
        if self.progressive { 2 * u64::from(self.components) } else { 0 }
    }

    /// Bytes of inks for each pixel.
    pub(super) fn inks(&self) -> u64 {
        if self.components == 4 { 4 } else { 0 }
    }
}

/// Does a file hold luma alone?
pub(super) fn is_gray(bytes: &[u8]) -> bool {
    Start::read(bytes).is_some_and(|start| start.components == 1)
}

/// Does the file reach its end marker? Decoders fill what is missing with grey and say nothing.
pub(super) fn is_complete(bytes: &[u8]) -> bool {
    // The last two bytes say so in nearly every file; a walk sees past what some cameras append.
    bytes.ends_with(&[0xFF, EOI]) || segments(bytes).any(|segment| segment.marker == EOI)
}

/// Is there the marker of Adobe, whose files of four components hold the opposite of inks?
pub(super) fn is_adobe(bytes: &[u8]) -> bool {
    segments(bytes)
        .take_while(|segment| segment.marker != SOS)
        .any(|segment| segment.marker == APP0 + 14 && segment.payload.starts_with(b"Adobe"))
}

/// A marker with what belongs to it.
pub(super) struct Segment<'a> {
    pub(super) marker: u8,
    /// Behind its payload.
    pub(super) end: usize,
    /// Without the length.
    pub(super) payload: &'a [u8],
}

/// The markers of a file, with entropy-coded data and stray bytes between them skipped. Ends at the
/// first that is cut short.
pub(super) fn segments(bytes: &[u8]) -> impl Iterator<Item = Segment<'_>> {
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
                // A stuffed zero, a fill byte, and restart markers: part of the data.
                0x00 | 0x01 | 0xFF | 0xD0..=0xD7 => {}
                SOI | EOI => return Some(Segment { marker, end: at, payload: &[] }),
                _ => {
                    let length = match *bytes.get(at..at + 2)? {
                        [high, low] => usize::from(u16::from_be_bytes([high, low])),
                        _ => return None,
                    };
                    let payload = bytes.get(at + 2..at + length)?;
                    at += length;
                    return Some(Segment { marker, end: at, payload });
                }
            }
        }
    })
}

/// SOF0 to SOF15, without the three codes among them that mean something else.
fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC)
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

    const FILE: &[u8] = b"\xFF\xD8\xFF\xE0\x00\x0EJFIF\0\x01\x02\x02\x00\x64\x00\x64\
        \xFF\xC2\x00\x11\x08\x00\x10\x00\x10\x03\x01\x22\x00\x02\x11\x00\x03\x11\x00\xFF\xDB\x00\x03\x07\xFF\xC4\x00\x02\
        \xFF\xDA\x00\x03\x01ab\xFF\x00c\xFF\xD0d\xFF\xD9";

    #[test]
    fn reads_what_stands_before_the_scan() {
        let start = Start::read(FILE).unwrap();
        assert_eq!((start.components, start.progressive, start.density), (3, true, Some(254.0)));
        assert_eq!(&FILE[start.scan..start.scan + 2], b"ab");
        assert_eq!(start.coefficients(), 6);
        assert_eq!(Start::read(&FILE[..start.scan - 1]), None);
        assert!(!start.scattered);
        let mut baseline = FILE.to_vec();
        baseline[FILE.iter().position(|b| *b == 0xC2).unwrap()] = 0xC0;
        assert!(Start::read(&baseline).unwrap().scattered);
    }

    #[test]
    fn sees_the_end() {
        assert!(is_complete(FILE));
        assert!(is_complete(&[FILE, b"appended"].concat()));
        for cut in 0..FILE.len() {
            assert!(!is_complete(&FILE[..cut]), "{cut}");
        }
    }
}
