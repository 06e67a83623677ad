//! Lengths and numbers of CSS, including math functions (CSS Values 4).

use crate::math;

/// Sizes that relative lengths refer to, in pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Basis {
    /// The font size, for `em`.
    pub(crate) font: f64,
    /// The size that percentages refer to; `None` if they stay percentages.
    pub(crate) percent: Option<f64>,
    /// Width and height of the viewport, for `vw` and similar units; `None` without a viewport.
    pub(crate) viewport: Option<(f64, f64)>,
}

impl Basis {
    /// The basis with only the initial font size of browsers.
    pub(crate) const INITIAL: Self = Self { font: 16.0, percent: None, viewport: None };
}

/// A computed value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value {
    /// A value without a unit.
    Number(f64),
    /// A length in pixels.
    Length(f64),
    /// A percentage.
    Percent(f64),
    /// An angle in degrees.
    Angle(f64),
    /// A time in seconds.
    Time(f64),
}

impl Value {
    /// Parses a number, a length, a percentage, an angle, a time, or a math function.
    pub(crate) fn parse(text: &str, basis: Basis) -> Option<Self> {
        let mut reader = Reader { rest: text.trim(), basis, depth: 0 };
        let value = reader.term()?;
        (reader.rest.trim().is_empty() && value.inner().is_finite()).then_some(value)
    }

    /// Returns pixels. A number counts as pixels, as in attributes of SVG.
    pub(crate) fn pixels(self) -> Option<f64> {
        match self {
            Self::Number(value) | Self::Length(value) => Some(value),
            _ => None,
        }
    }

    /// Returns a number or a percentage as a number.
    #[cfg(feature = "svg")]
    pub(crate) fn fraction(self) -> Option<f64> {
        match self {
            Self::Number(value) => Some(value),
            Self::Percent(value) => Some(value / 100.0),
            _ => None,
        }
    }

    const fn inner(self) -> f64 {
        match self {
            Self::Number(value)
            | Self::Length(value)
            | Self::Percent(value)
            | Self::Angle(value)
            | Self::Time(value) => value,
        }
    }

    fn map(self, act: impl FnOnce(f64) -> f64) -> Self {
        match self {
            Self::Number(value) => Self::Number(act(value)),
            Self::Length(value) => Self::Length(act(value)),
            Self::Percent(value) => Self::Percent(act(value)),
            Self::Angle(value) => Self::Angle(act(value)),
            Self::Time(value) => Self::Time(act(value)),
        }
    }

    /// Combines two values of the same kind.
    fn with(self, other: Self, act: impl FnOnce(f64, f64) -> f64) -> Option<Self> {
        let zero = |value: &Self| matches!(value, Self::Number(number) if *number == 0.0);
        // A zero without a unit combines with any kind, which is as lenient as browsers are in attributes.
        if std::mem::discriminant(&self) == std::mem::discriminant(&other) || zero(&other) {
            return Some(self.map(|value| act(value, other.inner())));
        }
        zero(&self).then(|| other.map(|value| act(0.0, value)))
    }
}

struct Reader<'a> {
    rest: &'a str,
    basis: Basis,
    depth: u32,
}

impl<'a> Reader<'a> {
    fn spaces(&mut self) -> bool {
        let trimmed = self.rest.trim_start();
        let any = trimmed.len() < self.rest.len();
        self.rest = trimmed;
        any
    }

    fn eat(&mut self, c: char) -> bool {
        let Some(rest) = self.rest.strip_prefix(c) else { return false };
        self.rest = rest;
        true
    }

