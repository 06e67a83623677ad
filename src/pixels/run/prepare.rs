//! Everything that is known before the first pixel is decoded for the result.

use std::rc::Rc;

use super::executor::Executor;
use super::output_spec::OutputSpec;
use super::work::Work;
use crate::error::Error;
use crate::pixels::codec::reader::Reader;
use crate::plan::{Facts, Plan, SourceInfo, fuse, plan, rasterise};

/// A plan, and what is needed to carry it out.
pub(crate) struct Prepared<'a> {
    pub(super) executor: Executor<'a>,
    pub(super) source: SourceInfo,
    /// As it was made: animations are carried out like that.
    pub(super) plan: Plan,
    /// As a still is made.
    pub(super) fused: Plan,
    pub(super) output: OutputSpec,
    /// The asset, with its header read; `None` where a decoder of the embedder reads it.
    pub(super) file: Option<Rc<dyn Reader + 'a>>,
}

/// Reads the header, plans and fuses.
///
/// # Errors
/// As [`render`](super::render::render), as far as pixels are not needed.
pub(crate) fn prepare<'a>(work: &'a Work<'a>) -> Result<Prepared<'a>, Error> {
    let rules = work.rules;
    let mut executor = Executor::new(work)?;
    let plan = plan(work.transformation, &mut executor, rules)?;
    plan.executable()?;
    let plan = rasterise(plan, &|file| executor.is_drawing(file), &rules.limits);
    let file = executor.open(None).ok();
    let source = executor.info().clone();
    let output = OutputSpec::new(work, &plan, &source, || file.as_ref()?.quality());
    let chroma_420 = output.takes_planes && !executor.converts_colors();
    let facts = Facts { shrinks: &|file| executor.shrinks(file), chroma_420 };
    let fused = fuse(plan.clone(), rules.fusion, &facts);
    Ok(Prepared { executor, source, plan, fused, output, file })
}
