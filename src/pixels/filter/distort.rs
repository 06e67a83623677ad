//! Tilting and bending (`e-distort`): computing the source of each pixel of the result.

use std::f64::consts::{FRAC_PI_2, PI};

use super::warp::{Origin, warp};
use crate::error::Error;
use crate::math;
use crate::pixels::base::internal_error;
use crate::pixels::raster::Raster;
use crate::plan::{ArcBend, Distortion, Size};
use crate::stop::Stop;

/// Moves pixels as planned, onto a canvas of size `to`. Uncovered pixels are transparent.
///
/// Pixels at the edges are covered in part, so edges are smooth at any scale.
pub(crate) fn distort(image: &Raster, how: &Distortion, to: Size, stop: &Stop) -> Result<Raster, Error> {
    match how {
        Distortion::Perspective(points) => perspective(image, *points, to, stop),
        Distortion::Arc(arc) => bent(image, arc, to, stop),
    }
}

/// Maps the corners of the image onto these points.
fn perspective(image: &Raster, corners: [(f64, f64); 4], to: Size, stop: &Stop) -> Result<Raster, Error> {
    let (width, height) = (f64::from(image.size().width), f64::from(image.size().height));
    let map = Homography::onto(corners).inverted().ok_or_else(|| internal_error("corners without a perspective"))?;
    let edges = edges(corners);
    warp(image, to, stop, |x, y| {
        let cover: f64 = edges.iter().map(|edge| edge.cover(x, y)).product();
        if cover <= 0.0 {
            return None;
        }
        let (u, v) = map.apply(x, y)?;
        let (across, down) = (map.slope(x, y, (u, v), 0), map.slope(x, y, (u, v), 1));
        let sides = [across, down].map(|(du, dv)| (du * width, dv * height));
        Some(Origin { at: (u * width, v * height), sides, cover })
    })
}

/// A map of the plane that keeps lines straight; the matrix is stored row by row.
struct Homography([[f64; 3]; 3]);

impl Homography {
    /// Makes the map from the unit square to a quadrilateral (Heckbert, *Fundamentals of Texture Mapping and Image
    /// Warping*, 1989, 2.2.3).
    fn onto([(x0, y0), (x1, y1), (x2, y2), (x3, y3)]: [(f64, f64); 4]) -> Self {
        let (dx1, dx2, sx) = (x1 - x2, x3 - x2, x0 - x1 + x2 - x3);
        let (dy1, dy2, sy) = (y1 - y2, y3 - y2, y0 - y1 + y2 - y3);
        let det = dx1 * dy2 - dx2 * dy1;
        let (g, h) = if det == 0.0 { (0.0, 0.0) } else { ((sx * dy2 - dx2 * sy) / det, (dx1 * sy - sx * dy1) / det) };
        Self([[x1 - x0 + g * x1, x3 - x0 + h * x3, x0], [y1 - y0 + g * y1, y3 - y0 + h * y3, y0], [g, h, 1.0]])
    }

    fn inverted(&self) -> Option<Self> {
        let [[a, b, c], [d, e, f], [g, h, i]] = self.0;
        let inverse = [
            [e * i - f * h, c * h - b * i, b * f - c * e],
            [f * g - d * i, a * i - c * g, c * d - a * f],
            [d * h - e * g, b * g - a * h, a * e - b * d],
        ];
        let det = a * inverse[0][0] + b * inverse[1][0] + c * inverse[2][0];
        // The scale of the matrix has no meaning, and neither has its sign.
        (det.is_finite() && det != 0.0).then(|| Self(inverse.map(|row| row.map(|v| v / det))))
    }

    /// Maps a point. Returns `None` on and beyond the horizon.
    fn apply(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let [u, v, w] = self.0.map(|[a, b, c]| a * x + b * y + c);
        (w > 0.0).then(|| (u / w, v / w))
    }

    /// Returns the derivative of the image (u, v) of a point, across (0) or down (1).
    fn slope(&self, x: f64, y: f64, (u, v): (f64, f64), axis: usize) -> (f64, f64) {
        let [_, _, w] = self.0.map(|[a, b, c]| a * x + b * y + c);
        let [du, dv, dw] = self.0.map(|row| row.get(axis).copied().unwrap_or_default());
        ((du - u * dw) / w, (dv - v * dw) / w)
    }
}

/// An edge with an inside, which is to the right of its direction.
struct Edge {
    from: (f64, f64),
    /// The normal vector, pointing inwards, one pixel long.
    inwards: (f64, f64),
}

