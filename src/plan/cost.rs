//! The cost of operations: the model that the planner, the executor and `Renderer::cost` share.

use std::convert::Infallible;

use super::adjust::Filter;
use super::fill::Fill;
use super::op::{Mix, Op, Plan};
use crate::cost::Cost;
use crate::geometry::Size;
use crate::transform::Color;

/// Bytes of a pixel with alpha.
const PIXEL: u64 = 4;
/// Bytes of the tables that a shaper derives from those of a font. The font guard refuses fonts that need more.
const SHAPING: u64 = 4 << 20;
/// Bytes of the counts of colours.
const COUNTS: u64 = 1 << 20;

impl Op {
    /// Returns the cost in addition to the input, which has `channels` bytes per pixel: memory for the output, scratch
    /// memory, and computing.
    ///
    /// The cost of rendering a layer is counted by [`total`]. The cost of decoding is known to the reader of the file;
    /// here it is twice the size of the image.
    pub(crate) fn cost(&self, input: Size, channels: u64) -> Cost {
        Cost::new(self.memory(input, channels), self.work(input))
    }

    fn memory(&self, input: Size, channels: u64) -> u64 {
        let output = bytes(self.output(input), PIXEL);
        match self {
            Self::Decode { .. } | Self::Thumbnail { .. } => output.saturating_mul(2),
            // The mask of the letters, and the image.
            Self::Text { .. } => output.saturating_mul(2).saturating_add(SHAPING),
            Self::Canvas { .. } => output,
            // These work in place.
            Self::Trim(_) | Self::Crop(_) | Self::Flatten(_) => 0,
            Self::Orient(_) | Self::Flip(_) => bytes(self.output(input), channels),
            Self::Resize { to, .. } => resampling(input, *to, channels),
            Self::Extend { to, fill, .. } => output.saturating_add(filling(fill, input, *to)),
            Self::Border { color, .. } => output.saturating_add(with_alpha(input, *color)),
            // The corners may be transparent.
            Self::Rotate { .. } => output.saturating_add(bytes(input, PIXEL)),
            Self::Distort { .. } => output,
            Self::Adjust(look) => output.saturating_add(adjusting(look, input)),
            // A copy with alpha goes to the provider.
            Self::Effect { .. } => output.saturating_add(bytes(input, PIXEL)),
            Self::Compose { layer, mix, .. } => bytes(layer.size, PIXEL).saturating_add(match mix {
                Mix::Over | Mix::Multiply => 0,
                Mix::Displace { .. } | Mix::Cutout | Mix::Cutter => output,
            }),
        }
    }
}

impl Op {
    /// Returns the cost including the input and the rendering of a layer.
    pub(super) fn cost_with(&self, input: Size) -> Cost {
        let Ok(cost) = with(self, input, &mut unknown);
        cost
    }
}

impl Plan {
    /// Returns an estimate of the bytes that pixels take at the peak of a run.
    ///
    /// It counts four bytes per pixel for the input, the output and the scratch memory of an operation. It does not
    /// count the memory of codecs and the encoded files. Limits are checked against it. `Renderer::cost` returns the
    /// cost for a given file, because it reads the file's header.
    #[must_use]
    pub fn memory(&self) -> u64 {
        let Ok((all, _)) = total(&self.ops, &mut unknown);
        all.memory
    }
}

/// Returns the cost of starting with a file whose header was not read.
#[expect(clippy::unnecessary_wraps, reason = "files that are looked at may be damaged")]
fn unknown(op: &Op) -> Result<Cost, Infallible> {
    Ok(op.cost(Size::new(0, 0), PIXEL))
}

/// Returns the cost of operations that run one after the other, and the size of the image that they make.
///
/// `start` returns the cost of an operation that starts a plan.
///
/// # Errors
/// The errors of `start`.
pub(crate) fn total<E>(ops: &[Op], start: &mut impl FnMut(&Op) -> Result<Cost, E>) -> Result<(Cost, Size), E> {
    let (mut all, mut size) = (Cost::default(), Size::new(0, 0));
    for op in ops {
        all = all.then(with(op, size, start)?);
        size = op.output(size);
    }
    Ok((all, size))
}

fn with<E>(op: &Op, input: Size, start: &mut impl FnMut(&Op) -> Result<Cost, E>) -> Result<Cost, E> {
    if op.is_start() {
        return start(op);
    }
    let own = op.cost(input, PIXEL);
    let needed = match op {
        // The base is held in memory while its layer is rendered.
        Op::Compose { layer, .. } => total(&layer.ops, start)?.0.then(own),
        _ => own,
    };
    Ok(needed.holding(bytes(input, PIXEL)))
}

/// Returns the bytes that resampling takes in addition to its input: the result, the samples between the two passes,
/// and the weights of each pass. The weights are a Lanczos window of six times the scale, in numbers of eight bytes,
/// twice.
pub(crate) fn resampling(from: Size, to: Size, channels: u64) -> u64 {
    let between = bytes(Size::new(from.width, to.height), channels);
    let sides = [from.width, from.height, to.width, to.height].map(u64::from).iter().sum::<u64>();
    [bytes(to, channels), between, sides.saturating_mul(6 * 8 * 2)].into_iter().fold(0, u64::saturating_add)
}

const fn bytes(size: Size, each: u64) -> u64 {
    size.pixels().saturating_mul(each)
}

/// Returns the bytes of a copy with alpha of an image without one, if the added colour is not opaque.
const fn with_alpha(input: Size, color: Color) -> u64 {
    if color.opacity < 100 { bytes(input, PIXEL) } else { 0 }
}

/// Returns the bytes that a background takes in addition to the canvas.
fn filling(fill: &Fill, input: Size, to: Size) -> u64 {
    match fill {
        Fill::Color(color) => with_alpha(input, *color),
        Fill::Dominant => COUNTS,
        // The backdrop is drawn first, and then the image over it.
        Fill::DominantGradient { .. } => COUNTS.saturating_add(bytes(to, PIXEL)),
        // An opaque copy is enlarged and then blurred.
        Fill::Blurred { .. } => {
            let enlarging = bytes(input, PIXEL).saturating_add(resampling(input, to, PIXEL));
            enlarging.max(bytes(to, PIXEL).saturating_add(blurring(to))).saturating_add(COUNTS)
        }
        // A transparent canvas, and a copy of it for the provider.
        Fill::Generated { .. } => bytes(to, PIXEL).saturating_add(bytes(input, PIXEL)),
    }
}

/// Returns the bytes that a filter takes in addition to its output.
fn adjusting(look: &Filter, size: Size) -> u64 {
    match look {
        Filter::Blur(_) | Filter::Sharpen(_) | Filter::Shadow(_) => blurring(size),
        Filter::Replace { .. } => COUNTS,
        Filter::Colorize { .. }
        | Filter::Grayscale
        | Filter::Stretch
        | Filter::Gradient(_)
        | Filter::Round(_)
        | Filter::Fade(_) => 0,
    }
}

/// Returns the bytes that a Gaussian blur takes.
fn blurring(size: Size) -> u64 {
    // Four numbers of four bytes per pixel.
    const EACH: u64 = 16;
    // The rows in reach of the longest kernel, and the rows that are read and written.
    const ROWS: u64 = 2 * 64 + 8;
    let rows = (u64::from(size.width) + ROWS).saturating_mul(ROWS);
    // Wide Gaussians use an image of half the width and height or less.
    let cells = (u64::from(size.width) / 2 + 4).saturating_mul(u64::from(size.height) / 2 + 4);
    rows.saturating_add(cells).saturating_mul(EACH)
}
