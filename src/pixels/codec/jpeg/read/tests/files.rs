//! Files for the tests: from an encoder, and taken apart and put together by hand.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::geometry::Size;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Interleaved,
    /// A scan for each component, and tables made to measure.
    Scattered,
    Progressive,
}

/// Waves that run over most of the range, an edge and some grain, in three different channels.
pub(super) fn picture(size: Size) -> Vec<u8> {
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
    write(&picture(size), size, ColorType::Rgb, sampling, kind, restart)
}

pub(super) fn gray(size: Size, kind: Kind, restart: u16) -> Vec<u8> {
    let samples: Vec<u8> = picture(size).chunks(3).map(|pixel| pixel[0]).collect();
    write(&samples, size, ColorType::Luma, SamplingFactor::F_1_1, kind, restart)
}

fn write(samples: &[u8], size: Size, color: ColorType, sampling: SamplingFactor, kind: Kind, restart: u16) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 90);
    encoder.set_sampling_factor(sampling);
    encoder.set_progressive(kind == Kind::Progressive);
    // The encoder miscounts where it has to restart, and writes symbols without a code.
    encoder.set_optimized_huffman_tables(kind == Kind::Scattered && restart == 0);
    if restart > 0 {
        encoder.set_restart_interval(restart);
    }
    encoder.encode(samples, size.width as u16, size.height as u16, color).unwrap();
    out
}

/// Marker, payload, and what lies behind the segment up to the next one: entropy-coded data.
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

/// The components of a scattered file, each as a gray file with the same coefficients.
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

/// A scattered file of luma and chroma from three gray files, where luma has so many times the samples.
pub(super) fn compose(size: Size, parts: &[Vec<u8>; 3], (across, down): (u8, u8)) -> Vec<u8> {
    let ([w1, w2], [h1, h2]) = ((size.width as u16).to_be_bytes(), (size.height as u16).to_be_bytes());
    let mut out = vec![0xFF, 0xD8];
    push(&mut out, 0xC0, &[8, h1, h2, w1, w2, 3, 1, across << 4 | down, 0, 2, 0x11, 0, 3, 0x11, 0], &[]);
    for (id, part) in (1..).zip(parts) {
        // A restart interval holds until the next is given.
        push(&mut out, 0xDD, &[0, 0], &[]);
        for (marker, payload, data) in segments(part) {
            match marker {
                0xDA => push(&mut out, marker, &[1, id, payload[2], 0, 63, 0], data),
                // The tables are those of one component, and number 0.
                0xC4 | 0xDB | 0xDD => push(&mut out, marker, payload, data),
                _ => {}
            }
        }
    }
    out.extend([0xFF, 0xD9]);
    out
}

fn push(out: &mut Vec<u8>, marker: u8, payload: &[u8], data: &[u8]) {
    out.extend([0xFF, marker]);
    out.extend((payload.len() as u16 + 2).to_be_bytes());
    out.extend(payload);
    out.extend(data);
}
