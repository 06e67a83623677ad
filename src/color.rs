//! [`Color`]: `FF0000`, `FF000040`, `lightgreen`.

use std::fmt;
use std::str::FromStr;

/// An sRGB colour with an opacity in percent, as in the URL language.
///
/// ```
/// use originkit::transform::Color;
/// let c: Color = "AAFF0040".parse()?;
/// assert_eq!((c.rgb, c.opacity), ([0xAA, 0xFF, 0x00], 40)); // the last two digits are decimal
/// assert_eq!("LightGreen".parse::<Color>()?.to_string(), "90EE90");
/// # Ok::<(), originkit::error::ColorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "complete by the grammar")]
pub struct Color {
    /// Red, green and blue.
    pub rgb: [u8; 3],
    /// Percent, 0 to 100.
    pub opacity: u8,
}

/// The error for a text that is not a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a colour: RRGGBB, RRGGBB with two decimal digits of opacity, RGB, or an SVG colour name")]
#[non_exhaustive]
pub struct ColorError;

impl Color {
    /// Opaque black, the documented default background.
    pub const BLACK: Self = Self { rgb: [0, 0, 0], opacity: 100 };
}

/// Reads the forms that [`ColorError`] lists. Hex digits and names are case-insensitive.
///
/// The two digits of opacity are decimal (`FF000040` is 40 percent). Full opacity is written without them.
impl FromStr for Color {
    type Err = ColorError;
    fn from_str(text: &str) -> Result<Self, ColorError> {
        if let Some(color) = from_hex(text.as_bytes()) {
            return Ok(color);
        }
        let rgb = named(&text.to_ascii_lowercase()).ok_or(ColorError)?;
        Ok(Self { rgb, opacity: 100 })
    }
}

/// Prints `RRGGBB`, followed by the two decimal digits of opacity unless the colour is opaque.
impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.rgb;
        write!(f, "{red:02X}{green:02X}{blue:02X}")?;
        if self.opacity < 100 { write!(f, "{:02}", self.opacity) } else { Ok(()) }
    }
}

/// Returns the colour with this name, which must be in lower case.
pub(crate) fn named(name: &str) -> Option<[u8; 3]> {
    let row = NAMES.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    let [_, rgb @ ..] = NAMES.get(row)?.1.to_be_bytes();
    Some(rgb)
}

fn from_hex(text: &[u8]) -> Option<Color> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let pair = |high: u8, low: u8| Some(digit(high)? << 4 | digit(low)?);
    let (rgb, opacity) = match *text {
        [r, g, b] => ([pair(r, r)?, pair(g, g)?, pair(b, b)?], 100),
        [r, s, g, h, b, c] => ([pair(r, s)?, pair(g, h)?, pair(b, c)?], 100),
        [r, s, g, h, b, c, tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
            ([pair(r, s)?, pair(g, h)?, pair(b, c)?], (tens - b'0') * 10 + (ones - b'0'))
        }
        _ => return None,
    };
    Some(Color { rgb, opacity })
}

