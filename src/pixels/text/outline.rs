//! [`Outline`]: the curves of a glyph, in font units, with `y` upwards.

use crate::math;
use skrifa::outline::OutlinePen;

/// The slant of a synthetic italic: the tangent of twelve degrees.
const LEAN: f32 = 0.2126;

/// A point of an outline.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Point {
    /// Font units to the right.
    pub(super) x: f32,
    /// Font units upwards.
    pub(super) y: f32,
}

impl Point {
    fn between(self, other: Self, share: f32) -> Self {
        Self { x: self.x + (other.x - self.x) * share, y: self.y + (other.y - self.y) * share }
    }
}

/// A segment from one point of a contour to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Curve {
    /// A straight line to a point.
    Line(Point),
    /// A cubic curve: two control points and the end.
    Cubic([Point; 3]),
}

/// A closed line. It returns to the start with a straight segment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Contour {
    /// The point where it starts and ends.
    pub(super) start: Point,
    /// The segments.
    pub(super) curves: Vec<Curve>,
}

/// A bounding box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    /// The minimum x.
    pub(super) left: f64,
    /// The minimum y.
    pub(super) low: f64,
    /// The maximum x.
    pub(super) right: f64,
    /// The maximum y.
    pub(super) high: f64,
}

impl Bounds {
    /// Returns the smallest box that contains both.
    pub(super) const fn union(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            low: self.low.min(other.low),
            right: self.right.max(other.right),
            high: self.high.max(other.high),
        }
    }
}

/// The contours of a glyph.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Outline {
    /// All contours.
    pub(super) contours: Vec<Contour>,
    /// The bounds of the ink; `None` for a blank glyph.
    pub(super) bounds: Option<Bounds>,
}

impl Outline {
    /// Returns the number of lines and curves, which is the cost of drawing.
    pub(super) fn len(&self) -> usize {
        self.contours.iter().map(|contour| contour.curves.len() + 1).sum()
    }

    /// Moves every point outwards by `by`, so that stems grow by twice as much.
    fn embolden(&mut self, by: f32) {
        // The filled area is on one side of all contours; the sign of the total area determines which.
        let outwards = if self.contours.iter().map(Contour::area).sum::<f32>() < 0.0 { -by } else { by };
        for contour in &mut self.contours {
            let points = contour.points();
            let moved: Vec<_> = (0..points.len()).map(|at| offset(&points, at, outwards)).collect();
            contour.replace(&moved);
        }
    }

    fn slant(&mut self) {
        for contour in &mut self.contours {
            let leaning: Vec<_> =
                contour.points().iter().map(|p| Point { x: LEAN.mul_add(p.y, p.x), y: p.y }).collect();
            contour.replace(&leaning);
        }
    }
}

impl Contour {
    /// Returns the start, then every point of every curve in order.
    fn points(&self) -> Vec<Point> {
        let mut points = vec![self.start];
        for curve in &self.curves {
            match curve {
                Curve::Line(end) => points.push(*end),
                Curve::Cubic(rest) => points.extend(rest),
            }
        }
        points
    }

    /// Replaces the points that [`Self::points`] returns.
    fn replace(&mut self, points: &[Point]) {
        let mut next = points.iter().copied();
        let mut put = |point: &mut Point| *point = next.next().unwrap_or(*point);
        put(&mut self.start);
        for curve in &mut self.curves {
            match curve {
                Curve::Line(end) => put(end),
                Curve::Cubic(rest) => rest.iter_mut().for_each(&mut put),
            }
        }
    }

    /// Returns the area inside the polygon of all points, positive if it is counter-clockwise.
    fn area(&self) -> f32 {
        let points = self.points();
        let shifted = points.iter().cycle().skip(1);
        points.iter().zip(shifted).map(|(a, b)| a.x * b.y - b.x * a.y).sum::<f32>() / 2.0
    }
}

