//! Pictures are decoded at less than their size where that is enough for what follows.

use crate::geometry::Size;
use crate::plan::Op;

/// Lets a thumbnail decode at as few eighths as give the filter enough to work with.
pub(super) fn shrink_on_load(ops: &mut [Op]) {
    if let Some(Op::Thumbnail { from, to, eighths, .. }) = ops.first_mut() {
        let ratio = (from.width / f64::from(to.width)).min(from.height / f64::from(to.height));
        *eighths = enough(ratio);
    }
}

/// The least eighths that leave `LEAST` times the result.
fn enough(ratio: f64) -> u8 {
    /// What is decoded has at least so many times the pixels of the result on a side, so that a good filter has the
    /// last word.
    const LEAST: f64 = 1.25;
    (1..8).find(|eighths| ratio * f64::from(*eighths) >= LEAST * 8.0).unwrap_or(8)
}

#[cfg(any(test, feature = "webp-lossy"))]
/// The size of a picture decoded at so many eighths.
pub(crate) fn reduced(size: Size, eighths: u8) -> Size {
    let side = |side: u32| {
        let eighths = u64::from(side) * u64::from(eighths);
        u32::try_from(eighths.div_ceil(8)).unwrap_or(side)
    };
    Size::new(side(size.width), side(size.height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_decoded_is_larger_than_the_result() {
        for (ratio, want) in
            [(20.0, 1), (10.0, 1), (9.99, 2), (5.0, 2), (4.9, 3), (2.5, 4), (2.0, 5), (1.5, 7), (1.4, 8), (0.1, 8)]
        {
            assert_eq!(enough(ratio), want, "{ratio}");
        }
        assert_eq!(enough(f64::NAN), 8);
    }

    #[test]
    fn sides_are_rounded_up() {
        assert_eq!(reduced(Size::new(1001, 8), 3), Size::new(376, 3));
        assert_eq!(reduced(Size::new(u32::MAX, 1), 8), Size::new(u32::MAX, 1));
        assert_eq!(reduced(Size::new(1, 9), 1), Size::new(1, 2));
    }
}
