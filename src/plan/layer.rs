//! Layers: each one is planned separately and drawn at a position that is determined last.
//!
//! The base of a layer is the image at the time when the layer is drawn: after everything else of its step
//! (documented). Layers of a layer are drawn on that layer.

use super::error::PlanError;
use super::lower::{Ground, Lowering};
use super::op::{Mix, Op};
use super::text::{FontChoice, TextBlock};
use super::unsupported::Unsupported;
use crate::geometry::{Point, Region, Size, round};
use crate::path::AssetPath;
use crate::transform::{
    Align, Background, Blend, Color, Content, Edit, Gravity, Layer, Length, Measure, Offset, Padding, Place, Position,
    Scope, Step, TextStyle, Transformation, Trim,
};

impl Lowering<'_> {
    /// Draws layers in order.
    pub(super) fn layers(&mut self, layers: &[Layer]) -> Result<(), PlanError> {
        layers.iter().try_for_each(|layer| self.layer(layer))
    }

    fn layer(&mut self, layer: &Layer) -> Result<(), PlanError> {
        let base = self.plan.size;
        let mut inner = match &layer.content {
            Content::Image(path) => Lowering::of_file(&mut *self.oracle, self.rules, Some(path))?,
            Content::Canvas | Content::Text(_) => {
                let mut inner = Lowering::new(&mut *self.oracle, self.rules, base);
                inner.base_only = true;
                inner
            }
            Content::Video(_) => return self.lacks("l-video"),
            Content::Subtitles(_) => return self.lacks("l-subtitles"),
        };
        inner.base = Some(base);
        match &layer.content {
            Content::Text(text) => inner.text(text, &layer.steps, base)?,
            Content::Canvas => inner.canvas(&layer.steps, base)?,
            _ => inner.image(&layer.steps)?,
        }
        let scope = inner.scope();
        let mix = mix(layer.blend, &layer.place, &scope);
        let mut at = place(&layer.place, base, inner.plan.size, &scope);
        if let Mix::Displace { .. } = mix {
            // The map is stretched over the base. The values of its position set how far it moves pixels.
            at = Point { x: 0, y: 0 };
            if inner.plan.size != base {
                let from = Region::full(inner.plan.size);
                inner.push(Op::Resize { from, to: base })?;
            }
        }
        let plan = inner.plan;
        self.plan.unsupported.extend_from_slice(&plan.unsupported);
        self.translucent |= matches!(mix, Mix::Cutout | Mix::Cutter | Mix::Displace { .. });
        self.push(Op::Compose { layer: Box::new(plan), at, mix })
    }

    /// Plans an image layer. It is trimmed first, unless `t` is given (documented).
    fn image(&mut self, steps: &Transformation) -> Result<(), PlanError> {
        self.start(steps)?;
        if steps.edits().all(|edit| edit.trim.is_none()) {
            self.trim(Some(Trim::On))?;
        }
        self.chain(steps)
    }

    /// Plans a block with the size and colour of its first step. All other parameters act as usual.
    fn canvas(&mut self, steps: &Transformation, base: Size) -> Result<(), PlanError> {
        let (edit, rest) = split_first(steps);
        let scope = self.scope();
        let side = |length: &Option<Length>, all: u32| {
            length.as_ref().and_then(|length| length_of(length, all, &scope)).map_or(all, round)
        };
        let size = Size::new(side(&edit.sizing.width, base.width), side(&edit.sizing.height, base.height));
        let color = match (&edit.effects.gradient, &edit.paint.background) {
            // A gradient replaces the colour (documented).
            (Some(_), _) => Color { opacity: 0, ..Color::BLACK },
            (None, Some(Background::Color(color))) => thinned(*color, edit.text.alpha),
            (None, _) => thinned(Color::BLACK, edit.text.alpha),
        };
        self.translucent = color.opacity < 100;
        self.push(Op::Canvas { size, color })?;
        self.initial = size;
        self.finish(&edit, Ground::NONE, &scope)?;
        self.layers(&edit.layers)?;
        self.chain(&rest)
    }

    /// Plans a text. It is drawn once with the style of all steps combined; then each step turns and rounds it
    /// (chosen).
    fn text(&mut self, text: &str, steps: &Transformation, base: Size) -> Result<(), PlanError> {
        let scope = self.scope();
        let block = block(text, steps, base, &scope);
        let size = self.oracle.text(&block)?;
        self.translucent = block.background.is_none_or(|ground| ground.opacity < 100);
        self.push(Op::Text { block: Box::new(block), size })?;
        self.initial = size;
        for step in &steps.steps {
            match step {
                Step::Edit(edit) => {
                    let scope = self.scope();
                    self.finish(edit, Ground::NONE, &scope)?;
                    self.layers(&edit.layers)?;
                }
                Step::If(_) => self.chain(&Transformation { steps: vec![step.clone()] })?,
            }
        }
        Ok(())
    }

    fn lacks(&mut self, parameter: &'static str) -> Result<(), PlanError> {
        self.plan.unsupported.push(Unsupported { parameter, reason: "only on video" });
        Ok(())
    }
}

