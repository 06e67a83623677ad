//! [`Distortion`]: bending and tilting an image (`e-distort`), with every number resolved.

use std::fmt;

use crate::geometry::{Size, round};
use crate::math;
use crate::transform::Distort;

/// The geometry of a distortion.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Distortion {
    /// Moves the corners to these points: top left, top right, bottom right, bottom left. The canvas keeps its size.
    Perspective([(f64, f64); 4]),
    /// Bends the image into an arch of the same width.
    Arc(ArcBend),
}

/// An arch: a part of a ring around a point below or above the image.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ArcBend {
    /// The angle of the part in radians, above 0 and at most a full turn.
    pub angle: f64,
    /// The outer radius in pixels.
    pub outer: f64,
    /// The inner radius in pixels; zero for a whole disc.
    pub inner: f64,
    /// Whether the arch bends downwards.
    pub down: bool,
}

impl Distortion {
    /// Makes the distortion of an image of this size. Returns `None` if nothing moves, or if the points are not a
    /// convex quadrilateral in the order of the corners. The parameter is then ignored.
    pub(super) fn new(distort: Distort, size: Size) -> Option<Self> {
        match distort {
            Distort::Perspective(numbers) => {
                let mut points = [(0.0, 0.0); 4];
                for (point, pair) in points.iter_mut().zip(numbers.chunks_exact(2)) {
                    let [x, y] = pair else { return None };
                    *point = (x.to_f64(), y.to_f64());
                }
                is_convex(points).then_some(Self::Perspective(points))
            }
            Distort::Arc(degrees) => ArcBend::new(degrees.to_f64(), size).map(Self::Arc),
        }
    }

    /// Returns the size of the output for an input of this size.
    pub(super) fn output(&self, input: Size) -> Size {
        match self {
            Self::Perspective(_) => input,
            Self::Arc(arc) => Size::new(input.width, round(arc.height())),
        }
    }
}

impl ArcBend {
    fn new(degrees: f64, size: Size) -> Option<Self> {
        /// Below this angle not even the corners move by a pixel, and the radii grow without bound.
        const LEAST: f64 = 0.1;
        if degrees.abs() < LEAST {
            return None;
        }
        let angle = degrees.abs().min(360.0).to_radians();
        let half = f64::from(size.width) / 2.0;
        // The arch is as wide as the image: its width is the chord up to half a turn, and the diameter above that.
        let outer = if angle < std::f64::consts::PI { half / math::sin(angle / 2.0) } else { half };
        let inner = (outer - f64::from(size.height)).max(0.0);
        Some(Self { angle, outer, inner, down: degrees < 0.0 })
    }

    /// Returns the distance from the highest to the lowest point, in pixels.
    pub(crate) fn height(&self) -> f64 {
        let cos = math::cos(self.angle / 2.0);
        self.outer - cos * if cos > 0.0 { self.inner } else { self.outer }
    }
}

/// Returns `true` if the path through the points turns right at each corner, with `y` downwards.
fn is_convex(points: [(f64, f64); 4]) -> bool {
    let [a, b, c, d] = points;
    [(a, b, c), (b, c, d), (c, d, a), (d, a, b)]
        .into_iter()
        .all(|(a, b, c)| (b.0 - a.0) * (c.1 - b.1) - (b.1 - a.1) * (c.0 - b.0) > 0.0)
}

/// Prints as in a plan.
impl fmt::Display for Distortion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Perspective(points) => {
                write!(f, "tilt    to")?;
                points.iter().try_for_each(|(x, y)| write!(f, " {x},{y}"))
            }
            Self::Arc(arc) => {
                let degrees = (arc.angle.to_degrees() * 100.0).round() / 100.0;
                write!(f, "bend    {} by {degrees}", if arc.down { "down" } else { "up" })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn perspective(points: [i32; 8]) -> Option<Distortion> {
        Distortion::new(Distort::Perspective(points.map(Into::into)), Size::new(100, 50))
    }

    #[test]
    fn only_quadrilaterals_in_order_count() {
        assert!(perspective([0, 0, 100, 0, 100, 50, 0, 50]).is_some());
        assert!(perspective([-30, 5, 120, 0, 90, 60, 10, 50]).is_some());
        for points in [
            [0, 0, 0, 50, 100, 50, 100, 0], // reversed order
            [0, 0, 100, 50, 100, 0, 0, 50], // a bow tie
            [0, 0, 100, 0, 20, 10, 0, 50],  // a dent
            [0, 0, 50, 0, 100, 0, 0, 50],   // a triangle
            [0, 0, 0, 0, 0, 0, 0, 0],
        ] {
            assert_eq!(perspective(points), None, "{points:?}");
        }
    }

    #[test]
    fn arches_are_as_wide_as_the_image() {
        let size = Size::new(200, 50);
        for (degrees, want) in [(90, 77), (-90, 77), (180, 100), (360, 200), (1, 50), (270, 171)] {
            let arc = Distortion::new(Distort::Arc(degrees.into()), size).unwrap();
            assert_eq!(arc.output(size), Size::new(200, want), "{degrees}");
        }
        assert_eq!(Distortion::new(Distort::Arc(0.into()), size), None);
    }
}
