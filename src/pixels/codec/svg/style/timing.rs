//! Times and interpolated values, for animations at the moment when an image appears.

use super::color::Rgba;
use crate::svg::{Basis, Value, number, split};

/// Interpolates between two values at `share` of the way, 0 to 1. If their forms differ, returns the nearer one.
pub(super) fn mix(from: &str, to: &str, share: f64) -> String {
    if share <= 0.0 {
        return from.to_owned();
    }
    if share >= 1.0 {
        return to.to_owned();
    }
    let colors = (Rgba::parse(from, Rgba::BLACK), Rgba::parse(to, Rgba::BLACK));
    if let (Some(Rgba([a, b, c, d])), Some(Rgba([e, f, g, h]))) = colors {
        let between = |x: f64, y: f64| x + (y - x) * share;
        return Rgba([between(a, e), between(b, f), between(c, g), between(d, h)]).print();
    }
    let numbers = match (from.trim(), to.trim()) {
        ("none", to) => between(&at_rest(to), to, share),
        (from, "none") => between(from, &at_rest(from), share),
        (from, to) => between(from, to, share),
    };
    numbers.unwrap_or_else(|| if share < 0.5 { from } else { to }.to_owned())
}

/// Interpolates the numbers of two texts that are otherwise equal.
fn between(from: &str, to: &str, share: f64) -> Option<String> {
    let mut out = String::new();
    let (mut from, mut to) = (from, to);
    loop {
        let starts = |text: &str| text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+'));
        if starts(from) && starts(to) {
            let ((a, rest_from), (b, rest_to)) = (number(from)?, number(to)?);
            // Rounding removes the noise of floating-point arithmetic.
            out.push_str(&(((a + (b - a) * share) * 1e6).round() / 1e6).to_string());
            (from, to) = (rest_from, rest_to);
            // Zero may be written without a unit.
            let unit = |text: &str| text.find(|c: char| !c.is_ascii_alphabetic() && c != '%').unwrap_or(text.len());
            let (units_from, units_to) = (unit(from), unit(to));
            if a == 0.0 && units_from == 0 {
                let (unit, rest) = to.split_at_checked(units_to)?;
                out.push_str(unit);
                to = rest;
            } else if b == 0.0 && units_to == 0 {
                let (unit, rest) = from.split_at_checked(units_from)?;
                out.push_str(unit);
                from = rest;
            }
            continue;
        }
        let (Some(a), Some(b)) = (from.chars().next(), to.chars().next()) else {
            return (from.is_empty() && to.is_empty()).then_some(out);
        };
        // Commas and spaces are equivalent separators.
        let separates = |c: char| c == ',' || c.is_whitespace();
        if separates(a) && separates(b) {
            out.push(' ');
            (from, to) = (from.trim_start_matches(separates), to.trim_start_matches(separates));
        } else if a == b {
            out.push(a);
            (from, to) = (from.get(a.len_utf8()..)?, to.get(b.len_utf8()..)?);
        } else {
            return None;
        }
    }
}

/// Returns the identity in the form of this transformation.
fn at_rest(text: &str) -> String {
    let mut out = String::new();
    for part in split(text, ' ') {
        let rest = if part.trim_start().starts_with("scale") { "1" } else { "0" };
        let (name, arguments) = part.split_once('(').unwrap_or(("", part));
        let count = arguments.split(',').count();
        let numbers = vec![rest; count].join(",");
        out.push_str(&if name.is_empty() { numbers } else { format!("{name}({numbers})") });
        out.push(' ');
    }
    out.trim_end().to_owned()
}

/// Parses a clock value of SMIL in seconds: `1.5s`, `200ms`, `1:30`, `2`.
pub(super) fn clock(text: &str) -> Option<f64> {
    let text = text.trim();
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest.trim_start()),
        None => (1.0, text.strip_prefix('+').unwrap_or(text).trim_start()),
    };
    if text.contains(':') {
        let parts: Option<Vec<f64>> = text.split(':').map(|part| part.parse().ok()).collect();
        return parts.map(|parts| sign * parts.iter().fold(0.0, |sum, part| sum * 60.0 + part));
    }
    let (number, unit) = number(text)?;
    let factor = match unit.trim() {
        "" | "s" => 1.0,
        "ms" => 0.001,
        "min" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    Some(sign * number * factor)
}

