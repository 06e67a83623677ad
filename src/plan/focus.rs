//! Where: the place of a box in a larger one, from `fo x y xc yc`. How large both are is given.
//!
//! Content (`fo-auto`, faces, objects, stored areas) is not looked at: without a detector its place is
//! the centre (chosen).

use super::{PlanError, Rect, Region, Size};
use crate::transform::{Focus, Gravity, Measure, Placing, Scope};

/// Where a box sits on one axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Align {
    Start,
    Center,
    End,
}

/// Where a box sits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Anchor {
    x: Align,
    y: Align,
}

impl Anchor {
    pub(super) fn of(focus: Option<&Focus>) -> Self {
        let gravity = match focus {
            Some(Focus::Side(gravity)) => *gravity,
            _ => Gravity::Center,
        };
        let x = match gravity {
            Gravity::Left | Gravity::TopLeft | Gravity::BottomLeft => Align::Start,
            Gravity::Right | Gravity::TopRight | Gravity::BottomRight => Align::End,
            Gravity::Center | Gravity::Top | Gravity::Bottom => Align::Center,
        };
        let y = match gravity {
            Gravity::Top | Gravity::TopLeft | Gravity::TopRight => Align::Start,
            Gravity::Bottom | Gravity::BottomLeft | Gravity::BottomRight => Align::End,
            Gravity::Center | Gravity::Left | Gravity::Right => Align::Center,
        };
        Self { x, y }
    }

    /// Places a box between pixels.
    pub(super) fn region(self, width: f64, height: f64, outer: Size) -> Region {
        let place = |align, free: f64| match align {
            Align::Start => 0.0,
            Align::Center => free / 2.0,
            Align::End => free,
        };
        let x = place(self.x, f64::from(outer.width) - width);
        let y = place(self.y, f64::from(outer.height) - height);
        Region { x, y, width, height }
    }

    /// Places a box on pixels: an odd pixel goes to the right and the bottom.
    pub(super) fn rect(self, inner: Size, outer: Size) -> Rect {
        let place = |align, free: u32| match align {
            Align::Start => 0,
            Align::Center => free / 2,
            Align::End => free,
        };
        let x = place(self.x, outer.width.saturating_sub(inner.width));
        let y = place(self.y, outer.height.saturating_sub(inner.height));
        Rect { x, y, width: inner.width, height: inner.height }
    }
}

/// The rectangle that `cm-extract` cuts out where `asked` pixels are wanted.
///
/// `x` and `y` give its corner, and a rectangle that would stick out is moved inside (chosen). Else
/// `xc` and `yc` give the centre of the rectangle asked for, which must lie inside (documented). Else
/// the focus decides. A coordinate without its partner: `x` has 0 beside it, `xc` the middle (chosen).
///
/// # Errors
/// [`PlanError::OutsideImage`].
pub(super) fn extract(asked: Size, input: Size, placing: &Placing, scope: &Scope) -> Result<Rect, PlanError> {
    let width = asked.width.min(input.width);
    let height = asked.height.min(input.height);
    let (x, y) = (value(placing.x.as_ref(), scope), value(placing.y.as_ref(), scope));
    if x.is_some() || y.is_some() {
        let x = clamp(x.unwrap_or_default(), input.width - width);
        let y = clamp(y.unwrap_or_default(), input.height - height);
        return Ok(Rect { x, y, width, height });
    }
    let (x, y) = (value(placing.x_center.as_ref(), scope), value(placing.y_center.as_ref(), scope));
    if x.is_some() || y.is_some() {
        let edge = |center: Option<f64>, asked: u32, all: u32| {
            nearest(center.unwrap_or(f64::from(all) / 2.0) - f64::from(asked) / 2.0)
        };
        let (x, y) = (edge(x, asked.width, input.width), edge(y, asked.height, input.height));
        let inside = |at: i64| u32::try_from(at).ok();
        return inside(x)
            .zip(inside(y))
            .map(|(x, y)| Rect { x, y, width: asked.width, height: asked.height })
            .filter(|rect| rect.fits(input))
            .ok_or_else(|| PlanError::OutsideImage { region: format!("{asked}{x:+}{y:+}"), picture: input });
    }
    Ok(Anchor::of(placing.focus.as_ref()).rect(Size::new(width, height), input))
}

