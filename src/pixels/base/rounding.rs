//! Numbers to samples of 8 bits, each way of rounding once.

/// The sample nearest to a value; 0 or 255 for what lies outside.
pub(crate) fn level(value: f64) -> u8 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float to integer casts saturate")]
    let nearest = (value + 0.5) as u8;
    nearest
}

/// The nearest: 65535 is 255 times 257.
pub(crate) fn from_16_bit(sample: u16) -> u8 {
    u8::try_from((u32::from(sample) + 128) / 257).unwrap_or(u8::MAX)
}

/// From 0.0..=1.0.
pub(crate) fn from_float(sample: f32) -> u8 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float casts saturate, NaN is zero")]
    let rounded = (sample * 255.0 + 0.5) as u8;
    rounded
}