impl Edge {
    /// Returns the share of a pixel that is inside, as if the line were vertical.
    fn cover(&self, x: f64, y: f64) -> f64 {
        let inside = (x - self.from.0) * self.inwards.0 + (y - self.from.1) * self.inwards.1;
        (inside + 0.5).clamp(0.0, 1.0)
    }
}

fn edges([a, b, c, d]: [(f64, f64); 4]) -> [Edge; 4] {
    [(a, b), (b, c), (c, d), (d, a)].map(|(from, to)| {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = math::length(dx, dy).max(f64::MIN_POSITIVE);
        Edge { from, inwards: (-dy / length, dx / length) }
    })
}

/// Bends the image to an arch.
fn bent(image: &Raster, arc: &ArcBend, to: Size, stop: &Stop) -> Result<Raster, Error> {
    let (width, height) = (f64::from(image.size().width), f64::from(image.size().height));
    let (half, thick) = (arc.angle / 2.0, arc.outer - arc.inner);
    if thick <= 0.0 {
        return Err(internal_error("an arch without thickness"));
    }
    // The height of the arch may be fractional. The rest of the canvas is above and below it.
    let (middle, spare) = (f64::from(to.width) / 2.0, (f64::from(to.height) - arc.height()) / 2.0);
    warp(image, to, stop, |x, y| {
        let y = if arc.down { f64::from(to.height) - y } else { y };
        let (aside, above) = (x - middle, arc.outer - (y - spare));
        let (radius, angle) = (math::length(aside, above), math::atan2(aside, above));
        // The distance inside of an end. Beyond a quarter turn the nearest point of the end is the centre.
        let inside = |away: f64| if away.abs() < FRAC_PI_2 { radius * math::sin(away) } else { radius.copysign(away) };
        // The ends of a whole ring touch, and a disc has no inner edge.
        let [left, right] = if half < PI { [half + angle, half - angle].map(inside) } else { [1.0; 2] };
        let inner = if arc.inner > 0.0 { radius - arc.inner } else { 1.0 };
        let cover = [arc.outer - radius, inner, left, right].map(|inside| (inside + 0.5).clamp(0.0, 1.0));
        let down = (arc.outer - radius) / thick;
        let along = (angle + half) / arc.angle;
        Some(Origin {
            at: (along * width, if arc.down { 1.0 - down } else { down } * height),
            sides: [(width / (arc.angle * radius.max(f64::MIN_POSITIVE)), 0.0), (0.0, height / thick)],
            cover: cover.into_iter().product(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::base::Channels;

    /// Red increases to the right, green downwards.
    fn ramp(width: u32, height: u32) -> Raster {
        let level = |at: u32, all: u32| (at * 255 / (all - 1)) as u8;
        let samples = (0..height).flat_map(|y| (0..width).flat_map(move |x| [level(x, width), level(y, height), 9]));
        Raster::new(Size::new(width, height), Channels::Rgb, samples.collect()).unwrap()
    }

    fn near(found: Option<&[u8]>, want: [u8; 4], by: u8) -> bool {
        found.is_some_and(|found| found.iter().zip(want).all(|(a, b)| a.abs_diff(b) <= by))
    }

    #[test]
    fn corners_go_to_their_points() {
        let points = [(10.0, 5.0), (90.0, 0.0), (80.0, 60.0), (0.0, 50.0)];
        let map = Homography::onto(points);
        for (corner, want) in [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)].into_iter().zip(points) {
            let (x, y) = map.apply(corner.0, corner.1).unwrap();
            assert!((x - want.0).abs() < 1e-9 && (y - want.1).abs() < 1e-9);
            let (u, v) = map.inverted().unwrap().apply(want.0, want.1).unwrap();
            assert!((u - corner.0).abs() < 1e-9 && (v - corner.1).abs() < 1e-9);
        }
    }

    #[test]
    fn the_identity_changes_nothing() {
        let image = ramp(60, 40);
        let size = image.size();
        let corners = [(0.0, 0.0), (60.0, 0.0), (60.0, 40.0), (0.0, 40.0)];
        let same = distort(&image, &Distortion::Perspective(corners), size, &Stop::new()).unwrap();
        assert_eq!(same, image.with_alpha().unwrap());
    }

    #[test]
    fn outside_of_a_tilted_image_there_is_nothing() {
        let corners = [(30.0, 0.0), (60.0, 0.0), (60.0, 40.0), (30.0, 40.0)];
        let half = distort(&ramp(60, 40), &Distortion::Perspective(corners), Size::new(60, 40), &Stop::new()).unwrap();
        assert_eq!(half.pixel(10, 20).map(|p| p[3]), Some(0));
        assert!(near(half.pixel(45, 20), [127, 130, 9, 255], 4), "{:?}", half.pixel(45, 20));
    }

    #[test]
    fn arches_bend_up_or_down() {
        let arc = |down| ArcBend { angle: std::f64::consts::PI, outer: 30.0, inner: 10.0, down };
        let to = Size::new(60, 30);
        let up = distort(&ramp(60, 20), &Distortion::Arc(arc(false)), to, &Stop::new()).unwrap();
        // The centre of the upper edge is at the top, the centre of the lower edge below it.
        assert!(near(up.pixel(30, 1), [127, 10, 9, 255], 12), "{:?}", up.pixel(30, 1));
        assert!(near(up.pixel(30, 18), [127, 245, 9, 255], 12), "{:?}", up.pixel(30, 18));
        // The left end is at the left foot, and the middle of the ring is empty.
        assert!(near(up.pixel(10, 28), [4, 127, 9, 255], 14), "{:?}", up.pixel(10, 28));
        assert_eq!(up.pixel(30, 28).map(|p| p[3]), Some(0));
        let down = distort(&ramp(60, 20), &Distortion::Arc(arc(true)), to, &Stop::new()).unwrap();
        assert!(near(down.pixel(30, 28), [127, 245, 9, 255], 12), "{:?}", down.pixel(30, 28));
        assert!(near(down.pixel(10, 1), [4, 127, 9, 255], 14), "{:?}", down.pixel(10, 1));
    }

    fn area(image: &Raster) -> f64 {
        image.samples().iter().skip(3).step_by(4).map(|alpha| f64::from(*alpha) / 255.0).sum()
    }

    #[test]
    fn edges_are_smooth_and_areas_right() {
        let image = ramp(200, 100);
        for (corners, want) in [
            ([(50.0, 10.0), (150.0, 10.0), (190.0, 90.0), (10.0, 90.0)], 80.0 * 140.0),
            ([(10.3, 0.0), (110.3, 10.0), (150.3, 60.0), (50.3, 50.0)], 4600.0),
            ([(0.0, 0.0), (200.0, 0.0), (200.0, 0.5), (0.0, 0.5)], 100.0),
        ] {
            let out = distort(&image, &Distortion::Perspective(corners), image.size(), &Stop::new()).unwrap();
            assert!((area(&out) - want).abs() < want * 0.001 + 1.0, "{} for {want}", area(&out));
        }
        for (degrees, down) in [(30.0_f64, false), (90.0, true), (180.0, false), (270.0, true), (360.0, false)] {
            let angle = degrees.to_radians();
            let outer = if degrees < 180.0 { 100.0 / (angle / 2.0).sin() } else { 100.0 };
            let arc = ArcBend { angle, outer, inner: outer - 40.0, down };
            let out = distort(&image, &Distortion::Arc(arc), Size::new(200, arc.height().ceil() as u32), &Stop::new())
                .unwrap();
            let want = angle / 2.0 * (outer.powi(2) - (outer - 40.0).powi(2));
            assert!((area(&out) - want).abs() < want * 0.001 + 1.0, "{degrees}: {} for {want}", area(&out));
        }
    }

    #[test]
    fn what_gets_small_is_a_mean() {
        // Stripes of one pixel become grey without a visible pattern, both upright and slanted. In the mean over
        // slightly more than four stripes, one half may be too much, an eighth of the range.
        let row: Vec<u8> = (0..400).flat_map(|x| [if x % 2 == 0 { 0 } else { 255 }; 3]).collect();
        let image = Raster::new(Size::new(400, 200), Channels::Rgb, row.repeat(200)).unwrap();
        for corners in [
            [(100.0, 50.0), (145.0, 50.0), (145.0, 90.0), (100.0, 90.0)],
            [(100.0, 50.0), (145.0, 70.0), (125.0, 110.0), (80.0, 90.0)],
            [(100.0, 50.0), (120.0, 50.0), (160.0, 90.0), (60.0, 90.0)],
        ] {
            let out = distort(&image, &Distortion::Perspective(corners), image.size(), &Stop::new()).unwrap();
            let inside = out.samples().as_chunks::<4>().0.iter().filter(|pixel| pixel[3] == 255);
            let off: Vec<u8> = inside.map(|pixel| pixel[0].abs_diff(128)).collect();
            assert!(off.len() > 1000 && off.iter().all(|off| *off <= 30), "{:?} {corners:?}", off.iter().max());
        }
    }
}
