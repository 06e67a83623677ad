//! JPEGs are decoded at a half, a quarter or an eighth of their size where that is enough for what follows.

use crate::geometry::{Region, Size};
use crate::path::AssetPath;
use crate::plan::{Op, Plan};

/// Lets a plan decode pictures reduced, if they are resized first thing, and to less than what is decoded.
///
/// ```text
/// decode 4000x3000 . resize 3000x3000+500+0 -> 300x300   becomes   decode 500x375 . resize 375x375+62.5+0 -> 300x300
/// ```
///
/// So are layers. `shrinks` tells of each file whether its decoder can do that.
pub(crate) fn shrink_on_load(mut plan: Plan, shrinks: &dyn Fn(Option<&AssetPath>) -> bool) -> Plan {
    if let Some(Op::Decode { file, page: 0, .. }) = plan.ops.first()
        && shrinks(file.as_ref())
        && let Some(ops) = shrunk(&plan.ops)
    {
        plan.ops = ops;
    }
    for op in &mut plan.ops {
        if let Op::Compose { layer, .. } = op {
            **layer = shrink_on_load(layer.as_ref().clone(), shrinks);
        }
    }
    plan
}

fn shrunk(ops: &[Op]) -> Option<Vec<Op>> {
    let (turn, at) = if let [_, Op::Orient(_), ..] = ops { (true, 2) } else { (false, 1) };
    let (Some(Op::Decode { file, size, page }), Some(Op::Resize { from, to })) = (ops.first(), ops.get(at)) else {
        return None;
    };
    let ratio = (from.width / f64::from(to.width)).min(from.height / f64::from(to.height));
    // Turned, an edge that is no whole pixel of the reduced picture would come first.
    let whole = |by: u32| !turn || (size.width.is_multiple_of(by) && size.height.is_multiple_of(by));
    let by = [8, 4, 2].into_iter().find(|by| ratio >= LEAST * f64::from(*by) && whole(*by))?;
    let part = 1.0 / f64::from(by);
    let region = Region { x: from.x * part, y: from.y * part, width: from.width * part, height: from.height * part };
    let reduced = Size::new(size.width.div_ceil(by), size.height.div_ceil(by));
    let mut fused = ops.to_vec();
    if let Some(decode) = fused.first_mut() {
        *decode = Op::Decode { file: file.clone(), size: reduced, page: *page };
    }
    if let Some(resize) = fused.get_mut(at) {
        *resize = Op::Resize { from: region, to: *to };
    }
    Some(fused)
}

/// What is decoded has at least so many times the pixels of the result on a side, so that a good filter has the
/// last word.
const LEAST: f64 = 1.25;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Blind, Orientation, Rules, plan};

    fn fused(text: &str, size: Size, orientation: Orientation) -> String {
        let mut source = Blind::new(size);
        source.0.orientation = orientation;
        let planned = plan(&text.parse().unwrap(), &mut source, &Rules::default()).unwrap();
        let size = planned.size;
        let fused = shrink_on_load(planned, &|_| true);
        assert_eq!(fused.ops.iter().fold(size, |size, op| op.output(size)), size, "{text}");
        let lines = fused.to_string();
        let lines = lines.lines().map(|line| line.split_ascii_whitespace().collect::<Vec<_>>().join(" "));
        lines.take(3).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn what_is_decoded_is_larger_than_the_result() {
        let upright = Orientation::Upright;
        for (text, want) in [
            ("w-300,h-300", "decode 500x375, resize 375x375+62.5+0 -> 300x300, encode 300x300"),
            ("w-400", "decode 500x375, resize 500x375+0+0 -> 400x300, encode 400x300"),
            ("w-401", "decode 1000x750, resize 1000x750+0+0 -> 401x301, encode 401x301"),
            ("w-1600", "decode 2000x1500, resize 2000x1500+0+0 -> 1600x1200, encode 1600x1200"),
            ("w-1700", "decode 4000x3000, resize 4000x3000+0+0 -> 1700x1275, encode 1700x1275"),
            ("w-5000", "decode 4000x3000, resize 4000x3000+0+0 -> 5000x3750, encode 5000x3750"),
            // One side decides for both.
            ("w-40,h-2900,c-force", "decode 4000x3000, resize 4000x3000+0+0 -> 40x2900, encode 40x2900"),
            ("bl-3:w-100", "decode 4000x3000, blur 3, resize 4000x3000+0+0 -> 100x75"),
        ] {
            assert_eq!(fused(text, Size::new(4000, 3000), upright), want, "{text}");
        }
        assert_eq!(
            fused("w-100", Size::new(1001, 999), upright),
            "decode 251x250, resize 250.25x249.75+0+0 -> 100x100, encode 100x100"
        );
    }

    #[test]
    fn turned_pictures_are_reduced_by_whole_pixels() {
        let turned = Orientation::Rotate90;
        assert_eq!(
            fused("w-200", Size::new(4000, 3000), turned),
            "decode 500x375, orient exif 6 -> 375x500, resize 375x500+0+0 -> 200x267"
        );
        // 1004 and 996 are multiples of 4, and not of 8.
        assert_eq!(
            fused("w-60", Size::new(1004, 996), turned),
            "decode 251x249, orient exif 6 -> 249x251, resize 249x251+0+0 -> 60x60"
        );
    }
}
