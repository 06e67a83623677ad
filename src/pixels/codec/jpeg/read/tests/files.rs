//! Files for the tests: written by an encoder, or taken apart and composed by hand.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::plain::Blocks;
use crate::geometry::Size;

/// The way a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Interleaved,
    /// A scan for each component, with optimised tables.
    NonInterleaved,
    Progressive,
}

/// Returns waves over most of the range, an edge and some grain, in three different channels.
pub(super) fn image(size: Size) -> Vec<u8> {
    let mut seed = 1_u32;
    let mut samples = Vec::new();
    for y in 0..size.height {
        for x in 0..size.width {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grain = f64::from(seed >> 28);
            let (x, y) = (f64::from(x), f64::from(y));
            let edge = if x > y { 25.0 } else { 0.0 };
            let levels = [
                128.0 + 90.0 * (x * 0.21).sin() + grain + edge,
                110.0 + 80.0 * (y * 0.33).cos() + grain,
                128.0 + 95.0 * ((x + y) * 0.11).sin() + grain - edge,
            ];
            samples.extend(levels.map(|level| level.clamp(0.0, 255.0) as u8));
        }
    }
    samples
}

pub(super) fn encode(size: Size, sampling: SamplingFactor, kind: Kind, restart: u16) -> Vec<u8> {
    write(&image(size), size, ColorType::Rgb, sampling, kind, restart)
}

pub(super) fn gray(size: Size, kind: Kind, restart: u16) -> Vec<u8> {
    let samples: Vec<u8> = image(size).chunks(3).map(|pixel| pixel[0]).collect();
    gray_of(&samples, size, kind, restart)
}

/// Writes a gray file of these samples.
pub(super) fn gray_of(samples: &[u8], size: Size, kind: Kind, restart: u16) -> Vec<u8> {
    write(samples, size, ColorType::Luma, SamplingFactor::F_1_1, kind, restart)
}

fn write(samples: &[u8], size: Size, color: ColorType, sampling: SamplingFactor, kind: Kind, restart: u16) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 90);
    encoder.set_sampling_factor(sampling);
    encoder.set_progressive(kind == Kind::Progressive);
    // With optimised tables, the encoder miscounts restarts and writes symbols without a code.
    encoder.set_optimized_huffman_tables(kind == Kind::NonInterleaved && restart == 0);
    if restart > 0 {
        encoder.set_restart_interval(restart);
    }
    encoder.encode(samples, size.width as u16, size.height as u16, color).unwrap();
    out
}

/// Returns marker and payload of each segment, and the entropy-coded data that follows it.
pub(super) fn segments(file: &[u8]) -> Vec<(u8, &[u8], &[u8])> {
    let (mut all, mut rest) = (Vec::new(), &file[2..]);
    while rest.len() > 4 && rest[1] != 0xD9 {
        let length = 2 + usize::from(u16::from_be_bytes([rest[2], rest[3]]));
        let (segment, behind) = rest.split_at(length);
        let is_marker = |pair: &[u8]| pair[0] == 0xFF && !matches!(pair[1], 0 | 0xD0..=0xD7);
        let data = behind.windows(2).position(is_marker).unwrap();
        all.push((segment[1], &segment[4..], &behind[..data]));
        rest = &behind[data..];
    }
    all
}

