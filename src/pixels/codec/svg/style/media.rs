//! Media queries (Media Queries 4), for a standalone image: a screen of the size of the image, in light mode.

use crate::svg::{Basis, Value, split};

/// Returns `true` if a list of media queries is satisfied for an image of this size.
pub(super) fn is_met(queries: &str, size: (f64, f64)) -> bool {
    queries.trim().is_empty() || split(queries, ',').into_iter().any(|query| query_is_met(query.trim(), size))
}

fn query_is_met(query: &str, size: (f64, f64)) -> bool {
    let lower = query.to_ascii_lowercase();
    let mut text = lower.as_str();
    let mut not = false;
    if let Some(rest) = text.strip_prefix("not ").filter(|rest| !rest.trim_start().starts_with('(')) {
        (text, not) = (rest.trim_start(), true);
    }
    text = text.strip_prefix("only ").unwrap_or(text).trim_start();
    let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (kind, rest) = text.split_at_checked(end).unwrap_or_default();
    let met = match kind {
        "" | "not" => condition(text, size, 0),
        "all" | "screen" => match rest.trim_start().strip_prefix("and") {
            Some(rest) => condition(rest.trim_start(), size, 0),
            None => rest.trim().is_empty().then_some(true),
        },
        _ => Some(false),
    };
    // An unknown query is never satisfied.
    met.is_some_and(|met| met != not)
}

/// Evaluates `(a) and (b)`, `(a) or (b)` or `not (a)`. Returns `None` if the condition is unknown.
fn condition(text: &str, size: (f64, f64), depth: u32) -> Option<bool> {
    if depth > 4 {
        return None;
    }
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("not").filter(|rest| rest.starts_with([' ', '('])) {
        return condition(rest, size, depth + 1).map(|met| !met);
    }
    let (mut met, mut rest): (Option<bool>, &str) = (None, text);
    loop {
        rest = rest.trim_start();
        let (operator, after) = match (met, rest.strip_prefix("and"), rest.strip_prefix("or")) {
            (None, ..) => ("", rest),
            (_, Some(after), _) => ("and", after),
            (_, _, Some(after)) => ("or", after),
            _ => return None,
        };
        let (inside, after) = group(after.trim_start())?;
        let inside = inside.trim();
        let one = if inside.starts_with('(') || inside.starts_with("not") {
            condition(inside, size, depth + 1)?
        } else {
            feature(inside, size)?
        };
        met = Some(match (met, operator) {
            (Some(met), "and") => met && one,
            (Some(met), _) => met || one,
            (None, _) => one,
        });
        rest = after;
        if rest.trim().is_empty() {
            return met;
        }
    }
}

/// Returns the text in parentheses, and the text after them.
fn group(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_u32;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            _ if depth == 0 => return None,
            _ => {}
        }
        if depth == 0 {
            return Some((text.get(1..at)?, text.get(at + 1..)?));
        }
    }
    None
}

fn feature(text: &str, size: (f64, f64)) -> Option<bool> {
    let Some((name, value)) = text.split_once(':') else {
        return if text.contains(['<', '>', '=']) { range(text, size) } else { Some(is_true(text)) };
    };
    let (name, value) = (name.trim(), value.trim());
    let (bound, plain) = match (name.strip_prefix("min-"), name.strip_prefix("max-")) {
        (Some(name), _) => (">=", name),
        (_, Some(name)) => ("<=", name),
        _ => ("=", name),
    };
    if let Some(actual) = measured(plain, size) {
        return Some(compare(actual, bound, number(value)?));
    }
    Some(match name {
        "orientation" => (value == "portrait") == (size.1 >= size.0),
        "prefers-color-scheme" => value == "light",
        "prefers-reduced-motion" | "prefers-contrast" | "prefers-reduced-transparency" | "prefers-reduced-data" => {
            value == "no-preference"
        }
        "hover" | "any-hover" => value == "hover",
        "pointer" | "any-pointer" => value == "fine",
        "forced-colors" | "inverted-colors" | "monochrome" | "grid" => matches!(value, "none" | "0"),
        "color-gamut" => value == "srgb",
        "update" => value == "fast",
        "scripting" => value == "none",
        "display-mode" => value == "browser",
        _ => return None,
    })
}