/// Parses a CSS time in seconds.
pub(super) fn seconds(text: &str) -> Option<f64> {
    match Value::parse(text, Basis::INITIAL)? {
        Value::Time(seconds) => Some(seconds),
        _ => None,
    }
}

/// Applies a CSS timing function to a share of time, and returns the progress.
pub(super) fn eased(function: &str, share: f64) -> f64 {
    let curve = match function {
        "linear" => return share,
        "ease-in" => [0.42, 0.0, 1.0, 1.0],
        "ease-out" => [0.0, 0.0, 0.58, 1.0],
        "ease-in-out" => [0.42, 0.0, 0.58, 1.0],
        "step-start" => return 1.0,
        "step-end" => return 0.0,
        other => {
            let arguments = |name: &str| other.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
            if let Some(steps) = arguments("steps") {
                return stepped(steps, share);
            }
            arguments("cubic-bezier").and_then(four).unwrap_or([0.25, 0.1, 0.25, 1.0])
        }
    };
    bezier(curve, share)
}

fn stepped(arguments: &str, share: f64) -> f64 {
    let (count, place) = arguments.split_once(',').unwrap_or((arguments, "end"));
    let count = count.trim().parse::<f64>().unwrap_or(1.0).max(1.0);
    let done = (share * count).floor();
    let done = if matches!(place.trim(), "start" | "jump-start") { done + 1.0 } else { done };
    (done / count).min(1.0)
}

/// Parses four numbers separated by commas or spaces.
pub(super) fn four(text: &str) -> Option<[f64; 4]> {
    let words = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
    let all: Option<Vec<f64>> = words.map(|word| word.parse().ok()).collect();
    all?.try_into().ok()
}

/// Returns the ordinate at `x` of a Bézier curve from (0, 0) to (1, 1).
pub(super) fn bezier([x1, y1, x2, y2]: [f64; 4], x: f64) -> f64 {
    let at = |a: f64, b: f64, t: f64| {
        let u = 1.0 - t;
        3.0 * u * u * t * a + 3.0 * u * t * t * b + t * t * t
    };
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..40 {
        let middle = (low + high) / 2.0;
        if at(x1, x2, middle) < x { low = middle } else { high = middle }
    }
    at(y1, y2, (low + high) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_between() {
        for (from, to, want) in [
            ("0", "10", "2.5"),
            ("0px", "10px", "2.5px"),
            ("0", "100%", "25%"),
            ("#000", "#fff", "#404040"),
            ("red", "red", "#ff0000"),
            ("0 22 22", "360,22,22", "90 22 22"),
            ("none", "rotate(360deg)", "rotate(90deg)"),
            ("none", "scale(2)", "scale(1.25)"),
            ("M0 0L4 4", "M4 0L4 8", "M1 0L4 5"),
            ("visible", "hidden", "visible"),
            ("translate(0)", "rotate(1deg)", "translate(0)"),
        ] {
            assert_eq!(mix(from, to, 0.25), want, "{from} {to}");
        }
        assert_eq!(mix("a", "b", 0.5), "b");
    }

    #[test]
    fn times() {
        for (text, want) in [
            ("1.5s", Some(1.5)),
            ("-0.9s", Some(-0.9)),
            ("200ms", Some(0.2)),
            ("2", Some(2.0)),
            ("1:30", Some(90.0)),
            ("1min", Some(60.0)),
            ("a.click", None),
            ("indefinite", None),
        ] {
            assert_eq!(clock(text), want, "{text}");
        }
        assert!((eased("ease-in-out", 0.5) - 0.5).abs() < 1e-6);
        assert!((eased("cubic-bezier(0,0,1,1)", 0.3) - 0.3).abs() < 1e-6);
        assert!((eased("steps(4)", 0.3) - 0.25).abs() < 1e-9);
        assert!((eased("steps(4, start)", 0.3) - 0.5).abs() < 1e-9);
    }
}
