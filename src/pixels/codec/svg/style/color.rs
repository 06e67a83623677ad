//! Colours of CSS Color 4 and 5, converted to sRGB.

use super::spaces::{from_lab, from_mixing, from_oklab, from_space, hsl, polar, to_mixing};
use crate::color;
use crate::pixels::base::level;
use crate::svg::{Basis, Value, split};

/// Red, green, blue and opacity, 0 to 1. Colours outside sRGB are clipped when they are written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rgba(pub(super) [f64; 4]);

impl Rgba {
    /// Parses a colour. `current` is the value of the property `color`.
    pub(super) fn parse(text: &str, current: Self) -> Option<Self> {
        parse(text, current, 0)
    }

    /// Formats the colour as `#rrggbb`, or as `#rrggbbaa` if it is not opaque.
    pub(super) fn print(self) -> String {
        let Self([r, g, b, a]) = self;
        let [r, g, b, a] = [r, g, b, a].map(|part| level(part.clamp(0.0, 1.0) * 255.0));
        if a == 255 { format!("#{r:02x}{g:02x}{b:02x}") } else { format!("#{r:02x}{g:02x}{b:02x}{a:02x}") }
    }

    /// Returns red, green, blue and opacity as bytes.
    pub(super) fn bytes(self) -> [u8; 4] {
        self.0.map(|part| level(part.clamp(0.0, 1.0) * 255.0))
    }

    pub(super) const BLACK: Self = Self([0.0, 0.0, 0.0, 1.0]);
}

fn parse(text: &str, current: Rgba, depth: u32) -> Option<Rgba> {
    let text = text.trim();
    if let Some(digits) = text.strip_prefix('#') {
        return hex(digits);
    }
    let lower = text.to_ascii_lowercase();
    let Some((name, rest)) = lower.split_once('(') else {
        return match lower.as_str() {
            "currentcolor" => Some(current),
            "transparent" => Some(Rgba([0.0; 4])),
            // System colours as browsers define them in light mode.
            "canvas" | "field" | "buttonface" | "accentcolortext" => Some(Rgba([1.0; 4])),
            "rebeccapurple" => Some(Rgba([0.4, 0.2, 0.6, 1.0])),
            "canvastext" | "fieldtext" | "buttontext" => Some(Rgba::BLACK),
            name => color::named(name)
                .map(|[r, g, b]| Rgba([f64::from(r), f64::from(g), f64::from(b), 255.0].map(|v| v / 255.0))),
        };
    };
    let arguments = rest.strip_suffix(')')?;
    if depth > 8 {
        return None;
    }
    match name {
        "color-mix" => mix(arguments, current, depth),
        // Browsers show images in light mode unless the page states otherwise.
        "light-dark" => parse(split(arguments, ',').first()?, current, depth + 1),
        "color" => {
            let (space, rest) = arguments.trim().split_once(char::is_whitespace)?;
            let ([a, b, c], alpha) = components(rest)?;
            let [a, b, c] = [a, b, c].map(|part| part.number(1.0));
            Some(with_alpha(from_space(space, [a?, b?, c?])?, alpha))
        }
        _ => {
            let ([a, b, c], alpha) = components(arguments)?;
            let rgb = match name {
                "rgb" | "rgba" => {
                    let side = |part: Part| part.number(255.0).map(|value| value / 255.0);
                    [side(a)?, side(b)?, side(c)?]
                }
                "hsl" | "hsla" => hsl(a.hue()?, b.share()?, c.share()?),
                "hwb" => {
                    let (white, black) = (b.share()?, c.share()?);
                    let sum = white + black;
                    if sum >= 1.0 { [white / sum; 3] } else { hsl(a.hue()?, 1.0, 0.5).map(|v| v * (1.0 - sum) + white) }
                }
                "lab" => from_lab([a.number(100.0)?, b.number(125.0)?, c.number(125.0)?]),
                "lch" => from_lab(polar(a.number(100.0)?, b.number(150.0)?, c.hue()?)),
                "oklab" => from_oklab([a.number(1.0)?, b.number(0.4)?, c.number(0.4)?]),
                "oklch" => from_oklab(polar(a.number(1.0)?, b.number(0.4)?, c.hue()?)),
                _ => return None,
            };
            Some(with_alpha(rgb, alpha))
        }
    }
}

