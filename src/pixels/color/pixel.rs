//! Conversion of colours to pixels.

use crate::transform::Color;

/// Converts a colour to a pixel.
pub(crate) fn pixel(color: Color) -> [u8; 4] {
    let [r, g, b] = color.rgb;
    [r, g, b, opacity(color)]
}

/// Converts the opacity from percent to 0 to 255.
fn opacity(color: Color) -> u8 {
    let scaled = (u32::from(color.opacity.min(100)) * 255 + 50) / 100;
    u8::try_from(scaled).unwrap_or(u8::MAX)
}
