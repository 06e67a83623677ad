//! Stored transformations: `n-thumb` in a URL, replaced by the transformation that is stored under the name.
//!
//! A stored transformation of one step is merged into the step that names it: the parameters of that step win, wherever
//! the name is placed, and stored layers are drawn first. A longer one replaces its step, so the name must be alone in
//! the step. A stored transformation cannot name another one (chosen).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::error::ConfigErrorKind;
use super::warning::Warning;
use crate::limits::Limits;
use crate::transform::{
    Conditional, Edit, Effects, Ignored, Layer, Name, Paint, Placing, Reading, Sizing, Step, TextStyle, Transformation,
};

/// The stored transformations of an engine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Named(BTreeMap<Name, Stored>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Stored {
    transformation: Transformation,
    /// Tokens of the text that have no effect.
    ignored: Vec<Ignored>,
}

/// The reason why a name in a URL cannot be expanded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// No transformation is stored under the name.
    #[error("no transformation is stored as `{0}`")]
    Unknown(Name),
    /// The stored transformation has several steps, and the step that names it has other parameters.
    #[error("`{0}` has several steps and must be alone in its step")]
    NotAlone(Name),
}

impl Named {
    /// Stores a transformation.
    ///
    /// # Errors
    /// The name is invalid or already in use, or the text is malformed or names a stored transformation.
    pub(crate) fn insert(&mut self, name: &str, text: &str, limits: &Limits) -> Result<(), ConfigErrorKind> {
        let name = Name::new(name).ok_or(ConfigErrorKind::BadName)?;
        let Reading { transformation, ignored, .. } =
            Transformation::parse(text, limits).map_err(|error| ConfigErrorKind::BadTransformation(Box::new(error)))?;
        if names_another(&transformation) {
            return Err(ConfigErrorKind::RecursiveName);
        }
        match self.0.insert(name, Stored { transformation, ignored }) {
            None => Ok(()),
            Some(_) => Err(ConfigErrorKind::DuplicateName),
        }
    }

    /// Returns the names.
    pub(crate) fn names(&self) -> Arc<[Name]> {
        self.0.keys().cloned().collect()
    }

    /// Returns a warning for each transformation with tokens that have no effect.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = Warning> {
        let partly = self.0.iter().filter(|(_, stored)| !stored.ignored.is_empty());
        partly.map(|(name, stored)| Warning::IgnoredInNamed { name: name.to_string(), ignored: stored.ignored.clone() })
    }

    /// Replaces each name by its stored transformation.
    ///
    /// # Errors
    /// See [`NameError`].
    pub(crate) fn expand(&self, transformation: Transformation) -> Result<Transformation, NameError> {
        let mut steps = Vec::with_capacity(transformation.steps.len());
        for step in transformation.steps {
            match step {
                Step::Edit(edit) => self.expand_edit(*edit, &mut steps)?,
                Step::If(choice) => {
                    let Conditional { test, then, otherwise } = *choice;
                    let then = self.expand(then)?;
                    let otherwise = otherwise.map(|t| self.expand(t)).transpose()?;
                    steps.push(Step::If(Box::new(Conditional { test, then, otherwise })));
                }
            }
        }
        Ok(Transformation { steps })
    }

    fn expand_edit(&self, mut edit: Edit, steps: &mut Vec<Step>) -> Result<(), NameError> {
        for layer in &mut edit.layers {
            layer.steps = self.expand(std::mem::take(&mut layer.steps))?;
        }
        let Some(name) = edit.named.take() else {
            steps.push(Step::Edit(Box::new(edit)));
            return Ok(());
        };
        let stored = self.0.get(&name).ok_or_else(|| NameError::Unknown(name.clone()))?;
        match stored.transformation.steps.as_slice() {
            [Step::Edit(below)] => steps.push(Step::Edit(Box::new(over(edit, (**below).clone())))),
            several if edit == Edit::default() => steps.extend_from_slice(several),
            [] => steps.push(Step::Edit(Box::new(edit))),
            _ => return Err(NameError::NotAlone(name)),
        }
        Ok(())
    }
}