/// Returns the first step, if it is an edit, and the other steps.
fn split_first(steps: &Transformation) -> (Edit, Transformation) {
    match steps.steps.split_first() {
        Some((Step::Edit(edit), rest)) => ((**edit).clone(), Transformation { steps: rest.to_vec() }),
        _ => (Edit::default(), steps.clone()),
    }
}

/// Returns the pixels of a length of a text or block. Shares are of the base (chosen).
fn length_of(length: &Length, base: u32, scope: &Scope) -> Option<f64> {
    let value = match length {
        Length::Px(number) => number.to_f64(),
        Length::Share(share) => share.to_f64() * f64::from(base),
        Length::Auto => return None,
        Length::Expr(expr) => expr.evaluate(scope).ok()?,
    };
    (value > 0.0).then_some(value)
}

/// Returns the text of a layer with every number resolved. Of several steps, the last one that sets a value wins.
fn block(text: &str, steps: &Transformation, base: Size, scope: &Scope) -> TextBlock {
    /// The documented size.
    const SIZE: f64 = 45.0;
    let edits = || steps.steps.iter().filter_map(|step| if let Step::Edit(edit) = step { Some(&**edit) } else { None });
    let style = |pick: fn(&TextStyle) -> bool| edits().map(|edit| &edit.text).rfind(|style| pick(style));
    let value = |measure: Option<&Measure>| measure.and_then(|m| m.evaluate(scope).ok()).filter(|value| *value > 0.0);
    let alpha = style(|s| s.alpha.is_some()).and_then(|s| s.alpha);
    let padding = match style(|s| s.padding.is_some()).and_then(|s| s.padding.as_ref()) {
        None => [0; 4],
        Some(Padding::Sides(sides)) => *sides,
        Some(Padding::Expr(expr)) => [value(Some(&Measure::Expr(expr.clone()))).map_or(0, round); 4],
    };
    let background = edits().filter_map(|edit| edit.paint.background.as_ref()).next_back();
    TextBlock {
        text: text.to_owned(),
        font: font(style(|s| s.font.is_some()).and_then(|s| s.font.as_deref())),
        size: value(style(|s| s.size.is_some()).and_then(|s| s.size.as_ref())).unwrap_or(SIZE),
        wrap: edits()
            .filter_map(|edit| edit.sizing.width.as_ref())
            .next_back()
            .and_then(|width| length_of(width, base.width, scope))
            .map(round),
        align: style(|s| s.align.is_some()).and_then(|s| s.align).unwrap_or(Align::Center),
        padding,
        color: thinned(style(|s| s.color.is_some()).and_then(|s| s.color).unwrap_or(Color::BLACK), alpha),
        background: match background {
            Some(Background::Color(color)) => Some(thinned(*color, alpha)),
            _ => None,
        },
        typography: style(|s| s.typography.is_some()).and_then(|s| s.typography).unwrap_or_default(),
        line_height: value(style(|s| s.line_height.is_some()).and_then(|s| s.line_height.as_ref())),
    }
}

