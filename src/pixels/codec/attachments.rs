//! [`Attachments`]: what is written into a file besides pixels and their colour profile.
//!
//! Nothing of a source goes into a result unless it was asked for: `cp-true` keeps the colour profile, `md-true` keeps
//! EXIF, XMP and the profile. What is larger than its limit is as if absent.

use super::metadata::exif;
use super::reader::Reader;
use crate::plan::{Op, Orientation, Plan, SourceInfo};
use crate::transform::Density;

/// What is written into a file besides pixels and their colour profile.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Attachments {
    /// From `II` or `MM` on.
    pub(crate) exif: Option<Vec<u8>>,
    pub(crate) xmp: Option<Vec<u8>>,
    /// Dots per inch.
    pub(crate) density: Option<f64>,
}

impl Attachments {
    /// What a plan lets through from its source, made true for its result.
    /// `file` is `None` where a decoder of the embedder reads it.
    pub(crate) fn of(file: Option<&dyn Reader>, info: &SourceInfo, plan: &Plan) -> Self {
        let wanted = match plan.output.density {
            Some(Density::Dpi(density)) => Some(f64::from(density)),
            // Planning leaves no expression behind.
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
