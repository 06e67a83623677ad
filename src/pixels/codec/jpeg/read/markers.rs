//! Parsing of the segments of a file, up to the last scan that is needed (T.81, annex B).

use std::cell::OnceCell;

use super::damage::Damage;
use super::header::{Colour, HIERARCHICAL, Header};
use super::scan::Scan;
use super::tables::Tables;
use super::{Damaged, ReadError};
use crate::limits::LimitError;

/// A parsed file: a frame and its scans.
#[derive(Debug)]
pub(super) struct File<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) header: Header,
    pub(super) scans: Vec<Scan<'a>>,
    /// Whether the file ends without a marker after the last scan.
    pub(super) open: bool,
    pub(super) damage: Damage,
}

/// A file that has been parsed up to its first scan. The other scans are parsed on demand.
#[derive(Debug)]
pub(crate) struct Opened<'a> {
    pub(crate) header: Header,
    walk: Walk<'a>,
    scan: Met<'a>,
    file: OnceCell<Result<File<'a>, ReadError>>,
}

impl<'a> Opened<'a> {
    /// Reads the segments up to the first scan, and nothing after it.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let mut walk = Walk::new(bytes)?;
        let scan = walk.next()?;
        Ok(Self { header: walk.header(&scan)?, walk, scan, file: OnceCell::new() })
    }

    /// Returns the file up to the last relevant scan. It is parsed only once.
    pub(super) fn file(&self) -> Result<&File<'a>, ReadError> {
        self.file.get_or_init(|| file(self)).as_ref().map_err(|error| *error)
    }

    /// Returns the payloads of the application segments with this number, 0 to 2.
    pub(crate) fn applications(&self, number: u8) -> impl Iterator<Item = &'a [u8]> {
        let wanted = self.walk.applications.iter().filter(move |(marker, _)| *marker == APP0 + number);
        wanted.map(|(_, payload)| *payload)
    }

    /// Returns the payloads of the DQT segments.
    pub(crate) fn quantisation(&self) -> &[&'a [u8]] {
        &self.walk.quantisation
    }
}

/// Reads the segments up to the last relevant scan.
///
/// A sequential file is read until every component has had its scan. A progressive file is read to its end marker. If
/// there is none, the file is complete if every coefficient has all its bits and the last scan is complete. Damage
/// after the first scan ends the file.
fn file<'a>(opened: &Opened<'a>) -> Result<File<'a>, ReadError> {
    let (header, mut walk, mut met) = (opened.header.clone(), opened.walk.clone(), opened.scan);
    let bytes = walk.bytes;
    let (mut scans, mut damage): (Vec<Scan<'_>>, _) = (Vec::new(), Damage::default());
    let (mut missing, mut open) = (Missing::new(&header), false);
    loop {
        match met {
            Met::Scan(payload, data) => match Scan::read(payload, &header, walk.tables, data) {
                Ok(scan) => {
                    missing.without(&scan, header.progressive);
                    if !header.progressive {
                        // A component may be scanned again. The last scan counts.
                        let again = |component| scan.parts.iter().any(|part| part.component == component);
                        scans.retain(|before| !before.parts.iter().all(|part| again(part.component)));
                    }
                    scans.push(scan);
                    LimitError::check("scans of a JPEG", scans.len() as u64, MOST_SCANS)?;
                }
                Err(error) if scans.is_empty() => return Err(error),
                Err(_) => {
                    damage.corrupt = true;
                    break;
                }
            },
            Met::End => {
                damage.cut_short = !header.progressive;
                break;
            }
            Met::Nothing => {
                (damage.cut_short, open) = (missing.any(), true);
                break;
            }
        }
        if !header.progressive && !missing.any() {
            break;
        }
        match walk.next() {
            Ok(next) => met = next,
            Err(_) => {
                damage.corrupt = true;
                break;
            }
        }
    }
    Ok(File { bytes, header, scans, open, damage })
}

/// The maximum number of scans, more than any encoder needs. The usual script has ten. A script with one scan for each
/// coefficient of luma and chroma in two passes has hundreds, without any benefit.
const MOST_SCANS: u64 = 1000;

/// The maximum number of application segments, and of DQT segments, that are kept. A colour profile has at most 255
/// segments; of the other kinds only one counts.
const MOST_SEGMENTS: usize = 1024;

/// For each component, the coefficients that no scan has completed to the last bit.
#[derive(Debug)]
struct Missing(Vec<u64>);

impl Missing {
    fn new(header: &Header) -> Self {
        Self(vec![u64::MAX; header.components.len()])
    }

    fn without(&mut self, scan: &Scan<'_>, progressive: bool) {
        let brought = match (progressive, scan.low) {
            (false, _) => u64::MAX,
            (true, 0) => scan.coefficients(),
            (true, _) => 0,
        };
        for part in &scan.parts {
            if let Some(missing) = self.0.get_mut(part.component) {
                *missing &= !brought;
            }
        }
    }

