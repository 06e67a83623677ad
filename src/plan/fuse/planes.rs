//! Luma and chroma stay apart where nothing between decoder and encoder needs red, green and blue.

use crate::geometry::Size;
use crate::plan::look::Look;
use crate::plan::op::{Op, Thumbnail};

/// Halves the chroma of a thumbnail, if all that follows can be done to planes.
pub(super) fn planes(ops: &mut [Op]) {
    let Some((Op::Thumbnail { wanted: Thumbnail { to, halved, .. }, .. }, rest)) = ops.split_first_mut() else {
        return;
    };
    *halved = rest.iter().all(|op| in_planes(op, *to));
}

/// Can it be done to a picture whose chroma is halved? Each sample of chroma stands for a pair of pixels, the first
/// of them even: that a picture of odd sides loses when it is turned.
pub(crate) fn in_planes(op: &Op, size: Size) -> bool {
    let even = size.width.is_multiple_of(2) && size.height.is_multiple_of(2);
    match op {
        Op::Orient(_) | Op::Flip(_) => even,
        Op::Look(Look::Blur(_) | Look::Grayscale) => true,
        _ => false,
    }
}
