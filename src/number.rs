//! [`Number`]: the exact decimals of the URL language.
//!
//! URLs write `0.8`, `2.625`, `N40`. Decimals instead of floats make the syntax tree `Eq + Hash` and let it print each
//! number as it was written. Arithmetic happens in `f64` at the point of use, as the evaluation rules require.

use std::cmp::Ordering;
use std::fmt;

/// An exact decimal with at most [`Number::DIGITS`] significant digits.
///
/// Always normalised, so `4.50` and `4.5` are the same value.
///
/// ```
/// use originkit::transform::Number;
/// let n: Number = "4.50".parse()?;
/// assert_eq!(n.to_string(), "4.5");
/// assert_eq!(n.to_f64(), 4.5);
/// # Ok::<(), originkit::error::NumberError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Number {
    /// The digits, with sign.
    mantissa: i64,
    /// The number of digits after the decimal point; as small as possible.
    scale: u8,
}

impl Number {
    /// The maximum number of significant digits. Each decimal of this length maps to a distinct `f64`.
    pub const DIGITS: usize = 15;
    /// Zero.
    pub const ZERO: Self = Self { mantissa: 0, scale: 0 };
    /// One.
    pub const ONE: Self = Self { mantissa: 1, scale: 0 };

    /// Returns `mantissa` divided by ten to the power of `scale`, or `None` if the result has too many digits.
    #[must_use]
    pub fn from_decimal(mut mantissa: i64, mut scale: u8) -> Option<Self> {
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        let fits = mantissa.unsigned_abs() < 10_u64.pow(15) && usize::from(scale) <= Self::DIGITS;
        fits.then_some(Self { mantissa, scale })
    }

    /// Returns the nearest decimal with six places, for values that were measured rather than written.
    ///
    /// Returns `None` if `value` is not finite or is too large.
    #[must_use]
    pub fn from_f64(value: f64) -> Option<Self> {
        const MICRO: f64 = 1e6;
        let scaled = (value * MICRO).round();
        #[expect(clippy::cast_possible_truncation, reason = "the range is checked in the condition")]
        let mantissa = (scaled.abs() < 1e15).then_some(scaled as i64)?;
        Self::from_decimal(mantissa, 6)
    }

    /// Returns the nearest `f64`.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        // Both operands are exact in `f64`, so the division rounds once, like a decimal literal.
        let (numerator, denominator) = self.to_fraction();
        numerator / denominator
    }

    /// Returns the numerator and the denominator, both exact, for products that are computed before the only division.
    ///
    /// 0.29 of 50 is exactly 14.5 this way; with the nearest `f64` of 0.29 it is slightly less.
    pub(crate) fn to_fraction(self) -> (f64, f64) {
        #[expect(clippy::cast_precision_loss, reason = "15 digits are below 2^53")]
        let mantissa = self.mantissa as f64;
        (mantissa, 10_f64.powi(i32::from(self.scale)))
    }

    /// Returns the value as an integer, if it is one.
    #[must_use]
    pub fn to_integer(self) -> Option<i64> {
        (self.scale == 0).then_some(self.mantissa)
    }

    /// Returns `true` if the number is less than zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.mantissa < 0
    }

    /// Returns `true` if the number is zero.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// Returns the remainder of a division by a whole number. It is never negative: -40 by 360 is 320.
    ///
    /// The result is exact, except that digits beyond [`Number::DIGITS`] are cut off. It is zero if `divisor` is zero.
    #[must_use]
    pub fn rem_euclid(self, divisor: u16) -> Self {
        // Five digits of divisor and fifteen of scale: i128 holds both.
        let unit = i128::from(divisor) * 10_i128.pow(self.scale.into());
        let mut rest = i128::from(self.mantissa).checked_rem_euclid(unit).unwrap_or_default();
        let mut scale = self.scale;
        while rest >= 10_i128.pow(15) {
            rest /= 10;
            scale = scale.saturating_sub(1);
        }
        i64::try_from(rest).ok().and_then(|rest| Self::from_decimal(rest, scale)).unwrap_or_default()
    }

    /// Returns the absolute value.
    #[must_use]
    pub fn abs(self) -> Self {
        Self { mantissa: self.mantissa.abs(), scale: self.scale }
    }
}

