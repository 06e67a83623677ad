//! The answers that planning needs from pixels and from headers: `impl Oracle for Executor`.

use super::analyze::saliency;
use super::executor::Executor;
use super::extension;
use crate::cost::Cost;
use crate::error::Error;
use crate::extend::{Effect, Found, Subject};
use crate::path::AssetPath;
use crate::pixels::base::memory;
use crate::pixels::filter;
use crate::pixels::raster::Raster;
use crate::plan::{Facts, Op, Oracle, Plan, PlanError, Rect, Region, Size, SourceInfo, TextBlock, fuse, reduced};
use crate::transform::Ai;

impl Oracle for Executor<'_> {
    fn source(&mut self, file: Option<&AssetPath>) -> Result<SourceInfo, PlanError> {
        match file {
            None => Ok(self.info().clone()),
            Some(_) => self.examine(file, 0).map_err(planning),
        }
    }

    fn trim(&mut self, so_far: &Plan, threshold: u8) -> Result<Rect, PlanError> {
        let image = self.look(so_far)?;
        let rect = filter::trim(&image, threshold);
        self.keep(so_far, image);
        Ok(rect)
    }

    fn regions(&mut self, so_far: &Plan, subject: &Subject) -> Result<Vec<Found>, PlanError> {
        if *subject == Subject::Salient
            && self.work.extensions.the_detector().is_none()
            && let Some(small) = self.look_at_small(so_far, saliency::SIDE)?
        {
            let found = saliency::salient(&small, so_far.size, &self.work.rules.limits).map_err(planning)?;
            return Ok(found.map(Found::at).into_iter().collect());
        }
        let image = self.look(so_far)?;
        let asset = match so_far.ops.first() {
            Some(Op::Decode { file: Some(file), .. }) => file.as_str(),
            _ => self.work.path,
        };
        let found = extension::detect(self.work, &image, subject, asset).map_err(planning)?;
        self.keep(so_far, image);
        Ok(found)
    }

    fn text(&mut self, text: &TextBlock) -> Result<Size, PlanError> {
        self.measure(text).map_err(planning)
    }

    fn effect(&mut self, so_far: &Plan, effect: &Ai) -> Result<Size, PlanError> {
        let image = self.look(so_far)?;
        let profile = image.profile().cloned();
        let done = extension::effect(self.work, Effect::Ai(effect), image).map_err(planning)?.with_profile(profile);
        let size = done.size();
        let mut after = so_far.clone();
        after.ops.push(Op::Effect { effect: effect.clone(), to: size });
        self.keep(&after, done);
        Ok(size)
    }
}

impl Executor<'_> {
    /// Returns the image of a plan so far, in colours that can be analysed.
    fn look(&mut self, so_far: &Plan) -> Result<Raster, PlanError> {
        let (cost, size) = self.cost(&so_far.ops).map_err(planning)?;
        let cost = cost.and(Cost::each(size.pixels(), 0, LOOKING)).and(self.spent);
        cost.check(&self.work.rules.limits)?;
        self.spent.work = cost.work;
        self.advance(&so_far.ops).map(Raster::settled).map_err(planning)
    }

    /// Returns a smaller copy of the image of a plan so far, whose sides have at least twice as many pixels as `side`.
    /// Returns `None` if the file cannot be reduced while it is decoded: then the whole image is decoded only once,
    /// because it is kept.
    fn look_at_small(&mut self, so_far: &Plan, side: u32) -> Result<Option<Raster>, PlanError> {
        let Some(Op::Decode { file, .. }) = so_far.ops.first() else { return Ok(None) };
        let size = so_far.size;
        let enough = |size: Size| size.width.min(size.height) >= 2 * side;
        let to = (1..8).map(|scale_eighths| reduced(size, scale_eighths)).find(|to| enough(*to));
        let Some(to) = to.filter(|_| self.shrinks(file.as_ref())) else { return Ok(None) };
        let mut small = so_far.clone();
        small.ops.push(Op::Resize { from: Region::full(size), to });
        small.size = to;
        let fusion = self.work.rules.fusion;
        let small = fuse(small, fusion, &Facts { shrinks: &|file| self.shrinks(file), chroma_420: false });
        self.look(&small).map(Some)
    }

    /// Keeps an image for the continuation of its plan.
    fn keep(&mut self, plan: &Plan, image: Raster) {
        /// Kept images may take the memory limit divided by this.
        const PART: u64 = 4;
        let all = self.held().saturating_add(memory::len(image.samples()));
        if all <= self.work.rules.limits.memory / PART {
            self.kept.push((plan.ops.clone(), image));
        }
    }
}

/// Converts an error that occurred while pixels were examined to a planning error.
fn planning(error: Error) -> PlanError {
    match error {
        Error::Limit(limit) => PlanError::Limit(limit),
        Error::Plan(error) => error,
        Error::Extension { code, message, cause } => PlanError::Pixels { code, message, cause: Some(cause) },
        other => PlanError::Pixels { code: other.code(), message: other.to_string(), cause: None },
    }
}

/// Units of computing to examine a pixel: for its edges and colours, or for its difference from a corner.
const LOOKING: u64 = 30;
