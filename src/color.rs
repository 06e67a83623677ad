//! [`Color`]: `FF0000`, `FF000040`, `lightgreen`.

/// An sRGB colour with an opacity in percent, as the URL language has it.
///
/// ```
/// use originkit::transform::Color;
/// let c: Color = "AAFF0040".parse()?;
/// assert_eq!((c.rgb, c.opacity), ([0xAA, 0xFF, 0x00], 40)); // the last two digits are decimal
/// assert_eq!("LightGreen".parse::<Color>()?.to_string(), "90EE90");
/// # Ok::<(), originkit::transform::ColorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "complete by the grammar")]
pub struct Color {
    /// Red, green and blue.
    pub rgb: [u8; 3],
    /// Percent, 0 to 100.
    pub opacity: u8,
}

/// What was read is no colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a colour: RRGGBB, RRGGBB with two decimal digits of opacity, RGB, or an SVG colour name")]
#[non_exhaustive]
pub struct ColorError;

impl Color {
    /// Opaque black, the documented default background.
    pub const BLACK: Self = Self { rgb: [0, 0, 0], opacity: 100 };
}