/// The colour keywords of SVG 1.1, section 4.4, sorted by name.
#[rustfmt::skip]
const NAMES: [(&str, u32); 147] = [
    ("aliceblue", 0xF0F8FF), ("antiquewhite", 0xFAEBD7), ("aqua", 0x00FFFF), ("aquamarine", 0x7FFFD4),
    ("azure", 0xF0FFFF), ("beige", 0xF5F5DC), ("bisque", 0xFFE4C4), ("black", 0x000000), ("blanchedalmond", 0xFFEBCD),
    ("blue", 0x0000FF), ("blueviolet", 0x8A2BE2), ("brown", 0xA52A2A), ("burlywood", 0xDEB887),
    ("cadetblue", 0x5F9EA0), ("chartreuse", 0x7FFF00), ("chocolate", 0xD2691E), ("coral", 0xFF7F50),
    ("cornflowerblue", 0x6495ED), ("cornsilk", 0xFFF8DC), ("crimson", 0xDC143C), ("cyan", 0x00FFFF),
    ("darkblue", 0x00008B), ("darkcyan", 0x008B8B), ("darkgoldenrod", 0xB8860B), ("darkgray", 0xA9A9A9),
    ("darkgreen", 0x006400), ("darkgrey", 0xA9A9A9), ("darkkhaki", 0xBDB76B), ("darkmagenta", 0x8B008B),
    ("darkolivegreen", 0x556B2F), ("darkorange", 0xFF8C00), ("darkorchid", 0x9932CC), ("darkred", 0x8B0000),
    ("darksalmon", 0xE9967A), ("darkseagreen", 0x8FBC8F), ("darkslateblue", 0x483D8B), ("darkslategray", 0x2F4F4F),
    ("darkslategrey", 0x2F4F4F), ("darkturquoise", 0x00CED1), ("darkviolet", 0x9400D3), ("deeppink", 0xFF1493),
    ("deepskyblue", 0x00BFFF), ("dimgray", 0x696969), ("dimgrey", 0x696969), ("dodgerblue", 0x1E90FF),
    ("firebrick", 0xB22222), ("floralwhite", 0xFFFAF0), ("forestgreen", 0x228B22), ("fuchsia", 0xFF00FF),
    ("gainsboro", 0xDCDCDC), ("ghostwhite", 0xF8F8FF), ("gold", 0xFFD700), ("goldenrod", 0xDAA520),
    ("gray", 0x808080), ("green", 0x008000), ("greenyellow", 0xADFF2F), ("grey", 0x808080), ("honeydew", 0xF0FFF0),
    ("hotpink", 0xFF69B4), ("indianred", 0xCD5C5C), ("indigo", 0x4B0082), ("ivory", 0xFFFFF0), ("khaki", 0xF0E68C),
    ("lavender", 0xE6E6FA), ("lavenderblush", 0xFFF0F5), ("lawngreen", 0x7CFC00), ("lemonchiffon", 0xFFFACD),
    ("lightblue", 0xADD8E6), ("lightcoral", 0xF08080), ("lightcyan", 0xE0FFFF), ("lightgoldenrodyellow", 0xFAFAD2),
    ("lightgray", 0xD3D3D3), ("lightgreen", 0x90EE90), ("lightgrey", 0xD3D3D3), ("lightpink", 0xFFB6C1),
    ("lightsalmon", 0xFFA07A), ("lightseagreen", 0x20B2AA), ("lightskyblue", 0x87CEFA), ("lightslategray", 0x778899),
    ("lightslategrey", 0x778899), ("lightsteelblue", 0xB0C4DE), ("lightyellow", 0xFFFFE0), ("lime", 0x00FF00),
    ("limegreen", 0x32CD32), ("linen", 0xFAF0E6), ("magenta", 0xFF00FF), ("maroon", 0x800000),
    ("mediumaquamarine", 0x66CDAA), ("mediumblue", 0x0000CD), ("mediumorchid", 0xBA55D3), ("mediumpurple", 0x9370DB),
    ("mediumseagreen", 0x3CB371), ("mediumslateblue", 0x7B68EE), ("mediumspringgreen", 0x00FA9A),
    ("mediumturquoise", 0x48D1CC), ("mediumvioletred", 0xC71585), ("midnightblue", 0x191970), ("mintcream", 0xF5FFFA),
    ("mistyrose", 0xFFE4E1), ("moccasin", 0xFFE4B5), ("navajowhite", 0xFFDEAD), ("navy", 0x000080),
    ("oldlace", 0xFDF5E6), ("olive", 0x808000), ("olivedrab", 0x6B8E23), ("orange", 0xFFA500),
    ("orangered", 0xFF4500), ("orchid", 0xDA70D6), ("palegoldenrod", 0xEEE8AA), ("palegreen", 0x98FB98),
    ("paleturquoise", 0xAFEEEE), ("palevioletred", 0xDB7093), ("papayawhip", 0xFFEFD5), ("peachpuff", 0xFFDAB9),
    ("peru", 0xCD853F), ("pink", 0xFFC0CB), ("plum", 0xDDA0DD), ("powderblue", 0xB0E0E6), ("purple", 0x800080),
    ("red", 0xFF0000), ("rosybrown", 0xBC8F8F), ("royalblue", 0x4169E1), ("saddlebrown", 0x8B4513),
    ("salmon", 0xFA8072), ("sandybrown", 0xF4A460), ("seagreen", 0x2E8B57), ("seashell", 0xFFF5EE),
    ("sienna", 0xA0522D), ("silver", 0xC0C0C0), ("skyblue", 0x87CEEB), ("slateblue", 0x6A5ACD),
    ("slategray", 0x708090), ("slategrey", 0x708090), ("snow", 0xFFFAFA), ("springgreen", 0x00FF7F),
    ("steelblue", 0x4682B4), ("tan", 0xD2B48C), ("teal", 0x008080), ("thistle", 0xD8BFD8), ("tomato", 0xFF6347),
    ("turquoise", 0x40E0D0), ("violet", 0xEE82EE), ("wheat", 0xF5DEB3), ("white", 0xFFFFFF), ("whitesmoke", 0xF5F5F5),
    ("yellow", 0xFFFF00), ("yellowgreen", 0x9ACD32),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints_colours() {
        for (text, printed) in [
            ("FF0000", "FF0000"),
            ("0f0fac", "0F0FAC"),
            ("AAFF0040", "AAFF0040"),
            ("aaff0005", "AAFF0005"),
            ("F0A", "FF00AA"),
            ("Red", "FF0000"),
            ("aliceblue", "F0F8FF"),
            ("yellowgreen", "9ACD32"),
        ] {
            assert_eq!(text.parse::<Color>().unwrap().to_string(), printed, "{text}");
        }
        for text in ["", "#FF0000", "FF0000FF", "FF00", "FF000", "GGGGGG", "FF00001", "notacolour", "ÄÄÄ", "+1+1+1"]
        {
            assert_eq!(text.parse::<Color>(), Err(ColorError), "{text}");
        }
    }

    #[test]
    fn names_are_in_order_and_none_is_hidden_by_hex() {
        assert!(NAMES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(NAMES.iter().all(|(name, _)| from_hex(name.as_bytes()).is_none()));
    }
}
