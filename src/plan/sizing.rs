//! Sizing: from `w h ar dpr c cm` to sizes. The module `focus` determines positions.
//!
//! Lengths stay real numbers until the requested frame is known; width and height are then rounded once. Products are
//! computed before quotients, so that exact halves and exact fits are exact.

use crate::geometry::{Size, round};
use crate::transform::{Aspect, Dpr, Length, Mode, Placing, Scope, Sizing, Strategy};

/// The frame that a step requests, in pixels, not yet rounded. A missing side follows from the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wanted {
    width: Option<f64>,
    height: Option<f64>,
}

impl Wanted {
    /// Reads `w`, `h`, `ar` and `dpr` for a step whose input has this size.
    ///
    /// A length that is not above zero, or is above `side`, counts as absent. So does a value that cannot be computed,
    /// such as `w-iw_div_0`.
    pub(super) fn new(sizing: &Sizing, input: Size, scope: &Scope, side: u32) -> Self {
        let read = |length: &Option<Length>, all: u32| {
            let value = match length.as_ref()? {
                Length::Px(number) => number.to_f64(),
                Length::Share(share) => times(f64::from(all), share.to_fraction()),
                // Hints replace `auto`; this one had no hint.
                Length::Auto => return None,
                Length::Expr(expr) => expr.evaluate(scope).ok()?,
            };
            (value > 0.0 && value <= f64::from(side)).then_some(value)
        };
        Self { width: read(&sizing.width, input.width), height: read(&sizing.height, input.height) }
            .with_aspect(sizing.aspect.as_ref(), scope)
            .with_dpr(sizing.dpr.as_ref(), input, scope)
    }

    /// Returns `true` if both sides are given.
    pub(super) const fn is_frame(self) -> bool {
        self.width.is_some() && self.height.is_some()
    }

    /// Computes the second side from `ar`, if one side is given.
    fn with_aspect(self, aspect: Option<&Aspect>, scope: &Scope) -> Self {
        let Some((across, down)) = shape(aspect, scope) else { return self };
        match self {
            Self { width: Some(width), height: None } => Self { height: Some(width * down / across), ..self },
            Self { width: None, height: Some(height) } => Self { width: Some(height * across / down), ..self },
            _ => self,
        }
    }

    /// Multiplies both sides by `dpr`, or none if one of them would leave 1 to 5000 (documented).
    fn with_dpr(self, dpr: Option<&Dpr>, input: Size, scope: &Scope) -> Self {
        let factor = match dpr {
            None | Some(Dpr::Auto) => return self,
            Some(Dpr::Factor(factor)) => factor.to_fraction(),
            Some(Dpr::Expr(expr)) => (expr.evaluate(scope).unwrap_or_default(), 1.0),
        };
        if !(0.1..=5.0).contains(&(factor.0 / factor.1)) {
            return self;
        }
        let larger = Self {
            width: self.width.map(|width| times(width, factor)),
            height: self.height.map(|height| times(height, factor)),
        };
        let (across, down) = (f64::from(input.width), f64::from(input.height));
        let sides = match larger {
            Self { width: None, height: None } => return self,
            Self { width: Some(width), height: None } => (width, width * down / across),
            Self { width: None, height: Some(height) } => (height * across / down, height),
            Self { width: Some(width), height: Some(height) } => (width, height),
        };
        let fine = |side: f64| (1.0..=5000.0).contains(&side);
        if fine(sides.0) && fine(sides.1) { larger } else { self }
    }
}

/// Returns `ar` as width to height, both above zero.
pub(super) fn shape(aspect: Option<&Aspect>, scope: &Scope) -> Option<(f64, f64)> {
    let (across, down) = match aspect? {
        Aspect::Ratio(across, down) => {
            let (across, down) = (across.to_fraction(), down.to_fraction());
            (across.0 * down.1, down.0 * across.1)
        }
        Aspect::Expr(expr) => (expr.evaluate(scope).ok()?, 1.0),
    };
    (across > 0.0 && down > 0.0).then_some((across, down))
}

