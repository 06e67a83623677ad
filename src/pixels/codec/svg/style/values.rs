//! Property values in the form that the renderer reads: lengths in pixels, colours in hexadecimal digits.

use super::color::Rgba;
use crate::svg::{Basis, Value, split};

/// The sizes and colours to which the values of an element refer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    /// The font size, in pixels.
    pub(super) font: f64,
    /// The value of the property `color`.
    pub(super) current: Rgba,
    /// Width and height of the coordinates of the nearest viewport, for percentages.
    pub(super) viewport: (f64, f64),
    /// Width and height of the image, for units such as `vw`.
    pub(super) image: (f64, f64),
}

impl Context {
    pub(super) fn basis(&self, percent: Option<f64>) -> Basis {
        Basis { font: self.font, percent, viewport: Some(self.image) }
    }

    /// Returns the length to which percentages of a property refer.
    pub(super) fn whole(&self, name: &str) -> f64 {
        let (width, height) = self.viewport;
        match name {
            "x" | "x1" | "x2" | "cx" | "rx" | "dx" | "fx" | "width" | "refX" | "markerWidth" => width,
            "y" | "y1" | "y2" | "cy" | "ry" | "dy" | "fy" | "height" | "refY" | "markerHeight" => height,
            _ => (width.mul_add(width, height * height) / 2.0).sqrt(),
        }
    }
}

/// The syntax of a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Paint,
    Color,
    Share,
    Length,
    Lengths,
    Number,
    FontSize,
    /// A length that is an attribute of some elements.
    Geometry,
    /// Path data.
    Data,
    /// A part of the transformation.
    Transform,
    /// A reference to an element.
    Reference,
    /// Filter functions, or a reference.
    Filter,
    /// Keywords.
    Words,
}

/// Returns the kind of a property that affects drawing.
pub(super) fn kind(name: &str) -> Option<Kind> {
    Some(match name {
        "fill" | "stroke" => Kind::Paint,
        "color" | "stop-color" | "flood-color" | "lighting-color" => Kind::Color,
        "opacity" | "fill-opacity" | "stroke-opacity" | "stop-opacity" | "flood-opacity" => Kind::Share,
        "stroke-width" | "stroke-dashoffset" | "letter-spacing" | "word-spacing" => Kind::Length,
        "stroke-dasharray" => Kind::Lengths,
        "stroke-miterlimit" => Kind::Number,
        "font-size" => Kind::FontSize,
        "x" | "y" | "width" | "height" | "r" | "rx" | "ry" | "cx" | "cy" => Kind::Geometry,
        "d" => Kind::Data,
        "transform" | "translate" | "rotate" | "scale" | "transform-origin" | "transform-box" => Kind::Transform,
        "clip-path" | "mask" | "marker-start" | "marker-mid" | "marker-end" => Kind::Reference,
        "filter" => Kind::Filter,
        "alignment-baseline"
        | "baseline-shift"
        | "clip-rule"
        | "color-interpolation"
        | "color-interpolation-filters"
        | "color-rendering"
        | "direction"
        | "display"
        | "dominant-baseline"
        | "fill-rule"
        | "font-family"
        | "font-kerning"
        | "font-optical-sizing"
        | "font-size-adjust"
        | "font-stretch"
        | "font-style"
        | "font-variant"
        | "font-variation-settings"
        | "font-weight"
        | "image-rendering"
        | "isolation"
        | "mask-type"
        | "mix-blend-mode"
        | "overflow"
        | "paint-order"
        | "shape-rendering"
        | "stroke-linecap"
        | "stroke-linejoin"
        | "text-anchor"
        | "text-decoration"
        | "text-rendering"
        | "unicode-bidi"
        | "vector-effect"
        | "visibility"
        | "white-space"
        | "writing-mode" => Kind::Words,
        _ => return None,
    })
}

/// Returns `true` if descendants inherit a property.
pub(super) fn is_inherited(name: &str) -> bool {
    !matches!(
        name,
        "opacity"
            | "stop-color"
            | "stop-opacity"
            | "flood-color"
            | "flood-opacity"
            | "lighting-color"
            | "clip-path"
            | "mask"
            | "filter"
            | "display"
            | "overflow"
            | "isolation"
            | "mix-blend-mode"
            | "mask-type"
            | "alignment-baseline"
            | "baseline-shift"
            | "dominant-baseline"
            | "unicode-bidi"
            | "vector-effect"
            | "text-decoration"
    ) && !matches!(kind(name), Some(Kind::Geometry | Kind::Data | Kind::Transform) | None)
}

