//! Values that several dialects share: numbers, and colours.

use crate::color::Color;
use crate::number::Number;
use crate::transform::Reason;

/// The form that a value should have.
pub(super) type Expected = Reason;

/// Reads `12`, `0.5`: not negative, and kept as written.
pub(super) fn number(text: &str) -> Result<&str, Expected> {
    match text.parse::<Number>() {
        Ok(_) if !text.starts_with('-') => Ok(text),
        _ => Err(Reason::BadValue("a number")),
    }
}

/// Reads a number with a sign, which is written `N` natively.
pub(super) fn signed(text: &str) -> Result<String, Expected> {
    match text.strip_prefix('-') {
        Some(distance) => number(distance).map(|distance| format!("N{distance}")),
        None => number(text).map(str::to_owned),
    }
}

/// Reads digits only, at most as many as fit into a number.
pub(super) fn whole(text: &str) -> Result<&str, Expected> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if digits && text.len() <= Number::DIGITS { Ok(text) } else { Err(Reason::BadValue("a whole number")) }
}

/// Reads digits with a sign, which is written `N` natively.
pub(super) fn whole_signed(text: &str) -> Result<String, Expected> {
    match text.strip_prefix('-') {
        Some(distance) => whole(distance).map(|distance| format!("N{distance}")),
        None => whole(text).map(str::to_owned),
    }
}

/// Returns the value for computations.
pub(super) fn float(text: &str) -> Result<f64, Expected> {
    text.parse::<Number>().map(Number::to_f64).map_err(|_| Reason::BadValue("a number"))
}

/// Writes a computed number, without trailing zeros.
pub(super) fn decimal(value: f64) -> Result<String, Expected> {
    Number::from_f64(value).map(|number| number.to_string()).ok_or(Reason::BadValue("a smaller number"))
}

/// Reads `4:3`: two numbers.
pub(super) fn ratio(text: &str) -> Result<String, Expected> {
    let sides = text.split_once(':').map(|(width, height)| (number(width), number(height)));
    match sides {
        Some((Ok(width), Ok(height))) => Ok(format!("{width}-{height}")),
        _ => Err(Reason::BadValue("a ratio such as `4:3`")),
    }
}

/// Reads the name of a colour, which is in lower case natively.
pub(super) fn color_name(text: &str) -> Result<String, Expected> {
    let name = text.to_ascii_lowercase();
    // No name consists of hex digits only.
    let hex = name.bytes().all(|b| b.is_ascii_hexdigit());
    if !hex && name.parse::<Color>().is_ok() { Ok(name) } else { Err(Reason::BadValue("a colour")) }
}

/// The position of the opacity in a colour of hex digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Alpha {
    First,
    Last,
}

/// Reads three, four, six or eight hex digits; the opacity becomes a percentage of two decimal digits.
pub(super) fn color_hex(text: &str, alpha: Alpha) -> Result<String, Expected> {
    const EXPECTED: Reason = Reason::BadValue("a colour of 3, 4, 6 or 8 hex digits");
    if !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(EXPECTED);
    }
    let digits: String = match text.len() {
        3 | 4 => text.chars().flat_map(|digit| [digit; 2]).collect(),
        6 | 8 => text.to_owned(),
        _ => return Err(EXPECTED),
    };
    if digits.len() == 6 {
        return Ok(digits);
    }
    let (first, last) = digits.split_at_checked(if alpha == Alpha::First { 2 } else { 6 }).ok_or(EXPECTED)?;
    let (rgb, opacity) = if alpha == Alpha::First { (last, first) } else { (first, last) };
    let opacity = u32::from_str_radix(opacity, 16).map_err(|_| EXPECTED)?;
    // Rounded: 100 * a / 255. Full opacity cannot be written, so 99 is the closest value.
    let percent = ((200 * opacity + 255) / 510).min(99);
    Ok(format!("{rgb}{percent:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opacity_becomes_percent() {
        for (text, first, last) in [
            ("A9AAAA54", "AAAA5466", "A9AAAA33"),
            ("9B4F", "BB44FF60", "99BB4499"),
            ("FF112233", "11223399", "FF112220"),
            ("00112233", "11223300", "00112220"),
            ("B4F", "BB44FF", "BB44FF"),
            ("aaaa54", "aaaa54", "aaaa54"),
        ] {
            assert_eq!(color_hex(text, Alpha::First).as_deref(), Ok(first), "{text}");
            assert_eq!(color_hex(text, Alpha::Last).as_deref(), Ok(last), "{text}");
        }
        for text in ["", "1", "12", "12345", "1234567", "123456789", "red", "ééé", "#FF0000"] {
            assert!(color_hex(text, Alpha::Last).is_err(), "{text}");
        }
        let exact = |a: u32| format!("{:.0}", 100.0 * f64::from(a) / 255.0).parse::<u32>().unwrap().min(99);
        for a in 0..=255 {
            assert_eq!(color_hex(&format!("{a:02X}112233"), Alpha::First), Ok(format!("112233{:02}", exact(a))));
        }
    }

    #[test]
    fn numbers_are_kept_as_written() {
        for text in ["0", "100", "3.0", ".5", "007"] {
            assert_eq!(number(text), Ok(text));
            assert_eq!(signed(&format!("-{text}")), Ok(format!("N{text}")));
        }
        for text in ["", "-", "-1", "--1", "+1", "1e3", "N5", "abc", "1 ", "1,5", "1234567890123456"] {
            assert!(number(text).is_err(), "{text}");
        }
        for text in ["", "-", "1.0", "--1", "+1", "1234567890123456"] {
            assert!(whole_signed(text).is_err(), "{text}");
        }
        assert_eq!(whole_signed("-20"), Ok("N20".to_owned()));
        assert_eq!(color_name("LightGreen").as_deref(), Ok("lightgreen"));
        for text in ["fff", "FF0000", "transparent", ""] {
            assert!(color_name(text).is_err(), "{text}");
        }
    }
}
