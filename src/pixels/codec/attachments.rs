//! [`Attachments`]: the contents of a file besides pixels and their colour profile.
//!
//! No metadata of a source is copied to a result unless requested: `cp-true` keeps the colour profile, `md-true` keeps
//! EXIF, XMP and the profile. Metadata that is larger than its limit is treated as absent.

use super::metadata::exif;
use super::reader::Reader;
use crate::plan::{Op, Orientation, Plan, SourceInfo};
use crate::transform::Density;

/// The contents of a file besides pixels and their colour profile.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Attachments {
    /// The EXIF block, from `II` or `MM` on.
    pub(crate) exif: Option<Vec<u8>>,
    pub(crate) xmp: Option<Vec<u8>>,
    /// The resolution in dots per inch.
    pub(crate) density: Option<f64>,
}

impl Attachments {
    /// Returns the metadata that a plan keeps from its source, adapted to the result. `file` is `None` if a decoder of
    /// the embedder reads the source.
    pub(crate) fn of(file: Option<&dyn Reader>, info: &SourceInfo, plan: &Plan) -> Self {
        let wanted = match plan.output.density {
            Some(Density::Dpi(density)) => Some(f64::from(density)),
            // Planning has resolved all expressions.
            Some(Density::Expr(_)) | None => None,
        };
        let density = wanted.or(info.density);
        let Some(file) = file.filter(|_| plan.output.metadata == Some(true)) else {
            return Self { density, ..Self::default() };
        };
        let turned = plan.ops.iter().any(|op| matches!(op, Op::Orient(_)));
        let upright = turned || info.orientation == Orientation::Upright;
        let xmp = file.xmp();
        Self {
            exif: file.exif().map(|block| exif::adapted(block, upright, wanted)),
            xmp: if upright { xmp.map(exif::upright_xmp) } else { xmp },
            density,
        }
    }
}