/// Returns `true` if a feature without a value is satisfied.
fn is_true(name: &str) -> bool {
    matches!(
        name,
        "width" | "height" | "color" | "aspect-ratio" | "resolution" | "prefers-color-scheme" | "hover" | "pointer"
    )
}

/// Evaluates a range such as `width >= 100px` or `10px < width < 100px`.
fn range(text: &str, size: (f64, f64)) -> Option<bool> {
    let is_sign = |c: char| matches!(c, '<' | '>' | '=');
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(is_sign) {
        let (before, after) = rest.split_at_checked(at)?;
        let end = after.find(|c| !is_sign(c)).unwrap_or(after.len());
        let (sign, after) = after.split_at_checked(end)?;
        parts.push((before.trim(), sign));
        rest = after;
    }
    let value = |text: &str| measured(text, size).or_else(|| number(text));
    let mut met = true;
    let mut ends = parts.iter().skip(1).map(|(name, _)| *name).chain([rest.trim()]);
    for (left, sign) in &parts {
        met &= compare(value(left)?, sign, value(ends.next()?)?);
    }
    Some(met)
}

fn compare(left: f64, sign: &str, right: f64) -> bool {
    match sign {
        "<" => left < right,
        "<=" => left <= right,
        ">" => left > right,
        ">=" => left >= right,
        _ => (left - right).abs() < 1e-6,
    }
}

fn measured(name: &str, (width, height): (f64, f64)) -> Option<f64> {
    match name {
        "width" | "device-width" => Some(width),
        "height" | "device-height" => Some(height),
        "aspect-ratio" | "device-aspect-ratio" => Some(width / height),
        "resolution" | "-webkit-device-pixel-ratio" | "device-pixel-ratio" => Some(1.0),
        "color" => Some(8.0),
        _ => None,
    }
}

/// Parses a length in pixels, a number, a ratio, or a resolution in dots per pixel.
fn number(text: &str) -> Option<f64> {
    if let Some((above, below)) = text.split_once('/') {
        return Some(number(above)? / number(below)?);
    }
    for (unit, factor) in [("dppx", 1.0), ("dpi", 1.0 / 96.0), ("dpcm", 2.54 / 96.0), ("x", 1.0)] {
        if let Some(number) = text.strip_suffix(unit).and_then(|number| number.trim().parse::<f64>().ok()) {
            return Some(number * factor);
        }
    }
    Value::parse(text, Basis::INITIAL)?.pixels()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries() {
        for (text, want) in [
            ("", true),
            ("all", true),
            ("screen, print", true),
            ("print", false),
            ("not print", true),
            ("only screen and (min-width:1px)", true),
            ("(max-width: 59px)", false),
            ("(max-width: 60px) and (height:40px)", true),
            ("(max-width:1px) or (orientation:landscape)", true),
            ("not (width: 60px)", false),
            ("(width >= 5em)", false),
            ("(10px < width <= 60px)", true),
            ("(prefers-color-scheme:dark)", false),
            ("(PREFERS-color-scheme: light)", true),
            ("screen and (prefers-reduced-motion: reduce)", false),
            ("(min-aspect-ratio: 3/2)", true),
            ("(min-resolution: 2dppx)", false),
            ("(unknown: 1)", false),
            ("not (unknown: 1)", false),
            ("((width: 60px) or (width: 1px)) and (color)", true),
            ("screen nonsense", false),
            ("(", false),
        ] {
            assert_eq!(is_met(text, (60.0, 40.0)), want, "{text}");
        }
    }
}
