//! The cost of a render at most, from headers and plans alone.

use super::prepare::prepare;
use super::untouched::{is_untouched, untouched_cost};
use super::work::{Options, Work, with_work};
use crate::cost::Cost;
use crate::error::Error;
use crate::pixels::base::fenced_whole;
use crate::pixels::raster::Scratch;
use crate::transform::Transformation;

/// The most memory and computing that [`transform`](crate::transform()) takes for this. Ask it before, to run as many
/// at once as there is memory for.
///
/// An upper bound, from headers and the plan, before a pixel is decoded; only where the plan itself depends on pixels
/// (trimming, `fo-auto`) they are looked at. Memory is for pixels, and for what decoders, filters and encoders need
/// meanwhile. Not counted are files, encoded as they come and go, what an embedder's own decoders and effects take, and
/// what a memory allocator wastes. Of an animation the frames count that are held at a time.
///
/// ```
/// # fn image() -> Vec<u8> { b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\x18\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xFF\xFF\xFF\0\0\xFF\0\0\xFF\0\0\0\xFF\0\0\0".to_vec() }
/// use originkit::{Options, estimate};
/// let small = estimate(&image(), &"w-8".parse()?, &Options::default())?;
/// let large = estimate(&image(), &"w-800".parse()?, &Options::default())?;
/// assert!(large.work > small.work && large.memory > 800 * 800 * 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`transform`](crate::transform()), as far as the plan, and [`Error::Limit`] where it passes
/// [`Limits::memory`](crate::Limits::memory) or [`Limits::work`](crate::Limits::work).
pub fn estimate(bytes: &[u8], wanted: &Transformation, options: &Options) -> Result<Cost, Error> {
    with_work(&mut Scratch::once(), bytes, wanted, options, of_work)
}

/// The most bytes of memory that [`transform`](crate::transform()) takes for this at a time, see [`estimate`].
///
/// # Errors
/// As [`estimate`].
pub fn peak_memory(bytes: &[u8], wanted: &Transformation, options: &Options) -> Result<u64, Error> {
    Ok(estimate(bytes, wanted, options)?.memory)
}

/// The most that any work takes.
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
