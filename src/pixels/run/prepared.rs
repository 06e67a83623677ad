//! [`Prepared`]: everything that is known before the first pixel is decoded for the result.

use std::rc::Rc;

use super::executor::Executor;
use super::output_spec::OutputSpec;
use crate::cost::Cost;
use crate::pixels::codec::reader::Reader;
use crate::plan::{Plan, SourceInfo};

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
    /// The cost of the whole, within the limits.
    pub(super) cost: Cost,
}