/// Returns the initial value of an inherited property.
pub(super) fn initial(name: &str) -> Option<&'static str> {
    Some(match name {
        "fill" | "color" => "#000000",
        "stroke" | "stroke-dasharray" | "marker-start" | "marker-mid" | "marker-end" => "none",
        "fill-opacity" | "stroke-opacity" | "stroke-width" => "1",
        "stroke-dashoffset" | "letter-spacing" | "word-spacing" => "0",
        "stroke-miterlimit" => "4",
        "font-size" => "16",
        "fill-rule" | "clip-rule" => "nonzero",
        "stroke-linecap" => "butt",
        "stroke-linejoin" => "miter",
        "visibility" => "visible",
        "text-anchor" => "start",
        "font-weight" | "font-style" | "font-stretch" | "font-variant" | "paint-order" => "normal",
        "shape-rendering" | "text-rendering" | "image-rendering" => "auto",
        _ => return None,
    })
}

/// Converts a value to the form that the renderer reads. Returns `None` if the value is invalid for the property, so
/// that the declaration is ignored.
pub(super) fn normalised(name: &str, value: &str, context: &Context) -> Option<String> {
    let value = value.trim();
    match kind(name)? {
        Kind::Paint => paint(value, context),
        Kind::Color => Rgba::parse(value, context.current).map(Rgba::print),
        Kind::Share => {
            let share = Value::parse(value, Basis::INITIAL)?.fraction()?;
            Some(share.clamp(0.0, 1.0).to_string())
        }
        Kind::Length if value == "normal" => Some("0".to_owned()),
        Kind::Length | Kind::Geometry => length(name, value, context),
        Kind::Lengths if value == "none" => Some(value.to_owned()),
        Kind::Lengths => {
            let commas = split(value, ',');
            let words = commas.iter().flat_map(|part| split(part.trim(), ' ')).filter(|word| !word.is_empty());
            let all: Option<Vec<String>> = words.map(|word| length(name, word, context)).collect();
            all.filter(|all| !all.is_empty()).map(|all| all.join(" "))
        }
        Kind::Number => match Value::parse(value, Basis::INITIAL)? {
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        },
        Kind::Data => {
            let text = value.strip_prefix("path(")?.strip_suffix(')')?.trim();
            let quoted = |mark: char| text.strip_prefix(mark)?.strip_suffix(mark);
            quoted('"').or_else(|| quoted('\'')).map(str::to_owned)
        }
        Kind::Reference => (value == "none" || value.starts_with("url(")).then(|| value.to_owned()),
        Kind::Filter => Some(filter(value, context)),
        Kind::FontSize | Kind::Transform | Kind::Words => Some(value.to_owned()),
    }
}

/// Parses `none`, a colour, or a reference with the fallback for a missing target.
fn paint(value: &str, context: &Context) -> Option<String> {
    if matches!(value, "none" | "context-fill" | "context-stroke") {
        return Some(value.to_owned());
    }
    if let Some(color) = Rgba::parse(value, context.current) {
        return Some(color.print());
    }
    if !value.starts_with("url(") {
        return None;
    }
    let (reference, fallback) = value.split_at_checked(value.find(')')? + 1)?;
    match fallback.trim() {
        "" => Some(reference.to_owned()),
        fallback => Some(format!("{reference} {}", paint(fallback, context)?)),
    }
}

/// Parses a length without its unit, or a percentage.
pub(super) fn length(name: &str, value: &str, context: &Context) -> Option<String> {
    // Percentages are left to the renderer, which knows the viewport best, unless they are part of a calculation.
    let percent = value.contains('(').then(|| context.whole(name));
    match Value::parse(value, context.basis(percent))? {
        Value::Number(value) | Value::Length(value) => Some(value.to_string()),
        Value::Percent(value) => Some(format!("{value}%")),
        _ => None,
    }
}