    fn word(&mut self) -> &'a str {
        let end = self.rest.find(|c: char| !c.is_ascii_alphabetic() && c != '-').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end).unwrap_or_default();
        self.rest = rest;
        word
    }

    /// Reads a number with its unit, a group, or a function.
    fn term(&mut self) -> Option<Value> {
        self.spaces();
        if self.rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-'))
            && !self.rest.starts_with("-webkit-calc")
        {
            return self.quantity();
        }
        let name = self.word().to_ascii_lowercase();
        match name.as_str() {
            "pi" => return Some(Value::Number(std::f64::consts::PI)),
            "e" => return Some(Value::Number(std::f64::consts::E)),
            _ => {}
        }
        self.eat('(').then_some(())?;
        self.depth += 1;
        let arguments = (self.depth < DEPTH).then(|| self.arguments()).flatten()?;
        self.depth -= 1;
        call(&name, &arguments)
    }

    fn arguments(&mut self) -> Option<Vec<Value>> {
        let mut all = vec![self.sum()?];
        loop {
            self.spaces();
            if self.eat(')') {
                return Some(all);
            }
            self.eat(',').then_some(())?;
            all.push(self.sum()?);
        }
    }

    fn sum(&mut self) -> Option<Value> {
        let mut value = self.product()?;
        loop {
            let space = self.spaces();
            // Without spaces around it, the sign belongs to a number.
            let sign = self.rest.chars().next().filter(|c| space && matches!(c, '+' | '-'));
            let Some(sign) =
                sign.filter(|_| self.rest.get(1..).is_some_and(|rest| rest.starts_with([' ', '\t', '\n'])))
            else {
                return Some(value);
            };
            self.eat(sign);
            let other = self.product()?;
            value = value.with(other, |a, b| if sign == '+' { a + b } else { a - b })?;
        }
    }

    fn product(&mut self) -> Option<Value> {
        let mut value = self.term()?;
        loop {
            // The space before the operator of a sum is significant.
            let before = self.rest;
            self.spaces();
            if self.eat('*') {
                value = match (value, self.term()?) {
                    (value, Value::Number(factor)) | (Value::Number(factor), value) => value.map(|v| v * factor),
                    _ => return None,
                };
            } else if self.eat('/') {
                let Value::Number(by) = self.term()? else { return None };
                value = value.map(|v| v / by);
            } else {
                self.rest = before;
                return Some(value);
            }
        }
    }

    fn quantity(&mut self) -> Option<Value> {
        let (number, rest) = number(self.rest)?;
        self.rest = rest;
        if self.eat('%') {
            return Some(self.basis.percent.map_or(Value::Percent(number), |all| Value::Length(number * all / 100.0)));
        }
        let end = self.rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(self.rest.len());
        let (unit, rest) = self.rest.split_at_checked(end).unwrap_or_default();
        self.rest = rest;
        unit_of(number, unit, self.basis)
    }
}

fn unit_of(number: f64, unit: &str, basis: Basis) -> Option<Value> {
    let Basis { font, viewport, .. } = basis;
    let viewport = |share: fn((f64, f64)) -> f64| viewport.map(|sides| Value::Length(number * share(sides) / 100.0));
    Some(match unit.to_ascii_lowercase().as_str() {
        "" => Value::Number(number),
        "px" => Value::Length(number),
        "in" => Value::Length(number * 96.0),
        "cm" => Value::Length(number / 2.54 * 96.0),
        "mm" => Value::Length(number / 25.4 * 96.0),
        "q" => Value::Length(number / 101.6 * 96.0),
        "pt" => Value::Length(number / 72.0 * 96.0),
        "pc" => Value::Length(number * 16.0),
        "em" => Value::Length(number * font),
        "rem" => Value::Length(number * 16.0),
        "ex" | "ch" => Value::Length(number * font / 2.0),
        "vw" | "svw" | "lvw" | "dvw" | "vi" => viewport(|(width, _)| width)?,
        "vh" | "svh" | "lvh" | "dvh" | "vb" => viewport(|(_, height)| height)?,
        "vmin" => viewport(|(width, height)| width.min(height))?,
        "vmax" => viewport(|(width, height)| width.max(height))?,
        "deg" => Value::Angle(number),
        "rad" => Value::Angle(number.to_degrees()),
        "grad" => Value::Angle(number * 0.9),
        "turn" => Value::Angle(number * 360.0),
        "s" => Value::Time(number),
        "ms" => Value::Time(number / 1000.0),
        _ => return None,
    })
}

