//! How much memory a render takes at most, from headers and plans alone.

use super::animate;
use super::executor::Executor;
use super::render::prepare;
use super::thumbnail;
use super::work::Work;
use crate::error::Error;
use crate::format::Format;
use crate::pixels::base::channels::Channels;
use crate::pixels::base::fence::fenced_whole;
use crate::pixels::base::memory;
use crate::pixels::codec::registry;
use crate::pixels::filter::cost;
use crate::plan::{Look, Op, Size};
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
/// # fn picture() -> Vec<u8> { b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\x18\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xFF\xFF\xFF\0\0\xFF\0\0\xFF\0\0\0\xFF\0\0\0".to_vec() }
/// use originkit::{Options, peak_memory};
/// let small = peak_memory(&picture(), &"w-8".parse()?, &Options::default())?;
/// let large = peak_memory(&picture(), &"w-800".parse()?, &Options::default())?;
/// assert!(large > small && large > 800 * 800 * 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`transform`](crate::transform()), as far as the plan.
pub fn peak_memory(bytes: &[u8], wanted: &Transformation, options: &super::work::Options) -> Result<u64, Error> {
    super::work::with_work(&mut crate::pixels::raster::Scratch::once(), bytes, wanted, options, of_work)
}

/// The same of any work.
pub(crate) fn of_work(work: &Work<'_>) -> Result<u64, Error> {
    fenced_whole(|| most_of(work))
}

fn most_of(work: &Work<'_>) -> Result<u64, Error> {
    let prepared = prepare(work)?;
    let candidates: Vec<Format> =
        [false, true].into_iter().flat_map(|alpha| prepared.candidates(work, alpha)).collect();
    let (plan, executor) = (&prepared.fused, &prepared.executor);
    let (run, size) = of_ops(&plan.ops, executor)?;
    let alpha = prepared.source.alpha || !plan.ops.iter().all(stays_opaque);
    let encode = candidates.iter().map(|format| {
        let work = registry::encoder(*format).map_or(0, |encoder| encoder.cost(alpha, &prepared.settings));
        let encoder = size.pixels().saturating_mul(work).saturating_add(TABLES);
        memory::bytes(size, Channels::Rgba).saturating_add(encoder)
    });
    let frames = animate::cost(work, executor, &prepared.plan, &prepared.settings)?;
    Ok(run.max(encode.max().unwrap_or_default()).saturating_add(frames).saturating_add(executor.held()))
}

/// Tables of an encoder that do not depend on the size, and the file.
const TABLES: u64 = 2 * 1024 * 1024;

/// The most that these operations take, and the size of what they make.
fn of_ops(ops: &[Op], executor: &Executor<'_>) -> Result<(u64, Size), Error> {
    let mut size = Size::new(0, 0);
    let mut most = 0;
    for op in ops {
        // A picture may have become transparent, and carry opacity from then on.
        let held = memory::bytes(size, Channels::Rgba);
        let needed = match op {
            Op::Decode { file, size, .. } => executor.open(file.as_ref())?.cost(*size)?,
            Op::Thumbnail { file, wanted } => thumbnail::cost(&*executor.open(file.as_ref())?, wanted)?,
            Op::Compose { layer, .. } => {
                let (layer_needs, layer_size) = of_ops(&layer.ops, executor)?;
                layer_needs.max(memory::bytes(layer_size, Channels::Rgba) + cost::needed(op, size, Channels::Rgba))
            }
            // The mask of its letters, and the picture.
            Op::Text { size, .. } => memory::bytes(*size, Channels::Rgba).saturating_mul(2),
            op => cost::needed(op, size, Channels::Rgba),
        };
        most = most.max(held.saturating_add(needed));
        size = op.output(size);
    }
    Ok((most, size))
}

/// Does a picture without transparency remain one?
const fn stays_opaque(op: &Op) -> bool {
    matches!(
        op,
        Op::Decode { .. }
            | Op::Thumbnail { .. }
            | Op::Orient(_)
            | Op::Crop(_)
            | Op::Resize { .. }
            | Op::Flip(_)
            | Op::Look(Look::Blur(_) | Look::Grayscale | Look::Sharpen(_) | Look::Stretch)
    )
}
