//! Conversion of numbers to 8-bit samples, with one function per kind of rounding.

/// Returns the nearest sample, or 0 or 255 for a value out of range.
pub(crate) fn level(value: f64) -> u8 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float to integer casts saturate")]
    let nearest = (value + 0.5) as u8;
    nearest
}

/// Converts a 16-bit sample to the nearest 8-bit sample: 65535 is 255 times 257.
pub(crate) fn from_16_bit(sample: u16) -> u8 {
    u8::try_from((u32::from(sample) + 128) / 257).unwrap_or(u8::MAX)
}

/// Converts a sample of 0.0 to 1.0.
pub(crate) fn from_float(sample: f32) -> u8 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float casts saturate, NaN is zero")]
    let rounded = (sample * 255.0 + 0.5) as u8;
    rounded
}
