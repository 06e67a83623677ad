//! The cost of drawing, estimated by walking the tree as the renderer will.
//!
//! Each group that has to be isolated is drawn on a separate layer, each filter step on another, and each pattern tile
//! on one more. Content that is used several times is drawn again for each use. The unit of work is about that of
//! filling one pixel.

use resvg::tiny_skia::{self, PathSegment, Point, Transform};
use resvg::usvg::filter::{Filter, Kind};
use resvg::usvg::{ClipPath, Group, Mask, Node, Paint, Path, Pattern, Tree};

use crate::cost::Cost;
use crate::error::Error;
use crate::limits::{LimitError, Limits};
use crate::math;
use crate::pixels::base::memory;
use crate::plan::Size;

/// Returns the cost of drawing, excluding the canvas. Stops as soon as a limit is passed. `held` is the number of bytes
/// held in addition.
///
/// The walk follows `resvg` 0.49.0 (`render.rs`, `filter/mod.rs`, `clip.rs`, `mask.rs`), whose version is pinned.
///
/// # Errors
/// The cost exceeds a limit.
pub(crate) fn of(tree: &Tree, transform: Transform, size: Size, held: u64, limits: &Limits) -> Result<Cost, Error> {
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    let canvas = Canvas {
        width,
        height,
        reach: Area { left: -2.0 * width, top: -2.0 * height, right: 3.0 * width, bottom: 3.0 * height },
    };
    let held = float(held);
    let mut bill = Bill { work: 0.0, most: held, limits };
    bill.nodes(tree.root(), transform, canvas, held)?;
    Ok(Cost::new(whole(bill.most), whole(bill.work)))
}

/// The surface to draw on.
#[derive(Clone, Copy)]
struct Canvas {
    width: f64,
    height: f64,
    /// The area to which layers may extend.
    reach: Area,
}

#[derive(Clone, Copy)]
struct Area {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Area {
    fn of(rect: tiny_skia::Rect) -> Self {
        let [left, top, right, bottom] = [rect.left(), rect.top(), rect.right(), rect.bottom()].map(f64::from);
        Self { left, top, right, bottom }
    }

    /// Returns the width and height of the intersection of two areas, at least one pixel.
    fn common(self, other: Self) -> (f64, f64) {
        let width = self.right.min(other.right) - self.left.max(other.left);
        let height = self.bottom.min(other.bottom) - self.top.max(other.top);
        ((width.ceil() + 4.0).max(1.0), (height.ceil() + 4.0).max(1.0))
    }
}

impl Canvas {
    fn area(self) -> f64 {
        self.width * self.height
    }

    fn visible(self) -> Area {
        Area { left: 0.0, top: 0.0, right: self.width, bottom: self.height }
    }

    /// Returns the canvas of a layer of this size.
    fn layer(width: f64, height: f64, reach: Area) -> Self {
        Self { width, height, reach }
    }
}

struct Bill<'a> {
    work: f64,
    /// The largest number of bytes held so far.
    most: f64,
    limits: &'a Limits,
}

