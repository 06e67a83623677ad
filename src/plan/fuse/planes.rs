//! Keeping luma and chroma separate if no operation between decoder and encoder needs red, green and blue.

use crate::plan::op::{Op, Thumbnail};

/// Halves the chroma of a thumbnail, if all following operations can work on planes.
pub(super) fn planes(ops: &mut [Op]) {
    let Some((Op::Thumbnail { wanted: Thumbnail { to, chroma_420, .. }, .. }, rest)) = ops.split_first_mut() else {
        return;
    };
    *chroma_420 = rest.iter().all(|op| op.traits(*to).in_planes);
}
