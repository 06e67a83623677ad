//! One render: header, plan, fuse, decode, filters, encode.

use bytes::Bytes;

use super::animate::animation;
use super::choose_format::smallest;
use super::peak_memory::of_prepared;
use super::prepare::{Prepared, prepare};
use super::untouched::untouched_svg;
use super::work::Work;
use crate::encoded::Encoded;
use crate::error::Error;
use crate::format::Format;
use crate::pixels::codec::attachments::Attachments;
use crate::policy;
use crate::trace::span;

/// Asked for so many bytes of memory before pixels are decoded: waits for them, or refuses.
pub(crate) type Admit<'a> = dyn Fn(u64) -> Result<(), Error> + 'a;

/// Plans, carries out and encodes. `admit` is asked in between.
///
/// # Errors
/// What `admit` refuses with.
/// The asset or a file of a layer is missing, damaged, of a kind that is not read, or passes a limit, or the
/// transformation asks for what this build lacks.
pub(crate) fn render(work: &Work<'_>, admit: Option<&Admit<'_>>) -> Result<Encoded, Error> {
    if work.asset.format == Some(Format::Svg) && policy::keeps_svg(work.transformation, work.still) {
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
        admit(of_prepared(work, &prepared)?)?;
    }
    let stage = span!("draw", ops = prepared.fused.ops.len());
    if let Some(encoded) = animation(work, &mut prepared)? {
        return Ok(encoded.with_notes(prepared.executor.noted.all));
    }
    let Prepared { mut executor, source, plan, fused, output, file } = prepared;
    let image = executor.run(&fused)?;
    drop(stage);
    let candidates = if image.is_transparent() { &output.transparent } else { &output.opaque };
    let attached = Attachments::of(file.as_deref(), &source, &plan);
    let encoded = smallest(image, candidates, plan.matte, &output.settings, &attached, &work.rules.limits)?;
    Ok(encoded.with_notes(executor.noted.all))
}
