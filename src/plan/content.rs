//! Content: from the boxes that a detector found to the part of the image that is kept.
//!
//! ImageKit documents the purpose of `fo-auto`, `fo-face`, `fo-custom` and `fo-<object>`; the arithmetic below is
//! chosen. Boxes are real numbers in pixels of the step's input. Parts outside the input are cut off. A box that is
//! completely outside is ignored. If no box is left, the crop is centred.

use crate::extend::Found;
use crate::geometry::{Rect, Region, Size, round};
use crate::transform::Object;

/// Returns the area with the highest score, the first one on a tie.
pub(super) fn best<'a>(found: impl IntoIterator<Item = &'a Found>, input: Size) -> Option<Region> {
    // A NaN score is the lowest.
    let score = |found: &Found| if found.score.is_nan() { f32::NEG_INFINITY } else { found.score };
    let inside = found.into_iter().filter_map(|found| Some((clip(found.area, input)?, score(found))));
    inside.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(area, _)| area)
}

/// Returns the box around all areas.
pub(super) fn all(found: &[Found], input: Size) -> Option<Region> {
    found.iter().filter_map(|found| clip(found.area, input)).reduce(Region::union)
}

/// Returns the box around the best area of each object. Areas without a label count as the first object.
pub(super) fn best_of_each(objects: &[Object], found: &[Found], input: Size) -> Option<Region> {
    let first = objects.first();
    let of = |object: &Object| best(found.iter().filter(|found| found.label.as_ref().or(first) == Some(object)), input);
    objects.iter().filter_map(of).reduce(Region::union)
}

/// Returns the part of an area that is inside the image. A point is an area too.
fn clip(area: Region, input: Size) -> Option<Region> {
    let axis = |at: f64, length: f64, all: u32| {
        let (start, end) = (at.max(0.0), (at + length).min(all.into()));
        (length >= 0.0 && end >= start && at.is_finite() && length.is_finite()).then_some((start, end - start))
    };
    let (x, width) = axis(area.x, area.width, input.width)?;
    let (y, height) = axis(area.y, area.height, input.height)?;
    Some(Region { x, y, width, height })
}

/// Returns the centre of an area.
pub(super) fn center(area: Region) -> (f64, f64) {
    (area.x + area.width / 2.0, area.y + area.height / 2.0)
}

/// Returns the size to keep around objects: the largest `window` of the requested aspect ratio, divided by `zoom`.
pub(super) fn zoomed(window: (f64, f64), zoom: f64) -> (f64, f64) {
    limited((window.0 / zoom, window.1 / zoom), window)
}

/// Returns the size to keep around faces: 1.5 times their box on each axis, grown to the aspect ratio of `frame`,
/// divided by `zoom`, and never more than the largest `window` of that aspect ratio.
pub(super) fn portrait(faces: Region, frame: Size, window: (f64, f64), zoom: f64) -> (f64, f64) {
    const ROOM: f64 = 1.5;
    let (width, height) = (f64::from(frame.width), f64::from(frame.height));
    let (across, down) = (faces.width * ROOM / zoom, faces.height * ROOM / zoom);
    let wanted =
        if across * height >= down * width { (across, across * height / width) } else { (down * width / height, down) };
    limited(wanted, window)
}

/// Returns a size with the aspect ratio of `window` that is not larger than it. Its shorter side is at least one pixel,
/// if the window is at least as large.
fn limited(wanted: (f64, f64), window: (f64, f64)) -> (f64, f64) {
    let (shorter, least) = (wanted.0.min(wanted.1), window.0.min(window.1).min(1.0));
    // Covers NaN, and infinity from a zoom close to zero.
    if !(wanted.0 < window.0 && wanted.1 < window.1) {
        return window;
    }
    if shorter >= least {
        return wanted;
    }
    let larger = least / window.0.min(window.1);
    (window.0 * larger, window.1 * larger)
}

/// Returns the pixels of an area or, if a shape is given as width to height, the smallest rectangle of that shape that
/// contains them. It is moved into the image, and cut to that shape only if the image is too small.
pub(super) fn tight(area: Region, shape: Option<(f64, f64)>, input: Size) -> Rect {
    let (x, width) = pixels(area.x, area.width, input.width);
    let (y, height) = pixels(area.y, area.height, input.height);
    let Some((across, down)) = shape else { return Rect { x, y, width, height } };
    let (w, h) = (f64::from(width), f64::from(height));
    let wanted = if w * down >= h * across {
        Size::new(width, round(w * down / across))
    } else {
        Size::new(round(h * across / down), height)
    };
    let kept = if wanted.width <= input.width && wanted.height <= input.height {
        wanted
    } else {
        let (w, h) = (f64::from(input.width), f64::from(input.height));
        if w * down <= h * across {
            Size::new(input.width, round(w * down / across).min(input.height))
        } else {
            Size::new(round(h * across / down).min(input.width), input.height)
        }
    };
    // An odd pixel goes to the right or to the bottom.
    let around = |at: u32, length: u32, kept: u32, all: u32| {
        let before = kept.saturating_sub(length) / 2;
        let after = length.saturating_sub(kept) / 2;
        (at + after).saturating_sub(before).min(all - kept)
    };
    Rect {
        x: around(x, width, kept.width, input.width),
        y: around(y, height, kept.height, input.height),
        width: kept.width,
        height: kept.height,
    }
}

