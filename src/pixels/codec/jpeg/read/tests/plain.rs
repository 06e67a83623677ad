//! A second reader, for gray sequential files only: bit by bit, in floating point, directly after T.81.

use std::collections::HashMap;
use std::f64::consts::PI;

use super::segments;
use crate::geometry::Size;

/// The coefficients of a gray file, multiplied by their steps.
pub(super) struct Blocks {
    pub(super) size: Size,
    /// The blocks, row by row. Within a block the coefficients are row by row.
    blocks: Vec<[f64; 64]>,
    /// The quantisation steps in zigzag order.
    pub(super) steps: Vec<u8>,
}

impl Blocks {
    pub(super) fn read(file: &[u8]) -> Self {
        let (mut steps, mut dc, mut ac) = (HashMap::new(), HashMap::new(), HashMap::new());
        let (mut size, mut table, mut blocks, mut used) = (Size::new(0, 0), 0, Vec::new(), Vec::new());
        for (marker, payload, data) in segments(file) {
            match marker {
                0xDB => {
                    for entry in payload.chunks(65) {
                        steps.insert(entry[0], entry[1..].to_vec());
                    }
                }
                0xC4 => {
                    let mut rest = payload;
                    while !rest.is_empty() {
                        let (counts, symbols) = rest[1..].split_at(16);
                        let length = counts.iter().map(|count| usize::from(*count)).sum();
                        let codes = if rest[0] < 16 { &mut dc } else { &mut ac };
                        codes.insert(rest[0] & 15, codes_of(counts, &symbols[..length]));
                        rest = &symbols[length..];
                    }
                }
                0xC0 | 0xC1 => {
                    let side = |at: usize| u32::from(payload[at]) << 8 | u32::from(payload[at + 1]);
                    (size, table) = (Size::new(side(3), side(1)), payload[8]);
                    assert_eq!(payload[5], 1, "gray files only");
                }
                0xDA => {
                    let numbers = payload[2];
                    let tables = (&dc[&(numbers >> 4)], &ac[&(numbers & 15)], &steps[&table]);
                    used.clone_from(tables.2);
                    for interval in intervals(data) {
                        read_interval(&interval, tables, &mut blocks);
                    }
                }
                _ => {}
            }
        }
        let count = size.width.div_ceil(8) * size.height.div_ceil(8);
        // Padding may decode to further blocks.
        blocks.truncate(count as usize);
        assert_eq!(blocks.len(), count as usize);
        Self { size, blocks, steps: used }
    }

    /// Returns the coefficients of a block as stored, in zigzag order; `None` outside the image.
    pub(super) fn stored(&self, column: u32, row: u32) -> Option<[i32; 64]> {
        let (across, down) = (self.size.width.div_ceil(8), self.size.height.div_ceil(8));
        let inside = column < across && row < down;
        inside.then(|| {
            let block = &self.blocks[(row * across + column) as usize];
            std::array::from_fn(|number| {
                let (u, v) = zigzag(number);
                (block[v * 8 + u] / f64::from(self.steps[number])).round() as i32
            })
        })
    }

    /// Returns all blocks, reduced to `wide` by `high` samples each, before rounding, and the width of a row.
    pub(super) fn reduced(&self, wide: usize, high: usize) -> (Vec<f64>, usize) {
        let across = self.size.width.div_ceil(8) as usize;
        let down = self.size.height.div_ceil(8) as usize;
        let mut samples = vec![0.0; across * wide * down * high];
        let (x_factors, y_factors) = (factors(wide), factors(high));
        for (at, block) in self.blocks.iter().enumerate() {
            let (left, top) = (at % across * wide, at / across * high);
            for y in 0..high {
                for x in 0..wide {
                    let sum: f64 = (0..high)
                        .flat_map(|v| (0..wide).map(move |u| (u, v)))
                        .map(|(u, v)| block[v * 8 + u] * x_factors[x][u] * y_factors[y][v])
                        .sum();
                    samples[(top + y) * across * wide + left + x] = (sum / 8.0 + 128.0).clamp(0.0, 255.0);
                }
            }
        }
        (samples, across * wide)
    }
}

