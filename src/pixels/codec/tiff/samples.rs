//! Conversion of the bytes of a row to numbers: predictors are undone, and samples of any size become floats.

use super::layout::{Kind, Layout, Predictor};
use crate::pixels::codec::metadata::ifd::Order;

/// Undoes the predictor in one row of a strip or tile, in place. Returns the byte order of the numbers afterwards.
pub(crate) fn undo(layout: &Layout, row: &mut [u8], scratch: &mut Vec<u8>) -> Order {
    let size = usize::try_from(layout.bits / 8).unwrap_or(1).max(1);
    let step = layout.together();
    match layout.predictor {
        Predictor::None => layout.order,
        Predictor::Horizontal => {
            for at in (step * size..row.len()).step_by(size) {
                let (before, rest) = row.split_at_mut(at);
                let before = before.get(at - step * size..).and_then(|rest| rest.get(..size));
                if let (Some(before), Some(sample)) = (before, rest.get_mut(..size)) {
                    add(sample, before, layout.order);
                }
            }
            layout.order
        }
        Predictor::Float => {
            // The differences apply to bytes. After that, the row holds the first bytes of all samples, then the second
            // bytes, and so on.
            for at in step..row.len() {
                let before = row.get(at - step).copied().unwrap_or_default();
                if let Some(byte) = row.get_mut(at) {
                    *byte = byte.wrapping_add(before);
                }
            }
            scratch.clear();
            scratch.extend_from_slice(row);
            let count = row.len() / size;
            for (number, sample) in row.chunks_exact_mut(size).enumerate() {
                for (byte, plane) in sample.iter_mut().zip(scratch.chunks_exact(count.max(1))) {
                    *byte = plane.get(number).copied().unwrap_or_default();
                }
            }
            Order::Big
        }
    }
}

/// Adds one number of several bytes to another, with wrapping.
fn add(sample: &mut [u8], before: &[u8], order: Order) {
    let mut carry = 0;
    let mut one = |(byte, before): (&mut u8, &u8)| {
        let sum = u16::from(*byte) + u16::from(*before) + carry;
        let [low, high] = sum.to_le_bytes();
        *byte = low;
        carry = u16::from(high);
    };
    match order {
        Order::Little => sample.iter_mut().zip(before).for_each(&mut one),
        Order::Big => sample.iter_mut().zip(before).rev().for_each(&mut one),
    }
}

/// Reads the samples of a row without scaling.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "the nearest f32")]
pub(crate) fn numbers(layout: &Layout, row: &[u8], order: Order, out: &mut Vec<f32>) {
    out.clear();
    let bits = layout.bits;
    if !bits.is_multiple_of(8) {
        return out.extend(Bits { row, at: 0, bits });
    }
    let size = usize::try_from(bits / 8).unwrap_or(1).max(1);
    out.extend(row.chunks_exact(size).map(|bytes| {
        let mut word = [0; 8];
        for (to, from) in word.iter_mut().zip(bytes) {
            *to = *from;
        }
        let (raw, shift) = match order {
            Order::Little => (u64::from_le_bytes(word), 0),
            Order::Big => (u64::from_be_bytes(word), 64 - bits.min(64)),
        };
        let raw = raw >> shift;
        match (layout.kind, bits) {
            (Kind::Float, 16) => half(raw),
            (Kind::Float, 32) => f32::from_bits((raw & 0xFFFF_FFFF) as u32),
            (Kind::Float, _) => f64::from_bits(raw) as f32,
            (Kind::Signed, _) => ((raw << (64 - bits)).cast_signed() >> (64 - bits)) as f32,
            (Kind::Unsigned, _) => raw as f32,
        }
    }));
}

/// Converts a 16-bit IEEE 754 number.
#[expect(clippy::cast_precision_loss, reason = "it has ten digits")]
fn half(raw: u64) -> f32 {
    let (exponent, digits) = (raw >> 10 & 31, (raw & 0x3FF) as f32 / 1024.0);
    let size = match exponent {
        0 => digits * 2.0_f32.powi(-14),
        31 if digits > 0.0 => f32::NAN,
        31 => f32::INFINITY,
        _ => (1.0 + digits) * 2.0_f32.powi(i32::try_from(exponent).unwrap_or(0) - 15),
    };
    if raw >> 15 & 1 == 1 { -size } else { size }
}

/// An iterator over samples that are not aligned to bytes, from the most significant bit.
struct Bits<'a> {
    row: &'a [u8],
    at: usize,
    bits: u32,
}

impl Iterator for Bits<'_> {
    type Item = f32;

    #[expect(clippy::cast_precision_loss, reason = "the nearest f32")]
    fn next(&mut self) -> Option<f32> {
        let mut value = 0_u32;
        for _ in 0..self.bits {
            let byte = self.row.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value as f32)
    }
}
