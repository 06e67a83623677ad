//! From the parameters of one step to [`Look`]s: defaults filled in, shares of a side turned into pixels.

use super::Size;
use super::look::{Look, Radii};
use crate::transform::{Corner, Radius};

/// `r`: no corner is larger than half the shorter side; `max` is half of either, an ellipse.
pub(super) fn round(radius: Radius, size: Size) -> Option<Look> {
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
    radii.iter().any(|corner| corner.x > 0.0).then_some(Look::Round(radii))
}