fn hex(digits: &str) -> Option<Rgba> {
    let digit = |c: char| c.to_digit(16).map(f64::from);
    let all: Option<Vec<f64>> = digits.chars().map(digit).collect();
    let parts: Vec<f64> = match all?.as_slice() {
        short @ ([_, _, _] | [_, _, _, _]) => short.iter().map(|digit| digit / 15.0).collect(),
        long @ ([_, _, _, _, _, _] | [_, _, _, _, _, _, _, _]) => {
            long.chunks_exact(2).map(|pair| pair.iter().fold(0.0, |sum, digit| sum * 16.0 + digit) / 255.0).collect()
        }
        _ => return None,
    };
    match *parts.as_slice() {
        [r, g, b] => Some(Rgba([r, g, b, 1.0])),
        [r, g, b, a] => Some(Rgba([r, g, b, a])),
        _ => None,
    }
}

/// A component of a colour.
#[derive(Clone, Copy)]
struct Part(Value);

impl Part {
    /// Returns the value as a number, where 100% is `whole`.
    fn number(self, whole: f64) -> Option<f64> {
        match self.0 {
            Value::Number(value) => Some(value),
            Value::Percent(value) => Some(value / 100.0 * whole),
            _ => None,
        }
    }

    /// Returns a percentage, with or without the sign, as 0 to 1.
    fn share(self) -> Option<f64> {
        match self.0 {
            Value::Number(value) | Value::Percent(value) => Some((value / 100.0).clamp(0.0, 1.0)),
            _ => None,
        }
    }

    /// Returns the value in degrees.
    fn hue(self) -> Option<f64> {
        match self.0 {
            Value::Number(value) | Value::Angle(value) => Some(value),
            _ => None,
        }
    }
}

/// Parses three components and the opacity, separated by commas or by spaces and a slash.
fn components(text: &str) -> Option<([Part; 3], f64)> {
    let (text, alpha) = match split(text, '/').as_slice() {
        [text] => (*text, None),
        [text, alpha] => (*text, Some(*alpha)),
        _ => return None,
    };
    let commas = split(text, ',');
    let words = if commas.len() > 1 { commas } else { split(text.trim(), ' ') };
    let words: Vec<&str> = words.into_iter().map(str::trim).filter(|word| !word.is_empty()).collect();
    let (parts, alpha) = match (words.as_slice(), alpha) {
        (parts @ [_, _, _], alpha) => (parts, alpha),
        ([parts @ .., alpha], None) if parts.len() == 3 => (parts, Some(*alpha)),
        _ => return None,
    };
    let part = |text: &str| {
        if text == "none" { Some(Part(Value::Number(0.0))) } else { Value::parse(text, Basis::INITIAL).map(Part) }
    };
    let [a, b, c] = parts else { return None };
    let alpha = match alpha.map(str::trim) {
        None => 1.0,
        Some("none") => 0.0,
        Some(alpha) => Value::parse(alpha, Basis::INITIAL)?.fraction()?.clamp(0.0, 1.0),
    };
    Some(([part(a)?, part(b)?, part(c)?], alpha))
}

fn with_alpha([r, g, b]: [f64; 3], alpha: f64) -> Rgba {
    Rgba([r, g, b, alpha])
}