impl Bill<'_> {
    fn add(&mut self, work: f64) -> Result<(), Error> {
        self.work += work;
        Ok(LimitError::check("units of computing", whole(self.work), self.limits.work)?)
    }

    /// Records `bytes` more bytes, which are held temporarily.
    fn pass(&mut self, held: f64, bytes: f64) -> Result<(), Error> {
        self.most = self.most.max(held + bytes);
        Ok(memory::check(whole(held + bytes), self.limits)?)
    }

    /// Records a layer of `pixels` pixels, and returns the number of bytes held with it.
    fn hold(&mut self, held: f64, pixels: f64) -> Result<f64, Error> {
        let held = pixels.mul_add(4.0, held);
        self.most = self.most.max(held);
        memory::check(whole(held), self.limits)?;
        self.add(pixels)?;
        Ok(held)
    }

    fn nodes(&mut self, group: &Group, transform: Transform, canvas: Canvas, held: f64) -> Result<(), Error> {
        for node in group.children() {
            self.add(VISIT)?;
            match node {
                Node::Group(group) => self.group(group, transform.pre_concat(group.transform()), canvas, held)?,
                Node::Path(path) if path.is_visible() => self.path(path, transform, canvas, held)?,
                Node::Image(image) => {
                    let pixels = f64::from(image.size().width()) * f64::from(image.size().height());
                    // The image is decoded each time it is drawn: its samples, and a premultiplied copy.
                    self.hold(held, pixels * 2.0)?;
                    self.add(pixels.mul_add(DECODE, canvas.area() * TEXTURE))?;
                }
                // A text is a group of the shapes of its letters.
                Node::Text(text) => self.group(text.flattened(), transform, canvas, held)?,
                Node::Path(_) => {}
            }
        }
        Ok(())
    }

    fn group(&mut self, group: &Group, transform: Transform, canvas: Canvas, held: f64) -> Result<(), Error> {
        if !group.should_isolate() {
            return self.nodes(group, transform, canvas, held);
        }
        // Filters work on upright pixels, on a layer that is rotated afterwards.
        let (transform, reach) = if group.filters().is_empty() {
            (transform, canvas.reach)
        } else {
            let sx = math::length_f32(transform.sx, transform.ky);
            let sy = math::length_f32(transform.kx, transform.sy);
            let turned = Transform::from_row(
                transform.sx / sx,
                transform.ky / sx,
                transform.kx / sy,
                transform.sy / sy,
                0.0,
                0.0,
            );
            let Some(back) = turned.invert() else { return Ok(()) };
            (back.pre_concat(transform), turn(canvas.reach, back))
        };
        let Some(area) = group.layer_bounding_box().transform(transform) else { return Ok(()) };
        let area = Area::of(area.to_rect());
        let (width, height) = area.common(reach);
        let held = self.hold(held, width * height)?;
        self.add(width * height * TEXTURE)?;
        let (left, top) = (area.left.max(reach.left), area.top.max(reach.top));
        #[expect(clippy::cast_possible_truncation, reason = "the renderer calculates in single precision")]
        let transform = transform.post_translate(-left as f32, -top as f32);
        let layer = Canvas::layer(width, height, reach);
        self.nodes(group, transform, layer, held)?;
        for filter in group.filters() {
            self.filter(filter, transform, layer, held)?;
        }
        if let Some(clip) = group.clip_path() {
            self.clip(clip, transform, layer, held)?;
        }
        if let Some(mask) = group.mask() {
            self.mask(mask, transform, layer, held)?;
        }
        Ok(())
    }

    fn clip(&mut self, clip: &ClipPath, transform: Transform, canvas: Canvas, held: f64) -> Result<(), Error> {
        // An image and a mask.
        let held = self.hold(held, canvas.area() * 1.25)?;
        self.add(canvas.area() * 4.0)?;
        self.clip_nodes(clip.root(), transform.pre_concat(clip.transform()), canvas, held)?;
        clip.clip_path().map_or(Ok(()), |clip| self.clip(clip, transform, canvas, held))
    }

    fn clip_nodes(&mut self, group: &Group, transform: Transform, canvas: Canvas, held: f64) -> Result<(), Error> {
        for node in group.children() {
            self.add(VISIT)?;
            match node {
                Node::Path(path) => self.path(path, transform, canvas, held)?,
                Node::Group(group) => {
                    let transform = transform.pre_concat(group.transform());
                    let mut held = held;
                    if let Some(clip) = group.clip_path() {
                        held = self.hold(held, canvas.area())?;
                        self.clip(clip, transform, canvas, held)?;
                    }
                    self.clip_nodes(group, transform, canvas, held)?;
                }
                Node::Text(text) => self.clip_nodes(text.flattened(), transform, canvas, held)?,
                Node::Image(_) => {}
            }
        }
        Ok(())
    }

    fn mask(&mut self, mask: &Mask, transform: Transform, canvas: Canvas, held: f64) -> Result<(), Error> {
        let held = self.hold(held, canvas.area() * 1.5)?;
        self.add(canvas.area() * 6.0)?;
        self.nodes(mask.root(), transform, canvas, held)?;
        mask.mask().map_or(Ok(()), |mask| self.mask(mask, transform, canvas, held))
    }

    fn filter(&mut self, filter: &Filter, transform: Transform, canvas: Canvas, held: f64) -> Result<(), Error> {
        let Some(rect) = filter.rect().transform(transform) else { return Ok(()) };
        let (width, height) = Area::of(rect.to_rect()).common(canvas.visible());
        let (sx, sy) = transform.get_scale();
        // The inputs, a result and copies in other colour spaces. The result of each step is kept to the end.
        let mut held = self.hold(held, width * height * 5.0)?;
        for primitive in filter.primitives() {
            held = self.hold(held, width * height)?;
            let window = |rx: f32, ry: f32| {
                let side = |r: f32, scale: f32, most: f64| f64::from(r * scale).mul_add(2.0, 1.0).clamp(1.0, most);
                side(rx, sx, width) * side(ry, sy, height)
            };
            let each = match primitive.kind() {
                Kind::Morphology(step) => window(step.radius_x().get(), step.radius_y().get()) * 4.0,
                Kind::ConvolveMatrix(step) => {
                    f64::from(step.matrix().columns()) * f64::from(step.matrix().rows()) * 8.0
                }
                Kind::Turbulence(step) => f64::from(step.num_octaves()) * 100.0,
                Kind::DiffuseLighting(_) | Kind::SpecularLighting(_) => 60.0,
                Kind::GaussianBlur(_) | Kind::DropShadow(_) => 80.0,
                Kind::Merge(step) => float(u64::try_from(step.inputs().len()).unwrap_or(u64::MAX)) * 10.0,
                Kind::Image(step) => {
                    let reach = Area { left: 0.0, top: 0.0, right: width, bottom: height };
                    let scale = Transform::from_scale(sx, sy);
                    self.nodes(step.root(), scale, Canvas::layer(width, height, reach), held)?;
                    10.0
                }
                _ => 20.0,
            };
            self.add(width * height * (each + 20.0))?;
        }
        Ok(())
    }

    fn path(&mut self, path: &Path, transform: Transform, canvas: Canvas, held: f64) -> Result<(), Error> {
        let Measured { edges, length, segments, pairs } = measure(path, transform, canvas);
        let area = path.stroke_bounding_box().transform(transform).map_or(0.0, |rect| {
            let (width, height) = Area::of(rect).common(canvas.visible());
            width * height
        });
        if let Some(fill) = path.fill() {
            self.add(pairs.mul_add(PAIR, edges))?;
            self.pass(held, segments * SEGMENT)?;
            self.paint(fill.paint(), area, transform, canvas, held)?;
        }
        if let Some(stroke) = path.stroke() {
            // A stroke has two sides, with joins between the segments.
            self.add((pairs * SIDES * SIDES).mul_add(PAIR, edges * SIDES))?;
            self.pass(held, segments * SIDES * 2.0 * SEGMENT)?;
            if let Some(dashes) = stroke.dasharray() {
                let (sum, count) =
                    dashes.iter().fold((0.0, 0.0), |(sum, count), dash| (sum + f64::from(*dash), count + 1.0));
                // The renderer gives up beyond a million dashes.
                self.add((length / sum * count).min(1e6) * DASH)?;
            }
            self.paint(stroke.paint(), area, transform, canvas, held)?;
        }
        Ok(())
    }

    fn paint(
        &mut self,
        paint: &Paint,
        area: f64,
        transform: Transform,
        canvas: Canvas,
        held: f64,
    ) -> Result<(), Error> {
        match paint {
            Paint::Color(_) => self.add(area),
            Paint::LinearGradient(gradient) => self.add(stops(gradient.stops().len()).mul_add(VISIT, area * GRADIENT)),
            Paint::RadialGradient(gradient) => self.add(stops(gradient.stops().len()).mul_add(VISIT, area * GRADIENT)),
            Paint::Pattern(pattern) => {
                self.add(area * TEXTURE)?;
                self.pattern(pattern, transform, canvas, held)
            }
        }
    }

    fn pattern(&mut self, pattern: &Pattern, transform: Transform, canvas: Canvas, held: f64) -> Result<(), Error> {
        let (sx, sy) = transform.pre_concat(pattern.transform()).get_scale();
        let (width, height) = (f64::from(pattern.rect().width() * sx), f64::from(pattern.rect().height() * sy));
        let held = self.hold(held, width * height)?;
        let tile = Canvas::layer(width, height, canvas.reach);
        self.nodes(pattern.root(), Transform::from_scale(sx, sy), tile, held)
    }
}

