//! Huffman tables made to measure for a baseline JPEG (ITU-T T.81, annexes C, F and K.2).
//!
//! The encoder's own optimisation splits a baseline file into a scan for each component, see
//! [`Start::scattered`](super::Start::scattered). Here a file with the standard tables is read
//! symbol by symbol and written again with tables that fit its symbols, a fifth smaller. No coefficient
//! changes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Segment, segments};

/// The same picture with tables made to measure; `None` if the file is not baseline in one scan.
pub(super) fn recode(bytes: &[u8]) -> Option<Vec<u8>> {
    let file = File::read(bytes)?;
    let tokens = file.tokens()?;
    let mut counts = vec![[0_u32; 256]; SLOTS];
    for token in &tokens {
        *counts.get_mut(usize::from(token.slot))?.get_mut(usize::from(token.symbol))? += 1;
    }
    let tables: Vec<Table> = counts.iter().map(Table::fitting).collect();

    let mut out = Vec::with_capacity(bytes.len());
    out.extend_from_slice(bytes.get(..file.tables_at)?);
    for (slot, table) in (0_u8..).zip(&tables).filter(|(_, table)| !table.symbols.is_empty()) {
        let length = u16::try_from(2 + 1 + table.counts.len() + table.symbols.len()).ok()?;
        out.extend_from_slice(&[0xFF, DHT]);
        out.extend_from_slice(&length.to_be_bytes());
        // Class and number.
        out.push(((slot / 2) << 4) | (slot % 2));
        out.extend_from_slice(&table.counts);
        out.extend_from_slice(&table.symbols);
    }
    out.extend_from_slice(file.scan_header);
    let codes: Vec<Vec<Code>> = tables.iter().map(Table::codes_by_symbol).collect();
    let mut writer = BitWriter { out, bits: 0, count: 0 };
    for token in &tokens {
        let code = codes.get(usize::from(token.slot))?.get(usize::from(token.symbol))?;
        writer.put(code.bits, code.length);
        writer.put(token.extra, token.extra_bits());
    }
    Some(writer.finish())
}

const DHT: u8 = 0xC4;
const SOF0: u8 = 0xC0;
const SOS: u8 = 0xDA;
/// Tables a baseline file may have: two for DC, then two for AC.
const SLOTS: usize = 4;

/// A symbol with the bits behind it.
struct Token {
    slot: u8,
    symbol: u8,
    extra: u16,
}

impl Token {
    /// How many bits stand behind the symbol: for DC it says so, for AC its low half.
    const fn extra_bits(&self) -> u8 {
        if self.slot < 2 { self.symbol } else { self.symbol & 15 }
    }
}

/// A baseline file taken apart.
struct File<'a> {
    /// Where its first Huffman table begins; between there and the scan is nothing else.
    tables_at: usize,
    scan_header: &'a [u8],
    data: &'a [u8],
    lookups: [Vec<(u8, u8)>; SLOTS],
    /// The slots, DC and AC, of each block in a minimum coded unit.
    unit: Vec<[u8; 2]>,
    units: u64,
}

impl<'a> File<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let start_of = |segment: &Segment<'_>| segment.end - segment.payload.len() - 4;
        let mut tables_at = None;
        let mut lookups = [const { Vec::new() }; SLOTS];
        let mut frame = None;
        for segment in segments(bytes) {
            match segment.marker {
                SOF0 => frame = Some(segment.payload),
                DHT => {
                    tables_at = tables_at.or(Some(start_of(&segment)));
                    let (id, rest) = segment.payload.split_first()?;
                    let (counts, symbols) = rest.split_first_chunk()?;
                    let table = Table { counts: *counts, symbols: symbols.to_vec() };
                    *lookups.get_mut(usize::from(id >> 4) * 2 + usize::from(id & 15))? = table.lookup();
                }
                SOS => {
                    let (unit, units) = layout(frame?, segment.payload)?;
                    let scan_header = bytes.get(start_of(&segment)..segment.end)?;
                    let data = bytes.get(segment.end..)?;
                    return Some(Self { tables_at: tables_at?, scan_header, data, lookups, unit, units });
                }
                _ => {}
            }
        }
        None
    }

    /// All symbols of the scan.
    fn tokens(&self) -> Option<Vec<Token>> {
        let mut reader = BitReader { bytes: self.data.iter(), bits: 0, count: 0 };
        let mut tokens = Vec::new();
        let mut next = |slot: u8| -> Option<u8> {
            let symbol = reader.symbol(self.lookups.get(usize::from(slot))?)?;
            let mut token = Token { slot, symbol, extra: 0 };
            token.extra = reader.take(token.extra_bits())?;
            tokens.push(token);
            Some(symbol)
        };
        for _ in 0..self.units {
            for [dc, ac] in &self.unit {
                next(*dc)?;
                let mut at = 1;
                while at < 64 {
                    match next(*ac)? {
                        0x00 => break,
                        // A run of zeros, then a coefficient; 0xF0 is sixteen zeros.
                        symbol => at += usize::from(symbol >> 4) + 1,
                    }
                }
            }
        }
        Some(tokens)
    }
}

