//! CSS transformations (CSS Transforms 1 and 2, the two-dimensional part) as matrices.

use super::values::Context;
use crate::math;
use crate::svg::{Value, split};

/// The numbers `a b c d e f`, as in `matrix()`.
pub(super) type Matrix = [f64; 6];

const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// Formats a matrix.
pub(super) fn print([a, b, c, d, e, f]: Matrix) -> String {
    format!("matrix({a} {b} {c} {d} {e} {f})")
}

/// Parses the property `transform`. Returns `None` if it is unknown.
pub(super) fn parse(text: &str, context: &Context) -> Option<Matrix> {
    let mut matrix = IDENTITY;
    let mut rest = text.trim();
    if rest == "none" {
        return Some(matrix);
    }
    while !rest.is_empty() {
        let (name, after) = rest.split_once('(')?;
        let end = closing(after)?;
        let (arguments, after) = after.split_at_checked(end)?;
        rest = after.get(1..)?.trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
        matrix = times(matrix, function(name.trim(), arguments, context)?);
    }
    matrix.iter().all(|number| number.is_finite()).then_some(matrix)
}

/// Returns the position of the parenthesis that closes the open one.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1_u32;
    text.find(|c| {
        depth = match c {
            '(' => depth + 1,
            ')' => depth.saturating_sub(1),
            _ => depth,
        };
        depth == 0
    })
}

fn function(name: &str, arguments: &str, context: &Context) -> Option<Matrix> {
    let commas = split(arguments, ',');
    let words = if commas.len() > 1 { commas } else { split(arguments.trim(), ' ') };
    let words: Vec<&str> = words.into_iter().map(str::trim).filter(|word| !word.is_empty()).collect();
    let word = |at: usize| words.get(at).copied();
    let x = |at: usize| length(word(at)?, context.viewport.0, context);
    let y = |at: usize| length(word(at)?, context.viewport.1, context);
    let number = |at: usize| Value::parse(word(at)?, context.basis(None))?.fraction();
    let turn = |at: usize| angle(word(at)?, context);
    let count = words.len();
    let numbers = || (0..count).map(number).collect::<Option<Vec<f64>>>();
    match (name.to_ascii_lowercase().as_str(), count) {
        ("translate", 1) | ("translatex", 1) => Some([1.0, 0.0, 0.0, 1.0, x(0)?, 0.0]),
        ("translatey", 1) => Some([1.0, 0.0, 0.0, 1.0, 0.0, y(0)?]),
        ("translate", 2) | ("translate3d", 3) => Some([1.0, 0.0, 0.0, 1.0, x(0)?, y(1)?]),
        ("translatez" | "scalez" | "perspective", 1) => Some(IDENTITY),
        ("scale", 1) => Some([number(0)?, 0.0, 0.0, number(0)?, 0.0, 0.0]),
        ("scale", 2) | ("scale3d", 3) => Some([number(0)?, 0.0, 0.0, number(1)?, 0.0, 0.0]),
        ("scalex", 1) => Some([number(0)?, 0.0, 0.0, 1.0, 0.0, 0.0]),
        ("scaley", 1) => Some([1.0, 0.0, 0.0, number(0)?, 0.0, 0.0]),
        ("rotate" | "rotatez", 1) => Some(rotation(turn(0)?)),
        // In SVG a rotation may have a centre.
        ("rotate", 3) => {
            let (cx, cy) = (x(1)?, y(2)?);
            let back = [1.0, 0.0, 0.0, 1.0, -cx, -cy];
            Some(times(times([1.0, 0.0, 0.0, 1.0, cx, cy], rotation(turn(0)?)), back))
        }
        // Seen from the front, a rotation around another axis is a scale.
        ("rotatex", 1) => Some([1.0, 0.0, 0.0, math::cos(turn(0)?), 0.0, 0.0]),
        ("rotatey", 1) => Some([math::cos(turn(0)?), 0.0, 0.0, 1.0, 0.0, 0.0]),
        ("rotate3d", 4) => {
            let around = [number(0)?, number(1)?, number(2)?].map(|axis| axis.abs() > 1e-9);
            match around {
                [false, false, true] => Some(rotation(turn(3)? * number(2)?.signum())),
                [true, false, false] => Some([1.0, 0.0, 0.0, math::cos(turn(3)?), 0.0, 0.0]),
                [false, true, false] => Some([math::cos(turn(3)?), 0.0, 0.0, 1.0, 0.0, 0.0]),
                _ => None,
            }
        }
        ("skew" | "skewx", 1) => Some([1.0, 0.0, math::tan(turn(0)?), 1.0, 0.0, 0.0]),
        ("skew", 2) => Some([1.0, math::tan(turn(1)?), math::tan(turn(0)?), 1.0, 0.0, 0.0]),
        ("skewy", 1) => Some([1.0, math::tan(turn(0)?), 0.0, 1.0, 0.0, 0.0]),
        ("matrix", 6) => numbers()?.try_into().ok(),
        ("matrix3d", 16) => match *numbers()?.as_slice() {
            [a, b, _, _, c, d, _, _, _, _, _, _, e, f, _, _] => Some([a, b, c, d, e, f]),
            _ => None,
        },
        _ => None,
    }
}

