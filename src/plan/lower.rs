//! Lowering: one walk over a transformation that leaves operations behind.
//!
//! Inside a step parameters act in a fixed order, whatever order they were written in (chosen; it
//! agrees with the fragments that ImageKit documents):
//!
//! ```text
//! trim . resize, crop, pad . flip . effects . border . radius . rotate . opacity . flatten . (layers)
//! ```
//!
//! Orientation comes once, before all steps. What stands in parentheses is not executed by this
//! version, see [`super::unsupported`]; the geometry of everything else is still that of the whole.

use super::effects;
use super::focus::{self, Anchor};
use super::sizing::{Fit, Wanted, Window};
use super::unsupported;
use super::{Frame, Look, Op, Oracle, Orientation, Plan, PlanError, Point, Rect, Region, Rules, Size, round};
use crate::format::Format;
use crate::limits::LimitError;
use crate::number::Number;
use crate::transform::{
    Background, Border, Color, Edit, Effects, Encoding, Pages, Radius, Rotation, Scope, Step, Transformation, Trim,
};

/// Plans a transformation for one source.
///
/// Planning is total in another sense than running: parameters that this version does not execute are
/// noted in [`Plan::unsupported`], so that the geometry of any URL can be asked for.
///
/// # Errors
/// - [`PlanError::OutsideImage`] where `cm-extract` leaves the picture,
/// - [`PlanError::Limit`] where the source, or what any operation makes of it, is too large,
/// - whatever the oracle answers with.
pub fn plan(wanted: &Transformation, oracle: &mut dyn Oracle, rules: &Rules) -> Result<Plan, PlanError> {
    let source = oracle.source()?;
    if source.size.pixels() == 0 {
        return Err(PlanError::Source("it has no pixels".to_owned()));
    }
    let plan = Plan {
        ops: Vec::with_capacity(4),
        steps: Vec::with_capacity(wanted.steps.len()),
        size: source.size,
        output: Encoding::default(),
        matte: Color::BLACK,
        unsupported: Vec::new(),
    };
    let mut lowering = Lowering {
        plan,
        oracle,
        rules,
        initial: source.size,
        density: source.density,
        conditions: source.format != Format::Gif,
        translucent: source.alpha,
    };
    if wanted.wants_original() {
        lowering.push(Op::Decode { size: source.size, page: 0 })?;
        lowering.plan.output.original = Some(true);
        return Ok(lowering.plan);
    }
    lowering.start(wanted, source.orientation)?;
    lowering.chain(wanted)?;
    let mut plan = lowering.plan;
    unsupported::note_output(&plan.output, &mut plan.unsupported);
    Ok(plan)
}

struct Lowering<'a> {
    plan: Plan,
    oracle: &'a mut dyn Oracle,
    rules: &'a Rules,
    /// The size of the original once it is upright.
    initial: Size,
    density: Option<f64>,
    /// Are conditions looked at? Conditional steps are skipped for GIF (documented as unsupported).
    conditions: bool,
    /// Could there be a transparent pixel by now?
    translucent: bool,
}

