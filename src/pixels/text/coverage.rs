//! [`Coverage`]: the share of each pixel that a shape covers.
//!
//! Coverage is computed from exact areas and not from samples. Each line adds the area between itself and the right
//! edge to the pixels that it crosses, signed by its direction. The sum from the left is the winding number of each
//! pixel, with a fraction on the edge. Small text benefits most: every column and row of an edge has the exact grey.

use super::outline::{Curve, Outline, Point};
use crate::pixels::base::from_float;

/// The maximum distance of a curve from the lines that approximate it, in pixels.
const TOLERANCE: f64 = 0.05;

/// The sums for a window onto the page, reused for each glyph.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    width: usize,
    height: usize,
    /// The changes of coverage from pixel to pixel. Each row has one more than its pixels.
    changes: Vec<f32>,
}

/// The position of a glyph's origin in a window, and the scale of its units.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placement {
    /// Pixels from the left of the window.
    pub(super) x: f64,
    /// Pixels from the top of the window.
    pub(super) y: f64,
    /// Pixels per font unit.
    pub(super) scale: f64,
}

impl Placement {
    fn apply(self, point: Point) -> (f64, f64) {
        (f64::from(point.x) * self.scale + self.x, self.y - f64::from(point.y) * self.scale)
    }
}

impl Coverage {
    /// Starts an empty window.
    pub(super) fn clear(&mut self, width: usize, height: usize) {
        (self.width, self.height) = (width, height);
        self.changes.clear();
        self.changes.resize((width + 1) * height, 0.0);
    }

    /// Adds the outline of a glyph.
    pub(super) fn outline(&mut self, outline: &Outline, place: Placement) {
        for contour in &outline.contours {
            let start = place.apply(contour.start);
            let mut from = start;
            for curve in &contour.curves {
                match *curve {
                    Curve::Line(end) => {
                        let to = place.apply(end);
                        self.line(from, to);
                        from = to;
                    }
                    Curve::Cubic(rest) => {
                        let [a, b, to] = rest.map(|point| place.apply(point));
                        self.cubic(from, a, b, to);
                        from = to;
                    }
                }
            }
            self.line(from, start);
        }
    }

    /// Adds a rectangle.
    pub(super) fn rectangle(&mut self, (left, top): (f64, f64), (right, bottom): (f64, f64)) {
        self.line((left, bottom), (left, top));
        self.line((right, top), (right, bottom));
    }

    fn cubic(&mut self, from: (f64, f64), a: (f64, f64), b: (f64, f64), to: (f64, f64)) {
        // The number of lines, at equal steps of the parameter, that keeps the tolerance: the second differences limit
        // the curvature.
        let bend = |p: (f64, f64), q: (f64, f64), r: (f64, f64)| {
            let (x, y) = (p.0 - 2.0 * q.0 + r.0, p.1 - 2.0 * q.1 + r.1);
            (x * x + y * y).sqrt()
        };
        let pieces = (0.75 * bend(from, a, b).max(bend(a, b, to)) / TOLERANCE).sqrt().ceil().clamp(1.0, 256.0);
        let mut last = from;
        let mut step = 1.0;
        while step <= pieces {
            let t = step / pieces;
            let u = 1.0 - t;
            let weigh =
                |p0: f64, p1: f64, p2: f64, p3: f64| u * u * u * p0 + 3.0 * u * t * (u * p1 + t * p2) + t * t * t * p3;
            let next = (weigh(from.0, a.0, b.0, to.0), weigh(from.1, a.1, b.1, to.1));
            self.line(last, next);
            last = next;
            step += 1.0;
        }
    }

    /// Adds the area between a line and the right edge, which is positive if the line goes down.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "rows of an image, clamped to the window"
    )]
    fn line(&mut self, from: (f64, f64), to: (f64, f64)) {
        let (top, bottom, sign) = if from.1 <= to.1 { (from, to, 1.0) } else { (to, from, -1.0) };
        let (first, last) = (top.1.max(0.0), bottom.1.min(self.height as f64));
        if first.partial_cmp(&last) != Some(std::cmp::Ordering::Less) {
            return;
        }
        let slope = (bottom.0 - top.0) / (bottom.1 - top.1);
        let at = |y: f64| (y - top.1) * slope + top.0;
        for row in first as usize..last.ceil() as usize {
            let (start, end) = (first.max(row as f64), last.min(row as f64 + 1.0));
            self.piece(row, at(start), at(end), sign * (end - start));
        }
    }

    /// Adds a part of a line within one row: its vertical extent, and its horizontal range.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "columns of an image, clamped to the window"
    )]
    fn piece(&mut self, row: usize, a: f64, b: f64, down: f64) {
        let (left, right) = if a <= b { (a, b) } else { (b, a) };
        let edge = self.width as f64;
        let start = row * (self.width + 1);
        let Some(cells) = self.changes.get_mut(start..=start + self.width) else { return };
        let mut add = |column: usize, mean: f64, down: f64| {
            // The part of this pixel to the right of the line. The rest starts with the next pixel.
            let beyond = down * (mean - column as f64);
            if let Some([here, next]) = cells.get_mut(column..).and_then(|rest| rest.first_chunk_mut()) {
                *here += (down - beyond) as f32;
                *next += beyond as f32;
            }
        };
        if right <= 0.0 {
            add(0, 0.0, down);
        } else if left >= 0.0 && left.floor() + 1.0 >= right {
            // In most cases within one pixel.
            add(left as usize, (left + right) / 2.0, down);
        } else {
            let share = down / (right - left);
            if left < 0.0 {
                add(0, 0.0, share * -left);
            }
            for column in left.max(0.0) as usize..right.min(edge).ceil() as usize {
                let (from, to) = (left.max(column as f64), right.min(column as f64 + 1.0));
                add(column, (from + to) / 2.0, share * (to - from));
            }
        }
    }

    /// Adds the coverage to a page with rows of `page_width` pixels. `(x, y)` is the top left corner of the window.
    pub(super) fn cover(&self, page: &mut [u8], page_width: usize, (x, y): (usize, usize)) {
        if self.width == 0 || page_width == 0 {
            return;
        }
        let rows = page.chunks_exact_mut(page_width).skip(y);
        for (row, changes) in rows.zip(self.changes.chunks_exact(self.width + 1)) {
            let mut inside = 0.0f32;
            for (pixel, change) in row.iter_mut().skip(x).zip(changes.iter().take(self.width)) {
                inside += change;
                let added = from_float(inside.abs().min(1.0));
                if added > 0 {
                    *pixel = both(*pixel, added);
                }
            }
        }
    }
}

