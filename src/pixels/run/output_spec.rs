//! [`OutputSpec`]: the formats and settings in which a result may be encoded.

use super::sample::share;
use super::work::Work;
use crate::cost::Cost;
use crate::error::Error;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::pixels::base::{Channels, memory};
use crate::pixels::codec::encoder::{Encoder, Settings, TABLES};
use crate::pixels::codec::registry;
use crate::plan::{Plan, Size, SourceInfo};
use crate::transform::Step;

/// A format, and its encoder in this build.
pub(crate) type Candidate = (Format, Option<&'static dyn Encoder>);

/// The formats and settings in which a result may be encoded.
pub(crate) struct OutputSpec {
    pub(super) settings: Settings,
    /// The formats that are tried for a still without transparent pixels.
    pub(super) opaque: Vec<Candidate>,
    /// The formats that are tried for a still with transparent pixels.
    pub(super) transparent: Vec<Candidate>,
    /// The formats for an animation, the best first; empty if a still is requested.
    pub(super) animated: Vec<Candidate>,
    /// Whether all encoders that are tried for an opaque still accept luma and halved chroma.
    pub(super) takes_planes: bool,
    /// Whether AVIF is left to a later render if there is another format: [`Work::interim`].
    interim: bool,
}

impl OutputSpec {
    /// Makes the specification. `source_quality` is called if the plan has no quality.
    pub(super) fn new(
        work: &Work<'_>,
        plan: &Plan,
        source: &SourceInfo,
        source_quality: impl FnOnce() -> Option<u8>,
    ) -> Self {
        let negotiation = work.negotiation;
        let settings = Settings {
            quality: plan.output.quality.unwrap_or_else(|| {
                // A higher quality cannot restore what the source has lost.
                source_quality().unwrap_or(u8::MAX).min(negotiation.quality)
            }),
            lossless: plan.output.lossless.unwrap_or(false),
            exact: plan.ops.iter().all(|op| op.traits(plan.size).moves_pixels),
            progressive: plan.output.progressive.unwrap_or(false),
            chroma_420: negotiation.chroma_420,
            smallest: negotiation.smallest,
            stop: work.stop.clone(),
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
        Self { settings, opaque, transparent, animated, takes_planes, interim: work.interim }
    }

    /// Returns the cost of encoding, including the image. If the formats together would cost too much, the last ones
    /// are removed. The cost of an interim result is without AVIF, and the same formats are removed. `spent` is the
    /// units of computing of everything before; `alpha` is whether the image may have transparent pixels.
    ///
    /// # Errors
    /// No format is left.
    pub(super) fn affordable(&mut self, size: Size, alpha: bool, spent: u64, limits: &Limits) -> Result<Cost, Error> {
        let (settings, interim) = (&self.settings, self.interim);
        let opaque = affordable(&mut self.opaque, interim, size, alpha, spent, settings, limits)?;
        if !alpha {
            return Ok(opaque);
        }
        let transparent = affordable(&mut self.transparent, interim, size, alpha, spent, settings, limits)?;
        Ok(Cost { memory: opaque.memory.max(transparent.memory), work: opaque.work.max(transparent.work), ..opaque })
    }
}

/// Removes candidates that cost too much, if there are others, and returns the cost of the rest.
fn affordable(
    candidates: &mut Vec<Candidate>,
    interim: bool,
    size: Size,
    alpha: bool,
    spent: u64,
    settings: &Settings,
    limits: &Limits,
) -> Result<Cost, LimitError> {
    let image = memory::bytes(size, Channels::Rgba).saturating_add(TABLES);
    let (mut all, mut refused, mut other) = (Cost::new(image, 0), None, None);
    candidates.retain(|(format, encoder)| {
        // A format that this build cannot write, or not at this size, stays in the list and fails when it is tried.
        let Some(encoder) = encoder.filter(|encoder| encoder.longest_side(limits).check(size).is_ok()) else {
            return true;
        };
        let own = encoder.cost(size, alpha, settings).holding(image);
        let more = all.then(own);
        let paid = Cost { work: more.work.saturating_add(spent), ..more }.check(limits);
        match paid {
            Ok(()) => {
                all = more;
                if *format != Format::Avif {
                    other = Some(other.map_or(own, |other: Cost| other.then(own)));
                }
            }
            Err(error) => refused = refused.or(Some(error)),
        }
        paid.is_ok()
    });
    let cost = other.filter(|_| interim).unwrap_or(all);
    // A choice between several begins with a sample in each.
    let sampled = if candidates.len() > 1 { share(cost.work, size) } else { 0 };
    match refused {
        Some(error) if candidates.is_empty() => Err(error),
        _ => Ok(Cost { work: cost.work.saturating_add(sampled), ..cost }),
    }
}

#[cfg(test)]
#[cfg(feature = "avif")]
mod tests {
    use super::*;

    const SIZE: Size = Size::new(800, 600);

    /// Returns the formats that are left of these, and the cost.
    fn left(formats: &[Format], interim: bool, limits: &Limits) -> (Vec<Format>, Cost) {
        let mut candidates = formats.iter().map(|it| (*it, registry::encoder(*it))).collect();
        let cost = affordable(&mut candidates, interim, SIZE, false, 0, &Settings::usual(), limits).unwrap();
        (candidates.into_iter().map(|(format, _)| format).collect(), cost)
    }

    #[test]
    fn an_interim_result_has_the_cost_of_the_formats_that_are_written() {
        const ALL: [Format; 3] = [Format::Avif, Format::WebP, Format::Jpeg];
        let limits = Limits::default();
        let (whole, interim) = (left(&ALL, false, &limits), left(&ALL, true, &limits));
        assert_eq!((whole.0, interim.0), (ALL.to_vec(), ALL.to_vec()));
        let without = left(&[Format::WebP, Format::Jpeg], false, &limits).1;
        // The image with its tables is held in any case, by the whole as by each.
        assert_eq!((interim.1.memory, interim.1.work), (without.memory, without.work));
        assert!(interim.1.work * 4 < whole.1.work && interim.1.memory < whole.1.memory);
        // If AVIF is the only format, it is written now.
        let alone = [Format::Avif];
        assert_eq!(left(&alone, true, &limits).1.work, left(&alone, false, &limits).1.work);
        // The later result has the same formats to choose from: `interim` removes none.
        let tight = Limits { work: whole.1.work / 2, ..limits };
        let kept = [false, true].map(|interim| left(&ALL, interim, &tight).0);
        assert_eq!(kept[0], kept[1]);
        assert!(!kept[0].contains(&Format::Avif), "{kept:?}");
    }
}
