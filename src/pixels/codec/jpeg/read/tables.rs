//! Tables that segments define for the scans after them (T.81, B.2.4).

use super::{Damaged, ReadError};

/// The tables as stored in the file. They are unpacked only for scans that are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tables<'a> {
    dc: [Option<Codes<'a>>; 4],
    ac: [Option<Codes<'a>>; 4],
    quantisation: [Option<&'a [u8]>; 4],
    /// The restart interval in minimum coded units; 0 for none.
    pub(super) restart: u16,
    /// The conditioning of arithmetic coding: both bounds for each DC table, the upper one in the higher four bits.
    pub(super) dc_bounds: [u8; 4],
    /// For each AC table, the last coefficient of the lower group.
    pub(super) ac_bound: [u8; 4],
}

/// A Huffman table: the number of codes of each length, and their symbols.
#[derive(Debug, Clone, Copy)]
pub(super) struct Codes<'a> {
    pub(super) counts: &'a [u8; 16],
    pub(super) symbols: &'a [u8],
}

impl Default for Tables<'_> {
    /// Returns the default tables. Frames of Motion JPEG may omit their Huffman tables, which are then those of T.81,
    /// K.3: number 0 for luma and 1 for chroma.
    fn default() -> Self {
        let dc = |counts| Some(Codes { counts, symbols: &DC_SYMBOLS });
        Self {
            dc: [dc(&DC_LUMA), dc(&DC_CHROMA), None, None],
            ac: [
                Some(Codes { counts: &AC_LUMA, symbols: &AC_LUMA_SYMBOLS }),
                Some(Codes { counts: &AC_CHROMA, symbols: &AC_CHROMA_SYMBOLS }),
                None,
                None,
            ],
            quantisation: [None; 4],
            restart: 0,
            // T.81, F.1.4.4.1.4 and F.1.4.4.2.1.
            dc_bounds: [0x10; 4],
            ac_bound: [5; 4],
        }
    }
}

impl<'a> Tables<'a> {
    pub(super) fn dc(&self, number: u8) -> Result<Codes<'a>, ReadError> {
        self.dc.get(usize::from(number)).copied().flatten().ok_or(Damaged("a missing Huffman table"))
    }

    pub(super) fn ac(&self, number: u8) -> Result<Codes<'a>, ReadError> {
        self.ac.get(usize::from(number)).copied().flatten().ok_or(Damaged("a missing Huffman table"))
    }

    /// Returns the steps of a quantisation table, in zigzag order.
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

    pub(super) fn note_codes(&mut self, mut payload: &'a [u8]) -> Result<(), ReadError> {
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

    pub(super) fn note_quantisation(&mut self, mut payload: &'a [u8]) -> Result<(), ReadError> {
        while let Some((id, rest)) = payload.split_first() {
            let length = if id >> 4 == 0 { 64 } else { 128 };
            let (steps, rest) = rest.split_at_checked(length).ok_or(Damaged("a quantisation table cut short"))?;
            let slot = self.quantisation.get_mut(usize::from(id & 15));
            *slot.ok_or(Damaged("too many quantisation tables"))? = Some(steps);
            payload = rest;
        }
        Ok(())
    }
    pub(super) fn note_conditioning(&mut self, payload: &[u8]) -> Result<(), ReadError> {
        for &[id, value] in payload.as_chunks().0 {
            let group = match id >> 4 {
                0 if value & 15 <= value >> 4 => &mut self.dc_bounds,
                1 => &mut self.ac_bound,
                _ => return Err(Damaged("a conditioning that is none")),
            };
            *group.get_mut(usize::from(id & 15)).ok_or(Damaged("too many conditionings"))? = value;
        }
        Ok(())
    }

    pub(super) fn note_restart(&mut self, payload: &[u8]) -> Result<(), ReadError> {
        let interval = payload.first_chunk().ok_or(Damaged("a restart interval cut short"))?;
        self.restart = u16::from_be_bytes(*interval);
        Ok(())
    }
}

// T.81, tables K.3 to K.6.
const DC_LUMA: [u8; 16] = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
const DC_CHROMA: [u8; 16] = [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0];
const DC_SYMBOLS: [u8; 12] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
const AC_LUMA: [u8; 16] = [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125];
const AC_CHROMA: [u8; 16] = [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119];
#[rustfmt::skip]
const AC_LUMA_SYMBOLS: [u8; 162] = [
    0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22, 0x71,
    0x14, 0x32, 0x81, 0x91, 0xA1, 0x08, 0x23, 0x42, 0xB1, 0xC1, 0x15, 0x52, 0xD1, 0xF0, 0x24, 0x33, 0x62, 0x72,
    0x82, 0x09, 0x0A, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x34, 0x35, 0x36, 0x37,
    0x38, 0x39, 0x3A, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59,
    0x5A, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0x83,
    0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0xA2, 0xA3,
    0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA, 0xC2, 0xC3,
    0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0xDA, 0xE1, 0xE2,
    0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA,
];
#[rustfmt::skip]
const AC_CHROMA_SYMBOLS: [u8; 162] = [
    0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71, 0x13, 0x22,
    0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xA1, 0xB1, 0xC1, 0x09, 0x23, 0x33, 0x52, 0xF0, 0x15, 0x62, 0x72, 0xD1,
    0x0A, 0x16, 0x24, 0x34, 0xE1, 0x25, 0xF1, 0x17, 0x18, 0x19, 0x1A, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x35, 0x36,
    0x37, 0x38, 0x39, 0x3A, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58,
    0x59, 0x5A, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A,
    0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A,
    0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA,
    0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0xDA,
    0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA,
];