/// Returns, for each sample, the factors of the orthonormal transform of `n` points, times the square root of `n`. This
/// keeps the scale of an 8-point transform.
fn factors(n: usize) -> Vec<Vec<f64>> {
    let factor = |x: usize, u: usize| match u {
        0 => 1.0,
        _ => 2.0_f64.sqrt() * ((2 * x + 1) as f64 * u as f64 * PI / (2 * n) as f64).cos(),
    };
    (0..n).map(|x| (0..n).map(|u| factor(x, u)).collect()).collect()
}

/// A map from length and code to symbol.
type Codes = HashMap<(u32, u32), u8>;

fn codes_of(counts: &[u8], symbols: &[u8]) -> Codes {
    let (mut code, mut symbols, mut codes) = (0, symbols.iter(), Codes::new());
    for (length, count) in (1..).zip(counts) {
        for symbol in symbols.by_ref().take(usize::from(*count)) {
            codes.insert((length, code), *symbol);
            code += 1;
        }
        code <<= 1;
    }
    codes
}

/// Returns the entropy-coded data between restart markers, without byte stuffing.
fn intervals(data: &[u8]) -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new()];
    let mut bytes = data.iter().copied();
    while let Some(byte) = bytes.next() {
        let next = if byte == 0xFF { bytes.next() } else { None };
        if let Some(0xD0..=0xD7) = next {
            all.push(Vec::new());
        } else if let Some(interval) = all.last_mut() {
            interval.push(byte);
        }
    }
    all
}

fn read_interval(data: &[u8], (dc, ac, steps): (&Codes, &Codes, &Vec<u8>), blocks: &mut Vec<[f64; 64]>) {
    let mut at = 0;
    let mut bit = || {
        let byte = data.get(at / 8)?;
        let bit = byte >> (7 - at % 8) & 1;
        at += 1;
        Some(u32::from(bit))
    };
    let mut before = 0;
    while let Some(block) = read_block(&mut bit, dc, ac, steps, &mut before) {
        blocks.push(block);
    }
}

fn read_block(
    bit: &mut impl FnMut() -> Option<u32>,
    dc: &Codes,
    ac: &Codes,
    steps: &[u8],
    before: &mut i32,
) -> Option<[f64; 64]> {
    let mut block = [0.0; 64];
    let size = symbol(bit, dc)?;
    *before += value(bit, u32::from(size))?;
    block[0] = f64::from(*before) * f64::from(steps[0]);
    let mut at = 0;
    while at < 63 {
        let symbol = symbol(bit, ac)?;
        let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        match (run, size) {
            (0, 0) => break,
            (15, 0) => at += 16,
            _ => {
                at += run + 1;
                let (u, v) = zigzag(at);
                block[v * 8 + u] = f64::from(value(bit, size)?) * f64::from(*steps.get(at)?);
            }
        }
    }
    Some(block)
}

fn symbol(bit: &mut impl FnMut() -> Option<u32>, codes: &Codes) -> Option<u8> {
    let mut code = 0;
    for length in 1..=16 {
        code = code << 1 | bit()?;
        if let Some(symbol) = codes.get(&(length, code)) {
            return Some(*symbol);
        }
    }
    None
}

fn value(bit: &mut impl FnMut() -> Option<u32>, size: u32) -> Option<i32> {
    let mut raw = 0;
    for _ in 0..size {
        raw = raw << 1 | bit()? as i32;
    }
    Some(if size > 0 && raw >> (size - 1) == 0 { raw + 1 - (1 << size) } else { raw })
}

/// Returns column and row of a coefficient. The order follows the diagonals, alternately upwards and downwards.
fn zigzag(number: usize) -> (usize, usize) {
    let mut all: Vec<(usize, usize)> = (0..64).map(|at| (at % 8, at / 8)).collect();
    all.sort_by_key(|(u, v)| (u + v, if (u + v) % 2 == 0 { *u } else { *v }));
    all[number]
}