/// The blocks of a minimum coded unit, and how many units there are (T.81, A.2).
fn layout(frame: &[u8], scan: &[u8]) -> Option<(Vec<[u8; 2]>, u64)> {
    let [_, h1, h2, w1, w2, components] = *frame.first_chunk()?;
    let (height, width) = (u16::from_be_bytes([h1, h2]), u16::from_be_bytes([w1, w2]));
    let selectors = scan.get(1..)?.as_chunks::<2>().0.get(..components.into())?;
    let mut unit = Vec::new();
    let (mut wide, mut high) = (1, 1);
    for ([_, factors, _], [_, tables]) in frame.get(6..)?.as_chunks::<3>().0.iter().zip(selectors) {
        let (across, down) = (factors >> 4, factors & 15);
        (wide, high) = (wide.max(across), high.max(down));
        unit.extend(std::iter::repeat_n([tables >> 4, 2 + (tables & 15)], usize::from(across) * usize::from(down)));
    }
    let units = |side: u16, blocks: u8| u64::from(side.div_ceil(8 * u16::from(blocks)));
    Some((unit, units(width, wide) * units(height, high)))
}

/// A Huffman table as a file has it: how many codes there are of each length, and their symbols.
#[derive(Debug, PartialEq)]
struct Table {
    counts: [u8; 16],
    symbols: Vec<u8>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Code {
    bits: u16,
    length: u8,
}

impl Table {
    /// The best table for symbols that occur so often (T.81, K.2).
    fn fitting(occurrences: &[u32; 256]) -> Self {
        let mut used: Vec<(u32, u8)> =
            occurrences.iter().copied().zip(0_u8..=255).filter(|(count, _)| *count > 0).collect();
        if used.is_empty() {
            return Self { counts: [0; 16], symbols: Vec::new() };
        }
        used.sort_by_key(|(count, symbol)| (Reverse(*count), *symbol));
        // Huffman's trees, each as the number of leaves at each depth: which leaf is where does not
        // matter, short codes go to frequent symbols. One leaf more takes the code of all ones, which
        // is not allowed.
        let leaves = used.iter().map(|(count, _)| u64::from(*count)).chain([1]);
        let mut trees: BinaryHeap<_> = leaves.map(|weight| Reverse((weight, vec![1_u16]))).collect();
        let mut depths = loop {
            let (Some(Reverse((one, a))), other) = (trees.pop(), trees.pop()) else { break Vec::new() };
            let Some(Reverse((two, b))) = other else { break a };
            let at = |depths: &[u16], depth: usize| depths.get(depth).copied().unwrap_or_default();
            let joined = (0..a.len().max(b.len())).map(|depth| at(&a, depth) + at(&b, depth));
            trees.push(Reverse((one + two, std::iter::once(0).chain(joined).collect())));
        };
        shorten(&mut depths);
        // The code of all ones is the last of the longest.
        if let Some(longest) = depths.iter_mut().rfind(|count| **count > 0) {
            *longest -= 1;
        }
        let mut counts = [0; 16];
        for (to, from) in counts.iter_mut().zip(depths.into_iter().skip(1)) {
            *to = u8::try_from(from).unwrap_or(u8::MAX);
        }
        Self { counts, symbols: used.into_iter().map(|(_, symbol)| symbol).collect() }
    }