impl From<u32> for Number {
    fn from(value: u32) -> Self {
        Self { mantissa: i64::from(value), scale: 0 }
    }
}

impl From<i32> for Number {
    fn from(value: i32) -> Self {
        Self { mantissa: i64::from(value), scale: 0 }
    }
}

impl std::ops::Neg for Number {
    type Output = Self;
    fn neg(self) -> Self {
        Self { mantissa: -self.mantissa, scale: self.scale }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        // At most 10^15 * 10^15 = 10^30, which i128 holds.
        let raise = |n: &Self, to: u8| i128::from(n.mantissa) * 10_i128.pow(u32::from(to.saturating_sub(n.scale)));
        let scale = self.scale.max(other.scale);
        raise(self, scale).cmp(&raise(other, scale))
    }
}

/// The error for a text that is not a decimal number, or that has more than [`Number::DIGITS`] digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a decimal number of at most 15 digits")]
#[non_exhaustive]
pub struct NumberError;

/// Reads `12`, `0.5`, `.5`, `5.` and a leading `-`; no exponent, no `+`, ASCII digits only.
impl std::str::FromStr for Number {
    type Err = NumberError;
    fn from_str(text: &str) -> Result<Self, NumberError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let part = part.trim_end_matches('0');
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        // `5.` and `.5` are numbers, `.` and the empty text are not.
        let has_digit = digits.bytes().any(|b| b.is_ascii_digit());
        if !has_digit || !all_digits(whole) || !all_digits(part) {
            return Err(NumberError);
        }
        let whole = whole.trim_start_matches('0');
        if whole.len() + part.len() > Self::DIGITS {
            return Err(NumberError);
        }
        let mantissa = whole.bytes().chain(part.bytes()).fold(0_i64, |n, b| n * 10 + i64::from(b - b'0'));
        let scale = u8::try_from(part.len()).map_err(|_| NumberError)?;
        Self::from_decimal(if negative { -mantissa } else { mantissa }, scale).ok_or(NumberError)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.mantissa.unsigned_abs();
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let scale = u32::from(self.scale);
        let unit = 10_u64.pow(scale);
        if scale == 0 {
            write!(f, "{sign}{digits}")
        } else {
            write!(f, "{sign}{}.{:0width$}", digits / unit, digits % unit, width = usize::from(self.scale))
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::Number;

    #[test]
    fn reads_and_prints_decimals() {
        for (text, printed) in
            [("0", "0"), ("007", "7"), (".5", "0.5"), ("5.", "5"), ("-2.50", "-2.5"), ("0.024", "0.024"), ("-0", "0")]
        {
            assert_eq!(text.parse::<Number>().unwrap().to_string(), printed, "{text}");
        }
        for text in ["", ".", "-", "+1", "1e5", "1.2.3", "١", "1234567890123456", "0x1", " 1"] {
            assert!(text.parse::<Number>().is_err(), "{text}");
        }
    }

    #[test]
    fn remainders_are_exact_and_never_negative() {
        let n = |s: &str| s.parse::<Number>().unwrap();
        for (value, divisor, want) in [
            ("-40", 360, "320"),
            ("450.1", 360, "90.1"),
            ("-360", 360, "0"),
            ("-720.5", 360, "359.5"),
            ("999999999999999", 360, "279"),
            ("-0.123456789012345", 360, "359.876543210987"),
            ("7", 0, "0"),
        ] {
            assert_eq!(n(value).rem_euclid(divisor), n(want), "{value} by {divisor}");
        }
    }

    #[test]
    fn orders_by_value() {
        let n = |s: &str| s.parse::<Number>().unwrap();
        assert!(n("0.5") < n("1"));
        assert!(n("-3") < n("-2.999"));
        assert!(n("123456789012345") > n("0.000000000000001"));
        assert_eq!(Number::from_f64(2.0 / 3.0).unwrap(), n("0.666667"));
        assert_eq!(Number::from_f64(f64::NAN), None);
    }
}