/// The measurements of a path that determine its cost.
struct Measured {
    /// The work for all edges, without interaction between them.
    edges: f64,
    /// The length of the path, in user units.
    length: f64,
    segments: f64,
    /// The number of pairs of edges that share a row. The renderer keeps the edges of a row sorted, and moves each past
    /// others one by one.
    pairs: f64,
}

fn measure(path: &Path, transform: Transform, canvas: Canvas) -> Measured {
    let (mut last, mut start) = (Point::zero(), Point::zero());
    let (mut edges, mut length) = (0.0, 0.0);
    let mut rows = Vec::new();
    let row = |point: Point| {
        let y = f64::from(transform.ky).mul_add(f64::from(point.x), f64::from(transform.sy) * f64::from(point.y));
        (y + f64::from(transform.ty)).clamp(0.0, canvas.height)
    };
    let mut line = |from: Point, to: Point| {
        let (dx, dy) = (f64::from(to.x - from.x), f64::from(to.y - from.y));
        let rise = dx.mul_add(f64::from(transform.ky), dy * f64::from(transform.sy)).abs();
        // Each row is sampled four times.
        edges += rise.min(canvas.height).mul_add(EDGE, VISIT);
        length += math::length(dx, dy);
        rows.push((row(from), row(to)));
    };
    for segment in path.data().segments() {
        match segment {
            PathSegment::MoveTo(to) => {
                start = to;
                last = to;
            }
            PathSegment::LineTo(to) => {
                line(last, to);
                last = to;
            }
            PathSegment::QuadTo(by, to) => {
                line(last, by);
                line(by, to);
                last = to;
            }
            PathSegment::CubicTo(by, and, to) => {
                line(last, by);
                line(by, and);
                line(and, to);
                last = to;
            }
            PathSegment::Close => {
                line(last, start);
                last = start;
            }
        }
    }
    Measured { edges, length, segments: stops(rows.len()), pairs: pairs(&rows) }
}

