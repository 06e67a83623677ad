//! From the parameters of one step to [`Filter`]s: defaults are filled in, shares of a side become pixels.

use super::adjust::{self, Filter, Radii, Sharpening};
use crate::color::Color;
use crate::geometry::{Point, Size};
use crate::math;
use crate::number::Number;
use crate::transform::{Colorize, Corner, Direction, Gradient, Gravity, Radius, Scope, Shadow, Sharpen, Unsharp};

/// Resolves `r`. No corner is larger than half the shorter side; `max` is half of both sides, an ellipse.
pub(super) fn round(radius: Radius, size: Size) -> Option<Filter> {
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    let corners = match radius {
        Radius::All(corner) => [corner; 4],
        Radius::Each(corners) => corners,
    };
    let radii = corners.map(|corner| match corner {
        Corner::Max => Radii { x: width / 2.0, y: height / 2.0 },
        Corner::Px(radius) => {
            let radius = f64::from(radius).min(width.min(height) / 2.0);
            Radii { x: radius, y: radius }
        }
    });
    radii.iter().any(|corner| corner.x > 0.0).then_some(Filter::Round(radii))
}

/// Resolves `e-colorize`: grey at full strength by default.
pub(super) fn colorize(colorize: &Colorize) -> Filter {
    let color = colorize.color.unwrap_or(Color { rgb: [128; 3], opacity: 100 });
    let percent = u16::from(colorize.intensity.unwrap_or(100)) * u16::from(color.opacity);
    Filter::Colorize { color: Color { opacity: 100, ..color }, share: f64::from(percent) / 10_000.0 }
}

/// Resolves `bl`.
pub(super) fn blur(sigma: Number) -> Filter {
    Filter::Blur(sigma.to_f64())
}

/// Resolves `e-sharpen`: a Gaussian with a sigma of one pixel; 50 adds the whole difference, the limit is ten times
/// that (chosen).
pub(super) fn sharpen(sharpen: Sharpen) -> Filter {
    let amount = match sharpen {
        Sharpen::Default => 1.0,
        Sharpen::Amount(amount) => (amount.to_f64() / 50.0).min(10.0),
    };
    Filter::Sharpen(Sharpening { sigma: 1.0, radius: None, amount, threshold: 0.0 })
}

/// Resolves `e-usm`. The kernel ends at the radius, and sigma is at most that of `bl` (both chosen).
pub(super) fn unsharp(unsharp: Unsharp) -> Filter {
    let (radius, sigma, amount, threshold) = match unsharp {
        Unsharp::Default => (2.0, 2.0, 0.8, 0.024),
        Unsharp::Exact { radius, sigma, amount, threshold } => {
            (radius.to_f64(), sigma.to_f64().min(100.0), amount.to_f64(), threshold.to_f64())
        }
    };
    let radius = Some(radius).filter(|radius| *radius > 0.0);
    Filter::Sharpen(Sharpening { sigma, radius, amount, threshold })
}

/// Resolves `e-gradient`. Its line has the length that CSS defines: the perpendiculars through its ends touch the
/// corners of the image.
pub(super) fn gradient(gradient: &Gradient, size: Size, scope: &Scope) -> Filter {
    let degrees = match gradient.direction {
        None => 180,
        Some(Direction::Degrees(degrees)) => degrees,
        Some(Direction::Side(side)) => angle(side),
    };
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    let (sin, cos) = math::sin_cos(f64::from(degrees).to_radians());
    let line = (width * sin).abs() + (height * cos).abs();
    let stop = gradient.stop.as_ref().and_then(|stop| stop.evaluate(scope).ok()).filter(|stop| *stop > 0.0);
    let length = match stop {
        None => line,
        Some(share) if share <= 1.0 => line * share,
        Some(pixels) => pixels,
    };
    let start = (width / 2.0 - sin * line / 2.0, height / 2.0 + cos * line / 2.0);
    Filter::Gradient(adjust::GradientMask {
        from: gradient.from.unwrap_or(Color { rgb: [255; 3], opacity: 100 }),
        to: gradient.to.unwrap_or(Color { rgb: [0; 3], opacity: 0 }),
        start,
        end: (start.0 + sin * length, start.1 - cos * length),
    })
}

/// Resolves `e-shadow`: shares of the sides become whole pixels.
pub(super) fn shadow(shadow: Shadow, size: Size) -> Filter {
    let part = |percent: Option<i8>, side: u32| {
        let hundredths = i64::from(percent.unwrap_or(2)) * i64::from(side);
        (hundredths + 50).div_euclid(100)
    };
    Filter::Shadow(adjust::DropShadow {
        sigma: shadow.blur.unwrap_or(10).into(),
        strength: shadow.strength.unwrap_or(30),
        offset: Point { x: part(shadow.x, size.width), y: part(shadow.y, size.height) },
    })
}

/// Returns the angle in degrees clockwise from the top. Corners are halfway between their sides (chosen).
const fn angle(side: Gravity) -> u16 {
    match side {
        Gravity::Top => 0,
        Gravity::TopRight => 45,
        Gravity::Right => 90,
        Gravity::BottomRight => 135,
        Gravity::Bottom | Gravity::Center => 180,
        Gravity::BottomLeft => 225,
        Gravity::Left => 270,
        Gravity::TopLeft => 315,
    }
}
