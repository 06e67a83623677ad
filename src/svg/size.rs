//! The size of an SVG as a standalone image: its `width`, its `height`, the ratio of its `viewBox`.

use roxmltree::Node;

use super::length::{Basis, Value, number};
use crate::geometry::{Size, round};
use crate::limits::Limits;

/// The size of an SVG as an image, and the part of its user coordinates that is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Viewport {
    /// The width in CSS pixels, above zero.
    pub(crate) width: f64,
    /// The height in CSS pixels, above zero.
    pub(crate) height: f64,
    /// The rectangle of `viewBox`: left, top, width, height.
    pub(crate) view_box: Option<ViewBox>,
}

/// The value of `viewBox`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ViewBox {
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// The width. Nothing is shown if it is zero.
    pub(crate) width: f64,
    /// The height. Nothing is shown if it is zero.
    pub(crate) height: f64,
}

/// The length of a side in the root element.
#[derive(Clone, Copy)]
enum Side {
    Pixels(f64),
    /// As large as the available space.
    Auto,
    /// A share of a viewport, which a standalone image does not have.
    OfViewport,
}

impl Viewport {
    /// Returns the size that browsers give an `<img>` of the file without other sizing: CSS Images 3, *default sizing
    /// algorithm*, with the 300x150 of CSS 2.1, 10.3.2.
    ///
    /// `width` and `height` are used if they are lengths. A missing one follows from the ratio of the `viewBox`.
    /// Without both, the ratio is fitted into 300x150. Styles do not size the root. Two rules are chosen for files that
    /// browsers do not show: the sign of a negative side is ignored, and sides in units of a viewport (`vw`) refer to
    /// the `viewBox`.
    pub(crate) fn of(root: Node<'_, '_>) -> Self {
        let view_box = root.attribute("viewBox").and_then(ViewBox::parse);
        let ratio = view_box.filter(|shown| is_side(shown.width) && is_side(shown.height));
        let font = root.attribute("font-size").and_then(|text| Value::parse(text, Basis::INITIAL)?.pixels());
        let basis = Basis { font: font.filter(|size| is_side(*size)).unwrap_or(16.0), ..Basis::INITIAL };
        let side = |name: &str| root.attribute(name).map_or(Side::Auto, |text| Side::parse(text, basis));
        let (width, height) = match (side("width"), side("height"), ratio) {
            (Side::Pixels(width), Side::Pixels(height), _) => (width, height),
            (Side::OfViewport, _, Some(shown)) | (_, Side::OfViewport, Some(shown)) => (shown.width, shown.height),
            (Side::Pixels(width), _, Some(shown)) => (width, width * shown.height / shown.width),
            (_, Side::Pixels(height), Some(shown)) => (height * shown.width / shown.height, height),
            (_, _, Some(shown)) => {
                let scale = (WIDTH / shown.width).min(HEIGHT / shown.height);
                (shown.width * scale, shown.height * scale)
            }
            (Side::Pixels(width), _, None) => (width, HEIGHT),
            (_, Side::Pixels(height), None) => (WIDTH, height),
            _ => (WIDTH, HEIGHT),
        };
        let fits = is_side(width) && is_side(height);
        Self { width: if fits { width } else { WIDTH }, height: if fits { height } else { HEIGHT }, view_box }
    }

    /// Returns the size in whole pixels. A drawing is never too large, because it has no pixels yet: its size is
    /// reduced to the limits, with enough memory left for the operations on it.
    pub(crate) fn size(&self, limits: &Limits) -> Size {
        let (area, side) = (self.width * self.height, self.width.max(self.height));
        #[expect(clippy::cast_precision_loss, reason = "a limit that is rounded to 53 bits is still one")]
        let allowed = limits.pixels.min(limits.memory / 16) as f64;
        let scale = 1_f64.min((allowed / area).sqrt()).min(f64::from(limits.side) / side);
        // Rounded down if the size is reduced, so that the product stays within the limit.
        let whole = |side: f64| if scale < 1.0 { round((side * scale).floor()) } else { round(side) };
        Size::new(whole(self.width), whole(self.height))
    }
}

