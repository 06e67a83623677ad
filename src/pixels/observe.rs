//! [`Executor`]: carries out plans, and looks at pixels where planning must.

use super::{Raster, Work, broken, codec, extension, memory, op};
use crate::error::Error;
use crate::extend::{Effect, Found, Subject};
use crate::path::AssetPath;
use crate::plan::{Op, Oracle, Plan, PlanError, Rect, Size, SourceInfo, TextBlock};
use crate::transform::Ai;

/// The oracle that has the files.
///
/// A plan that was carried out to be measured is the beginning of the final plan. Its picture is
/// kept, so nothing is done twice, unless what is kept becomes too much: then it is made again.
#[derive(Debug)]
pub(crate) struct Executor<'a> {
    work: &'a Work<'a>,
    info: SourceInfo,
    /// The beginnings of plans that were looked at, and what came of them.
    kept: Vec<(Vec<Op>, Raster)>,
    /// Bytes that are taken elsewhere: by the frames before and after this one.
    pub(super) besides: u64,
}

impl<'a> Executor<'a> {
    /// Reads the asset's header.
    ///
    /// # Errors
    /// It is no picture that this build reads within the limits.
    pub(crate) fn new(work: &'a Work<'a>) -> Result<Self, Error> {
        let info = codec::probe(work.asset, &work.rules.limits)?;
        Ok(Self { work, info, kept: Vec::new(), besides: 0 })
    }

    /// What the asset's header says.
    pub(crate) const fn info(&self) -> &SourceInfo {
        &self.info
    }

    /// Carries out a plan to its end.
    pub(crate) fn run(mut self, plan: &Plan) -> Result<Raster, Error> {
        self.advance(&plan.ops)
    }

    /// The picture after these operations; goes on from the longest beginning that is kept.
    fn advance(&mut self, ops: &[Op]) -> Result<Raster, Error> {
        let known = self.kept.iter().enumerate().filter(|(_, (done, _))| ops.starts_with(done));
        let longest = known.max_by_key(|(_, (done, _))| done.len()).map(|(at, _)| at);
        let (mut picture, rest) = if let Some(at) = longest {
            let (done, picture) = self.kept.swap_remove(at);
            (picture, ops.get(done.len()..).unwrap_or_default())
        } else {
            let (first, rest) = ops.split_first().ok_or_else(|| broken("an empty plan"))?;
            (self.start(first)?, rest)
        };
        for op in rest {
            picture = self.apply(op, picture)?;
        }
        Ok(picture)
    }

    /// What a plan begins with.
    fn start(&mut self, op: &Op) -> Result<Raster, Error> {
        let limits = &self.work.rules.limits;
        match op {
            Op::Decode { file, page, .. } => codec::decode(self.file(file.as_ref())?, *page, limits),
            Op::Canvas { size, color } => op::canvas(*size, *color, limits),
            Op::Text { block, .. } => self.draw(block),
            _ => Err(broken("a plan that starts with nothing")),
        }
    }

    /// The picture of the layer that an operation draws.
    pub(super) fn layer(&mut self, op: &Op) -> Result<Option<Raster>, Error> {
        if let Op::Compose { layer, .. } = op { self.advance(&layer.ops).map(Some) } else { Ok(None) }
    }

    pub(super) fn apply(&mut self, op: &Op, picture: Raster) -> Result<Raster, Error> {
        let limits = &self.work.rules.limits;
        memory::check_op(op, &picture, self.held(), limits)?;
        match op {
            Op::Effect { effect, to } => {
                let done = extension::effect(self.work, Effect::Ai(effect), picture)?;
                if done.size() == *to {
                    Ok(done)
                } else {
                    Err(broken("an effect that changed its mind about the size"))
                }
            }
            Op::Compose { layer, at, mix } => {
                // While the layer is made the base waits.
                let overlay = self.advance(&layer.ops)?;
                op::compose(picture, &overlay, *at, *mix)
            }
            op => op::apply(op, picture),
        }
    }

    /// The bytes of a file that a plan names.
    fn file(&self, path: Option<&AssetPath>) -> Result<&'a [u8], Error> {
        let Some(path) = path else { return Ok(self.work.asset) };
        let found = self.work.files.iter().find(|(known, _)| *known == path);
        if let Some((_, bytes)) = found {
            return Ok(bytes);
        }
        // A layer may show the asset itself.
        if path.as_str() == self.work.path { Ok(self.work.asset) } else { Err(extension::missing(path)) }
    }

    #[expect(clippy::unused_self, reason = "fonts are looked up in it")]
    fn draw(&self, _: &TextBlock) -> Result<Raster, Error> {
        Err(PlanError::Unsupported { parameter: "l-text", reason: "needs the feature `text`" }.into())
    }

    /// Bytes of all pictures that are kept, here and elsewhere.
    fn held(&self) -> u64 {
        self.kept.iter().map(|(_, picture)| memory::len(picture.samples())).fold(self.besides, u64::saturating_add)
    }

    /// Keeps a picture for when its plan goes on.
    fn keep(&mut self, plan: &Plan, picture: Raster) {
        /// What is kept may take this part of all memory.
        const PART: u64 = 4;
        let all = self.held().saturating_add(memory::len(picture.samples()));
        if all <= self.work.rules.limits.memory / PART {
            self.kept.push((plan.ops.clone(), picture));
        }
    }
}

impl Oracle for Executor<'_> {
    fn source(&mut self, file: Option<&AssetPath>) -> Result<SourceInfo, PlanError> {
        match file {
            None => Ok(self.info.clone()),
            Some(_) => {
                let bytes = self.file(file).map_err(planning)?;
                codec::probe(bytes, &self.work.rules.limits).map_err(planning)
            }
        }
    }

    fn trim(&mut self, so_far: &Plan, threshold: u8) -> Result<Rect, PlanError> {
        let picture = self.advance(&so_far.ops).map_err(planning)?;
        let rect = op::trim(&picture, threshold);
        self.keep(so_far, picture);
        Ok(rect)
    }

    fn regions(&mut self, so_far: &Plan, subject: &Subject) -> Result<Vec<Found>, PlanError> {
        let picture = self.advance(&so_far.ops).map_err(planning)?;
        let found = extension::find(self.work, &picture, subject).map_err(planning)?;
        self.keep(so_far, picture);
        Ok(found)
    }

    fn text(&mut self, _: &TextBlock) -> Result<Size, PlanError> {
        Err(PlanError::Unsupported { parameter: "l-text", reason: "needs the feature `text`" })
    }

    fn effect(&mut self, so_far: &Plan, effect: &Ai) -> Result<Size, PlanError> {
        let picture = self.advance(&so_far.ops).map_err(planning)?;
        let done = extension::effect(self.work, Effect::Ai(effect), picture).map_err(planning)?;
        let size = done.size();
        let mut after = so_far.clone();
        after.ops.push(Op::Effect { effect: effect.clone(), to: size });
        self.keep(&after, done);
        Ok(size)
    }
}

/// An error met while looking, as one of planning.
fn planning(error: Error) -> PlanError {
    match error {
        Error::Limit(limit) => PlanError::Limit(limit),
        Error::Plan(error) => error,
        other => PlanError::Pixels { code: other.code(), message: other.to_string() },
    }
}
