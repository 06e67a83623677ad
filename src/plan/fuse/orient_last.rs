//! Applying the EXIF orientation after images were made smaller.

use crate::geometry::{Orientation, Rect, Region, Size};
use crate::plan::op::Op;

/// Moves the orientation after the operations that make the image smaller.
///
/// ```text
/// decode 4x3 . orient exif 6 . crop 3x2+0+1 . resize -> 2x1   becomes   decode . crop 2x3+1+0 . resize -> 1x2 . orient
/// ```
pub(super) fn orient_last(ops: &mut [Op]) {
    let Some(&Op::Decode { mut size, .. }) = ops.first() else { return };
    for at in 1..ops.len().saturating_sub(1) {
        let Some([Op::Orient(turn), next]) = ops.get(at..at + 2) else { continue };
        let turn = *turn;
        let (before, now) = match next {
            Op::Crop(rect) => {
                let rect = stored(turn, *rect, size);
                (Op::Crop(rect), rect.size())
            }
            Op::Trim(rect) => {
                let rect = stored(turn, *rect, size);
                (Op::Trim(rect), rect.size())
            }
            Op::Resize { from, to } if to.pixels() <= turn.apply(size).pixels() => {
                // Swaps the sides back, if the orientation swaps them.
                let to = turn.apply(*to);
                (Op::Resize { from: turn.before(*from, size), to }, to)
            }
            _ => return,
        };
        if let Some([first, second]) = ops.get_mut(at..at + 2) {
            (*first, *second) = (before, Op::Orient(turn));
        }
        size = now;
    }
}

fn stored(turn: Orientation, rect: Rect, size: Size) -> Rect {
    // Whole numbers stay whole.
    turn.before(Region::from(rect), size).to_rect().unwrap_or(rect)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_off_is_found_in_the_stored_image() {
        let size = Size::new(400, 300);
        for tag in 1..=8 {
            let turn = Orientation::from_exif(tag);
            let rect = Rect { x: 10, y: 20, width: 50, height: 70 };
            let to = Size::new(25, 35);
            let decode = Op::Decode { file: None, size, page: 0 };
            let blur = Op::Flatten(crate::transform::Color::BLACK);
            let resize = Op::Resize { from: Region { x: 1.5, y: 2.0, width: 40.0, height: 56.0 }, to };
            let mut ops = vec![decode, Op::Orient(turn), Op::Crop(rect), resize, blur];
            orient_last(&mut ops);
            let [_, Op::Crop(cut), Op::Resize { from, to: small }, Op::Orient(again), Op::Flatten(_)] = &ops[..] else {
                panic!("{ops:?}")
            };
            assert_eq!((*again, turn.apply(*small), turn.apply(cut.size())), (turn, to, rect.size()), "{tag}");
            assert!(cut.fits(size), "{tag}");
            assert!(from.width <= f64::from(cut.width) && from.height <= f64::from(cut.height), "{tag}");
        }
    }

    #[test]
    fn enlarged_images_are_turned_before() {
        let size = Size::new(40, 30);
        let resize = Op::Resize { from: Region::full(Size::new(30, 40)), to: Size::new(300, 400) };
        let plan = [Op::Decode { file: None, size, page: 0 }, Op::Orient(Orientation::Rotate90), resize];
        let mut ops = plan.clone();
        orient_last(&mut ops);
        assert_eq!(ops, plan);
    }
}
