//! Optimised Huffman tables (ITU-T T.81, annexes C and K.2).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A Huffman table as stored in a file: the number of codes of each length, and their symbols.
#[derive(Debug, PartialEq)]
pub(crate) struct Table {
    pub(crate) counts: [u8; 16],
    pub(crate) symbols: Vec<u8>,
}

/// A code, its length in bits, and the number of extra bits that follow it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Code {
    pub(crate) bits: u16,
    pub(crate) length: u8,
    pub(crate) extra: u8,
}

impl Table {
    /// Returns the optimal table for these numbers of occurrences, one per symbol (T.81, K.2).
    pub(crate) fn fitting(occurrences: &[u32; 256]) -> Self {
        let mut used: Vec<(u32, u8)> =
            occurrences.iter().copied().zip(0_u8..=255).filter(|(count, _)| *count > 0).collect();
        if used.is_empty() {
            return Self { counts: [0; 16], symbols: Vec::new() };
        }
        used.sort_by_key(|(count, symbol)| (Reverse(*count), *symbol));
        // Huffman's trees, each stored as the number of leaves at each depth. The positions of the leaves do not
        // matter, since short codes go to frequent symbols. One additional leaf takes the code of all ones, which is
        // not allowed.
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
        // The code of all ones is the last of the longest codes.
        if let Some(longest) = depths.iter_mut().rfind(|count| **count > 0) {
            *longest -= 1;
        }
        let mut counts = [0; 16];
        for (to, from) in counts.iter_mut().zip(depths.into_iter().skip(1)) {
            *to = u8::try_from(from).unwrap_or(u8::MAX);
        }
        Self { counts, symbols: used.into_iter().map(|(_, symbol)| symbol).collect() }
    }

    /// Iterates over the codes in the order of the symbols (T.81, C.2).
    fn codes(&self) -> impl Iterator<Item = (u8, Code)> {
        let lengths = (1_u8..).zip(self.counts).flat_map(|(length, count)| std::iter::repeat_n(length, count.into()));
        let mut last = Code::default();
        let mut next = 0_u32;
        self.symbols.iter().copied().zip(lengths.map(move |length| {
            next <<= length - last.length;
            last = Code { bits: u16::try_from(next).unwrap_or(u16::MAX), length, extra: 0 };
            next += 1;
            last
        }))
    }

    /// Returns the code of each symbol.
    pub(crate) fn codes_by_symbol(&self) -> [Code; 256] {
        let mut all = [Code::default(); 256];
        for (symbol, code) in self.codes() {
            if let Some(to) = all.get_mut(usize::from(symbol)) {
                *to = Code { extra: extra_bits(symbol), ..code };
            }
        }
        all
    }
}

/// Returns the number of extra bits that follow a symbol: those of a coefficient, or of a count of ended blocks (T.81,
/// F.1.2 and G.1.2.2). A run of sixteen zeros has none.
const fn extra_bits(symbol: u8) -> u8 {
    match (symbol >> 4, symbol & 15) {
        (15, 0) => 0,
        (ended, 0) => ended,
        (_, bits) => bits,
    }
}

/// Moves leaves from depths above 16 up, two at a time: one takes the place of their parent, the other is paired with a
/// leaf from a smaller depth (T.81, figure K.3).
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

#[cfg(test)]
mod tests {
    use super::*;

    fn table(occurrences: &[(u8, u32)]) -> Table {
        let mut counts = [0; 256];
        for (symbol, count) in occurrences {
            counts[usize::from(*symbol)] = *count;
        }
        Table::fitting(&counts)
    }

    #[test]
    fn frequent_symbols_get_short_codes() {
        let got = table(&[(5, 100), (6, 20), (7, 10), (8, 30)]);
        assert_eq!(got.symbols, [5, 8, 6, 7]);
        assert_eq!(got.counts[..5], [1, 1, 1, 1, 0]);
        let codes: Vec<Code> = got.codes().map(|(_, code)| code).collect();
        let code = |bits, length| Code { bits, length, extra: 0 };
        assert_eq!(codes, [code(0b0, 1), code(0b10, 2), code(0b110, 3), code(0b1110, 4)]);
        assert_eq!(table(&[(9, 1)]).codes().next(), Some((9, code(0, 1))));
        assert!(table(&[]).symbols.is_empty());
    }

    #[test]
    fn no_code_is_longer_than_16_or_all_ones() {
        // Fibonacci numbers produce the deepest trees.
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
            // The code is prefix-free: extended to 16 bits, the ranges of the codes follow each other.
            for pair in codes.windows(2) {
                let end = |c: &Code| (u32::from(c.bits) + 1) << (16 - c.length);
                assert!(end(&pair[0]) <= u32::from(pair[1].bits) << (16 - pair[1].length));
            }
        }
    }
}
