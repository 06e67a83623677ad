//! Lowering: one pass over a transformation that generates operations.
//!
//! The parameters of a step act in a fixed order, whatever order they were written in (chosen; it agrees with the
//! fragments that ImageKit documents):
//!
//! ```text
//! trim . resize, crop, pad . flip . effects . border . radius . rotate . opacity . flatten . layers
//! ```
//!
//! Orientation is applied once, before all steps. [`super::finish`] adds the operations after the frame, and
//! [`super::layer`] the layers. Parameters that cannot be executed are noted, see [`super::unsupported`]; the geometry
//! of all other parameters is planned as if they were executed.

use super::error::PlanError;
use super::fill::Fill;
use super::frame::frame;
use super::op::{Op, Plan};
use super::oracle::Oracle;
use super::rules::Rules;
use super::step::Frame;
use super::unsupported;
use crate::format::Format;
use crate::geometry::{Orientation, Point, Rect, Size};
use crate::limits::LimitError;
use crate::number::Number;
use crate::path::AssetPath;
use crate::transform::{
    Background, Color, Density, Edit, Encoding, Length, Mode, Pages, Placing, Rotation, Scope, Step, Strategy,
    Transformation, Trim,
};

/// Plans a transformation for one source.
///
/// Planning accepts more than running: parameters that this version does not execute are noted in
/// [`Plan::unsupported`], so that the geometry of any URL is available.
///
/// # Errors
/// - [`PlanError::OutsideImage`] if the region of `cm-extract` is not inside the image,
/// - [`PlanError::Limit`] if the source, or the result of an operation, is too large,
/// - the errors of the oracle.
pub fn plan(wanted: &Transformation, oracle: &mut dyn Oracle, rules: &Rules) -> Result<Plan, PlanError> {
    let mut lowering = Lowering::of_file(oracle, rules, None)?;
    if wanted.wants_original() {
        let size = lowering.plan.size;
        lowering.push(Op::Decode { file: None, size, page: 0 })?;
        lowering.plan.output.original = Some(true);
        return Ok(lowering.plan);
    }
    lowering.start(wanted)?;
    lowering.chain(wanted)?;
    lowering.fit_unsized(wanted)?;
    Ok(lowering.plan)
}

/// A plan under construction, of the asset or of one layer.
pub(super) struct Lowering<'a> {
    pub(super) plan: Plan,
    pub(super) oracle: &'a mut dyn Oracle,
    pub(super) rules: &'a Rules,
    /// The file that it starts with; `None` is the asset.
    file: Option<AssetPath>,
    orientation: Orientation,
    /// The size of the original after orientation.
    pub(super) initial: Size,
    /// The size of the image that a layer is drawn on.
    pub(super) base: Option<Size>,
    /// Whether expressions may use only the variables of the base.
    pub(super) base_only: bool,
    density: Option<f64>,
    /// Whether conditions are evaluated. Conditional steps are skipped for GIF (documented as unsupported).
    conditions: bool,
    /// Whether the image may have a transparent pixel at this point.
    pub(super) translucent: bool,
}

impl<'a> Lowering<'a> {
    /// Starts without a source.
    pub(super) fn new(oracle: &'a mut dyn Oracle, rules: &'a Rules, size: Size) -> Self {
        let plan = Plan {
            ops: Vec::with_capacity(4),
            steps: Vec::new(),
            size,
            output: Encoding::default(),
            matte: Color::BLACK,
            unsupported: Vec::new(),
        };
        Self {
            plan,
            oracle,
            rules,
            file: None,
            orientation: Orientation::Upright,
            initial: size,
            base: None,
            base_only: false,
            density: None,
            conditions: true,
            translucent: true,
        }
    }

    /// Starts with a file, of which only the header has been read.
    pub(super) fn of_file(
        oracle: &'a mut dyn Oracle,
        rules: &'a Rules,
        file: Option<&AssetPath>,
    ) -> Result<Self, PlanError> {
        let source = oracle.source(file)?;
        if source.size.pixels() == 0 {
            return Err(PlanError::Source("it has no pixels".to_owned()));
        }
        let mut lowering = Self::new(oracle, rules, source.size);
        lowering.file = file.cloned();
        lowering.orientation = source.orientation;
        lowering.density = source.density;
        lowering.conditions = source.format != Format::Gif;
        lowering.translucent = source.alpha;
        Ok(lowering)
    }