/// A name with a dot or a slash is a file (chosen).
fn font(name: Option<&str>) -> FontChoice {
    match name {
        None => FontChoice::Default,
        Some(name) if AssetPath::names_file(name) => match AssetPath::from_text(name) {
            Ok(path) => FontChoice::File(path),
            Err(_) => FontChoice::Default,
        },
        Some(name) => FontChoice::Named(name.to_owned()),
    }
}

/// Applies `al`, tenths of opacity, to a colour without an opacity (documented).
const fn thinned(color: Color, alpha: Option<u8>) -> Color {
    match alpha {
        Some(tenths) if color.opacity == 100 => Color { opacity: tenths * 10, ..color },
        _ => color,
    }
}

fn mix(blend: Option<Blend>, place: &Place, scope: &Scope) -> Mix {
    match blend {
        None => Mix::Over,
        Some(Blend::Multiply) => Mix::Multiply,
        Some(Blend::Cutout) => Mix::Cutout,
        Some(Blend::Cutter) => Mix::Cutter,
        Some(Blend::Displace) => {
            let far = |position: &Option<Position>| match position {
                None => 0.0,
                Some(Position::Edge(offset) | Position::Center(offset)) => {
                    distance(offset, scope).map_or(0.0, Along::signed)
                }
            };
            Mix::Displace { x: far(&place.x), y: far(&place.y) }
        }
    }
}

/// Returns the position of a layer of size `own`.
///
/// A negative distance is the one between the far edges. An anchor names a point of the base and the corresponding
/// point of the layer (chosen): distances are then between these two, a negative one to the left or upwards, and zero
/// on an axis without a distance. A layer that would start beyond the base is pulled back inside (documented; how far
/// is chosen).
fn place(place: &Place, base: Size, own: Size, scope: &Scope) -> Point {
    let axis = |position: &Option<Position>, base: u32, own: u32, share: fn(Gravity) -> Share| {
        let start = along(position.as_ref()?, base, own, place.anchor.map(share), scope);
        start.map(|start| pulled_back(start, base, own))
    };
    let x = axis(&place.x, base.width, own.width, across);
    let y = axis(&place.y, base.height, own.height, down);
    let at = |gravity: Gravity| {
        let free = |base: u32, own: u32| i64::from(base) - i64::from(own);
        let at = |share: Share, free: i64| match share {
            Share::Start => 0,
            Share::Middle => free.div_euclid(2),
            Share::End => free,
        };
        Point {
            x: at(across(gravity), free(base.width, own.width)),
            y: at(down(gravity), free(base.height, own.height)),
        }
    };
    if x.is_none() && y.is_none() {
        return at(place.focus.unwrap_or_default());
    }
    let rest = at(place.anchor.unwrap_or(Gravity::TopLeft));
    Point { x: x.unwrap_or(rest.x), y: y.unwrap_or(rest.y) }
}

/// A point on an axis.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Share {
    Start,
    Middle,
    End,
}

const fn across(gravity: Gravity) -> Share {
    match gravity {
        Gravity::Left | Gravity::TopLeft | Gravity::BottomLeft => Share::Start,
        Gravity::Center | Gravity::Top | Gravity::Bottom => Share::Middle,
        Gravity::Right | Gravity::TopRight | Gravity::BottomRight => Share::End,
    }
}

const fn down(gravity: Gravity) -> Share {
    match gravity {
        Gravity::Top | Gravity::TopLeft | Gravity::TopRight => Share::Start,
        Gravity::Center | Gravity::Left | Gravity::Right => Share::Middle,
        Gravity::Bottom | Gravity::BottomLeft | Gravity::BottomRight => Share::End,
    }
}

/// A distance and the edge from which it counts.
#[derive(Clone, Copy)]
enum Along {
    Near(f64),
    Far(f64),
}

impl Along {
    const fn signed(self) -> f64 {
        match self {
            Self::Near(distance) => distance,
            Self::Far(distance) => -distance,
        }
    }
}