    /// Codes in the order of the symbols (T.81, C.2).
    fn codes(&self) -> impl Iterator<Item = (u8, Code)> {
        let lengths = (1_u8..).zip(self.counts).flat_map(|(length, count)| std::iter::repeat_n(length, count.into()));
        let mut last = Code { bits: 0, length: 0 };
        let mut next = 0_u32;
        self.symbols.iter().copied().zip(lengths.map(move |length| {
            next <<= length - last.length;
            last = Code { bits: u16::try_from(next).unwrap_or(u16::MAX), length };
            next += 1;
            last
        }))
    }

    fn codes_by_symbol(&self) -> Vec<Code> {
        let mut all = vec![Code::default(); 256];
        for (symbol, code) in self.codes() {
            if let Some(to) = all.get_mut(usize::from(symbol)) {
                *to = code;
            }
        }
        all
    }

    /// Symbol and length of the code that each 16 bits begin with; length 0 where none does.
    fn lookup(&self) -> Vec<(u8, u8)> {
        let mut all = vec![(0, 0); 1 << 16];
        for (symbol, code) in self.codes() {
            let first = usize::from(code.bits) << (16 - code.length);
            for to in all.iter_mut().skip(first).take(1 << (16 - code.length)) {
                *to = (symbol, code.length);
            }
        }
        all
    }
}

/// Moves leaves deeper than 16 up, two at a time: one takes their parent's place, the other makes a
/// pair with a leaf from above (T.81, figure K.3).
fn shorten(depths: &mut Vec<u16>) {
    while depths.len() > 17 {
        let deepest = depths.len() - 1;
        if depths.last() == Some(&0) {
            depths.pop();
            continue;
        }
        let Some(above) = depths.iter().take(deepest - 1).rposition(|count| *count > 0) else { return };
        for (depth, less, more) in [(deepest, 2, 0), (deepest - 1, 0, 1), (above + 1, 0, 2), (above, 1, 0)] {
            if let Some(count) = depths.get_mut(depth) {
                *count = (*count + more).saturating_sub(less);
            }
        }
    }
}

/// Bits of entropy-coded data, from the highest of each byte; a zero behind `0xFF` is stuffing.
struct BitReader<'a> {
    bytes: std::slice::Iter<'a, u8>,
    bits: u64,
    count: u8,
}

impl BitReader<'_> {
    fn fill(&mut self) {
        while self.count <= 48 {
            // Behind the end come ones, as in the padding.
            let byte = self.bytes.next().copied().unwrap_or(0xFF);
            if byte == 0xFF && self.bytes.as_slice().first() == Some(&0) {
                self.bytes.next();
            }
            self.bits = self.bits << 8 | u64::from(byte);
            self.count += 8;
        }
    }

    fn symbol(&mut self, lookup: &[(u8, u8)]) -> Option<u8> {
        self.fill();
        let window = self.bits >> (self.count - 16) & 0xFFFF;
        let (symbol, length) = *lookup.get(usize::try_from(window).ok()?)?;
        self.count -= length;
        (length > 0).then_some(symbol)
    }

    fn take(&mut self, count: u8) -> Option<u16> {
        self.fill();
        self.count = self.count.checked_sub(count)?;
        u16::try_from(self.bits >> self.count & ((1 << count) - 1)).ok()
    }
}

struct BitWriter {
    out: Vec<u8>,
    bits: u64,
    count: u8,
}

impl BitWriter {
    fn put(&mut self, bits: u16, count: u8) {
        self.bits = self.bits << count | u64::from(bits);
        self.count += count;
        while self.count >= 8 {
            self.count -= 8;
            let [.., byte] = (self.bits >> self.count).to_be_bytes();
            self.out.push(byte);
            if byte == 0xFF {
                self.out.push(0);
            }
        }
    }

    /// Ones up to a whole byte, and the end marker.
    fn finish(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.put(0x7F, 7);
        }
        self.out.extend_from_slice(&[0xFF, 0xD9]);
        self.out
    }
}