/// Returns a point of a polygon moved to the right of its direction, by the distance `by` perpendicular to the lines at
/// it.
fn offset(points: &[Point], at: usize, by: f32) -> Point {
    let Some(&here) = points.get(at) else { return Point::default() };
    // The direction to the nearest point that does not coincide with this one.
    let towards = |point: &Point| {
        let (x, y) = (point.x - here.x, point.y - here.y);
        let length = math::length_f32(x, y);
        (length > 1e-3).then_some((x / length, y / length))
    };
    let count = points.len();
    let around = |step: usize| points.get((at + step) % count);
    let after = (1..count).filter_map(around).find_map(towards);
    let before = (1..count).rev().filter_map(around).find_map(towards);
    let (Some((before_x, before_y)), Some((after_x, after_y))) = (before, after) else { return here };
    // The normals to the right of both lines; `before` points backwards.
    let (in_x, in_y) = (-before_y, before_x);
    let (out_x, out_y) = (after_y, -after_x);
    let cosine = in_x.mul_add(out_x, in_y * out_y);
    // Spikes would grow without bound, so the point moves by at most three times the distance.
    let reach = by / (1.0 + cosine).max(0.25);
    Point { x: reach.mul_add(in_x + out_x, here.x), y: reach.mul_add(in_y + out_y, here.y) }
}

/// The changes of a glyph that replace a missing bold or italic.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Synthesis {
    /// The growth of stems, in font units.
    pub(super) growth: f32,
    /// Whether the glyph is slanted to the right.
    pub(super) slant: bool,
}

/// A pen that collects an [`Outline`].
#[derive(Debug, Default)]
pub(super) struct Collector {
    outline: Outline,
    here: Point,
    /// The number of curves that may still be added.
    room: usize,
}

impl Collector {
    /// Makes a collector that drops everything after `room` curves.
    pub(super) fn new(room: usize) -> Self {
        Self { room, ..Self::default() }
    }

    /// Returns the outline, or `None` if it has too many curves or coordinates that are not finite.
    pub(super) fn finish(self, synthesis: Synthesis) -> Option<Outline> {
        let mut outline = self.outline;
        if self.room == 0 {
            return None;
        }
        if synthesis.growth > 0.0 {
            outline.embolden(synthesis.growth / 2.0);
        }
        if synthesis.slant {
            outline.slant();
        }
        outline.bounds = outline.contours.iter().filter_map(bounds).reduce(Bounds::union);
        outline.bounds.is_none_or(|b| [b.left, b.low, b.right, b.high].iter().all(|v| v.is_finite())).then_some(outline)
    }

    fn push(&mut self, curve: Curve) {
        self.room = self.room.saturating_sub(1);
        if self.room > 0
            && let Some(contour) = self.outline.contours.last_mut()
        {
            contour.curves.push(curve);
        }
        self.here = match curve {
            Curve::Line(end) | Curve::Cubic([.., end]) => end,
        };
    }
}

impl OutlinePen for Collector {
    fn move_to(&mut self, x: f32, y: f32) {
        self.room = self.room.saturating_sub(1);
        self.here = Point { x, y };
        if self.room > 0 {
            self.outline.contours.push(Contour { start: self.here, curves: Vec::new() });
        }
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.push(Curve::Line(Point { x, y }));
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        // The equivalent curve with two control points.
        let (control, end) = (Point { x: cx, y: cy }, Point { x, y });
        let third = 2.0 / 3.0;
        self.push(Curve::Cubic([self.here.between(control, third), end.between(control, third), end]));
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        self.push(Curve::Cubic([Point { x: ax, y: ay }, Point { x: bx, y: by }, Point { x, y }]));
    }

    fn close(&mut self) {}
}

/// Returns the exact bounds of the curves of a contour, ignoring control points, or `None` if it encloses no area.
fn bounds(contour: &Contour) -> Option<Bounds> {
    let mut from = contour.start;
    let mut whole: Option<Bounds> = None;
    for curve in &contour.curves {
        let (xs, ys) = match *curve {
            Curve::Line(end) => (span(&[from.x, end.x]), span(&[from.y, end.y])),
            Curve::Cubic([a, b, end]) => (cubic_span([from.x, a.x, b.x, end.x]), cubic_span([from.y, a.y, b.y, end.y])),
        };
        let own = Bounds { left: xs.0, low: ys.0, right: xs.1, high: ys.1 };
        whole = Some(whole.map_or(own, |other| other.union(own)));
        from = match *curve {
            Curve::Line(end) | Curve::Cubic([.., end]) => end,
        };
    }
    whole.filter(|b| b.right > b.left && b.high > b.low)
}