/// Returns each component of a non-interleaved file as a gray file with the same coefficients.
pub(super) fn components(file: &[u8]) -> Vec<Vec<u8>> {
    let segments = segments(file);
    let frame = segments.iter().find(|(marker, ..)| *marker & 0xFE == 0xC0).unwrap().1;
    let side = |at: usize| u32::from(u16::from_be_bytes([frame[at], frame[at + 1]]));
    let entries: Vec<&[u8]> = frame[6..].chunks(3).collect();
    let most = |shift: u8| entries.iter().map(|entry| u32::from(entry[1] >> shift & 15)).max().unwrap();
    let part = |entry: &[u8]| {
        let share = |side: u32, shift: u8| (side * u32::from(entry[1] >> shift & 15)).div_ceil(most(shift)) as u16;
        let ([w1, w2], [h1, h2]) = (share(side(3), 4).to_be_bytes(), share(side(1), 0).to_be_bytes());
        let mut out = vec![0xFF, 0xD8];
        for (marker, payload, data) in &segments {
            match *marker {
                0xC0 | 0xC1 => push(&mut out, *marker, &[8, h1, h2, w1, w2, 1, entry[0], 0x11, entry[2]], &[]),
                0xDA => {
                    assert_eq!(payload[0], 1, "scattered files only");
                    if payload[1] == entry[0] {
                        push(&mut out, *marker, payload, data);
                    }
                }
                _ => push(&mut out, *marker, payload, data),
            }
        }
        out.extend([0xFF, 0xD9]);
        out
    };
    entries.iter().map(|entry| part(entry)).collect()
}

/// Composes a non-interleaved file from gray files, each with its sampling factors.
pub(super) fn compose(size: Size, parts: &[Vec<u8>], factors: &[(u8, u8)]) -> Vec<u8> {
    let mut out = vec![0xFF, 0xD8];
    push(&mut out, 0xC0, &frame(size, factors), &[]);
    for (id, part) in (1..).zip(parts) {
        // A restart interval remains in effect until the next DRI segment.
        push(&mut out, 0xDD, &[0, 0], &[]);
        for (marker, payload, data) in segments(part) {
            match marker {
                0xDA => push(&mut out, marker, &[1, id, payload[2], 0, 63, 0], data),
                // Each gray file has tables for one component, with number 0.
                0xC4 | 0xDB | 0xDD => push(&mut out, marker, payload, data),
                _ => {}
            }
        }
    }
    out.extend([0xFF, 0xD9]);
    out
}

/// Returns a frame header with components numbered from 1.
fn frame(size: Size, factors: &[(u8, u8)]) -> Vec<u8> {
    let ([w1, w2], [h1, h2]) = ((size.width as u16).to_be_bytes(), (size.height as u16).to_be_bytes());
    let mut out = vec![8, h1, h2, w1, w2, factors.len() as u8];
    (1..).zip(factors).for_each(|(id, (across, down))| out.extend([id, across << 4 | down, 0]));
    out
}

/// Writes an interleaved file of the same coefficients: sequential, or progressive with DC first and its last bit
/// later.
///
/// All symbols have codes of 8 bits, except for the last two, which have 9.
pub(super) fn interleave(size: Size, parts: &[Blocks], factors: &[(u8, u8)], progressive: bool) -> Vec<u8> {
    let mut out = vec![0xFF, 0xD8];
    push(&mut out, 0xDB, &[&[0][..], &parts[0].steps].concat(), &[]);
    let table = |class: u8, symbols: u8| {
        let few = symbols.min(254);
        let counts = [0, 0, 0, 0, 0, 0, 0, few, symbols - few, 0, 0, 0, 0, 0, 0, 0];
        [&[class][..], &counts, &(0..symbols).collect::<Vec<_>>()].concat()
    };
    push(&mut out, 0xC4, &table(0x00, 16), &[]);
    push(&mut out, 0xC4, &table(0x10, 255), &[]);
    push(&mut out, if progressive { 0xC2 } else { 0xC1 }, &frame(size, factors), &[]);
    let all: Vec<usize> = (0..parts.len()).collect();
    let mut scan = |components: &[usize], band: [u8; 3], write: &dyn Fn(&mut Bits, [i32; 64], &mut i32)| {
        let names = components.iter().flat_map(|at| [*at as u8 + 1, 0]);
        let header: Vec<u8> = std::iter::once(components.len() as u8).chain(names).chain(band).collect();
        let (mut bits, mut before) = (Bits::default(), vec![0; parts.len()]);
        units(size, parts, factors, components, |part, block| write(&mut bits, block, &mut before[part]));
        push(&mut out, 0xDA, &header, &bits.finished());
    };
    if progressive {
        scan(&all, [0, 0, 0x01], &|bits, block, before| bits.difference(block[0] >> 1, before));
        scan(&all, [0, 0, 0x10], &|bits, block, _| bits.push(block[0] as u32 & 1, 1));
        for part in all.iter().rev() {
            scan(&[*part], [1, 63, 0x00], &|bits, block, _| bits.rest(&block));
        }
    } else {
        scan(&all, [0, 63, 0], &|bits, block, before| {
            bits.difference(block[0], before);
            bits.rest(&block);
        });
    }
    out.extend([0xFF, 0xD9]);
    out
}