#[cfg(test)]
mod tests {
    use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

    use super::*;

    fn table(occurrences: &[(u8, u32)]) -> Table {
        let mut counts = [0; 256];
        for (symbol, count) in occurrences {
            counts[usize::from(*symbol)] = *count;
        }
        Table::fitting(&counts)
    }

    #[test]
    fn a_recoded_file_is_smaller_and_the_same_picture() {
        for (width, height) in [(200_u16, 120_u16), (61, 33), (8, 8), (1, 1)] {
            let samples: Vec<u8> = (0..u32::from(width) * u32::from(height) * 3)
                .map(|i| u8::try_from(i / 3 % u32::from(width) % 256).unwrap() / 2 + u8::from(i % 7 == 0) * 9)
                .collect();
            for sampling in [SamplingFactor::R_4_4_4, SamplingFactor::R_4_2_0, SamplingFactor::R_4_2_2] {
                let write = |measured: bool| {
                    let mut bytes = Vec::new();
                    let mut encoder = Encoder::new(&mut bytes, 80);
                    encoder.set_sampling_factor(sampling);
                    encoder.set_optimized_huffman_tables(measured);
                    encoder.encode(&samples, width, height, ColorType::Rgb).unwrap();
                    bytes
                };
                let standard = write(false);
                let recoded = recode(&standard).unwrap();
                let read = |bytes: &[u8]| jpeg_decoder::Decoder::new(bytes).decode().unwrap();
                assert_eq!(read(&recoded), read(&standard), "{width}x{height} {sampling:?}");
                assert!(recoded.len() < standard.len());
                // As small as what the encoder makes in three scans; with halved planes those need no padding.
                let whole = sampling == SamplingFactor::R_4_4_4;
                assert!(!whole || recoded.len() <= write(true).len(), "{width}x{height} {sampling:?}");
                // Twice is once.
                assert_eq!(recode(&recoded).unwrap(), recoded);
            }
        }
        assert_eq!(recode(b"\xFF\xD8\xFF\xD9"), None);
    }

    #[test]
    fn frequent_symbols_get_short_codes() {
        let got = table(&[(5, 100), (6, 20), (7, 10), (8, 30)]);
        assert_eq!(got.symbols, [5, 8, 6, 7]);
        assert_eq!(got.counts[..5], [1, 1, 1, 1, 0]);
        let codes: Vec<Code> = got.codes().map(|(_, code)| code).collect();
        let code = |bits, length| Code { bits, length };
        assert_eq!(codes, [code(0b0, 1), code(0b10, 2), code(0b110, 3), code(0b1110, 4)]);
        assert_eq!(table(&[(9, 1)]).codes().next(), Some((9, code(0, 1))));
        assert!(table(&[]).symbols.is_empty());
    }

    #[test]
    fn no_code_is_longer_than_16_or_all_ones() {
        // Fibonacci numbers make the deepest trees.
        let mut pair = (1_u32, 1_u32);
        let steep: Vec<(u8, u32)> = (0..40)
            .map(|symbol| {
                pair = (pair.1, pair.0 + pair.1);
                (symbol, pair.0)
            })
            .collect();
        let flat: Vec<(u8, u32)> = (0..=255).map(|symbol| (symbol, 1)).collect();
        for occurrences in [steep, flat] {
            let got = table(&occurrences);
            assert_eq!(got.counts.iter().map(|c| usize::from(*c)).sum::<usize>(), occurrences.len());
            let codes: Vec<Code> = got.codes().map(|(_, code)| code).collect();
            assert_eq!(codes.len(), occurrences.len());
            assert!(codes.iter().all(|c| c.length <= 16 && u32::from(c.bits) < (1 << c.length) - 1));
            // Prefix-free: as numbers of 16 bits, the codes' ranges follow each other.
            for pair in codes.windows(2) {
                let end = |c: &Code| (u32::from(c.bits) + 1) << (16 - c.length);
                assert!(end(&pair[0]) <= u32::from(pair[1].bits) << (16 - pair[1].length));
            }
        }
    }
}