fn call(name: &str, arguments: &[Value]) -> Option<Value> {
    let fold = |act: fn(f64, f64) -> f64| {
        let (first, rest) = arguments.split_first()?;
        rest.iter().try_fold(*first, |value, other| value.with(*other, act))
    };
    match (name, arguments) {
        ("calc" | "" | "-webkit-calc", [value]) => Some(*value),
        ("min", _) => fold(f64::min),
        ("max", _) => fold(f64::max),
        ("clamp", [low, value, high]) => value.with(*high, f64::min)?.with(*low, f64::max),
        ("abs", [value]) => Some(value.map(f64::abs)),
        ("sign", [value]) => Some(Value::Number(if value.inner() == 0.0 { 0.0 } else { value.inner().signum() })),
        ("hypot", _) => fold(f64::hypot),
        ("mod", [a, b]) => a.with(*b, |a, b| (a % b + b) % b),
        ("rem", [a, b]) => a.with(*b, |a, b| a % b),
        ("round", [value, step]) => value.with(*step, |value, step| (value / step).round() * step),
        ("round", [value]) => Some(value.map(f64::round)),
        ("sqrt", [Value::Number(value)]) => Some(Value::Number(value.sqrt())),
        ("pow", [Value::Number(base), Value::Number(power)]) => Some(Value::Number(math::pow(*base, *power))),
        ("sin" | "cos" | "tan", [Value::Angle(_) | Value::Number(_)]) => {
            let angle = match arguments.first()? {
                Value::Angle(degrees) => degrees.to_radians(),
                other => other.inner(),
            };
            Some(Value::Number(match name {
                "sin" => math::sin(angle),
                "cos" => math::cos(angle),
                _ => math::tan(angle),
            }))
        }
        _ => None,
    }
}

/// Reads a number at the start of a text and returns it with the rest. An `e` without digits after it starts a unit.
pub(crate) fn number(text: &str) -> Option<(f64, &str)> {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes.get(from..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
    let is = |at: usize, allowed: &[u8]| bytes.get(at).is_some_and(|byte| allowed.contains(byte));
    let mut end = usize::from(is(0, b"+-"));
    let whole = digits(end);
    end += whole;
    let mut any = whole > 0;
    if is(end, b".") {
        let part = digits(end + 1);
        // `1.` is a number in attributes of old files.
        if part > 0 || any {
            end += 1 + part;
        }
        any |= part > 0;
    }
    if !any {
        return None;
    }
    if is(end, b"eE") {
        let sign = usize::from(is(end + 1, b"+-"));
        let power = digits(end + 1 + sign);
        if power > 0 {
            end += 1 + sign + power;
        }
    }
    let (number, rest) = text.split_at_checked(end)?;
    let number: f64 = number.parse().ok()?;
    number.is_finite().then_some((number, rest))
}

/// The maximum nesting of functions.
const DEPTH: u32 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        let basis = Basis { viewport: Some((200.0, 100.0)), ..Basis::INITIAL };
        for (text, want) in [
            ("1.5", Some(Value::Number(1.5))),
            ("-.5e2", Some(Value::Number(-50.0))),
            ("6e1", Some(Value::Number(60.0))),
            ("2em", Some(Value::Length(32.0))),
            ("1ex", Some(Value::Length(8.0))),
            ("1IN", Some(Value::Length(96.0))),
            ("25.4mm", Some(Value::Length(96.0))),
            ("3PC", Some(Value::Length(48.0))),
            ("50%", Some(Value::Percent(50.0))),
            ("10vw", Some(Value::Length(20.0))),
            ("10vmin", Some(Value::Length(10.0))),
            ("0.5turn", Some(Value::Angle(180.0))),
            ("250ms", Some(Value::Time(0.25))),
            ("calc(1px + 2px)", Some(Value::Length(3.0))),
            ("calc(2 * (3px - 1px) / 4)", Some(Value::Length(1.0))),
            ("calc(1px+2px)", None),
            ("calc(1px + 50%)", None),
            ("min(3px, 2px, 5px)", Some(Value::Length(2.0))),
            ("clamp(1px, 9px, 5px)", Some(Value::Length(5.0))),
            ("calc(1px", None),
            ("1px 2px", None),
            ("px", None),
            ("1.", Some(Value::Number(1.0))),
            ("1e400", None),
            ("calc(1 / 0)", None),
            ("", None),
        ] {
            assert_eq!(Value::parse(text, basis), want, "{text}");
        }
        let deep = format!("{}1{}", "calc(".repeat(50_000), ")".repeat(50_000));
        assert_eq!(Value::parse(&deep, basis), None);
        let whole = Basis { percent: Some(60.0), ..basis };
        assert_eq!(Value::parse("calc(50% + 5px)", whole), Some(Value::Length(35.0)));
    }
}