/// The sizes of a step: the part that is read, its size after resampling, and the canvas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fit {
    pub(super) window: Window,
    /// The size to which the window is resampled. Never larger than the canvas.
    pub(super) target: Size,
    pub(super) canvas: Size,
}

/// The part of the input that is read, and the rule for its position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Window {
    /// The whole input.
    Whole,
    /// A part to resample: width and height, which may be fractional.
    Part(f64, f64),
    /// A part to copy.
    Pixels(Size),
    /// A part to copy from given coordinates: the requested size, whose excess is cut off.
    Extract(Size),
    /// A part to copy, from given coordinates if they keep it inside.
    PadExtract(Size),
}

impl Fit {
    /// Applies the documented strategies. `cm` takes precedence over `c` (chosen). If only one side is given, or none,
    /// nothing is cut or padded, whatever they say (documented).
    pub(super) fn new(wanted: Wanted, input: Size, placing: &Placing) -> Self {
        let keep = placing.mode.map_or_else(
            || matches!(placing.strategy, Some(Strategy::AtMax | Strategy::MaintainRatioNoEnlarge)),
            |mode| mode == Mode::PadResizeNoEnlarge,
        );
        let frame = match wanted {
            Wanted { width: None, height: None } => return Self::scaled(input),
            Wanted { width: Some(width), height: None } if keep && width > input.width.into() => {
                return Self::scaled(input);
            }
            Wanted { width: None, height: Some(height) } if keep && height > input.height.into() => {
                return Self::scaled(input);
            }
            Wanted { width: Some(width), height: None } => return Self::scaled(to_width(input, width)),
            Wanted { width: None, height: Some(height) } => return Self::scaled(to_height(input, height)),
            Wanted { width: Some(width), height: Some(height) } => Size::new(round(width), round(height)),
        };
        match placing.mode {
            Some(mode) => Self::by_mode(mode, frame, input),
            None => Self::by_strategy(placing.strategy.unwrap_or(Strategy::MaintainRatio), frame, input),
        }
    }

    fn by_strategy(strategy: Strategy, frame: Size, input: Size) -> Self {
        match strategy {
            Strategy::MaintainRatio => Self::cover(frame, input),
            Strategy::MaintainRatioNoEnlarge if encloses(input, frame) => Self::cover(frame, input),
            // The requested aspect ratio, cut from the existing pixels (chosen).
            Strategy::MaintainRatioNoEnlarge => {
                let (width, height) = window(frame, input);
                let kept = smaller(Size::new(round(width), round(height)), input);
                Self { window: Window::Pixels(kept), target: kept, canvas: kept }
            }
            Strategy::Force => Self::scaled(frame),
            // Only this reading keeps the result inside the frame and never enlarges it (chosen).
            Strategy::AtMax if encloses(frame, input) => Self::scaled(input),
            Strategy::AtMax | Strategy::AtMaxEnlarge => Self::scaled(inside(frame, input)),
            Strategy::AtLeast => Self::scaled(around(frame, input)),
        }
    }

    fn by_mode(mode: Mode, frame: Size, input: Size) -> Self {
        match mode {
            Mode::Extract => {
                let kept = smaller(frame, input);
                Self { window: Window::Extract(frame), target: kept, canvas: kept }
            }
            Mode::PadExtract => Self::padded(frame, input),
            Mode::PadExtractNoShrink => Self::padded(larger(frame, input), input),
            Mode::PadResizeNoEnlarge if encloses(frame, input) => {
                Self { window: Window::Whole, target: input, canvas: frame }
            }
            Mode::PadResize | Mode::PadResizeNoEnlarge => {
                Self { window: Window::Whole, target: smaller(inside(frame, input), frame), canvas: frame }
            }
        }
    }

    /// Scales the whole input to another size.
    const fn scaled(to: Size) -> Self {
        Self { window: Window::Whole, target: to, canvas: to }
    }

    /// Fills the frame and cuts off the rest.
    fn cover(frame: Size, input: Size) -> Self {
        let (width, height) = window(frame, input);
        Self { window: Window::Part(width, height), target: frame, canvas: frame }
    }

