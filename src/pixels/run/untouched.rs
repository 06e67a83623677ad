//! SVGs that are delivered as SVG.

use bytes::Bytes;

use super::work::Work;
use crate::encoded::Encoded;
use crate::error::Error;
#[cfg(not(feature = "sanitize"))]
use crate::format::Format;
#[cfg(not(feature = "sanitize"))]
use crate::plan::Size;

/// An SVG as a delivery has it: itself, and harmless. The original is the original.
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
        // Without a parser its size is unknown.
        let bytes = Bytes::copy_from_slice(work.asset.bytes);
        Ok(Encoded::new(bytes, Format::Svg, Size::new(1, 1)))
    }
}