fn span(values: &[f32]) -> (f64, f64) {
    let values = values.iter().map(|v| f64::from(*v));
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), v| (least.min(v), most.max(v)))
}

/// Returns the minimum and the maximum of a cubic Bézier polynomial between 0 and 1.
fn cubic_span(points: [f32; 4]) -> (f64, f64) {
    let ends = span(&[points[0], points[3]]);
    let [p0, p1, p2, p3] = points.map(f64::from);
    if p1.min(p2) >= ends.0 && p1.max(p2) <= ends.1 {
        return ends;
    }
    // The derivative is a parabola through the three differences.
    let (d0, d1, d2) = (p1 - p0, p2 - p1, p3 - p2);
    let (square, linear) = (2.0f64.mul_add(-d1, d0 + d2), 2.0 * (d1 - d0));
    let root = linear.mul_add(linear, -4.0 * square * d0).max(0.0).sqrt();
    // The form without cancellation. If the derivative is linear, only one of the two exists.
    let q = -0.5 * (linear + root.copysign(linear));
    let at = |t: f64| {
        let u = 1.0 - t;
        (u * u * u).mul_add(p0, (3.0 * u * u * t).mul_add(p1, (3.0 * u * t * t).mul_add(p2, t * t * t * p3)))
    };
    [q / square, d0 / q]
        .into_iter()
        .filter(|t| *t > 0.0 && *t < 1.0)
        .map(at)
        .fold(ends, |(least, most), v| (least.min(v), most.max(v)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A square of 100 with a square hole of 20; the outer contour is counter-clockwise if `left`.
    fn ring(left: bool) -> Collector {
        let mut pen = Collector::new(100);
        let mut outside = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0)];
        let mut hole = [(40.0, 40.0), (40.0, 60.0), (60.0, 60.0), (60.0, 40.0)];
        if left {
            outside.reverse();
            hole.reverse();
        }
        for square in [outside, hole] {
            pen.move_to(square[0].0, square[0].1);
            square.iter().skip(1).for_each(|p| pen.line_to(p.0, p.1));
            // Fonts repeat the start.
            pen.line_to(square[0].0, square[0].1);
            pen.close();
        }
        pen
    }

    #[test]
    fn bold_grows_the_outside_and_shrinks_holes() {
        for left in [false, true] {
            let outline = ring(left).finish(Synthesis { growth: 10.0, slant: false }).unwrap();
            let around = |contour: &Contour| bounds(contour).unwrap();
            let square = |low: f64, high: f64| Bounds { left: low, low, right: high, high };
            assert_eq!(
                outline.contours.iter().map(around).collect::<Vec<_>>(),
                [square(-5.0, 105.0), square(45.0, 55.0)]
            );
        }
    }

    #[test]
    fn italic_leans_to_the_right() {
        let outline = ring(false).finish(Synthesis { growth: 0.0, slant: true }).unwrap();
        let bounds = outline.bounds.unwrap();
        assert!((bounds.right - 121.26).abs() < 0.01 && bounds.left == 0.0 && bounds.high == 100.0, "{bounds:?}");
    }

    #[test]
    fn bounds_leave_control_points_aside() {
        let mut pen = Collector::new(100);
        pen.move_to(0.0, 0.0);
        pen.quad_to(50.0, 100.0, 100.0, 0.0); // a parabola, 50 high
        pen.curve_to(100.0, -40.0, 0.0, -40.0, 0.0, 0.0); // 30 deep
        let bounds = pen.finish(Synthesis::default()).unwrap().bounds.unwrap();
        assert!((bounds.high - 50.0).abs() < 1e-3 && (bounds.low + 30.0).abs() < 1e-3, "{bounds:?}");
        assert!(bounds.left == 0.0 && bounds.right == 100.0);
    }

    #[test]
    fn too_many_curves_and_lost_points_are_refused() {
        let mut pen = ring(false);
        (0..100).for_each(|_| pen.line_to(1.0, 1.0));
        assert_eq!(pen.finish(Synthesis::default()), None);
        let mut pen = ring(false);
        pen.line_to(f32::INFINITY, 1.0);
        assert_eq!(pen.finish(Synthesis::default()), None);
    }
}