    /// Cuts an image that is too large and pads one that is too small.
    fn padded(canvas: Size, input: Size) -> Self {
        let kept = smaller(canvas, input);
        Self { window: Window::PadExtract(kept), target: kept, canvas }
    }
}

fn times(length: f64, (numerator, denominator): (f64, f64)) -> f64 {
    length * numerator / denominator
}

/// Returns the largest part of `input` that has the aspect ratio of `frame`.
fn window(frame: Size, input: Size) -> (f64, f64) {
    let (across, down) = (f64::from(input.width), f64::from(input.height));
    if is_wider(frame, input) {
        (across, (f64::from(frame.height) * across / f64::from(frame.width)).min(down))
    } else {
        ((f64::from(frame.width) * down / f64::from(frame.height)).min(across), down)
    }
}

/// Returns the size of `input` scaled to fit into `frame`.
fn inside(frame: Size, input: Size) -> Size {
    if is_wider(frame, input) { to_height(input, frame.height.into()) } else { to_width(input, frame.width.into()) }
}

/// Returns the size of `input` scaled to cover `frame`.
fn around(frame: Size, input: Size) -> Size {
    if is_wider(frame, input) { to_width(input, frame.width.into()) } else { to_height(input, frame.height.into()) }
}

fn to_width(input: Size, width: f64) -> Size {
    Size::new(round(width), round(f64::from(input.height) * width / f64::from(input.width)))
}

fn to_height(input: Size, height: f64) -> Size {
    Size::new(round(f64::from(input.width) * height / f64::from(input.height)), round(height))
}

/// Returns `true` if `a` is at least as wide as `b` in aspect ratio. Exact, because products of two sides fit `u64`.
fn is_wider(a: Size, b: Size) -> bool {
    u64::from(a.width) * u64::from(b.height) >= u64::from(a.height) * u64::from(b.width)
}

fn encloses(outer: Size, inner: Size) -> bool {
    outer.width >= inner.width && outer.height >= inner.height
}

fn smaller(a: Size, b: Size) -> Size {
    Size::new(a.width.min(b.width), a.height.min(b.height))
}