impl ViewBox {
    /// Reads four numbers. A negative width or height is an error; the attribute then counts as absent.
    fn parse(text: &str) -> Option<Self> {
        let mut rest = text.trim();
        let mut next = || {
            let (value, behind) = number(rest)?;
            let behind = behind.trim_start();
            rest = behind.strip_prefix(',').unwrap_or(behind).trim_start();
            Some(value)
        };
        let (x, y, width, height) = (next()?, next()?, next()?, next()?);
        let within = |value: f64| (0.0..1e9).contains(&value.abs());
        let fits = width >= 0.0 && height >= 0.0 && [x, y, width, height].into_iter().all(within) && rest.is_empty();
        fits.then_some(Self { x, y, width, height })
    }

    /// Returns `true` if the rectangle is empty, so that nothing is shown.
    #[cfg(feature = "svg")]
    pub(crate) fn is_empty(&self) -> bool {
        !is_side(self.width) || !is_side(self.height)
    }
}

impl Side {
    fn parse(text: &str, basis: Basis) -> Self {
        match Value::parse(text, basis) {
            Some(Value::Number(value) | Value::Length(value)) if is_side(value.abs()) => Self::Pixels(value.abs()),
            None if Value::parse(text, Basis { viewport: Some((1.0, 1.0)), ..basis }).is_some() => Self::OfViewport,
            _ => Self::Auto,
        }
    }
}

/// Returns `true` for a positive length that single-precision arithmetic can handle.
fn is_side(value: f64) -> bool {
    (1e-6..1e9).contains(&value)
}

/// The default object size of CSS.
const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 150.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_files() {
        for (attributes, want) in [
            ("viewBox='0 0 24 16'", (225, 150)),
            ("viewBox='0,0,10,1'", (300, 30)),
            ("viewBox='0 0 1 3'", (50, 150)),
            ("viewBox='-5,-5, 10.6 , 20.4' width='7' height='8'", (7, 8)),
            ("viewBox='-5-5 10 20' width='7'", (7, 14)),
            ("viewBox='0 0 10 20' height='8' width='100%'", (4, 8)),
            ("viewBox='0 0 10 20' height='auto' width='auto'", (75, 150)),
            ("viewBox='0 0 10 20' style='width:7px;height:9px'", (75, 150)),
            ("viewBox='0 0 0 10' width='7' height='8.5px'", (7, 9)),
            ("viewBox='0 0 0 10'", (300, 150)),
            ("viewBox='0 0 -4 10' width='9'", (9, 150)),
            ("width='1in' height='2.54cm'", (96, 96)),
            ("width='12pt' height='1pc'", (16, 16)),
            ("width='6e1' height='+4E1px'", (60, 40)),
            ("width='2em' height='2ex'", (32, 16)),
            ("width='2em' height='2ex' font-size='10'", (20, 10)),
            ("width='100%' height='20'", (300, 20)),
            ("width='-60' height='40'", (60, 40)),
            ("width='0' height='40'", (300, 40)),
            ("width='calc(10px + 1in)' height='40'", (106, 40)),
            ("width='50vw' height='10vh'", (300, 150)),
            ("width='50vw' height='10vh' viewBox='0 0 60 40'", (60, 40)),
            ("width='a' height='40b'", (300, 150)),
            ("", (300, 150)),
            ("viewBox='0 0 0.2 0.2'", (150, 150)),
            ("width='0.2' height='0.2'", (1, 1)),
            ("viewBox='0 0 1 2 3' width='1e9' height='NaN'", (300, 150)),
            ("width='100000' height='100000'", (8192, 8192)),
            ("width='655350' height='10'", (65_535, 1)),
        ] {
            let file = format!("<svg {attributes}/>");
            let document = roxmltree::Document::parse(&file).unwrap();
            let size = Viewport::of(document.root_element()).size(&Limits::default());
            assert_eq!((size.width, size.height), want, "{attributes}");
        }
    }
}