/// Mixes colours with premultiplied opacity, as in `in oklab, red 30%, blue` (CSS Color 5).
fn mix(arguments: &str, current: Rgba, depth: u32) -> Option<Rgba> {
    let parts = split(arguments, ',');
    let (space, parts) = match parts.as_slice() {
        [space, a, b] => (space.trim().strip_prefix("in ")?.trim(), [*a, *b]),
        _ => return None,
    };
    let item = |text: &str| {
        let text = text.trim();
        let (share, rest) = match (split(text, ' ').as_slice(), text) {
            ([.., last], _) if last.ends_with('%') => (Some(*last), text.get(..text.len() - last.len())?),
            ([first, ..], _) if first.ends_with('%') => (Some(*first), text.get(first.len()..)?),
            _ => (None, text),
        };
        let share = match share {
            Some(share) => Some(Value::parse(share, Basis::INITIAL)?.fraction()?.clamp(0.0, 1.0)),
            None => None,
        };
        Some((parse(rest, current, depth + 1)?, share))
    };
    let [(a, share_a), (b, share_b)] = [item(parts.first()?)?, item(parts.get(1)?)?];
    let (p, q) = match (share_a, share_b) {
        (None, None) => (0.5, 0.5),
        (Some(p), None) => (p, 1.0 - p),
        (None, Some(q)) => (1.0 - q, q),
        (Some(p), Some(q)) => (p, q),
    };
    let sum = p + q;
    if sum <= 0.0 {
        return None;
    }
    let (p, q) = (p / sum, q / sum);
    let mut words = space.split_whitespace();
    let space = words.next()?;
    let longer = words.next() == Some("longer");
    let split_of = |Rgba([r, g, b, alpha])| (to_mixing(space, [r, g, b]), alpha);
    let ((from, alpha_a), (to, alpha_b)) = (split_of(a), split_of(b));
    let (from, to) = (from?, to?);
    let alpha = alpha_a * p + alpha_b * q;
    let blend = |at: usize| {
        let (x, y) = (from.get(at)?, to.get(at)?);
        // A hue is an angle, and is not premultiplied.
        if hue_at(space) == Some(at) {
            let way = (y - x).rem_euclid(360.0);
            let way = if (way > 180.0) == longer { way } else { way - 360.0 };
            return Some(x + way * q);
        }
        Some(if alpha > 0.0 { (x * alpha_a * p + y * alpha_b * q) / alpha } else { 0.0 })
    };
    let rgb = from_mixing(space, [blend(0)?, blend(1)?, blend(2)?])?;
    Some(with_alpha(rgb, alpha * sum.min(1.0)))
}

fn hue_at(space: &str) -> Option<usize> {
    match space {
        "hsl" | "hwb" => Some(0),
        "lch" | "oklch" => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors() {
        for (text, want) in [
            ("#39f", Some("#3399ff")),
            ("#39f8", Some("#3399ff88")),
            ("Red", Some("#ff0000")),
            ("currentColor", Some("#0000ff")),
            ("transparent", Some("#00000000")),
            ("rgb(1,2,3)", Some("#010203")),
            ("rgb(255 0 0 / 50%)", Some("#ff000080")),
            ("rgba(100%, 0%, 0%, .5)", Some("#ff000080")),
            ("rgb(300 -5 0)", Some("#ff0000")),
            ("hsl(120, 100%, 25%)", Some("#008000")),
            ("hsl(.5turn 100% 50%)", Some("#00ffff")),
            ("hwb(0 0% 0%)", Some("#ff0000")),
            ("hwb(120 20% 40%)", Some("#339933")),
            ("hwb(0 50% 100%)", Some("#555555")),
            ("oklch(68% .17 250)", Some("#319cfc")),
            ("oklab(62.8% .2249 .1258)", Some("#ff0000")),
            ("lab(54.29% 80.8 69.9)", Some("#ff0000")),
            ("lch(54.29% 106.84 40.86)", Some("#ff0000")),
            ("color(srgb 1 0 .5)", Some("#ff0080")),
            ("color(display-p3 0 1 0)", Some("#00ff00")),
            ("color-mix(in srgb, #39f, #fff 20%)", Some("#5cadff")),
            ("color-mix(in srgb, red, transparent)", Some("#ff000080")),
            ("color-mix(in oklab, white, black)", Some("#636363")),
            ("light-dark(red, blue)", Some("#ff0000")),
            ("rgb(1,2)", None),
            ("#12345", None),
            ("nothing", None),
            ("url(#a)", None),
        ] {
            let got = Rgba::parse(text, Rgba([0.0, 0.0, 1.0, 1.0])).map(Rgba::print);
            assert_eq!(got.as_deref(), want, "{text}");
        }
        let deep = format!("{}red{}", "light-dark(".repeat(9999), ",red)".repeat(9999));
        assert_eq!(Rgba::parse(&deep, Rgba::BLACK), None);
    }
}
