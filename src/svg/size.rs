//! How large an SVG is: its `viewBox`, else its `width` and `height`.

use roxmltree::Node;

use crate::geometry::{Size, round};
use crate::limits::Limits;

/// The rectangle of its own coordinates that an SVG shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Viewport {
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// Above zero.
    pub(crate) width: f64,
    /// Above zero.
    pub(crate) height: f64,
}

impl Viewport {
    /// Documented: the `viewBox`. Without one the sides in CSS pixels, and 300x150 where they are missing
    /// (chosen; so do browsers).
    pub(crate) fn of(root: Node<'_, '_>) -> Self {
        root.attribute("viewBox").and_then(Self::parse).unwrap_or_else(|| {
            let side = |name: &str| root.attribute(name).and_then(pixels);
            let (width, height) = (side("width").unwrap_or(300.0), side("height").unwrap_or(150.0));
            Self { x: 0.0, y: 0.0, width, height }
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let separator = |c: char| c == ',' || c.is_ascii_whitespace();
        let mut numbers = text.split(separator).filter(|part| !part.is_empty()).map(number);
        let mut next = || numbers.next().flatten();
        let (x, y, width, height) = (next()?, next()?, next()?, next()?);
        let fits = is_side(width) && is_side(height) && numbers.next().is_none();
        fits.then_some(Self { x, y, width, height })
    }

    /// In whole pixels. A drawing of any size is small enough: it has no pixels yet, so it is given no more
    /// than the limits allow, with room in memory for what is made of it.
    pub(crate) fn size(&self, limits: &Limits) -> Size {
        let (area, side) = (self.width * self.height, self.width.max(self.height));
        #[expect(clippy::cast_precision_loss, reason = "a limit that is rounded to 53 bits is still one")]
        let allowed = limits.pixels.min(limits.memory / 16) as f64;
        let scale = 1_f64.min((allowed / area).sqrt()).min(f64::from(limits.side) / side);
        // Downwards where it is cut down, so that the product stays below the limit.
        let whole = |side: f64| if scale < 1.0 { round((side * scale).floor()) } else { round(side) };
        Size::new(whole(self.width), whole(self.height))
    }
}

/// A length in CSS pixels (CSS Values, *Absolute lengths*); relative ones are no size of a file.
fn pixels(text: &str) -> Option<f64> {
    let text = text.trim();
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-'));
    let factor = match unit {
        "" | "px" => 1.0,
        "in" => 96.0,
        "cm" => 96.0 / 2.54,
        "mm" => 96.0 / 25.4,
        "pt" => 96.0 / 72.0,
        "pc" => 16.0,
        _ => return None,
    };
    number(text.strip_suffix(unit)?).map(|value| value * factor).filter(|value| is_side(*value))
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// Positive, and of a size that survives arithmetic in single precision.
fn is_side(value: f64) -> bool {
    (1e-6..1e9).contains(&value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_files() {
        for (attributes, want) in [
            ("viewBox='0 0 24 16'", (24, 16)),
            ("viewBox='-5,-5, 10.6 , 20.4' width='7' height='8'", (11, 20)),
            ("viewBox='0 0 0 10' width='7' height='8.5px'", (7, 9)),
            ("width='1in' height='2.54cm'", (96, 96)),
            ("width='12pt' height='1pc'", (16, 16)),
            ("width='100%' height='20'", (300, 20)),
            ("", (300, 150)),
            ("viewBox='0 0 0.2 0.2'", (1, 1)),
            ("viewBox='0 0 1 2 3' width='1e9' height='NaN'", (300, 150)),
            ("viewBox='0 0 100000 100000'", (8192, 8192)),
            ("viewBox='0 0 655350 10'", (65_535, 1)),
        ] {
            let file = format!("<svg {attributes}/>");
            let document = roxmltree::Document::parse(&file).unwrap();
            let size = Viewport::of(document.root_element()).size(&Limits::default());
            assert_eq!((size.width, size.height), want, "{attributes}");
        }
    }
}
