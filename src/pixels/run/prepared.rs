//! [`Prepared`]: the facts that are known before the first pixel of the result is decoded.

use std::rc::Rc;

use super::executor::Executor;
use super::output_spec::OutputSpec;
use crate::cost::Cost;
use crate::pixels::codec::reader::Reader;
use crate::plan::{Plan, SourceInfo};

/// A plan, and everything that is needed to execute it.
pub(crate) struct Prepared<'a> {
    pub(super) executor: Executor<'a>,
    pub(super) source: SourceInfo,
    /// The original plan, which is used for animations.
    pub(super) plan: Plan,
    /// The fused plan, which is used for a still image.
    pub(super) fused: Plan,
    pub(super) output: OutputSpec,
    /// The asset with its header read, or `None` if a decoder of the embedder reads it.
    pub(super) file: Option<Rc<dyn Reader + 'a>>,
    /// The total cost, within the limits.
    pub(super) cost: Cost,
}