/// The rectangle that `cm-pad_extract` keeps: on each axis from `x` or `y` if given, else by focus.
pub(super) fn pad_extract(kept: Size, input: Size, placing: &Placing, scope: &Scope) -> Rect {
    let by_focus = Anchor::of(placing.focus.as_ref()).rect(kept, input);
    let x = value(placing.x.as_ref(), scope).map_or(by_focus.x, |x| clamp(x, input.width.saturating_sub(kept.width)));
    let y = value(placing.y.as_ref(), scope).map_or(by_focus.y, |y| clamp(y, input.height.saturating_sub(kept.height)));
    Rect { x, y, ..by_focus }
}

/// A coordinate; one that has no value here is as if absent.
fn value(measure: Option<&Measure>, scope: &Scope) -> Option<f64> {
    measure?.evaluate(scope).ok()
}

/// The nearest whole number from 0 to `most`.
fn clamp(at: f64, most: u32) -> u32 {
    u32::try_from(nearest(at).clamp(0, most.into())).unwrap_or(most)
}

/// Half up, and unlike lengths it may be zero or negative.
fn nearest(at: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "float to integer casts saturate")]
    let whole = (at + 0.5).floor() as i64;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    const PICTURE: Size = Size::new(640, 865);

    fn placing(x: &str, y: &str, xc: &str, yc: &str, gravity: Gravity) -> Placing {
        let read = |text: &str| text.parse().ok().map(Measure::Px);
        let focus = Some(Focus::Side(gravity));
        let (x_center, y_center) = (read(xc), read(yc));
        Placing { x: read(x), y: read(y), x_center, y_center, focus, ..Placing::default() }
    }

    #[test]
    fn extracts_from_corners_centres_or_sides() {
        use Gravity::{BottomRight, Center, Left};
        for (x, y, xc, yc, gravity, want) in [
            ("", "", "", "", Center, Some((170, 282))),
            ("", "", "", "", BottomRight, Some((340, 565))),
            ("", "", "", "", Left, Some((0, 282))),
            ("100", "300", "", "", Left, Some((100, 300))),
            ("-50", "", "", "", Center, Some((0, 0))),
            ("", "9999", "", "", Center, Some((0, 565))),
            ("10.5", "10.4", "", "", Center, Some((11, 10))),
            ("7", "", "300", "500", Center, Some((7, 0))),
            ("", "", "300", "500", Left, Some((150, 350))),
            ("", "", "", "200", Left, Some((170, 50))),
            ("", "", "150", "150", Left, Some((0, 0))),
            ("", "", "149", "500", Center, None),
            ("", "", "300", "716", Center, None),
        ] {
            let placing = placing(x, y, xc, yc, gravity);
            let got = extract(Size::new(300, 300), PICTURE, &placing, &Scope::of(PICTURE));
            assert_eq!(got.ok().map(|rect| (rect.x, rect.y)), want, "{placing:?}");
        }
    }

    #[test]
    fn a_region_outside_is_named() {
        let placing = placing("", "", "100", "500", Gravity::Center);
        let error = extract(Size::new(300, 300), PICTURE, &placing, &Scope::of(PICTURE)).unwrap_err();
        assert_eq!(error.to_string(), "the region 300x300-50+350 leaves the picture, which is 640x865");
        // Centred and larger than the picture: the documented failure, not a clamp.
        let placing = self::placing("", "", "320", "", Gravity::Center);
        assert!(extract(Size::new(700, 700), PICTURE, &placing, &Scope::of(PICTURE)).is_err());
    }

    #[test]
    fn padding_takes_each_axis_by_itself() {
        let placing = placing("20", "", "1", "1", Gravity::BottomRight);
        let rect = pad_extract(Size::new(600, 600), PICTURE, &placing, &Scope::of(PICTURE));
        assert_eq!((rect.x, rect.y), (20, 265));
    }

    #[test]
    fn odd_pixels_go_right_and_down() {
        let rect = Anchor::of(None).rect(Size::new(148, 135), Size::new(301, 200));
        assert_eq!((rect.x, rect.y), (76, 32));
        let region = Anchor::of(None).region(148.0, 135.0, Size::new(301, 200));
        assert_eq!((region.x, region.y), (76.5, 32.5));
    }
}