/// Returns the start and the number of the pixels that a segment touches, at least one.
fn pixels(at: f64, length: f64, all: u32) -> (u32, u32) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clipped to the image")]
    let (start, end) = (at.floor() as u32, (at + length).ceil() as u32);
    let start = start.min(all.saturating_sub(1));
    (start, end.min(all).saturating_sub(start).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: Size = Size::new(640, 865);

    type Numbers = (f64, f64, f64, f64);

    fn region((x, y, width, height): Numbers) -> Region {
        Region { x, y, width, height }
    }

    fn found(areas: &[(Numbers, f32)]) -> Vec<Found> {
        areas.iter().map(|(area, score)| Found { score: *score, ..Found::at(region(*area)) }).collect()
    }

    #[test]
    fn several_boxes_become_one() {
        let nan = f64::NAN;
        for (areas, one, whole) in [
            (vec![], None, None),
            (vec![((10.0, 20.0, 30.0, 40.0), 0.5)], Some((10.0, 20.0, 30.0, 40.0)), Some((10.0, 20.0, 30.0, 40.0))),
            (
                vec![((10.0, 20.0, 30.0, 40.0), 0.5), ((100.0, 10.0, 50.0, 20.0), 0.75)],
                Some((100.0, 10.0, 50.0, 20.0)),
                Some((10.0, 10.0, 140.0, 50.0)),
            ),
            // The first one on a tie; a NaN score loses.
            (
                vec![((1.0, 1.0, 1.0, 1.0), f32::NAN), ((2.0, 2.0, 1.0, 1.0), 0.1), ((3.0, 3.0, 1.0, 1.0), 0.1)],
                Some((2.0, 2.0, 1.0, 1.0)),
                Some((1.0, 1.0, 3.0, 3.0)),
            ),
            // Cut off at the edge of the image.
            (vec![((-10.0, 800.0, 100.0, 100.0), 1.0)], Some((0.0, 800.0, 90.0, 65.0)), Some((0.0, 800.0, 90.0, 65.0))),
            // Outside, reversed, or not a number.
            (vec![((641.0, 0.0, 5.0, 5.0), 1.0), ((5.0, 5.0, -1.0, 5.0), 1.0)], None, None),
            (vec![((nan, 0.0, 5.0, 5.0), 1.0), ((0.0, 0.0, 5.0, nan), 1.0)], None, None),
            (vec![((0.0, 0.0, f64::INFINITY, 5.0), 1.0), ((f64::NEG_INFINITY, 0.0, 9.0, 9.0), 1.0)], None, None),
            // A point.
            (vec![((320.0, 400.0, 0.0, 0.0), 0.0)], Some((320.0, 400.0, 0.0, 0.0)), Some((320.0, 400.0, 0.0, 0.0))),
        ] {
            let areas = found(&areas);
            assert_eq!(best(&areas, IMAGE), one.map(region), "{areas:?}");
            assert_eq!(all(&areas, IMAGE), whole.map(region), "{areas:?}");
        }
    }

    #[test]
    fn objects_are_told_apart_by_their_labels() {
        let [car, dog, cat] = ["car", "dog", "cat"].map(|name| Object::new(name).unwrap());
        let at = |x: f64, score: f32, label: Option<Object>| Found {
            score,
            label,
            ..Found::at(Region { x, y: 0.0, width: 10.0, height: 10.0 })
        };
        let found =
            [at(0.0, 0.2, Some(car)), at(100.0, 0.9, Some(car)), at(300.0, 0.1, Some(dog)), at(500.0, 1.0, Some(cat))];
        let box_of =
            |objects: &[Object], found: &[Found]| best_of_each(objects, found, IMAGE).map(|area| (area.x, area.width));
        assert_eq!(box_of(&[car], &found), Some((100.0, 10.0)));
        assert_eq!(box_of(&[car, dog], &found), Some((100.0, 210.0)));
        assert_eq!(box_of(&[dog, dog], &found), Some((300.0, 10.0)));
        assert_eq!(box_of(&[cat, Object::new("bus").unwrap()], &found), Some((500.0, 10.0)));
        assert_eq!(box_of(&[Object::new("bus").unwrap()], &found), None);
        assert_eq!(box_of(&[dog, car], &[at(7.0, 0.1, None), at(9.0, 0.2, None)]), Some((9.0, 10.0)));
    }

    #[test]
    fn faces_get_room_in_the_shape_wanted() {
        // On 640x865 the largest 3:2 is 640x426.67, the largest 1:2 is 432.5x865.
        let (wide, high) = ((640.0, 1280.0 / 3.0), (432.5, 865.0));
        for (faces, frame, window, zoom, want) in [
            // 100x100 with room is 150x150; 3:2 around it is 225x150.
            ((0.0, 0.0, 100.0, 100.0), (300, 200), wide, 1.0, (225.0, 150.0)),
            ((0.0, 0.0, 100.0, 100.0), (300, 200), wide, 2.0, (112.5, 75.0)),
            ((0.0, 0.0, 100.0, 100.0), (300, 200), wide, 0.5, (450.0, 300.0)),
            // Wider than 3:2: 300x150 grows downwards.
            ((0.0, 0.0, 200.0, 100.0), (300, 200), wide, 1.0, (300.0, 200.0)),
            // 150x150 in 1:2.
            ((0.0, 0.0, 100.0, 100.0), (100, 200), high, 1.0, (150.0, 300.0)),
            // Not more than the image has.
            ((0.0, 0.0, 500.0, 500.0), (300, 200), wide, 1.0, wide),
            ((0.0, 0.0, 100.0, 100.0), (300, 200), wide, 0.1, wide),
            ((0.0, 0.0, 100.0, 100.0), (300, 200), wide, 1e-320, wide),
            // Not less than a pixel.
            ((0.0, 0.0, 0.0, 0.0), (300, 200), wide, 1.0, (1.5, 1.0)),
            ((0.0, 0.0, 100.0, 100.0), (300, 200), wide, 1e9, (1.5, 1.0)),
        ] {
            let got = portrait(region(faces), Size::new(frame.0, frame.1), window, zoom);
            assert!((got.0 - want.0).abs() < 1e-9 && (got.1 - want.1).abs() < 1e-9, "{faces:?} {zoom}: {got:?}");
        }
    }

    #[test]
    fn objects_are_zoomed_within_the_window() {
        let window = (640.0, 320.0);
        for (zoom, want) in
            [(1.0, window), (2.0, (320.0, 160.0)), (0.5, window), (320.0, (2.0, 1.0)), (1e6, (2.0, 1.0)), (0.0, window)]
        {
            assert_eq!(zoomed(window, zoom), want, "{zoom}");
        }
        // A window that is thinner than a pixel stays unchanged.
        assert_eq!(zoomed((0.5, 100.0), 4.0), (0.5, 100.0));
    }

    #[test]
    fn tight_crops_hold_their_box() {
        let square = Some((1.0, 1.0));
        for (area, shape, want) in [
            ((100.0, 200.0, 50.0, 80.0), None, (100, 200, 50, 80)),
            // Whole pixels around the box.
            ((100.2, 200.7, 50.0, 80.0), None, (100, 200, 51, 81)),
            ((639.5, 864.5, 0.5, 0.5), None, (639, 864, 1, 1)),
            ((320.5, 400.5, 0.0, 0.0), None, (320, 400, 1, 1)),
            ((640.0, 865.0, 0.0, 0.0), None, (639, 864, 1, 1)),
            ((0.0, 0.0, 640.0, 865.0), None, (0, 0, 640, 865)),
            // The shape grows around the box, an odd pixel to the right.
            ((100.0, 200.0, 50.0, 80.0), square, (85, 200, 80, 80)),
            ((100.0, 200.0, 51.0, 80.0), square, (86, 200, 80, 80)),
            ((100.0, 200.0, 80.0, 50.0), square, (100, 185, 80, 80)),
            ((100.0, 200.0, 100.0, 50.0), Some((2.0, 1.0)), (100, 200, 100, 50)),
            ((100.0, 200.0, 80.0, 50.0), Some((2.0, 1.0)), (90, 200, 100, 50)),
            // Moved inside the image.
            ((0.0, 200.0, 50.0, 80.0), square, (0, 200, 80, 80)),
            ((600.0, 800.0, 40.0, 65.0), square, (575, 800, 65, 65)),
            ((600.0, 840.0, 40.0, 25.0), square, (600, 825, 40, 40)),
            // Too large for the image: the largest of its shape.
            ((20.0, 10.0, 300.0, 800.0), square, (0, 90, 640, 640)),
            ((0.0, 0.0, 640.0, 100.0), Some((1.0, 2.0)), (103, 0, 433, 865)),
        ] {
            let got = tight(region(area), shape, IMAGE);
            assert_eq!((got.x, got.y, got.width, got.height), want, "{area:?} {shape:?}");
            assert!(got.fits(IMAGE));
        }
    }
}
