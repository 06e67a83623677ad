//! One render: header, plan, fuse, decode, filters, encode.

use bytes::Bytes;

use super::animate::animation;
use super::choose_format::Choice;
use super::prepare::prepare;
use super::prepared::Prepared;
use super::untouched::{is_untouched, untouched_svg};
use super::work::Work;
use crate::cost::Cost;
use crate::encoded::Encoded;
use crate::error::Error;
use crate::pixels::codec::attachments::Attachments;
use crate::trace::span;

/// A function that receives the cost of a render before pixels are decoded, and waits for free capacity or refuses.
pub(crate) type Admit<'a> = dyn Fn(Cost) -> Result<(), Error> + 'a;

/// Plans, executes and encodes. `admit` is called after planning.
///
/// # Errors
/// - The error of `admit`.
/// - The asset or a file of a layer is missing, damaged, of an unsupported kind, or exceeds a limit.
/// - The transformation needs a feature that this build lacks.
pub(crate) fn render(work: &Work<'_>, admit: Option<&Admit<'_>>) -> Result<Encoded, Error> {
    if is_untouched(work) {
        return untouched_svg(work);
    }
    let mut prepared = {
        let _stage = span!("plan");
        prepare(work)?
    };
    if prepared.plan.output.original == Some(true) {
        let source = &prepared.source;
        return Ok(Encoded::new(Bytes::copy_from_slice(work.asset.bytes), source.format, source.size));
    }
    if let Some(admit) = admit {
        admit(prepared.cost)?;
    }
    let stage = span!("draw", ops = prepared.fused.ops.len());
    if let Some(encoded) = animation(work, &mut prepared)? {
        return Ok(encoded.with_notes(prepared.executor.noted.all));
    }
    let Prepared { mut executor, source, plan, fused, output, file, .. } = prepared;
    let image = executor.run(&fused)?;
    drop(stage);
    let candidates = if image.is_transparent() { &output.transparent } else { &output.opaque };
    let attached = Attachments::of(file.as_deref(), &source, &plan);
    let (matte, limits) = (plan.matte, &work.rules.limits);
    let choice = Choice { interim: work.interim, matte, settings: &output.settings, attached: &attached, limits };
    Ok(choice.encode(image, candidates)?.with_notes(executor.noted.all))
}