    /// Reads the file and applies its orientation.
    pub(super) fn start(&mut self, wanted: &Transformation) -> Result<(), PlanError> {
        self.push(Op::Decode { file: self.file.clone(), size: self.plan.size, page: page(wanted) })?;
        let asked = || wanted.edits().any(|edit| edit.rotation == Some(Rotation::Auto));
        if self.orientation != Orientation::Upright && (self.rules.auto_orient || asked()) {
            self.push(Op::Orient(self.orientation))?;
        }
        self.initial = self.plan.size;
        Ok(())
    }

    pub(super) fn chain(&mut self, steps: &Transformation) -> Result<(), PlanError> {
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

    /// Fits an image without `w` or `h` into the maximum size.
    fn fit_unsized(&mut self, wanted: &Transformation) -> Result<(), PlanError> {
        let names_size = |edit: &Edit| edit.sizing.width.is_some() || edit.sizing.height.is_some();
        let Some(most) = self.rules.max_size.filter(|_| !wanted.edits().any(names_size)) else { return Ok(()) };
        let mut edit = Edit::default();
        edit.sizing.width = Some(Length::Px(most.width.into()));
        edit.sizing.height = Some(Length::Px(most.height.into()));
        edit.placing.strategy = Some(Strategy::AtMax);
        self.edit(&edit)
    }

    fn edit(&mut self, edit: &Edit) -> Result<(), PlanError> {
        // Variables refer to the output of the previous step, so the scope is taken before any change.
        let scope = self.scope();
        unsupported::note(edit, &mut self.plan.unsupported);
        self.output(&edit.encoding, &scope);
        let ground = Ground::of(edit);
        if let Some(color) = ground.color {
            self.plan.matte = Color { opacity: 100, ..color };
        }
        self.trim(edit.trim)?;
        let mut frame = frame(edit, &scope, &self.plan, self.oracle, self.rules.limits.side)?;
        self.draw(&frame, edit, ground)?;
        self.finish(edit, ground, &scope)?;
        frame.output = self.plan.size;
        self.plan.steps.push(frame);
        self.layers(&edit.layers)
    }

    /// Folds the settings of the output. A density that is an expression becomes a number.
    ///
    /// An expression without a value, or with one that is not a valid density, keeps the previous density (chosen).
    fn output(&mut self, encoding: &Encoding, scope: &Scope) {
        let before = self.plan.output.density.take();
        self.plan.output.fold(encoding);
        let density = match self.plan.output.density.take() {
            Some(Density::Expr(expr)) => expr.evaluate(scope).ok().and_then(dots).map(Density::Dpi),
            known => known,
        };
        self.plan.output.density = density.or(before);
    }

    pub(super) fn trim(&mut self, trim: Option<Trim>) -> Result<(), PlanError> {
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

    /// Adds the operations of a frame, or none if it changes nothing.
    fn draw(&mut self, frame: &Frame, edit: &Edit, ground: Ground) -> Result<(), PlanError> {
        let target = frame.target.size();
        // Copying whole pixels at their own size is a crop, whichever rule requested it.
        match frame.source.to_rect().filter(|kept| kept.size() == target) {
            Some(kept) if kept == Rect::full(frame.input) => {}
            Some(kept) => self.push(Op::Crop(kept))?,
            None => self.push(Op::Resize { from: frame.source, to: target })?,
        }
        let fill = ground.fill(edit, frame.canvas);
        // These fills extend below the whole image, including its transparent pixels.
        let behind = matches!(fill, Fill::Blurred { .. } | Fill::Dominant | Fill::DominantGradient { .. });
        if target != frame.canvas || (behind && self.translucent) {
            self.translucent |= matches!(fill, Fill::Color(Color { opacity: ..100, .. }));
            self.translucent &= !behind;
            let at = Point { x: frame.target.x.into(), y: frame.target.y.into() };
            self.push(Op::Extend { to: frame.canvas, at, fill })?;
        }
        Ok(())
    }

    /// Adds an operation if its result is within all limits.
    pub(super) fn push(&mut self, op: Op) -> Result<(), PlanError> {
        let limits = &self.rules.limits;
        let (before, after) = (self.plan.size, op.output(self.plan.size));
        LimitError::check("pixels", after.pixels(), limits.pixels)?;
        op.cost_with(before).check(limits)?;
        self.plan.ops.push(op);
        self.plan.size = after;
        Ok(())
    }

    pub(super) fn scope(&self) -> Scope {
        Scope {
            initial: self.initial,
            current: self.plan.size,
            base: self.base,
            density: self.density,
            base_only: self.base_only,
        }
    }
}

/// `bg` as a colour.
#[derive(Clone, Copy)]
pub(super) struct Ground {
    pub(super) color: Option<Color>,
}

impl Ground {
    /// No background, or one that was already handled.
    pub(super) const NONE: Self = Self { color: None };

    fn of(edit: &Edit) -> Self {
        let color = match edit.paint.background {
            Some(Background::Color(color)) => Some(color),
            _ => None,
        };
        // Together with `o`, the opacity of `bg` is ignored (documented).
        let opaque = |color| Color { opacity: 100, ..color };
        Self { color: if edit.paint.opacity.is_some() { color.map(opaque) } else { color } }
    }

    /// Returns the fill of padding, black by default (documented).
    ///
    /// A translucent background leaves it transparent. The whole image is put on that background at the end of the
    /// step, and it must not be applied twice.
    fn fill(self, edit: &Edit, canvas: Size) -> Fill {
        let special = edit.paint.background.as_ref().and_then(|ground| special_fill(ground, &edit.placing, canvas));
        special.unwrap_or({
            Fill::Color(match self.color {
                None => Color::BLACK,
                Some(color) if color.opacity < 100 => Color { opacity: 0, ..color },
                Some(color) => color,
            })
        })
    }

    /// Returns the fill of the corners that a rotation uncovers.
    pub(super) fn opaque(self) -> Option<Color> {
        self.color.filter(|color| color.opacity >= 100)
    }
}

/// Returns the frame or page to read, counted from zero. Of several steps, the last one that names a page wins.
pub(crate) fn page(wanted: &Transformation) -> u32 {
    wanted.steps.iter().filter_map(first_page).next_back().unwrap_or(0)
}

/// Returns the frame or page that a step requests, counted from zero.
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

/// Returns whole dots per inch within the documented range, 1 to 1200.
fn dots(value: f64) -> Option<u16> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float to integer casts saturate")]
    let nearest = value.round() as u16;
    (1..=1200).contains(&nearest).then_some(nearest)
}

/// Returns the fill of padding if `bg` is not a colour, or `None` if it cannot be used.
fn special_fill(ground: &Background, placing: &Placing, canvas: Size) -> Option<Fill> {
    match ground {
        Background::Color(_) => None,
        // Only with `cm-pad_resize` (documented).
        Background::Blurred { .. } if !matches!(placing.mode, Some(Mode::PadResize | Mode::PadResizeNoEnlarge)) => None,
        Background::Blurred { intensity, brightness } => {
            // One image of ImageKit with 600 pixels was blurred by 12 (measured); scaling the blur with the canvas is
            // chosen.
            let auto = || (f64::from(canvas.width.min(canvas.height)) / 50.0).clamp(1.0, 100.0);
            let sigma = intensity.map_or_else(auto, Number::to_f64);
            Some(Fill::Blurred { sigma, brightness: *brightness })
        }
        Background::Dominant => Some(Fill::Dominant),
        Background::GradientDominant { palette } => Some(Fill::DominantGradient { palette: *palette }),
        Background::GenerativeFill { prompt } => Some(Fill::Generated { prompt: prompt.clone() }),
    }
}

/// `t-true` is between 5 and 15 percent (documented); ImageKit's editor uses 10.
const TRIM_DEFAULT: u8 = 10;