fn length(text: &str, whole: f64, context: &Context) -> Option<f64> {
    Value::parse(text, context.basis(Some(whole)))?.pixels()
}

/// Parses an angle, in radians.
fn angle(text: &str, context: &Context) -> Option<f64> {
    match Value::parse(text, context.basis(None))? {
        Value::Angle(degrees) | Value::Number(degrees) => Some(degrees.to_radians()),
        _ => None,
    }
}

fn rotation(angle: f64) -> Matrix {
    let (sin, cos) = math::sin_cos(angle);
    [cos, sin, -sin, cos, 0.0, 0.0]
}

fn times([a, b, c, d, e, f]: Matrix, [g, h, i, j, k, l]: Matrix) -> Matrix {
    [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f]
}

/// Returns the matrix of the property `translate`, `rotate` or `scale`.
pub(super) fn single(name: &str, value: &str, context: &Context) -> Option<Matrix> {
    let value = value.trim();
    if value == "none" {
        return Some(IDENTITY);
    }
    let words: Vec<&str> = split(value, ' ').into_iter().filter(|word| !word.is_empty()).collect();
    let text = match (name, words.as_slice()) {
        ("rotate", ["z", angle] | [angle]) => format!("rotate({angle})"),
        ("translate" | "scale", [x] | [x, _] | [x, _, _]) => match words.get(1) {
            Some(y) => format!("{name}({x},{y})"),
            None => format!("{name}({x})"),
        },
        _ => return None,
    };
    parse(&text, context)
}

/// Returns the point of `transform-origin` in a box of left, top, width and height.
pub(super) fn origin(text: &str, [left, top, width, height]: [f64; 4], context: &Context) -> Option<(f64, f64)> {
    let words: Vec<&str> = split(text.trim(), ' ').into_iter().filter(|word| !word.is_empty()).collect();
    let (x, y) = match *words.as_slice() {
        [one @ ("top" | "bottom")] => ("center", one),
        [one] => (one, "center"),
        [y @ ("top" | "bottom"), x, ..] | [y, x @ ("left" | "right"), ..] => (x, y),
        [x, y, ..] => (x, y),
        [] => return None,
    };
    let place = |word: &str, start: f64, side: f64| {
        let offset = match word {
            "left" | "top" => Some(0.0),
            "center" => Some(side / 2.0),
            "right" | "bottom" => Some(side),
            word => length(word, side, context),
        };
        offset.map(|offset| start + offset)
    };
    Some((place(x, left, width)?, place(y, top, height)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::codec::svg::style::color::Rgba;

    const CONTEXT: Context =
        Context { font: 10.0, current: Rgba::BLACK, viewport: (60.0, 40.0), image: (600.0, 400.0) };

    #[test]
    fn transforms() {
        let near = |a: Matrix, b: Matrix| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9);
        for (text, want) in [
            ("none", Some(IDENTITY)),
            ("translate(10px,5px)", Some([1.0, 0.0, 0.0, 1.0, 10.0, 5.0])),
            ("translate(1em, 50%)", Some([1.0, 0.0, 0.0, 1.0, 10.0, 20.0])),
            ("translateX(calc(1px + 10%))", Some([1.0, 0.0, 0.0, 1.0, 7.0, 0.0])),
            ("rotate(.25turn) scaleX(2)", Some([0.0, 2.0, -1.0, 0.0, 0.0, 0.0])),
            ("rotate(90 10 0)", Some([0.0, 1.0, -1.0, 0.0, 10.0, -10.0])),
            ("scale(200%) translate3d(1px,2px,3px)", Some([2.0, 0.0, 0.0, 2.0, 2.0, 4.0])),
            ("skewY(45deg)", Some([1.0, 1.0, 0.0, 1.0, 0.0, 0.0])),
            ("matrix(1 2 3 4 5 6)", Some([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])),
            ("rotateX(180deg)", Some([1.0, 0.0, 0.0, -1.0, 0.0, 0.0])),
            ("rotate(1px)", None),
            ("rotate(", None),
            ("strange(1)", None),
        ] {
            match (parse(text, &CONTEXT), want) {
                (Some(got), Some(want)) => assert!(near(got, want), "{text}: {got:?}"),
                (got, want) => assert_eq!(got, want, "{text}"),
            }
        }
        let area = [10.0, 20.0, 30.0, 40.0];
        for (text, want) in [
            ("center", Some((25.0, 40.0))),
            ("top", Some((25.0, 20.0))),
            ("bottom left", Some((10.0, 60.0))),
            ("5px 25%", Some((15.0, 30.0))),
            ("100% 0 3px", Some((40.0, 20.0))),
            ("a b", None),
        ] {
            assert_eq!(origin(text, area, &CONTEXT), want, "{text}");
        }
    }
}