fn names_another(transformation: &Transformation) -> bool {
    let in_layer = |layer: &Layer| names_another(&layer.steps);
    transformation.edits().any(|edit| edit.named.is_some() || edit.layers.iter().any(in_layer))
}

/// Merges two edits: values of `edit`, and values of `below` for parameters that `edit` does not set.
fn over(edit: Edit, below: Edit) -> Edit {
    let Edit {
        named,
        page,
        trim,
        sizing,
        placing,
        flip,
        rotation,
        paint,
        effects,
        text,
        layers,
        mut encoding,
        default_image,
    } = below;
    encoding.fold(&edit.encoding);
    Edit {
        named: edit.named.or(named),
        page: edit.page.or(page),
        trim: edit.trim.or(trim),
        sizing: sizing_over(edit.sizing, sizing),
        placing: placing_over(edit.placing, placing),
        flip: edit.flip.or(flip),
        rotation: edit.rotation.or(rotation),
        paint: paint_over(edit.paint, paint),
        effects: effects_over(edit.effects, effects),
        text: text_over(edit.text, text),
        layers: layers.into_iter().chain(edit.layers).collect(),
        encoding,
        default_image: edit.default_image.or(default_image),
    }
}

fn sizing_over(edit: Sizing, below: Sizing) -> Sizing {
    let Sizing { width, height, aspect, dpr } = below;
    Sizing {
        width: edit.width.or(width),
        height: edit.height.or(height),
        aspect: edit.aspect.or(aspect),
        dpr: edit.dpr.or(dpr),
    }
}

fn placing_over(edit: Placing, below: Placing) -> Placing {
    let Placing { strategy, mode, focus, x, y, x_center, y_center, zoom } = below;
    Placing {
        strategy: edit.strategy.or(strategy),
        mode: edit.mode.or(mode),
        focus: edit.focus.or(focus),
        x: edit.x.or(x),
        y: edit.y.or(y),
        x_center: edit.x_center.or(x_center),
        y_center: edit.y_center.or(y_center),
        zoom: edit.zoom.or(zoom),
    }
}

fn paint_over(edit: Paint, below: Paint) -> Paint {
    let Paint { background, border, radius, opacity } = below;
    Paint {
        background: edit.background.or(background),
        border: edit.border.or(border),
        radius: edit.radius.or(radius),
        opacity: edit.opacity.or(opacity),
    }
}

fn effects_over(edit: Effects, mut below: Effects) -> Effects {
    edit.ai.into_iter().for_each(|effect| below.add_ai(effect));
    let Effects { blur, replace, colorize, grayscale, contrast, sharpen, unsharp, gradient, shadow, distort, ai } =
        below;
    Effects {
        blur: edit.blur.or(blur),
        replace: edit.replace.or(replace),
        colorize: edit.colorize.or(colorize),
        grayscale: edit.grayscale || grayscale,
        contrast: edit.contrast || contrast,
        sharpen: edit.sharpen.or(sharpen),
        unsharp: edit.unsharp.or(unsharp),
        gradient: edit.gradient.or(gradient),
        shadow: edit.shadow.or(shadow),
        distort: edit.distort.or(distort),
        ai,
    }
}

fn text_over(edit: TextStyle, below: TextStyle) -> TextStyle {
    let TextStyle { size, font, color, align, padding, alpha, typography, line_height } = below;
    TextStyle {
        size: edit.size.or(size),
        font: edit.font.or(font),
        color: edit.color.or(color),
        align: edit.align.or(align),
        padding: edit.padding.or(padding),
        alpha: edit.alpha.or(alpha),
        typography: edit.typography.or(typography),
        line_height: edit.line_height.or(line_height),
    }
}
