//! Cropping and resampling images during decoding.

use crate::geometry::{Rect, Region};
use crate::plan::op::{Op, Thumbnail};

/// Combines decoding, cropping and resizing into one operation.
///
/// ```text
/// decode 4000x3000 . resize 3000x3000+500+0 -> 300x300   becomes   thumbnail 3000x3000+500+0 of 4000x3000 -> 300x300
/// ```
///
/// Parts that are cut off are not decoded. The filter of a resize reads beyond the edges of its region if the image
/// continues there, so these pixels are decoded too. It does not see pixels that a crop removed.
pub(super) fn crop_first(ops: &mut Vec<Op>) {
    let [Op::Decode { file, size, page: 0 }, rest @ ..] = ops.as_slice() else { return };
    let mut part = Rect::full(*size);
    let mut cuts = 0;
    while let Some(Op::Crop(rect) | Op::Trim(rect)) = rest.get(cuts) {
        part = Rect { x: part.x + rect.x, y: part.y + rect.y, ..*rect };
        cuts += 1;
    }
    let Some(Op::Resize { from, to }) = rest.get(cuts) else { return };
    let from = Region { x: from.x + f64::from(part.x), y: from.y + f64::from(part.y), ..*from };
    let (x, width) = seen(from.x, from.width, to.width, part.x, part.width);
    let (y, height) = seen(from.y, from.height, to.height, part.y, part.height);
    let part = Rect { x, y, width, height };
    let wanted = Thumbnail { size: *size, part, from, to: *to, scale_eighths: 8, chroma_420: false };
    let thumbnail = Op::Thumbnail { file: file.clone(), wanted };
    ops.splice(..cuts + 2, [thumbnail]);
}

/// Returns the part of a side that a filter sees when it makes `to` samples of the segment at `from`.
fn seen(from: f64, length: f64, to: u32, start: u32, all: u32) -> (u32, u32) {
    /// Lanczos has three lobes on each side, each as wide as the pixels that become one sample.
    const LOBES: f64 = 3.0;
    /// If the image is decoded at an eighth, eight pixels become one sample: one sample for each edge.
    const EDGE: f64 = 16.0;
    let margin = LOBES * (length / f64::from(to)).max(1.0) + EDGE;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float casts saturate")]
    let (first, last) = ((from - margin).floor() as u32, (from + length + margin).ceil() as u32);
    let first = first.clamp(start, start + all - 1);
    let last = last.clamp(first + 1, start + all);
    (first, last - first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Rules, Size, SizeOnly, plan};

    fn fused(text: &str) -> String {
        let planned =
            plan(&text.parse().unwrap(), &mut SizeOnly::new(Size::new(4000, 3000)), &Rules::default()).unwrap();
        let size = planned.size;
        let mut fused = planned;
        crop_first(&mut fused.ops);
        assert_eq!(fused.ops.iter().fold(size, |size, op| op.output(size)), size, "{text}");
        let lines = fused.to_string();
        let lines = lines.lines().map(|line| line.split_ascii_whitespace().collect::<Vec<_>>().join(" "));
        lines.take(2).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn what_is_cut_off_is_not_decoded() {
        for (text, want) in [
            ("w-400", "thumbnail 4000x3000+0+0 of 4000x3000 -> 400x300, encode 400x300"),
            // Three lobes of ten pixels, and the edge.
            ("w-300,h-300", "thumbnail 3000x3000+500+0 of 3092x3000+454+0 -> 300x300, encode 300x300"),
            // A filter does not see beyond a crop.
            (
                "w-1000,h-1000,x-100,y-200,cm-extract:w-100",
                "thumbnail 1000x1000+100+200 of 1000x1000+100+200 -> 100x100, encode 100x100",
            ),
            ("w-1000,h-1000,cm-extract", "decode 4000x3000, crop 1000x1000+1500+1000"),
            ("bl-3:w-100", "decode 4000x3000, blur 3"),
        ] {
            assert_eq!(fused(text), want, "{text}");
        }
    }
}