/// Counts the pairs of stretches that share a row.
fn pairs(stretches: &[(f64, f64)]) -> f64 {
    let ordered = |pick: fn(f64, f64) -> f64| {
        let mut all: Vec<f64> = stretches.iter().map(|(a, b)| pick(*a, *b)).collect();
        all.sort_unstable_by(f64::total_cmp);
        all
    };
    let (starts, ends) = (ordered(f64::min), ordered(f64::max));
    let mut ended = 0;
    let open = starts.iter().enumerate().map(|(started, start)| {
        // A stretch is still open in the row in which it ends.
        while ends.get(ended).is_some_and(|end| *end + 1.0 < *start) {
            ended += 1;
        }
        stops(started - ended.min(started))
    });
    open.sum()
}

/// Returns the bounding area of a rotated area.
fn turn(area: Area, by: Transform) -> Area {
    let corner = |x: f64, y: f64| {
        let [sx, kx, ky, sy] = [by.sx, by.kx, by.ky, by.sy].map(f64::from);
        (x.mul_add(sx, y * kx), x.mul_add(ky, y * sy))
    };
    let corners = [
        corner(area.left, area.top),
        corner(area.right, area.top),
        corner(area.left, area.bottom),
        corner(area.right, area.bottom),
    ];
    let empty = Area { left: f64::MAX, top: f64::MAX, right: f64::MIN, bottom: f64::MIN };
    corners.into_iter().fold(empty, |a, (x, y)| Area {
        left: a.left.min(x),
        top: a.top.min(y),
        right: a.right.max(x),
        bottom: a.bottom.max(y),
    })
}

fn stops(count: usize) -> f64 {
    float(u64::try_from(count).unwrap_or(u64::MAX))
}

fn float(count: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let float = count as f64;
    float
}

/// Rounds up to an integer. NaN becomes the maximum.
fn whole(value: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float to integer casts saturate")]
    let whole = value.ceil() as u64;
    if value.is_nan() { u64::MAX } else { whole }
}

/// For each visit of a node or a part of a path.
const VISIT: f64 = 100.0;
/// For each pixel of an embedded image.
const DECODE: f64 = 10.0;
/// For each pixel that is sampled from another image.
const TEXTURE: f64 = 8.0;
const GRADIENT: f64 = 4.0;
/// For each row that an edge crosses.
const EDGE: f64 = 30.0;
/// For each pair of edges in one row.
const PAIR: f64 = 0.5;
/// The number of edges that a stroke makes of one.
const SIDES: f64 = 4.0;
/// The number of bytes for a segment while it is filled: its transformed points, and its edges.
const SEGMENT: f64 = 160.0;
/// For each dash of a line.
const DASH: f64 = 500.0;
