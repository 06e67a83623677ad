//! The maximum cost of a render, from headers and plans alone.

use super::prepare::prepare;
use super::untouched::{is_untouched, untouched_cost};
use super::work::Work;
use crate::cost::Cost;
use crate::error::Error;
use crate::pixels::base::fenced_whole;

/// Returns the maximum cost of any work.
pub(crate) fn of_work(work: &Work<'_>) -> Result<Cost, Error> {
    fenced_whole(|| {
        if is_untouched(work) {
            let cost = untouched_cost(work)?;
            cost.check(&work.rules.limits)?;
            return Ok(cost);
        }
        Ok(prepare(work)?.cost)
    })
}