/// Combines the coverage of two shapes, each of which covers a pixel independently of the other.
fn both(a: u8, b: u8) -> u8 {
    let free = (255 - u32::from(a)) * (255 - u32::from(b));
    255 - u8::try_from((free + 127) / 255).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(width: usize, height: usize, draw: impl Fn(&mut Coverage)) -> Vec<u8> {
        let mut coverage = Coverage::default();
        coverage.clear(width, height);
        draw(&mut coverage);
        let mut page = vec![0; width * height];
        coverage.cover(&mut page, width, (0, 0));
        page
    }

    #[test]
    fn edges_cover_the_part_they_cover() {
        let page = covered(4, 3, |c| c.rectangle((0.5, 0.25), (3.25, 2.0)));
        assert_eq!(page, [96, 191, 191, 48, 128, 255, 255, 64, 0, 0, 0, 0]);
        // A triangle: half of each pixel on the diagonal, in either winding direction.
        for flip in [false, true] {
            let page = covered(3, 3, |c| {
                let mut corners = [(0.0, 0.0), (3.0, 3.0), (0.0, 3.0), (0.0, 0.0)];
                if flip {
                    corners.reverse();
                }
                corners.windows(2).for_each(|pair| c.line(pair[0], pair[1]));
            });
            assert_eq!(page, [128, 0, 0, 255, 128, 0, 255, 255, 128]);
        }
    }

    #[test]
    fn what_lies_outside_is_cut_off() {
        let whole = covered(9, 5, |c| {
            c.line((-30.0, -10.0), (12.0, 6.0));
            c.line((12.0, 6.0), (-5.0, 3.5));
            c.line((-5.0, 3.5), (-30.0, -10.0));
        });
        // Draws the shape again with space on all sides.
        let mut coverage = Coverage::default();
        coverage.clear(60, 30);
        coverage.line((10.0, 2.0), (52.0, 18.0));
        coverage.line((52.0, 18.0), (35.0, 15.5));
        coverage.line((35.0, 15.5), (10.0, 2.0));
        let mut page = vec![0; 60 * 30];
        coverage.cover(&mut page, 60, (0, 0));
        let middle: Vec<u8> = page.chunks(60).skip(12).take(5).flat_map(|row| row[40..49].to_vec()).collect();
        assert!(middle.iter().zip(&whole).all(|(a, b)| a.abs_diff(*b) <= 1), "{middle:?}\n{whole:?}");
        assert!(whole.iter().any(|v| *v > 0));
    }

    #[test]
    fn numbers_out_of_all_bounds_are_harmless() {
        for far in [1e300, f64::INFINITY, f64::NAN] {
            covered(3, 3, |c| {
                c.line((-far, -far), (far, far));
                c.line((far, 1.0), (1.0, far));
                c.cubic((0.0, 0.0), (far, 0.0), (0.0, far), (1.0, 1.0));
            });
        }
    }

    #[test]
    fn a_circle_has_its_area() {
        // Four cubics with a radius of 40: the control points are at the usual 0.5523 of it.
        let (r, k) = (40.0, 40.0 * 0.5523);
        let page = covered(100, 100, |c| {
            let at = |x: f64, y: f64| (50.3 + x, 50.7 + y);
            c.cubic(at(r, 0.0), at(r, k), at(k, r), at(0.0, r));
            c.cubic(at(0.0, r), at(-k, r), at(-r, k), at(-r, 0.0));
            c.cubic(at(-r, 0.0), at(-r, -k), at(-k, -r), at(0.0, -r));
            c.cubic(at(0.0, -r), at(k, -r), at(r, -k), at(r, 0.0));
        });
        let area = page.iter().map(|v| f64::from(*v) / 255.0).sum::<f64>();
        assert!((area - std::f64::consts::PI * r * r).abs() < 6.0, "{area}");
    }
}