/// Converts the colours in filter functions to the form that the renderer reads.
fn filter(value: &str, context: &Context) -> String {
    let Some(start) = value.find("drop-shadow(") else { return value.to_owned() };
    let (before, rest) = value.split_at_checked(start + "drop-shadow(".len()).unwrap_or_default();
    let mut depth = 1_u32;
    let end = rest.find(|c| {
        depth = match c {
            '(' => depth + 1,
            ')' => depth - 1,
            _ => depth,
        };
        depth == 0
    });
    let (inside, after) = rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or_default();
    let words = split(inside.trim(), ' ').into_iter().filter(|word| !word.is_empty()).map(|word| {
        let length = length("", word, context).map(|number| format!("{number}px"));
        length.or_else(|| Rgba::parse(word, context.current).map(Rgba::print)).unwrap_or_else(|| word.to_owned())
    });
    let words: Vec<String> = words.collect();
    format!("{before}{}{}", words.join(" "), filter(after, context))
}

/// Returns a font size in pixels. `parent` is the font size of the parent.
pub(super) fn font_size(value: &str, parent: f64, context: &Context) -> Option<f64> {
    let named = |power: i32| Some(16.0 * 1.2_f64.powi(power));
    match value {
        "xx-small" => named(-3),
        "x-small" => named(-2),
        "small" => named(-1),
        "medium" | "initial" => named(0),
        "large" => named(1),
        "x-large" => named(2),
        "xx-large" => named(3),
        "smaller" => Some(parent / 1.2),
        "larger" => Some(parent * 1.2),
        "inherit" | "unset" => Some(parent),
        _ => {
            let basis = Basis { font: parent, percent: Some(parent), viewport: Some(context.image) };
            Value::parse(value, basis)?.pixels().filter(|size| (0.0..1e5).contains(size))
        }
    }
}

/// Expands a shorthand to its longhands with their values. Returns `None` if the property is not a shorthand.
pub(super) fn longhands<'a>(name: &str, value: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
    Some(match name {
        "marker" => vec![("marker-start", value), ("marker-mid", value), ("marker-end", value)],
        "font" => font(value).unwrap_or_default(),
        "mask-image" => vec![("mask", value)],
        "-webkit-transform" => vec![("transform", value)],
        "text-decoration-line" => vec![("text-decoration", value)],
        "overflow-x" | "overflow-y" => vec![("overflow", value)],
        _ => return None,
    })
}

/// Parses a `font` shorthand such as `italic bold 12px/1.5 "A", serif`.
fn font(value: &str) -> Option<Vec<(&'static str, &str)>> {
    let mut all = vec![
        ("font-style", "normal"),
        ("font-weight", "normal"),
        ("font-stretch", "normal"),
        ("font-variant", "normal"),
    ];
    let mut rest = value.trim();
    loop {
        let end = rest.find(' ').unwrap_or(rest.len());
        let (word, after) = rest.split_at_checked(end)?;
        rest = after.trim_start();
        let set = match word {
            "italic" | "oblique" => Some("font-style"),
            "bold" | "bolder" | "lighter" => Some("font-weight"),
            "small-caps" => Some("font-variant"),
            word if word.ends_with("condensed") || word.ends_with("expanded") => Some("font-stretch"),
            word if word.len() == 3 && word.bytes().all(|b| b.is_ascii_digit()) => Some("font-weight"),
            "normal" => None,
            _ => {
                all.push(("font-size", word.split('/').next()?));
                // There may be a space between the slash and the line height.
                let family =
                    rest.strip_prefix('/').map_or(rest, |rest| rest.trim_start().split_once(' ').unwrap_or_default().1);
                all.push(("font-family", family));
                return (!family.is_empty()).then_some(all);
            }
        };
        if let Some(name) = set {
            all.push((name, word));
        }
        if rest.is_empty() {
            return None;
        }
    }
}

/// Returns `true` if a property has no effect on a still image, so that no note is needed.
pub(super) fn is_silent(name: &str) -> bool {
    let starts = ["-", "transition", "animation", "font-", "text-rendering", "color-"];
    starts.iter().any(|start| name.starts_with(start))
        || matches!(
            name,
            "cursor"
                | "pointer-events"
                | "user-select"
                | "will-change"
                | "enable-background"
                | "solid-color"
                | "solid-opacity"
                | "line-height"
                | "text-align"
                | "tab-size"
                | "hyphens"
                | "word-break"
                | "backface-visibility"
                | "perspective"
                | "transform-style"
                | "text-indent"
                | "text-decoration-style"
                | "text-decoration-color"
                | "shape-padding"
                | "shape-margin"
                | "clip"
                | "kerning"
        )
}
