//! Reading headers, planning, fusing, and computing the total cost.

use super::animate;
use super::executor::Executor;
use super::output_spec::OutputSpec;
use super::prepared::Prepared;
use super::work::Work;
use crate::cost::Cost;
use crate::error::Error;
use crate::plan::{Facts, fuse, plan, rasterise};

/// Reads the header, plans and fuses, and computes the cost of the rest.
///
/// # Errors
/// The errors of [`render`](super::render::render) that do not depend on pixels, and an error if the cost exceeds the
/// limits.
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
    let mut prepared = Prepared { executor, source, plan, fused, output, file, cost: Cost::default() };
    if prepared.plan.output.original != Some(true) {
        prepared.cost = cost(&mut prepared, work)?;
        prepared.cost.check(&rules.limits)?;
    }
    Ok(prepared)
}

/// Returns the cost of the remaining work. Formats that would cost too much are removed from the candidates.
fn cost(prepared: &mut Prepared<'_>, work: &Work<'_>) -> Result<Cost, Error> {
    let limits = &work.rules.limits;
    let before = prepared.executor.spent.holding(prepared.executor.held());
    if let Some(cost) = animate::cost(prepared, limits)? {
        return Ok(cost.and(before));
    }
    let Prepared { executor, source, fused, output, .. } = prepared;
    let (run, size) = executor.cost(&fused.ops)?;
    let alpha = source.alpha || !fused.ops.iter().all(|op| op.traits(size).stays_opaque);
    let spent = run.work.saturating_add(before.work);
    Ok(run.then(output.affordable(size, alpha, spent, limits)?).and(before))
}
