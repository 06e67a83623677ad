//! Decoding drawings at the requested size: they are sharp at any size.

use crate::geometry::{Rect, Region, Size, round};
use crate::limits::Limits;
use crate::path::AssetPath;
use crate::plan::op::{Op, Plan};

/// Makes a plan decode drawings at the size of their first resize, which is then dropped.
///
/// ```text
/// decode 24x24 . resize 24x18+0+3 -> 400x300   becomes   decode 400x400 . crop 400x300+0+50
/// ```
///
/// If the whole drawing at that scale would exceed a limit (a small part of it, much enlarged), it is decoded as large
/// as the limits allow and resized from there. Layers are handled in the same way. `is_drawing` returns whether a file
/// is a drawing.
pub(crate) fn rasterise(mut plan: Plan, is_drawing: &dyn Fn(Option<&AssetPath>) -> bool, limits: &Limits) -> Plan {
    if let Some(Op::Decode { file, .. }) = plan.ops.first()
        && is_drawing(file.as_ref())
        && let Some(drawn) = drawn(&plan.ops, limits)
    {
        plan.ops = drawn;
    }
    for op in &mut plan.ops {
        if let Op::Compose { layer, .. } = op {
            **layer = rasterise(layer.as_ref().clone(), is_drawing, limits);
        }
    }
    plan
}

fn drawn(ops: &[Op], limits: &Limits) -> Option<Vec<Op>> {
    let [decode @ Op::Decode { size, .. }, rest @ ..] = ops else { return None };
    // Crops before the resize are in the drawing's own pixels.
    let cuts = rest.iter().take_while(|op| matches!(op, Op::Crop(_) | Op::Trim(_))).count();
    let (cuts, rest) = rest.split_at_checked(cuts)?;
    let [Op::Resize { from, to }, rest @ ..] = rest else { return None };
    let mut region = *from;
    for cut in cuts.iter().rev() {
        let (Op::Crop(rect) | Op::Trim(rect)) = cut else { return None };
        region.x += f64::from(rect.x);
        region.y += f64::from(rect.y);
    }

    let exact = [scaled(size.width, to.width, region.width), scaled(size.height, to.height, region.height)];
    let shrink = shrink(exact, limits);
    let [width, height] = exact.map(|side| round(side * shrink));
    // Rounding must not make it smaller than the part that is cut out of it.
    let fits = shrink >= 1.0;
    let whole = if fits { Size::new(width.max(to.width), height.max(to.height)) } else { Size::new(width, height) };
    let scale = |to: u32, from: u32| f64::from(to) / f64::from(from);
    let (sx, sy) = (scale(whole.width, size.width), scale(whole.height, size.height));

    let mut decode = decode.clone();
    if let Op::Decode { size, .. } = &mut decode {
        *size = whole;
    }
    let mut drawn = vec![decode];
    if fits {
        let place = |at: f64, side: u32, whole: u32| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float casts saturate")]
            let nearest = (at + 0.5) as u32;
            nearest.min(whole - side)
        };
        let (x, y) = (place(region.x * sx, to.width, whole.width), place(region.y * sy, to.height, whole.height));
        drawn.extend((whole != *to).then_some(Op::Crop(Rect { x, y, width: to.width, height: to.height })));
    } else {
        let from = Region { x: region.x * sx, y: region.y * sy, width: region.width * sx, height: region.height * sy };
        drawn.push(Op::Resize { from, to: *to });
    }
    drawn.extend_from_slice(rest);
    Some(drawn)
}

/// Returns the length of a side of the whole drawing if `part` of it becomes `to`.
fn scaled(side: u32, to: u32, part: f64) -> f64 {
    f64::from(side) * f64::from(to) / part
}

/// Returns the factor for both sides that keeps all limits; at most 1.
fn shrink([width, height]: [f64; 2], limits: &Limits) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a limit that is rounded to 53 bits is still one")]
    let allowed = limits.pixels.min(limits.memory / 16) as f64;
    let side = f64::from(limits.side) / width.max(height);
    // Slightly less, because both sides may be rounded up.
    let area = ((allowed - width - height).max(1.0) / (width * height)).sqrt();
    1_f64.min(side).min(area)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Rules, SizeOnly, plan};

    #[test]
    fn a_drawing_is_decoded_at_the_size_wanted() {
        for (text, want) in [
            ("w-400", "decode 400x200"),
            ("w-4000,h-100,c-force", "decode 4000x100"),
            ("w-300,h-300", "decode 600x300, crop 300x300+150+0"),
            ("w-10,h-10,x-5,y-2,cm-extract", "decode 40x20, crop 10x10+5+2"),
            ("w-10,h-10,x-5,y-2,cm-extract:w-100", "decode 400x200, crop 100x100+50+20"),
            ("w-10,h-10,cm-extract:w-20:rt-90", "decode 80x40, crop 20x20+30+10, rotate 90 -> 20x20"),
            ("rt-90:w-100", "decode 40x20, rotate 90 -> 20x40, resize 20x40+0+0 -> 100x200"),
            ("w-33,h-33,cm-pad_resize", "decode 33x17, extend at 0,8 on 000000 -> 33x33"),
            ("", "decode 40x20"),
            // A hundredth of the drawing, a thousand times as large.
            ("w-4,h-2,cm-extract:w-4000", "decode 11580x5790, resize 1158x579+5211+2605.5 -> 4000x2000"),
        ] {
            let planned =
                plan(&text.parse().unwrap(), &mut SizeOnly::new(Size::new(40, 20)), &Rules::default()).unwrap();
            let size = planned.size;
            let drawn = rasterise(planned, &|_| true, &Limits::default());
            let shown: Vec<String> = drawn
                .to_string()
                .lines()
                .map(|line| line.split_ascii_whitespace().collect::<Vec<_>>().join(" "))
                .collect();
            let (last, ops) = shown.split_last().unwrap();
            assert_eq!(ops.join(", "), want, "{text}");
            assert!(last.starts_with("encode"));
            let end = drawn.ops.iter().fold(size, |size, op| op.output(size));
            assert_eq!(end, size, "{text}");
        }
    }
}
