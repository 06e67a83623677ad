//! Tilting and bending (`e-distort`): for each pixel of the result, where it comes from.

use super::index;
use super::sample::{Source, straight};
use crate::error::Error;
use crate::pixels::raster::Channels;
use crate::pixels::{Raster, memory};
use crate::plan::{Arc, Distortion, Size};

/// Moves pixels as planned, onto a canvas of size `to`; what nothing comes to is transparent.
pub(super) fn distort(picture: Raster, how: &Distortion, to: Size) -> Result<Raster, Error> {
    let picture = picture.with_alpha()?;
    let size = picture.size();
    let samples = match how {
        Distortion::Perspective(points) => {
            let Some(inverse) = Homography::onto(*points).inverted() else { return Ok(picture) };
            let (width, height) = (f64::from(size.width), f64::from(size.height));
            let fine = fineness(size, *points);
            moved(&picture, to, fine, |x, y| inverse.apply(x, y).map(|(u, v)| (u * width, v * height)))?
        }
        Distortion::Arc(arc) => moved(&picture, to, 2, |x, y| unbent(arc, size, to, x, y))?,
    };
    Raster::new(to, Channels::Rgba, samples)
}

/// Each pixel is the mean of `fine` times `fine` points in it.
fn moved(
    picture: &Raster,
    to: Size,
    fine: u32,
    origin: impl Fn(f64, f64) -> Option<(f64, f64)>,
) -> Result<Vec<u8>, Error> {
    let source = Source::<4> { pixels: picture.samples().as_chunks().0, size: picture.size(), outside: [0.0; 4] };
    let mut out = memory::zeros(memory::bytes(to, Channels::Rgba))?;
    let step = 1.0 / f64::from(fine);
    let points = f64::from(fine * fine);
    for (y, row) in (0_u32..).zip(out.chunks_exact_mut(index(to.width)? * 4)) {
        for (x, pixel) in (0_u32..).zip(row.as_chunks_mut::<4>().0) {
            let mut sum = [0.0; 4];
            for (i, j) in (0..fine).flat_map(|j| (0..fine).map(move |i| (i, j))) {
                let at = |whole: u32, part: u32| f64::from(whole) + (f64::from(part) + 0.5) * step;
                let Some((u, v)) = origin(at(x, i), at(y, j)) else { continue };
                // Pixel centres lie at halves.
                let point = source.point(u - 0.5, v - 0.5);
                sum.iter_mut().zip(point).for_each(|(sum, value)| *sum += value);
            }
            *pixel = straight(sum.map(|value| value / points));
        }
    }
    Ok(out)
}

/// How many points across a pixel must be looked at, for a picture that is drawn smaller.
fn fineness(size: Size, [a, b, c, d]: [(f64, f64); 4]) -> u32 {
    let cross = |p: (f64, f64), q: (f64, f64)| p.0 * q.1 - p.1 * q.0;
    let area = (cross(a, b) + cross(b, c) + cross(c, d) + cross(d, a)).abs() / 2.0;
    #[expect(clippy::cast_precision_loss, reason = "a number of pixels is far below 2^52")]
    let shrunk = (size.pixels() as f64 / area.max(1.0)).sqrt();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 2 and 4")]
    let fine = shrunk.ceil().clamp(2.0, 4.0) as u32;
    fine
}

/// A map of the plane that keeps lines straight, row by row.
struct Homography([[f64; 3]; 3]);

impl Homography {
    /// From the unit square to a quadrilateral (Heckbert, *Fundamentals of Texture Mapping and Image Warping*,
    /// 1989, 2.2.3).
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
        // A scale means nothing, its sign does not either.
        (det.is_finite() && det != 0.0).then(|| Self(inverse.map(|row| row.map(|v| v / det))))
    }

    /// `None` on and behind the horizon.
    fn apply(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let [u, v, w] = self.0.map(|[a, b, c]| a * x + b * y + c);
        (w > 0.0).then(|| (u / w, v / w))
    }
}

/// Where in the straight picture a point of the arch comes from.
fn unbent(arc: &Arc, size: Size, to: Size, x: f64, y: f64) -> Option<(f64, f64)> {
    let y = if arc.down { f64::from(to.height) - y } else { y };
    let (dx, dy) = (x - f64::from(to.width) / 2.0, arc.outer - y);
    let (radius, angle) = (dx.hypot(dy), dx.atan2(dy));
    let along = angle / arc.angle + 0.5;
    let thick = arc.outer - arc.inner;
    if thick <= 0.0 || !(-EDGE..=1.0 + EDGE).contains(&along) {
        return None;
    }
    let down = (arc.outer - radius) / thick;
    let v = if arc.down { 1.0 - down } else { down };
    Some((along * f64::from(size.width), v * f64::from(size.height)))
}

/// Beyond the ends, as a share of the width: enough for the last pixel to blend into nothing.
const EDGE: f64 = 0.5;

#[cfg(test)]
mod tests {
    use super::*;

    /// Red grows to the right, green downwards.
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
        let picture = ramp(60, 40);
        let size = picture.size();
        let corners = [(0.0, 0.0), (60.0, 0.0), (60.0, 40.0), (0.0, 40.0)];
        let same = distort(picture.clone(), &Distortion::Perspective(corners), size).unwrap();
        for (x, y) in [(5, 5), (30, 20), (55, 35)] {
            let want = picture.pixel(x, y).unwrap();
            assert!(near(same.pixel(x, y), [want[0], want[1], 9, 255], 2), "{x},{y}");
        }
    }

    #[test]
    fn outside_of_a_tilted_picture_there_is_nothing() {
        let corners = [(30.0, 0.0), (60.0, 0.0), (60.0, 40.0), (30.0, 40.0)];
        let half = distort(ramp(60, 40), &Distortion::Perspective(corners), Size::new(60, 40)).unwrap();
        assert_eq!(half.pixel(10, 20).map(|p| p[3]), Some(0));
        assert!(near(half.pixel(45, 20), [127, 130, 9, 255], 4), "{:?}", half.pixel(45, 20));
    }

    #[test]
    fn arches_bend_up_or_down() {
        let arc = |down| Arc { angle: std::f64::consts::PI, outer: 30.0, inner: 10.0, down };
        let to = Size::new(60, 30);
        let up = distort(ramp(60, 20), &Distortion::Arc(arc(false)), to).unwrap();
        // The middle of the upper edge is at the top, the middle of the lower edge below it.
        assert!(near(up.pixel(30, 1), [127, 10, 9, 255], 12), "{:?}", up.pixel(30, 1));
        assert!(near(up.pixel(30, 18), [127, 245, 9, 255], 12), "{:?}", up.pixel(30, 18));
        // The left end is at the left foot, and there is nothing in the middle of the ring.
        assert!(near(up.pixel(10, 28), [4, 127, 9, 255], 14), "{:?}", up.pixel(10, 28));
        assert_eq!(up.pixel(30, 28).map(|p| p[3]), Some(0));
        let down = distort(ramp(60, 20), &Distortion::Arc(arc(true)), to).unwrap();
        assert!(near(down.pixel(30, 28), [127, 245, 9, 255], 12), "{:?}", down.pixel(30, 28));
        assert!(near(down.pixel(10, 1), [4, 127, 9, 255], 14), "{:?}", down.pixel(10, 1));
    }
}
