//! Position: the place of a box in a larger one, from `fo x y xc yc`. The sizes of both are given.
//!
//! The content that `fo` names (`fo-auto`, faces, objects, stored areas) has already been searched for. If it was not
//! found, the box is centred (chosen).

use super::content;
use super::error::PlanError;
use crate::geometry::{Rect, Region, Size};
use crate::transform::{Focus, Gravity, Measure, Placing, Scope};

/// The position of a box on one axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Align {
    Start,
    Center,
    End,
}

/// The position of a box.
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

    /// Places a box with fractional coordinates.
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

    /// Places a box on whole pixels. An odd pixel goes to the right or to the bottom.
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

/// The position of the part of an image that is kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Place {
    /// At a side, in a corner or in the centre.
    Side(Anchor),
    /// Around an area, moved inside the image.
    Around(Region),
}

impl Place {
    /// Places a box with fractional coordinates.
    pub(super) fn region(self, (width, height): (f64, f64), outer: Size) -> Region {
        match self {
            Self::Side(anchor) => anchor.region(width, height, outer),
            Self::Around(area) => {
                let (x, y) = content::center(area);
                let place = |at: f64, length: f64, all: u32| (at - length / 2.0).min(f64::from(all) - length).max(0.0);
                Region { x: place(x, width, outer.width), y: place(y, height, outer.height), width, height }
            }
        }
    }

    /// Places a box on whole pixels.
    pub(super) fn rect(self, inner: Size, outer: Size) -> Rect {
        match self {
            Self::Side(anchor) => anchor.rect(inner, outer),
            Self::Around(area) => {
                let (x, y) = content::center(area);
                let place =
                    |at: f64, length: u32, all: u32| clamp(at - f64::from(length) / 2.0, all.saturating_sub(length));
                Rect {
                    x: place(x, inner.width, outer.width),
                    y: place(y, inner.height, outer.height),
                    width: inner.width,
                    height: inner.height,
                }
            }
        }
    }
}

/// Returns `true` if coordinates set the position for `cm-extract`.
pub(super) fn has_coordinates(placing: &Placing, scope: &Scope) -> bool {
    let Placing { x, y, x_center, y_center, .. } = placing;
    [x, y, x_center, y_center].into_iter().any(|measure| value(measure.as_ref(), scope).is_some())
}

/// Returns `true` if coordinates set the position for `cm-pad_extract` on both axes.
pub(super) fn has_corner(placing: &Placing, scope: &Scope) -> bool {
    value(placing.x.as_ref(), scope).is_some() && value(placing.y.as_ref(), scope).is_some()
}

/// Returns the rectangle that `cm-extract` cuts out if `asked` pixels are requested.
///
/// `x` and `y` give its corner, and a rectangle that would extend beyond the image is moved inside (chosen). Otherwise
/// `xc` and `yc` give the centre of the requested rectangle, which must be inside the image (documented). Otherwise the
/// focus decides. A coordinate without its partner is completed: `x` by 0, `xc` by the centre (chosen).
///
/// # Errors
/// [`PlanError::OutsideImage`] if the rectangle around `xc` and `yc` is not inside the image.
pub(super) fn extract(
    asked: Size,
    input: Size,
    placing: &Placing,
    focus: Place,
    scope: &Scope,
) -> Result<Rect, PlanError> {
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
            .ok_or_else(|| PlanError::OutsideImage { region: format!("{asked}{x:+}{y:+}"), image: input });
    }
    Ok(focus.rect(Size::new(width, height), input))
}

/// Returns the rectangle that `cm-pad_extract` keeps: on each axis at `x` or `y` if given, otherwise by focus.
pub(super) fn pad_extract(kept: Size, input: Size, placing: &Placing, focus: Place, scope: &Scope) -> Rect {
    let by_focus = focus.rect(kept, input);
    let x = value(placing.x.as_ref(), scope).map_or(by_focus.x, |x| clamp(x, input.width.saturating_sub(kept.width)));
    let y = value(placing.y.as_ref(), scope).map_or(by_focus.y, |y| clamp(y, input.height.saturating_sub(kept.height)));
    Rect { x, y, ..by_focus }
}

