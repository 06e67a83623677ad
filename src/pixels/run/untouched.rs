//! SVGs that are delivered as SVG.

use bytes::Bytes;

use super::work::Work;
use crate::cost::Cost;
use crate::encoded::Encoded;
use crate::error::Error;
use crate::format::Format;
use crate::pixels::base::memory;
#[cfg(not(feature = "sanitize"))]
use crate::plan::Size;
use crate::policy;

/// Returns `true` for an SVG that is delivered without rendering.
pub(super) fn is_untouched(work: &Work<'_>) -> bool {
    work.asset.format == Some(Format::Svg) && policy::keeps_svg(work.transformation, work.still)
}

/// Returns the cost of delivering it: a tree, if it is sanitised.
///
/// # Errors
/// The errors of [`untouched_svg`] that occur before the tree is built.
#[cfg_attr(not(feature = "sanitize"), expect(clippy::unnecessary_wraps, reason = "sanitising may fail"))]
pub(super) fn untouched_cost(work: &Work<'_>) -> Result<Cost, Error> {
    let length = memory::len(work.asset.bytes);
    #[cfg(feature = "sanitize")]
    let memory = crate::svg::trees_of_file(work.asset.bytes, &work.rules.limits)?.saturating_add(length);
    #[cfg(not(feature = "sanitize"))]
    let memory = length;
    Ok(Cost::new(memory, memory.saturating_mul(4)))
}

/// Returns the SVG for a delivery: sanitised, or unchanged if the original is requested.
pub(super) fn untouched_svg(work: &Work<'_>) -> Result<Encoded, Error> {
    #[cfg(feature = "sanitize")]
    {
        let mut encoded = crate::svg::passed(work.asset.bytes, work.rules)?;
        if work.transformation.wants_original() {
            encoded.bytes = Bytes::copy_from_slice(work.asset.bytes);
        }
        Ok(encoded)
    }
    #[cfg(not(feature = "sanitize"))]
    {
        // The size is unknown without a parser.
        let bytes = Bytes::copy_from_slice(work.asset.bytes);
        Ok(Encoded::new(bytes, Format::Svg, Size::new(1, 1)))
    }
}
