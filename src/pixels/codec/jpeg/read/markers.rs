//! The segments of a file, up to the last scan that is needed (T.81, annex B).

use super::header::{Colour, Header};
use super::{Damaged, ReadError, Unusual};

/// A file taken apart: a frame and its scans.
#[derive(Debug)]
pub(super) struct File<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) header: Header,
    pub(super) scans: Vec<Scan<'a>>,
}

/// A scan with the tables as they were where it starts.
#[derive(Debug, Clone)]
pub(super) struct Scan<'a> {
    pub(super) parts: Vec<Part>,
    /// The first and the last coefficient, in zigzag order.
    pub(super) band: (u8, u8),
    /// Bits that earlier scans left to this one and later; zero in a first scan.
    pub(super) high: u8,
    /// Bits that this scan leaves to later ones.
    pub(super) low: u8,
    pub(super) tables: Tables<'a>,
    /// Where its entropy-coded data begins.
    pub(super) data: usize,
}

/// A component in a scan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// Its place in the frame.
    pub(super) component: usize,
    pub(super) dc: u8,
    pub(super) ac: u8,
}

/// Tables as they lie in the file. They are only unpacked for scans that are read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tables<'a> {
    dc: [Option<Codes<'a>>; 4],
    ac: [Option<Codes<'a>>; 4],
    quantisation: [Option<&'a [u8]>; 4],
    /// Minimum coded units between two restart markers; zero for none.
    pub(super) restart: u16,
}

/// A Huffman table: how many codes there are of each length, and their symbols.
#[derive(Debug, Clone, Copy)]
pub(super) struct Codes<'a> {
    pub(super) counts: &'a [u8; 16],
    pub(super) symbols: &'a [u8],
}

/// Reads the segments up to the frame header, and nothing behind it.
pub(super) fn header(bytes: &[u8]) -> Result<Header, ReadError> {
    let mut found = None;
    walk(bytes, |segment, _| {
        if let Segment::Frame(header) = segment {
            found = Some(header);
        }
        Ok(found.is_some())
    })?;
    found.ok_or(Damaged("no frame header"))
}

/// Reads the segments up to the last scan that has something to say.
///
/// A sequential file is read until every component has had its scan. A progressive one is read to its
/// end marker, without which nobody could say that it is whole.
pub(super) fn file(bytes: &[u8]) -> Result<File<'_>, ReadError> {
    let mut frame = None;
    let mut scans: Vec<Scan<'_>> = Vec::new();
    let mut seen = 0_u32;
    walk(bytes, |segment, tables| {
        match segment {
            Segment::Frame(header) if frame.is_none() => frame = Some(header),
            Segment::Frame(_) => return Err(Unusual("two frames")),
            Segment::Scan(payload, data) => {
                let header = frame.as_ref().ok_or(Damaged("a scan without a frame"))?;
                let scan = Scan::read(payload, header, *tables, data)?;
                if !header.progressive {
                    for part in &scan.parts {
                        if seen & (1 << part.component) != 0 {
                            return Err(Unusual("a component that is scanned twice"));
                        }
                        seen |= 1 << part.component;
                    }
                }
                scans.push(scan);
                if scans.len() > MOST_SCANS {
                    return Err(Unusual("more scans than a picture needs"));
                }
                return Ok(!header.progressive && seen.count_ones() as usize == header.components.len());
            }
            Segment::End => return Ok(true),
        }
        Ok(false)
    })?;
    let header = frame.ok_or(Damaged("no frame header"))?;
    if !header.progressive && seen.count_ones() as usize != header.components.len() {
        return Err(Damaged("a component without a scan"));
    }
    Ok(File { bytes, header, scans })
}

/// More than an encoder would ever write: the usual script has ten, one scan for each coefficient of
/// luma and chroma in two passes has hundreds, and nothing to show for it.
const MOST_SCANS: usize = 100;

enum Segment<'a> {
    Frame(Header),
    /// Its payload, and where the data behind it begins.
    Scan(&'a [u8], usize),
    End,
}

/// Shows frame, scans and end marker to `visit`, until it says that it has seen enough.
fn walk<'a>(
    bytes: &'a [u8],
    mut visit: impl FnMut(Segment<'a>, &Tables<'a>) -> Result<bool, ReadError>,
) -> Result<(), ReadError> {
    let mut tables = Tables::default();
    let mut colour = Colour::default();
    if !bytes.starts_with(&[0xFF, SOI]) {
        return Err(Damaged("no start marker"));
    }
    let mut at = 2;
    loop {
        // Also passes over entropy-coded data and whatever else lies between segments.
        let (marker, behind) = next_marker(bytes, at).ok_or(Damaged("no end marker"))?;
        at = behind;
        if marker == EOI {
            visit(Segment::End, &tables)?;
            return Ok(());
        }
        if marker == SOI {
            continue;
        }
        let length = bytes.get(at..).and_then(<[u8]>::first_chunk).ok_or(Damaged("a segment cut short"))?;
        let end = at + usize::from(u16::from_be_bytes(*length));
        let payload = bytes.get(at + 2..end).ok_or(Damaged("a segment cut short"))?;
        at = end;
        match marker {
            DHT => tables.note_codes(payload)?,
            DQT => tables.note_quantisation(payload)?,
            DRI => {
                let interval = payload.first_chunk().ok_or(Damaged("a restart interval cut short"))?;
                tables.restart = u16::from_be_bytes(*interval);
            }
            DNL => return Err(Unusual("a number of lines behind the scan")),
            0xC0..=0xCF if marker != DAC && marker != JPG => {
                let header = Header::read(marker, payload)?;
                colour.check(&header)?;
                if visit(Segment::Frame(header), &tables)? {
                    return Ok(());
                }
            }
            SOS => {
                if visit(Segment::Scan(payload, at), &tables)? {
                    return Ok(());
                }
            }
            _ => colour.note(marker, payload),
        }
    }
}