/// Returns `None` if an expression has no value at this point; the parameter then counts as absent.
fn distance(offset: &Offset, scope: &Scope) -> Option<Along> {
    match offset {
        Offset::Near(number) => Some(Along::Near(number.to_f64())),
        Offset::Far(number) => Some(Along::Far(number.to_f64())),
        Offset::Expr(expr) => {
            let value = expr.evaluate(scope).ok()?;
            Some(if value < 0.0 { Along::Far(-value) } else { Along::Near(value) })
        }
    }
}

/// Returns the near edge of a layer on one axis.
fn along(position: &Position, base: u32, own: u32, anchor: Option<Share>, scope: &Scope) -> Option<f64> {
    let (base, own) = (f64::from(base), f64::from(own));
    let (Position::Edge(offset) | Position::Center(offset)) = position;
    let distance = distance(offset, scope)?;
    let share = |all: f64, share: Share| match share {
        Share::Start => 0.0,
        Share::Middle => all / 2.0,
        Share::End => all,
    };
    // The point of the layer that is positioned: its centre, that of the anchor, or its near edge.
    let own_point = match (position, anchor) {
        (Position::Center(_), _) => own / 2.0,
        (Position::Edge(_), anchor) => share(own, anchor.unwrap_or(Share::Start)),
    };
    Some(match (anchor, distance) {
        (Some(anchor), distance) => share(base, anchor) + distance.signed() - own_point,
        (None, Along::Near(distance)) => distance - own_point,
        (None, Along::Far(distance)) if matches!(position, Position::Center(_)) => base - distance - own_point,
        (None, Along::Far(distance)) => base - own - distance,
    })
}

/// Rounds to whole pixels, and moves a layer inside that would start beyond the base.
fn pulled_back(start: f64, base: u32, own: u32) -> i64 {
    let (base, own) = (f64::from(base), f64::from(own));
    let start = if start >= base { (base - own).max(0.0) } else { start };
    #[expect(clippy::cast_possible_truncation, reason = "float to integer casts saturate")]
    let whole = (start + 0.5).floor() as i64;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_go_where_they_are_told() {
        let base = Size::new(300, 200);
        let own = Size::new(100, 50);
        for (text, want) in [
            ("", (100, 75)),
            ("lfo-top_left", (0, 0)),
            ("lfo-bottom", (100, 150)),
            ("lfo-right", (200, 75)),
            ("lx-10", (10, 0)),
            ("ly-20", (0, 20)),
            ("lx-N10,ly-N0", (190, 150)),
            ("lx-bw_div_3,ly-bh_sub_210", (100, 140)),
            ("lx-bw_sub_cw,ly-ch", (200, 50)),
            ("lxc-150,lyc-100", (100, 75)),
            ("lxc-N50,ly-5", (200, 5)),
            ("lx-10,lap-center", (110, 75)),
            ("lxc-0,lyc-0,lap-bottom_right", (250, 175)),
            ("lx-N20,ly-N20,lap-center", (80, 55)),
            ("lap-top_right,lx-N14,ly-14", (186, 14)),
            ("lap-bottom_right,lx-N10", (190, 150)),
            ("lap-bottom,ly-N5", (100, 145)),
            ("lap-right,lx-0,ly-bh_div_10", (200, 95)),
            // Pulled back into the image.
            ("lx-300", (200, 0)),
            ("lx-9000,ly-9000", (200, 150)),
            // A value that cannot be computed counts as absent.
            ("lx-bw_div_0", (100, 75)),
        ] {
            let layer = format!("l-image,i-a.png,{text},l-end").parse::<Transformation>().unwrap();
            let Some(Step::Edit(edit)) = layer.steps.first() else { panic!("{text}") };
            let mut scope = Scope::of(own);
            scope.base = Some(base);
            let at = place(&edit.layers[0].place, base, own, &scope);
            assert_eq!((at.x, at.y), want, "{text}");
        }
    }

    #[test]
    fn larger_layers_are_centred_too() {
        let at = place(&Place::default(), Size::new(10, 10), Size::new(15, 10), &Scope::of(Size::new(1, 1)));
        assert_eq!((at.x, at.y), (-3, 0));
    }
}