impl Lowering<'_> {
    fn start(&mut self, wanted: &Transformation, orientation: Orientation) -> Result<(), PlanError> {
        let page = wanted.steps.iter().filter_map(first_page).next_back().unwrap_or(0);
        self.push(Op::Decode { size: self.plan.size, page })?;
        let asked = || wanted.edits().any(|edit| edit.rotation == Some(Rotation::Auto));
        if orientation != Orientation::Upright && (self.rules.auto_orient || asked()) {
            self.push(Op::Orient(orientation))?;
        }
        self.initial = self.plan.size;
        Ok(())
    }

    fn chain(&mut self, steps: &Transformation) -> Result<(), PlanError> {
        for step in &steps.steps {
            match step {
                Step::Edit(edit) => self.edit(edit)?,
                Step::If(_) if !self.conditions => {}
                Step::If(choice) if choice.test.evaluate(&self.scope()) => self.chain(&choice.then)?,
                Step::If(choice) => {
                    if let Some(otherwise) = &choice.otherwise {
                        self.chain(otherwise)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn edit(&mut self, edit: &Edit) -> Result<(), PlanError> {
        // Variables mean the output of the step before, so this is read before anything changes.
        let scope = self.scope();
        unsupported::note(edit, &mut self.plan.unsupported);
        self.plan.output.fold(&edit.encoding);
        let ground = Ground::of(edit);
        if let Some(color) = ground.color {
            self.plan.matte = Color { opacity: 100, ..color };
        }
        self.trim(edit.trim)?;
        let mut frame = self.frame(edit, &scope)?;
        self.draw(&frame, ground)?;
        if let Some(flip) = edit.flip {
            self.push(Op::Flip(flip))?;
        }
        self.effects(&edit.effects, &scope)?;
        if let Some(border) = &edit.paint.border {
            self.border(border, &scope)?;
        }
        if let Some(radius) = edit.paint.radius {
            self.round(radius)?;
        }
        if let Some(Rotation::Degrees(degrees)) = edit.rotation {
            self.rotate(degrees, ground)?;
        }
        if let Some(percent) = edit.paint.opacity.filter(|percent| *percent < 100) {
            self.push(Op::Look(Look::Fade(percent)))?;
            self.translucent = true;
        }
        if let Some(color) = ground.color.filter(|_| self.translucent) {
            self.push(Op::Flatten(color))?;
            self.translucent = color.opacity < 100;
        }
        frame.output = self.plan.size;
        self.plan.steps.push(frame);
        Ok(())
    }

    fn trim(&mut self, trim: Option<Trim>) -> Result<(), PlanError> {
        let threshold = match trim {
            None | Some(Trim::Off) => return Ok(()),
            Some(Trim::On) => TRIM_DEFAULT,
            Some(Trim::Percent(percent)) => percent,
        };
        let left = self.oracle.trim(&self.plan, threshold)?;
        if !left.fits(self.plan.size) {
            return Err(PlanError::Source(format!("trimmed to {left}, which is outside {}", self.plan.size)));
        }
        if left == Rect::full(self.plan.size) { Ok(()) } else { self.push(Op::Trim(left)) }
    }

    /// Puts size and place together.
    fn frame(&self, edit: &Edit, scope: &Scope) -> Result<Frame, PlanError> {
        let input = self.plan.size;
        let wanted = Wanted::new(&edit.sizing, input, scope, self.rules.limits.side);
        let Fit { window, target, canvas } = Fit::new(wanted, input, &edit.placing);
        let anchor = Anchor::of(edit.placing.focus.as_ref());
        let source = match window {
            Window::Whole => Region::full(input),
            Window::Part(width, height) => anchor.region(width, height, input),
            Window::Pixels(kept) => anchor.rect(kept, input).into(),
            Window::Extract(asked) => focus::extract(asked, input, &edit.placing, scope)?.into(),
            Window::PadExtract(kept) => focus::pad_extract(kept, input, &edit.placing, scope).into(),
        };
        Ok(Frame { input, source, canvas, target: anchor.rect(target, canvas), output: canvas })
    }

    /// The operations of a frame; none where it changes nothing.
    fn draw(&mut self, frame: &Frame, ground: Ground) -> Result<(), PlanError> {
        let target = frame.target.size();
        // Copying whole pixels at their own size is a crop, whichever rule asked for it.
        match frame.source.to_rect().filter(|kept| kept.size() == target) {
            Some(kept) if kept == Rect::full(frame.input) => {}
            Some(kept) => self.push(Op::Crop(kept))?,
            None => self.push(Op::Resize { from: frame.source, to: target })?,
        }
        if target != frame.canvas {
            let fill = ground.padding();
            self.translucent |= fill.opacity < 100;
            let at = Point { x: frame.target.x.into(), y: frame.target.y.into() };
            self.push(Op::Extend { to: frame.canvas, at, fill })?;
        }
        Ok(())
    }

    fn effects(&mut self, effects: &Effects, scope: &Scope) -> Result<(), PlanError> {
        let size = self.plan.size;
        if effects.shadow.is_some() {
            LimitError::check("pixels below a shadow", size.pixels(), self.rules.limits.shadow_pixels)?;
        }
        let looks = [
            effects.colorize.as_ref().map(effects::colorize),
            effects.grayscale.then_some(Look::Grayscale),
            effects.contrast.then_some(Look::Stretch),
            effects.blur.map(effects::blur),
            effects.sharpen.map(effects::sharpen),
            effects.unsharp.map(effects::unsharp),
            effects.gradient.as_ref().map(|gradient| effects::gradient(gradient, size, scope)),
            // Below an opaque picture there is none to be seen.
            effects.shadow.filter(|_| self.translucent).map(|shadow| effects::shadow(shadow, size)),
        ];
        looks.into_iter().flatten().try_for_each(|look| self.push(Op::Look(look)))
    }

    fn border(&mut self, border: &Border, scope: &Scope) -> Result<(), PlanError> {
        let Ok(width) = border.width.evaluate(scope) else { return Ok(()) };
        // Below half a pixel there is none, while `round` never goes below one.
        if width < 0.5 {
            return Ok(());
        }
        self.translucent |= border.color.opacity < 100;
        self.push(Op::Border { width: round(width), color: border.color })
    }

    fn round(&mut self, radius: Radius) -> Result<(), PlanError> {
        let Some(look) = effects::round(radius, self.plan.size) else { return Ok(()) };
        self.translucent = true;
        self.push(Op::Look(look))
    }

    fn rotate(&mut self, degrees: Number, ground: Ground) -> Result<(), PlanError> {
        let degrees = degrees.rem_euclid(360);
        if degrees.is_zero() {
            return Ok(());
        }
        let fill = ground.opaque();
        let to = rotated(self.plan.size, degrees);
        let exact = degrees.rem_euclid(90).is_zero();
        self.translucent |= !exact && fill.is_none();
        self.push(Op::Rotate { degrees, to, fill })
    }

    /// Adds an operation if its result stays within all limits.
    fn push(&mut self, op: Op) -> Result<(), PlanError> {
        let limits = &self.rules.limits;
        let (before, after) = (self.plan.size, op.output(self.plan.size));
        LimitError::check("pixels", after.pixels(), limits.pixels)?;
        LimitError::check("bytes of pixels in memory", op.memory(before), limits.memory)?;
        self.plan.ops.push(op);
        self.plan.size = after;
        Ok(())
    }

    fn scope(&self) -> Scope {
        Scope { initial: self.initial, current: self.plan.size, base: None, density: self.density }
    }
}

/// `bg` as a colour.
#[derive(Clone, Copy)]
struct Ground {
    color: Option<Color>,
}

impl Ground {
    fn of(edit: &Edit) -> Self {
        let color = match edit.paint.background {
            Some(Background::Color(color)) => Some(color),
            _ => None,
        };
        // Beside `o` the opacity of `bg` means nothing (documented).
        let opaque = |color| Color { opacity: 100, ..color };
        Self { color: if edit.paint.opacity.is_some() { color.map(opaque) } else { color } }
    }

    /// What fills padding; black by default (documented).
    ///
    /// A translucent ground leaves it transparent, for the whole picture is put on that ground at the
    /// end of the step, and once is enough.
    fn padding(self) -> Color {
        match self.color {
            None => Color::BLACK,
            Some(color) if color.opacity < 100 => Color { opacity: 0, ..color },
            Some(color) => color,
        }
    }

    /// What fills the corners that a rotation uncovers.
    fn opaque(self) -> Option<Color> {
        self.color.filter(|color| color.opacity >= 100)
    }
}

/// The frame or page a step asks for, counted from zero.
fn first_page(step: &Step) -> Option<u32> {
    match step {
        Step::Edit(edit) => match edit.page.as_ref()? {
            Pages::Numbers(ranges) => ranges.first().map(|range| range.first.saturating_sub(1)),
            Pages::Names(_) => None,
        },
        // Not supported inside conditions (documented).
        Step::If(_) => None,
    }
}

/// The size that holds a picture turned by an angle between 0 and 360.
fn rotated(size: Size, degrees: Number) -> Size {
    match degrees.to_integer() {
        Some(180) => size,
        Some(90 | 270) => size.transpose(),
        _ => {
            let (sin, cos) = degrees.to_f64().to_radians().sin_cos();
            let (width, height) = (f64::from(size.width), f64::from(size.height));
            let side = |a: f64, b: f64| round(a.abs() + b.abs());
            Size::new(side(width * cos, height * sin), side(width * sin, height * cos))
        }
    }
}

/// `t-true` lies between 5 and 15 (documented); ImageKit's editor has 10.
const TRIM_DEFAULT: u8 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turned_pictures_fit_their_canvas() {
        for (degrees, want) in [("90", (4, 3)), ("180", (3, 4)), ("270", (4, 3)), ("45", (5, 5)), ("0.001", (3, 4))] {
            let size = rotated(Size::new(3, 4), degrees.parse().unwrap());
            assert_eq!((size.width, size.height), want, "{degrees}");
        }
    }
}