/// Visits the blocks of a scan. Blocks that are padding have no coefficients.
fn units(
    size: Size,
    parts: &[Blocks],
    factors: &[(u8, u8)],
    components: &[usize],
    mut visit: impl FnMut(usize, [i32; 64]),
) {
    let most = |of: fn(&(u8, u8)) -> u8| u32::from(factors.iter().map(of).max().unwrap());
    let (wide, high) = (size.width.div_ceil(8 * most(|f| f.0)), size.height.div_ceil(8 * most(|f| f.1)));
    if let [only] = *components {
        let Size { width, height } = parts[only].size;
        for (row, column) in (0..height.div_ceil(8)).flat_map(|row| (0..width.div_ceil(8)).map(move |x| (row, x))) {
            visit(only, parts[only].stored(column, row).unwrap());
        }
        return;
    }
    for (row, column) in (0..high).flat_map(|row| (0..wide).map(move |column| (row, column))) {
        for part in components {
            let (across, down) = (u32::from(factors[*part].0), u32::from(factors[*part].1));
            for (y, x) in (0..down).flat_map(|y| (0..across).map(move |x| (y, x))) {
                visit(*part, parts[*part].stored(column * across + x, row * down + y).unwrap_or([0; 64]));
            }
        }
    }
}

/// A writer of entropy-coded data.
#[derive(Default)]
struct Bits(Vec<bool>);

impl Bits {
    fn push(&mut self, value: u32, count: u32) {
        self.0.extend((0..count).rev().map(|bit| value >> bit & 1 == 1));
    }

    fn symbol(&mut self, symbol: u32) {
        if symbol < 254 { self.push(symbol, 8) } else { self.push(symbol + 254, 9) }
    }

    fn number(&mut self, value: i32) {
        let size = 32 - value.unsigned_abs().leading_zeros();
        self.push(if value < 0 { (value - 1) as u32 } else { value as u32 }, size);
    }

    fn difference(&mut self, value: i32, before: &mut i32) {
        let difference = value - *before;
        *before = value;
        self.symbol(32 - difference.unsigned_abs().leading_zeros());
        self.number(difference);
    }

    /// Writes all coefficients except the first.
    fn rest(&mut self, block: &[i32; 64]) {
        let mut run = 0;
        for value in &block[1..] {
            if *value == 0 {
                run += 1;
                continue;
            }
            (0..run / 16).for_each(|_| self.symbol(0xF0));
            self.symbol(((run % 16) << 4) | (32 - value.unsigned_abs().leading_zeros()));
            self.number(*value);
            run = 0;
        }
        if run > 0 {
            self.symbol(0);
        }
    }

    fn finished(&self) -> Vec<u8> {
        let bytes =
            self.0.chunks(8).map(|bits| (0..8).fold(0, |all, at| all << 1 | u8::from(*bits.get(at).unwrap_or(&true))));
        bytes.flat_map(|byte| if byte == 0xFF { vec![0xFF, 0] } else { vec![byte] }).collect()
    }
}

pub(super) fn push(out: &mut Vec<u8>, marker: u8, payload: &[u8], data: &[u8]) {
    out.extend([0xFF, marker]);
    out.extend((payload.len() as u16 + 2).to_be_bytes());
    out.extend(payload);
    out.extend(data);
}