fn larger(a: Size, b: Size) -> Size {
    Size::new(a.width.max(b.width), a.height.max(b.height))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform::{Expr, Number, Operator, Term, Variable};

    const PLANT: Size = Size::new(640, 865);

    fn n(text: &str) -> Number {
        text.parse().unwrap()
    }

    fn px(text: &str) -> Option<Length> {
        Some(Length::Px(n(text)))
    }

    fn frame(sizing: &Sizing, input: Size) -> (Option<f64>, Option<f64>) {
        let wanted = Wanted::new(sizing, input, &Scope::of(input), 65_535);
        (wanted.width, wanted.height)
    }

    #[test]
    fn aspect_gives_the_missing_side_only() {
        let ratio = Some(Aspect::Ratio(n("4"), n("3")));
        let parts = Some(Aspect::Ratio(n("1.6"), n("0.5")));
        let car = Term::Variable(Variable::CurrentAspect);
        let chroma_420 = Some(Aspect::Expr(Expr { first: car, rest: vec![(Operator::Div, Term::Number(n("2")))] }));
        let nothing = Some(Aspect::Expr(Expr { first: car, rest: vec![(Operator::Sub, car)] }));
        for (width, height, aspect, want) in [
            (px("400"), None, &ratio, (Some(400.0), Some(300.0))),
            (None, px("301"), &ratio, (Some(301.0 * 4.0 / 3.0), Some(301.0))),
            (px("400"), px("100"), &ratio, (Some(400.0), Some(100.0))),
            (None, None, &ratio, (None, None)),
            (px("400"), None, &parts, (Some(400.0), Some(125.0))),
            (px("70000"), px("300"), &None, (None, Some(300.0))),
            (px("400"), None, &chroma_420, (Some(400.0), Some(450.0))),
            (px("400"), None, &nothing, (Some(400.0), None)),
            (Some(Length::Share(n("0.25"))), Some(Length::Share(n("0.5"))), &None, (Some(400.0), Some(450.0))),
            (Some(Length::Auto), px("10"), &None, (None, Some(10.0))),
            (Some(Length::Share(n("0.029"))), None, &None, (Some(46.4), None)),
            (None, Some(Length::Share(n("0.29"))), &None, (None, Some(261.0))),
        ] {
            let sizing = Sizing { width, height, aspect: aspect.clone(), dpr: None };
            assert_eq!(frame(&sizing, Size::new(1600, 900)), want, "{sizing:?}");
        }
    }

    #[test]
    fn dpr_multiplies_both_sides_or_nothing() {
        for (width, height, dpr, want) in [
            (px("300"), px("200"), "2", (Some(600.0), Some(400.0))),
            (px("300"), None, "0.5", (Some(150.0), None)),
            (px("2500"), None, "2", (Some(5000.0), None)),
            (px("2501"), None, "2", (Some(2501.0), None)),
            // The other side follows from the aspect ratio of the source and is checked too.
            (None, px("3000"), "1.5", (None, Some(4500.0))),
            (None, px("3000"), "1.3", (None, Some(3900.0))),
            // Exact; the nearest `f64` of the factor would give slightly less.
            (px("50"), None, "0.29", (Some(14.5), None)),
            (px("9"), px("9"), "0.1", (Some(9.0), Some(9.0))),
            (px("300"), None, "5.1", (Some(300.0), None)),
            (None, None, "2", (None, None)),
        ] {
            let sizing = Sizing { width, height, aspect: None, dpr: Some(Dpr::Factor(n(dpr))) };
            assert_eq!(frame(&sizing, Size::new(1000, 1000)), want, "{sizing:?}");
        }
        let tall = Sizing { width: px("200"), height: None, aspect: None, dpr: Some(Dpr::Factor(n("2"))) };
        assert_eq!(frame(&tall, Size::new(10, 200)), (Some(200.0), None), "8000 pixels high");
        let wide = Sizing { width: None, height: px("1000"), aspect: None, dpr: Some(Dpr::Factor(n("2"))) };
        assert_eq!(frame(&wide, Size::new(4000, 1000)), (None, Some(1000.0)), "8000 pixels wide");
    }

    #[test]
    fn strategies_give_the_documented_sizes() {
        let both = |width: u32, height: u32| Wanted { width: Some(width.into()), height: Some(height.into()) };
        for (width, height, strategy, want) in [
            (300, 200, Strategy::AtMax, (148, 200)),
            (300, 200, Strategy::AtLeast, (300, 405)),
            (850, 1000, Strategy::AtMaxEnlarge, (740, 1000)),
            (850, 1000, Strategy::AtMax, (640, 865)),
            (300, 200, Strategy::MaintainRatio, (300, 200)),
            (300, 200, Strategy::Force, (300, 200)),
            (1280, 1280, Strategy::MaintainRatioNoEnlarge, (640, 640)),
            (1280, 100, Strategy::MaintainRatioNoEnlarge, (640, 50)),
        ] {
            let placing = Placing { strategy: Some(strategy), ..Placing::default() };
            let fit = Fit::new(both(width, height), PLANT, &placing);
            assert_eq!((fit.canvas.width, fit.canvas.height), want, "{strategy:?}");
            assert_eq!(fit.target, fit.canvas);
        }
    }

    #[test]
    fn modes_beat_strategies_and_one_side_beats_both() {
        let mut placing = Placing { strategy: Some(Strategy::AtMax), ..Placing::default() };
        let wide = Wanted { width: Some(1280.0), height: None };
        assert_eq!(Fit::new(wide, PLANT, &placing), Fit::scaled(PLANT));
        placing.mode = Some(Mode::Extract);
        assert_eq!(Fit::new(wide, PLANT, &placing), Fit::scaled(Size::new(1280, 1730)));
        let both = Wanted { width: Some(100.0), height: Some(2000.0) };
        let cut = Size::new(100, 865);
        let want = Fit { window: Window::Extract(Size::new(100, 2000)), target: cut, canvas: cut };
        assert_eq!(Fit::new(both, PLANT, &placing), want);
    }
}