/// Returns a coordinate. One without a value at this point counts as absent.
fn value(measure: Option<&Measure>, scope: &Scope) -> Option<f64> {
    measure?.evaluate(scope).ok()
}

/// Returns the nearest whole number from 0 to `most`.
fn clamp(at: f64, most: u32) -> u32 {
    u32::try_from(nearest(at).clamp(0, most.into())).unwrap_or(most)
}

/// Rounds half up. Unlike a length, the result may be zero or negative.
fn nearest(at: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "float to integer casts saturate")]
    let whole = (at + 0.5).floor() as i64;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: Size = Size::new(640, 865);

    fn placing(x: &str, y: &str, xc: &str, yc: &str, gravity: Gravity) -> Placing {
        let read = |text: &str| text.parse().ok().map(Measure::Px);
        let focus = Some(Focus::Side(gravity));
        let (x_center, y_center) = (read(xc), read(yc));
        Placing { x: read(x), y: read(y), x_center, y_center, focus, ..Placing::default() }
    }

    fn cut(asked: Size, placing: &Placing) -> Result<Rect, PlanError> {
        let by_side = Place::Side(Anchor::of(placing.focus.as_ref()));
        extract(asked, IMAGE, placing, by_side, &Scope::of(IMAGE))
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
            let got = cut(Size::new(300, 300), &placing);
            assert_eq!(got.ok().map(|rect| (rect.x, rect.y)), want, "{placing:?}");
        }
    }

    #[test]
    fn a_region_outside_is_named() {
        let placing = placing("", "", "100", "500", Gravity::Center);
        let error = cut(Size::new(300, 300), &placing).unwrap_err();
        assert_eq!(error.to_string(), "the region 300x300-50+350 leaves the image, which is 640x865");
        // Centred and larger than the image: the documented failure, not a clamp.
        let placing = self::placing("", "", "320", "", Gravity::Center);
        assert!(cut(Size::new(700, 700), &placing).is_err());
    }

    #[test]
    fn padding_takes_each_axis_by_itself() {
        let placing = placing("20", "", "1", "1", Gravity::BottomRight);
        let by_side = Place::Side(Anchor::of(placing.focus.as_ref()));
        let rect = pad_extract(Size::new(600, 600), IMAGE, &placing, by_side, &Scope::of(IMAGE));
        assert_eq!((rect.x, rect.y), (20, 265));
    }

    #[test]
    fn what_was_found_is_in_the_middle_where_there_is_room() {
        for (area, size, between, on) in [
            ((300.0, 400.0, 40.0, 60.0), (100, 200), (270.0, 330.0), (270, 330)),
            ((300.0, 400.0, 41.0, 61.0), (100, 200), (270.5, 330.5), (271, 331)),
            ((300.0, 400.0, 40.5, 60.5), (100, 200), (270.25, 330.25), (270, 330)),
            ((0.0, 0.0, 40.0, 60.0), (100, 200), (0.0, 0.0), (0, 0)),
            ((600.0, 800.0, 40.0, 65.0), (100, 200), (540.0, 665.0), (540, 665)),
            ((600.0, 10.0, 0.0, 0.0), (640, 865), (0.0, 0.0), (0, 0)),
        ] {
            let (x, y, width, height) = area;
            let place = Place::Around(Region { x, y, width, height });
            let region = place.region((f64::from(size.0), f64::from(size.1)), IMAGE);
            assert_eq!((region.x, region.y), between, "{area:?}");
            let rect = place.rect(Size::new(size.0, size.1), IMAGE);
            assert_eq!((rect.x, rect.y), on, "{area:?}");
        }
    }

    #[test]
    fn odd_pixels_go_right_and_down() {
        let rect = Anchor::of(None).rect(Size::new(148, 135), Size::new(301, 200));
        assert_eq!((rect.x, rect.y), (76, 32));
        let region = Anchor::of(None).region(148.0, 135.0, Size::new(301, 200));
        assert_eq!((region.x, region.y), (76.5, 32.5));
    }
}
