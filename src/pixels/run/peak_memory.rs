//! The most memory that a render takes, from headers and plans alone.

use super::prepare::{Prepared, prepare};
use super::work::Work;
use super::{animate, thumbnail};
use crate::error::Error;
use crate::pixels::base::{Channels, fenced_whole, memory};
use crate::plan::{Op, Size, peak};
use crate::transform::Transformation;

/// The most bytes of memory that [`transform`](crate::transform()) takes for this at a time: pixels, and what decoders,
/// filters and encoders need meanwhile. Ask it before, to run as many at once as there is memory for.
///
/// An upper bound, from headers and the plan, before a pixel is decoded; only where the plan itself depends on pixels
/// (trimming, `fo-auto`) they are looked at. Not counted are files, encoded as they come and go, what an embedder's own
/// decoders and effects take, and what a memory allocator wastes. Of an animation the frames count that are held
/// at a time.
///
/// ```
/// # fn image() -> Vec<u8> { b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\x18\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xFF\xFF\xFF\0\0\xFF\0\0\xFF\0\0\0\xFF\0\0\0".to_vec() }
/// use originkit::{Options, peak_memory};
/// let small = peak_memory(&image(), &"w-8".parse()?, &Options::default())?;
/// let large = peak_memory(&image(), &"w-800".parse()?, &Options::default())?;
/// assert!(large > small && large > 800 * 800 * 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`transform`](crate::transform()), as far as the plan.
pub fn peak_memory(bytes: &[u8], wanted: &Transformation, options: &super::work::Options) -> Result<u64, Error> {
    super::work::with_work(&mut crate::pixels::raster::Scratch::once(), bytes, wanted, options, of_work)
}

/// The most bytes of memory that any work takes.
pub(crate) fn of_work(work: &Work<'_>) -> Result<u64, Error> {
    fenced_whole(|| of_prepared(work, &prepare(work)?))
}

/// The most bytes of memory that carrying a plan out takes.
///
/// # Errors
/// A file of a layer cannot be read.
pub(super) fn of_prepared(work: &Work<'_>, prepared: &Prepared<'_>) -> Result<u64, Error> {
    let (plan, executor, output) = (&prepared.fused, &prepared.executor, &prepared.output);
    let mut start = |op: &Op| match op {
        Op::Decode { file, size, .. } => executor.open(file.as_ref())?.cost(*size),
        Op::Thumbnail { file, wanted } => thumbnail::cost(&*executor.open(file.as_ref())?, wanted),
        op => Ok(op.cost(Size::new(0, 0), 4)),
    };
    let (run, size) = peak(&plan.ops, &mut start)?;
    let alpha = prepared.source.alpha || !plan.ops.iter().all(|op| op.traits(size).stays_opaque);
    let encode = output.opaque.iter().chain(&output.transparent).map(|(_, encoder)| {
        let (work, tables) =
            encoder.map_or((0, 0), |encoder| (encoder.cost(alpha, &output.settings), encoder.tables()));
        let encoder = size.pixels().saturating_mul(work).saturating_add(tables);
        memory::bytes(size, Channels::Rgba).saturating_add(encoder)
    });
    let frames = animate::cost(prepared, &work.rules.limits)?;
    Ok(run.max(encode.max().unwrap_or_default()).saturating_add(frames).saturating_add(executor.held()))
}