/// The first marker at or behind a place, other than restart markers, and where it ends.
fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += first_ff(bytes.get(at..)?)?;
        match *bytes.get(at + 1)? {
            // A fill byte.
            0xFF => at += 1,
            // A stuffed zero, restart markers, and one for temporary use that has no payload either.
            0x00 | 0x01 | 0xD0..=0xD7 => at += 2,
            marker => return Some((marker, at + 2)),
        }
    }
}

/// Where the first byte of all ones is: a chunk at a time, which compilers turn into vector code.
fn first_ff(bytes: &[u8]) -> Option<usize> {
    let (chunks, rest) = bytes.as_chunks::<64>();
    let without =
        chunks.iter().take_while(|chunk| !chunk.iter().fold(false, |any, byte| any | (*byte == 0xFF))).count();
    let start = without * 64;
    let tail = chunks.get(without).map_or(rest, |chunk| chunk.as_slice());
    tail.iter().position(|byte| *byte == 0xFF).map(|at| start + at)
}

impl<'a> Tables<'a> {
    pub(super) fn dc(&self, number: u8) -> Result<Codes<'a>, ReadError> {
        self.dc.get(usize::from(number)).copied().flatten().ok_or(Damaged("a missing Huffman table"))
    }

    pub(super) fn ac(&self, number: u8) -> Result<Codes<'a>, ReadError> {
        self.ac.get(usize::from(number)).copied().flatten().ok_or(Damaged("a missing Huffman table"))
    }

    /// The steps of a quantisation table, in zigzag order.
    pub(super) fn steps(&self, number: u8) -> Result<[u16; 64], ReadError> {
        let missing = Damaged("a missing quantisation table");
        let stored = self.quantisation.get(usize::from(number)).copied().flatten().ok_or(missing)?;
        let mut steps = [0; 64];
        if stored.len() == 64 {
            for (step, byte) in steps.iter_mut().zip(stored) {
                *step = u16::from(*byte);
            }
        } else {
            for (step, bytes) in steps.iter_mut().zip(stored.as_chunks::<2>().0) {
                *step = u16::from_be_bytes(*bytes);
            }
        }
        Ok(steps)
    }

    fn note_codes(&mut self, mut payload: &'a [u8]) -> Result<(), ReadError> {
        let short = || Damaged("a Huffman table cut short");
        while let Some((id, rest)) = payload.split_first() {
            let (counts, rest) = rest.split_first_chunk::<16>().ok_or_else(short)?;
            let length = counts.iter().map(|count| usize::from(*count)).sum();
            let (symbols, rest) = rest.split_at_checked(length).ok_or_else(short)?;
            let group = match id >> 4 {
                0 => &mut self.dc,
                1 => &mut self.ac,
                _ => return Err(Damaged("a Huffman table of no class")),
            };
            *group.get_mut(usize::from(id & 15)).ok_or(Damaged("too many Huffman tables"))? =
                Some(Codes { counts, symbols });
            payload = rest;
        }
        Ok(())
    }

    fn note_quantisation(&mut self, mut payload: &'a [u8]) -> Result<(), ReadError> {
        while let Some((id, rest)) = payload.split_first() {
            let length = if id >> 4 == 0 { 64 } else { 128 };
            let (steps, rest) = rest.split_at_checked(length).ok_or(Damaged("a quantisation table cut short"))?;
            let slot = self.quantisation.get_mut(usize::from(id & 15));
            *slot.ok_or(Damaged("too many quantisation tables"))? = Some(steps);
            payload = rest;
        }
        Ok(())
    }
}

impl<'a> Scan<'a> {
    fn read(payload: &[u8], header: &Header, tables: Tables<'a>, data: usize) -> Result<Self, ReadError> {
        let short = Damaged("a scan header cut short");
        let (count, rest) = payload.split_first().ok_or(short)?;
        let (selectors, rest) = rest.split_at_checked(2 * usize::from(*count)).ok_or(short)?;
        let &[first, last, bits] = rest.first_chunk().ok_or(short)?;
        let mut parts = Vec::with_capacity(usize::from(*count));
        for &[id, numbers] in selectors.as_chunks().0 {
            let component =
                header.components.iter().position(|c| c.id == id).ok_or(Damaged("a scan of an unknown component"))?;
            if parts.last().is_some_and(|last: &Part| last.component >= component) {
                return Err(Damaged("components of a scan out of order"));
            }
            parts.push(Part { component, dc: numbers >> 4, ac: numbers & 15 });
        }
        let (high, low) = (bits >> 4, bits & 15);
        let fits = if header.progressive {
            let of_dc = first == 0 && last == 0;
            let of_ac = first > 0 && first <= last && last < 64 && parts.len() == 1;
            // A refinement adds one bit.
            (of_dc || of_ac) && low <= 13 && (high == 0 || high == low + 1)
        } else {
            // The numbers are fixed, and there are files that have others: nothing depends on them.
            true
        };
        if parts.is_empty() || !fits {
            return Err(Damaged("a scan of nothing"));
        }
        Ok(Self { parts, band: (first, last), high, low, tables, data })
    }
}

const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const DQT: u8 = 0xDB;
const DNL: u8 = 0xDC;
const DRI: u8 = 0xDD;
const DHT: u8 = 0xC4;
const JPG: u8 = 0xC8;
const DAC: u8 = 0xCC;
