//! Fusing: plans that make the same image with less work, or a better one.
//!
//! The original plan is the specification: each pass is compared with it (`tests/fusion.rs`), and each can be switched
//! off ([`Fusion`]).
//!
//! ```text
//! decode 4000x3000 . orient exif 6 . crop . resize -> 300x200 . blur
//!   orient_last       decode . crop . resize -> 200x300 . orient exif 6 . blur
//!   crop_first        thumbnail of that crop -> 200x300 . orient exif 6 . blur
//!   shrink_on_load    thumbnail at 1/8 ...
//!   planes            thumbnail at 1/8 in planes ...
//! ```

#[cfg(feature = "pixels")]
mod crop_first;
#[cfg(feature = "pixels")]
mod orient_last;
#[cfg(feature = "pixels")]
mod planes;
#[cfg(feature = "pixels")]
mod rasterise;
#[cfg(feature = "pixels")]
mod shrink_on_load;

#[cfg(feature = "pixels")]
pub(crate) use self::rasterise::rasterise;

/// The passes over a plan before it is executed. All of them are on by default; switch one off to check its result.
///
/// ```
/// use originkit::plan::{Fusion, Rules};
/// let mut rules = Rules::default();
/// rules.fusion.shrink_on_load = false; // decode every JPEG whole
/// rules.fusion = Fusion::NONE; // execute the plan step by step
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fusion {
    /// Apply the EXIF orientation after the image was made smaller.
    pub orient_last: bool,
    /// Decode only the part that is not cut off later, and resample while decoding. The two passes below require it.
    pub crop_first: bool,
    /// Decode at one eighth to seven eighths of the size if that is enough.
    pub shrink_on_load: bool,
    /// Keep luma and chroma separate from the decoder to the encoder, chroma at half the resolution, if no operation in
    /// between needs red, green and blue, and if the encoder would halve the chroma anyway.
    pub planes: bool,
}

impl Fusion {
    /// All passes.
    pub const ALL: Self = Self { orient_last: true, crop_first: true, shrink_on_load: true, planes: true };
    /// No passes.
    pub const NONE: Self = Self { orient_last: false, crop_first: false, shrink_on_load: false, planes: false };
}

/// All passes.
impl Default for Fusion {
    fn default() -> Self {
        Self::ALL
    }
}

#[cfg(feature = "pixels")]
use crate::path::AssetPath;
#[cfg(feature = "pixels")]
use crate::plan::op::{Op, Plan};

/// Facts about files and about the output that fusing needs.
#[cfg(feature = "pixels")]
pub(crate) struct Facts<'a> {
    /// Returns whether the decoder of a file can resample and crop while decoding.
    pub(crate) shrinks: &'a dyn Fn(Option<&AssetPath>) -> bool,
    /// Whether the asset may stay in planes and every encoder that is tried halves its chroma.
    pub(crate) chroma_420: bool,
}

/// Applies the passes to a plan and its layers.
#[cfg(feature = "pixels")]
pub(crate) fn fuse(mut plan: Plan, fusion: Fusion, facts: &Facts<'_>) -> Plan {
    if fusion.orient_last {
        orient_last::orient_last(&mut plan.ops);
    }
    if fusion.crop_first
        && let Some(Op::Decode { file, .. }) = plan.ops.first()
        && (facts.shrinks)(file.as_ref())
    {
        crop_first::crop_first(&mut plan.ops);
    }
    if fusion.shrink_on_load {
        shrink_on_load::shrink_on_load(&mut plan.ops);
    }
    if fusion.planes && facts.chroma_420 {
        planes::planes(&mut plan.ops);
    }
    for op in &mut plan.ops {
        if let Op::Compose { layer, .. } = op {
            // A layer is drawn in red, green and blue.
            let facts = Facts { shrinks: facts.shrinks, chroma_420: false };
            **layer = fuse(layer.as_ref().clone(), fusion, &facts);
        }
    }
    plan
}
