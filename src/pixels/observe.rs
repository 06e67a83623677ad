//! [`Executor`]: carries out plans on one file, and looks at pixels where planning must.

use super::{Raster, broken, codec, op};
use crate::error::Error;
use crate::limits::Limits;
use crate::plan::{Op, Oracle, Plan, PlanError, Rect, SourceInfo};

/// The oracle that has the file.
///
/// A plan that was carried out to be measured is the beginning of the final plan. Its picture is
/// kept, so nothing is done twice.
#[derive(Debug)]
pub(crate) struct Executor<'a> {
    bytes: &'a [u8],
    limits: &'a Limits,
    info: SourceInfo,
    /// The operations done so far, and what came of them.
    done: Option<(Vec<Op>, Raster)>,
}

impl<'a> Executor<'a> {
    /// Reads the file's header.
    ///
    /// # Errors
    /// It is no picture that this build reads within the limits.
    pub(crate) fn new(bytes: &'a [u8], limits: &'a Limits) -> Result<Self, Error> {
        let info = codec::probe(bytes, limits)?;
        Ok(Self { bytes, limits, info, done: None })
    }

    /// What the header says.
    pub(crate) const fn info(&self) -> &SourceInfo {
        &self.info
    }

    /// Carries out a plan to its end.
    pub(crate) fn run(mut self, plan: &Plan) -> Result<Raster, Error> {
        self.advance(&plan.ops)
    }

    /// The picture after these operations; goes on from the one that is kept if that is on the way.
    fn advance(&mut self, ops: &[Op]) -> Result<Raster, Error> {
        let (mut picture, rest) = match self.done.take() {
            Some((done, picture)) if ops.starts_with(&done) => (picture, ops.get(done.len()..).unwrap_or_default()),
            _ => match ops.split_first() {
                Some((Op::Decode { page, .. }, rest)) => (codec::decode(self.bytes, *page, self.limits)?, rest),
                _ => return Err(broken("a plan decodes first and once")),
            },
        };
        for op in rest {
            picture = op::apply(op, picture, self.limits)?;
        }
        Ok(picture)
    }
}

impl Oracle for Executor<'_> {
    fn source(&mut self) -> Result<SourceInfo, PlanError> {
        Ok(self.info.clone())
    }

    fn trim(&mut self, so_far: &Plan, threshold: u8) -> Result<Rect, PlanError> {
        let picture = self.advance(&so_far.ops).map_err(|error| match error {
            Error::Limit(limit) => PlanError::Limit(limit),
            Error::Plan(error) => error,
            other => PlanError::Source(other.to_string()),
        })?;
        let rect = op::trim(&picture, threshold);
        self.done = Some((so_far.ops.clone(), picture));
        Ok(rect)
    }
}
