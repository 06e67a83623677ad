//! The operations of an edit after its frame: `fl e-... bl b r rt o bg`.

use super::adjust::Filter;
use super::distort::Distortion;
use super::effects;
use super::error::PlanError;
use super::lower::{Ground, Lowering};
use super::op::Op;
use crate::geometry::{Size, round};
use crate::limits::LimitError;
use crate::math;
use crate::number::Number;
use crate::transform::{Ai, Border, Edit, Effects, Radius, Rotation, Scope};

impl Lowering<'_> {
    /// Adds all operations after the frame, in the fixed order.
    pub(super) fn finish(&mut self, edit: &Edit, ground: Ground, scope: &Scope) -> Result<(), PlanError> {
        if let Some(flip) = edit.flip {
            self.push(Op::Flip(flip))?;
        }
        self.effects(&edit.effects, scope)?;
        if let Some(border) = &edit.paint.border {
            self.border(border, scope)?;
        }
        if let Some(radius) = edit.paint.radius {
            self.round(radius)?;
        }
        if let Some(Rotation::Degrees(degrees)) = edit.rotation {
            self.rotate(degrees, ground)?;
        }
        if let Some(percent) = edit.paint.opacity.filter(|percent| *percent < 100) {
            self.push(Op::Adjust(Filter::Fade(percent)))?;
            self.translucent = true;
        }
        if let Some(color) = ground.color.filter(|_| self.translucent) {
            self.push(Op::Flatten(color))?;
            self.translucent = color.opacity < 100;
        }
        Ok(())
    }

    fn effects(&mut self, effects: &Effects, scope: &Scope) -> Result<(), PlanError> {
        let size = self.plan.size;
        if effects.shadow.is_some() {
            LimitError::check("pixels below a shadow", size.pixels(), self.rules.limits.shadow_pixels)?;
        }
        // A drop shadow is below all filters. Effects after it in the order of effects apply to the result of the
        // filters.
        let shadow = effects.ai.iter().position(|effect| matches!(effect, Ai::DropShadow { .. }));
        let (first, last) = effects.ai.split_at(shadow.unwrap_or(effects.ai.len()));
        first.iter().try_for_each(|effect| self.ai(effect))?;
        let size = self.plan.size;
        let looks = [
            effects.replace.as_ref().map(|r| Filter::Replace { to: r.to, tolerance: r.tolerance, from: r.from }),
            effects.colorize.as_ref().map(effects::colorize),
            effects.grayscale.then_some(Filter::Grayscale),
            effects.contrast.then_some(Filter::Stretch),
            effects.blur.map(effects::blur),
            effects.sharpen.map(effects::sharpen),
            effects.unsharp.map(effects::unsharp),
            effects.gradient.as_ref().map(|gradient| effects::gradient(gradient, size, scope)),
            // A shadow below an opaque image is not visible.
            effects.shadow.filter(|_| self.translucent).map(|shadow| effects::shadow(shadow, size)),
        ];
        looks.into_iter().flatten().try_for_each(|look| self.push(Op::Adjust(look)))?;
        last.iter().try_for_each(|effect| self.ai(effect))?;
        let Some(how) = effects.distort.and_then(|distort| Distortion::new(distort, self.plan.size)) else {
            return Ok(());
        };
        self.translucent = true;
        self.push(Op::Distort { how, to: how.output(self.plan.size) })
    }

    fn border(&mut self, border: &Border, scope: &Scope) -> Result<(), PlanError> {
        let Ok(width) = border.width.evaluate(scope) else { return Ok(()) };
        // A border of less than half a pixel is dropped, because `round` never returns less than one.
        if width < 0.5 {
            return Ok(());
        }
        self.translucent |= border.color.opacity < 100;
        self.push(Op::Border { width: round(width), color: border.color })
    }

    fn round(&mut self, radius: Radius) -> Result<(), PlanError> {
        let Some(look) = effects::round(radius, self.plan.size) else { return Ok(()) };
        self.translucent = true;
        self.push(Op::Adjust(look))
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

    /// Adds an effect that needs a model. Its provider is called now, because the result may have another size.
    fn ai(&mut self, effect: &Ai) -> Result<(), PlanError> {
        if matches!(effect, Ai::Retouch | Ai::Upscale) {
            LimitError::check("pixels for this effect", self.plan.size.pixels(), self.rules.limits.effect_pixels)?;
        }
        let to = self.oracle.effect(&self.plan, effect)?;
        self.translucent = true;
        self.push(Op::Effect { effect: effect.clone(), to })
    }
}

/// Returns the size that contains an image turned by an angle between 0 and 360 degrees.
fn rotated(size: Size, degrees: Number) -> Size {
    match degrees.to_integer() {
        Some(180) => size,
        Some(90 | 270) => size.transpose(),
        _ => {
            let (sin, cos) = math::sin_cos(degrees.to_f64().to_radians());
            let (width, height) = (f64::from(size.width), f64::from(size.height));
            let side = |a: f64, b: f64| round(a.abs() + b.abs());
            Size::new(side(width * cos, height * sin), side(width * sin, height * cos))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turned_images_fit_their_canvas() {
        for (degrees, want) in [("90", (4, 3)), ("180", (3, 4)), ("270", (4, 3)), ("45", (5, 5)), ("0.001", (3, 4))] {
            let size = rotated(Size::new(3, 4), degrees.parse().unwrap());
            assert_eq!((size.width, size.height), want, "{degrees}");
        }
    }
}