    fn any(&self) -> bool {
        self.0.iter().any(|missing| *missing != 0)
    }
}

/// An iterator over scans, which collects the contents of the segments between them.
#[derive(Debug, Clone)]
struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    tables: Tables<'a>,
    colour: Colour,
    frame: Option<Header>,
    /// The first application segments, for metadata.
    applications: Vec<(u8, &'a [u8])>,
    /// The first DQT segments.
    quantisation: Vec<&'a [u8]>,
}

/// The end of a step: a scan, or the end of the file.
#[derive(Debug, Clone, Copy)]
enum Met<'a> {
    /// The payload of a scan header, and the position of the data after it.
    Scan(&'a [u8], usize),
    /// The end marker.
    End,
    /// The end of the data.
    Nothing,
}

impl<'a> Walk<'a> {
    fn new(bytes: &'a [u8]) -> Result<Self, ReadError> {
        if !bytes.starts_with(&[0xFF, SOI]) {
            return Err(Damaged("no start marker"));
        }
        Ok(Self {
            bytes,
            at: 2,
            tables: Tables::default(),
            colour: Colour::default(),
            frame: None,
            applications: Vec::new(),
            quantisation: Vec::new(),
        })
    }

    /// Returns the frame header if a scan follows it. It is complete only then, since colour information may come after
    /// the frame header.
    fn header(&self, met: &Met<'_>) -> Result<Header, ReadError> {
        let frame = self.frame.clone().filter(|_| matches!(met, Met::Scan(..)));
        let mut header = frame.ok_or(Damaged("no scan of a frame"))?;
        header.color = self.colour.of(&header)?;
        Ok(header)
    }

    /// Skips entropy-coded data and stray bytes, and reads segments, up to the next scan.
    fn next(&mut self) -> Result<Met<'a>, ReadError> {
        while let Some((marker, behind)) = next_segment(self.bytes, self.at) {
            self.at = behind;
            match marker {
                EOI => return Ok(Met::End),
                SOI => continue,
                _ => {}
            }
            let Some(length) = self.bytes.get(behind..).and_then(<[u8]>::first_chunk) else { break };
            // The length includes its own two bytes.
            let end = behind + usize::from(u16::from_be_bytes(*length)).max(2);
            let Some(payload) = self.bytes.get(behind + 2..end) else { break };
            self.at = end;
            match marker {
                DHT => self.tables.note_codes(payload)?,
                DQT => {
                    self.tables.note_quantisation(payload)?;
                    if self.quantisation.len() < MOST_SEGMENTS {
                        self.quantisation.push(payload);
                    }
                }
                DRI => self.tables.note_restart(payload)?,
                DAC => self.tables.note_conditioning(payload)?,
                0xC0..=0xCF if marker != JPG => {
                    if self.frame.is_some() {
                        return Err(Damaged("two frames"));
                    }
                    self.frame = Some(Header::read(marker, payload)?);
                }
                SOS => return Ok(Met::Scan(payload, end)),
                DHP => return Err(HIERARCHICAL),
                _ => {
                    self.colour.note(marker, payload);
                    let is_metadata = (APP0..=APP0 + 2).contains(&marker);
                    if is_metadata && self.applications.len() < MOST_SEGMENTS {
                        self.applications.push((marker, payload));
                    }
                }
            }
        }
        Ok(Met::Nothing)
    }
}

/// Returns the first marker of a segment at or after a position, and the end of the marker.
fn next_segment(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        match first_marker(bytes, at)? {
            // Restart markers, and reserved ones.
            (0x01..=0xBF | 0xD0..=0xD7, end) => at = end,
            found => return Some(found),
        }
    }
}

/// Returns the first marker at or after a position, and its end. A marker is a byte of `0xFF` that is not a fill byte,
/// followed by a byte that is not zero.
pub(super) fn first_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += first_ff(bytes.get(at..)?)?;
        match *bytes.get(at + 1)? {
            0xFF => at += 1,
            0x00 => at += 2,
            marker => return Some((marker, at + 2)),
        }
    }
}

/// Returns the position of the first byte of `0xFF`. Searches a chunk at a time, which compilers turn into vector code.
fn first_ff(bytes: &[u8]) -> Option<usize> {
    let (chunks, rest) = bytes.as_chunks::<64>();
    let without =
        chunks.iter().take_while(|chunk| !chunk.iter().fold(false, |any, byte| any | (*byte == 0xFF))).count();
    let start = without * 64;
    let tail = chunks.get(without).map_or(rest, |chunk| chunk.as_slice());
    tail.iter().position(|byte| *byte == 0xFF).map(|at| start + at)
}

const APP0: u8 = 0xE0;
const SOI: u8 = 0xD8;
pub(super) const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const DQT: u8 = 0xDB;
const DRI: u8 = 0xDD;
const DHP: u8 = 0xDE;
const DHT: u8 = 0xC4;
const JPG: u8 = 0xC8;
const DAC: u8 = 0xCC;
