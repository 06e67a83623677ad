//! [`OutputSpec`]: how a result may be written.

use super::work::Work;
use crate::format::Format;
use crate::pixels::codec::encoder::{Encoder, Settings};
use crate::pixels::codec::registry;
use crate::plan::{Plan, SourceInfo};
use crate::transform::Step;

/// A format, and what writes it in this build.
pub(crate) type Candidate = (Format, Option<&'static dyn Encoder>);

/// The formats and settings with which a result may be written.
pub(crate) struct OutputSpec {
    pub(super) settings: Settings,
    /// The formats that are tried for a still without transparent pixels.
    pub(super) opaque: Vec<Candidate>,
    /// The formats that are tried for a still with transparent pixels.
    pub(super) transparent: Vec<Candidate>,
    /// The formats for an animation, the best first; none if a still is wanted.
    pub(super) animated: Vec<Candidate>,
    /// All encoders that are tried for an opaque still take luma and halved chroma as they are.
    pub(super) takes_planes: bool,
}

impl OutputSpec {
    /// `source_quality` is asked where the plan names none.
    pub(super) fn new(
        work: &Work<'_>,
        plan: &Plan,
        source: &SourceInfo,
        source_quality: impl FnOnce() -> Option<u8>,
    ) -> Self {
        let negotiation = work.negotiation;
        let settings = Settings {
            quality: plan.output.quality.unwrap_or_else(|| {
                // More bytes do not bring back what the source has lost.
                source_quality().unwrap_or(u8::MAX).min(negotiation.quality)
            }),
            lossless: plan.output.lossless.unwrap_or(false),
            exact: plan.ops.iter().all(|op| op.traits(plan.size).moves_pixels),
            progressive: plan.output.progressive.unwrap_or(false),
            chroma_420: negotiation.chroma_420,
            smallest: negotiation.smallest,
        };
        let stills = |transparent| match plan.output.format {
            None if work.still => vec![Format::Jpeg],
            _ => negotiation.candidates(&plan.output, source.format, transparent),
        };
        let picks_a_frame =
            || work.transformation.steps.iter().any(|step| matches!(step, Step::Edit(edit) if edit.page.is_some()));
        let moves = source.frames > 1 && !work.still && !picks_a_frame();
        let animated = if moves { negotiation.animated(&plan.output, source.format) } else { Vec::new() };
        let [opaque, transparent, animated] = [stills(false), stills(true), animated]
            .map(|formats| formats.into_iter().map(|format| (format, registry::encoder(format))).collect::<Vec<_>>());
        let takes_planes =
            opaque.iter().all(|(_, encoder)| encoder.is_some_and(|encoder| encoder.takes_planes(&settings)));
        Self { settings, opaque, transparent, animated, takes_planes }
    }
}
