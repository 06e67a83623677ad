//! Fusing: plans that make the same image with less work, or a better one.
//!
//! The plan as it was made is the specification: each pass is compared with it (`tests/fusion.rs`), and each
//! can be switched off ([`Fusion`]).
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

/// Which passes are made over a plan before it is carried out. All of them, unless one doubts a result.
///
/// ```
/// use originkit::plan::{Fusion, Rules};
/// let mut rules = Rules::default();
/// rules.fusion.shrink_on_load = false; // decode every JPEG whole
/// rules.fusion = Fusion::NONE; // step by step, as the plan says
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fusion {
    /// Turn images (EXIF) when they are small.
    pub orient_last: bool,
    /// Decode only what is not cut off afterwards, and resample while decoding. The two below need it.
    pub crop_first: bool,
    /// Decode at an eighth to seven eighths of the size where that is enough.
    pub shrink_on_load: bool,
    /// Leave luma and chroma apart from decoder to encoder, chroma at half the resolution, where nothing between
    /// wants red, green and blue, and the encoder would halve it anyway.
    pub planes: bool,
}

impl Fusion {
    /// All passes.
    pub const ALL: Self = Self { orient_last: true, crop_first: true, shrink_on_load: true, planes: true };
    /// None.
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

/// What fusing must know of files and of the output.
#[cfg(feature = "pixels")]
pub(crate) struct Facts<'a> {
    /// Can the decoder of a file resample and crop on the way?
    pub(crate) shrinks: &'a dyn Fn(Option<&AssetPath>) -> bool,
    /// May the asset stay in planes, and does every encoder that is tried halve its chroma?
    pub(crate) chroma_420: bool,
}

/// Makes the passes over a plan and its layers.
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
            // What is drawn over an image is drawn in red, green and blue.
            let facts = Facts { shrinks: facts.shrinks, chroma_420: false };
            **layer = fuse(layer.as_ref().clone(), fusion, &facts);
        }
    }
    plan
}
