//! The computing of operations, in the units of [`Limits::work`](crate::Limits::work).
//!
//! Each factor was measured on images of 6 megapixels, in nanoseconds of one core of an AMD EPYC, and rounded up. It is
//! for a pixel with alpha; one without costs less.

use super::adjust::{Filter, Sharpening};
use super::fill::Fill;
use super::op::{Mix, Op};
use crate::geometry::{Region, Size};

impl Op {
    /// Returns the units of computing for an input of this size. The rendering of a layer and the reading of a file are
    /// counted elsewhere.
    pub(super) fn work(&self, input: Size) -> u64 {
        let output = self.output(input);
        match self {
            // Read by a codec, which counts its own work.
            Self::Decode { .. } | Self::Thumbnail { .. } => 0,
            Self::Canvas { .. } => each(output, COPY),
            Self::Text { block, .. } => {
                let letters = u64::try_from(block.text.len()).unwrap_or(u64::MAX);
                letters.saturating_mul(LETTER).saturating_add(each(output, TEXT))
            }
            // The oracle has examined the whole image.
            Self::Trim(_) => each(input, LOOK).saturating_add(each(output, COPY)),
            Self::Crop(_) => each(output, COPY),
            Self::Flatten(_) => each(input, BLEND),
            Self::Orient(_) | Self::Flip(_) => each(output, TURN),
            Self::Resize { from, to } => resampling(*from, *to),
            Self::Extend { fill, .. } => each(output, COPY).saturating_add(filling(fill, input, output)),
            Self::Border { .. } => each(output, COPY),
            Self::Rotate { degrees, .. } => {
                let is_right = degrees.to_f64() % 90.0 == 0.0;
                each(output, if is_right { TURN } else { SAMPLE })
            }
            Self::Distort { .. } => each(output, DISTORT),
            Self::Adjust(filter) => adjusting(filter, input),
            // The provider must limit its own time.
            Self::Effect { .. } => each(input, BLEND).saturating_add(each(output, BLEND)),
            Self::Compose { layer, mix, .. } => match mix {
                Mix::Over | Mix::Multiply => each(layer.size, BLEND),
                Mix::Displace { .. } => each(input, SAMPLE),
                Mix::Cutout | Mix::Cutter => each(input, BLEND),
            },
        }
    }
}

/// Returns the units for resampling: each pass weighs as many pixels as its window has.
fn resampling(from: Region, to: Size) -> u64 {
    /// Pixels in the window of the filter, if the image does not become smaller.
    const WINDOW: f64 = 6.0;
    let pass = |long: f64, to: u32, other: f64| {
        let window = (WINDOW * long / f64::from(to.max(1))).max(WINDOW);
        f64::from(to) * other * window
    };
    // First across, for all rows that are read; then down.
    let weighed = pass(from.width, to.width, from.height) + pass(from.height, to.height, f64::from(to.width));
    whole(weighed * WEIGHED)
}

fn filling(fill: &Fill, input: Size, to: Size) -> u64 {
    match fill {
        Fill::Color(_) => 0,
        Fill::Dominant => each(input, LOOK),
        Fill::DominantGradient { .. } => each(input, LOOK).saturating_add(each(to, GRADIENT)),
        Fill::Blurred { sigma, .. } => {
            let enlarging = resampling(Region::full(input), to);
            enlarging.saturating_add(blurring(*sigma, to)).saturating_add(each(to, BLEND))
        }
        // The provider counts its own work.
        Fill::Generated { .. } => each(to, BLEND),
    }
}

fn adjusting(filter: &Filter, size: Size) -> u64 {
    match filter {
        Filter::Blur(sigma) => blurring(*sigma, size),
        Filter::Sharpen(Sharpening { sigma, .. }) => blurring(*sigma, size).saturating_add(each(size, BLEND)),
        Filter::Shadow(shadow) => blurring(shadow.sigma, size).saturating_add(each(size, BLEND)),
        Filter::Replace { .. } => each(size, REPLACE),
        Filter::Colorize { .. } => each(size, TINT),
        Filter::Stretch => each(size, LOOK),
        Filter::Gradient(_) => each(size, GRADIENT),
        Filter::Grayscale | Filter::Round(_) | Filter::Fade(_) => each(size, BLEND),
    }
}

/// Returns the units for a Gaussian, which weighs the pixels in its reach twice. A wide one works on a smaller image.
fn blurring(sigma: f64, size: Size) -> u64 {
    let reach = (sigma * 3.0).clamp(1.0, WIDE);
    each(size, BLUR).saturating_add(whole(reach * BLURRED * pixels(size)))
}

fn pixels(size: Size) -> f64 {
    f64::from(size.width) * f64::from(size.height)
}

const fn each(size: Size, units: u64) -> u64 {
    size.pixels().saturating_mul(units)
}

/// Rounds up. NaN counts as too large.
fn whole(units: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float to integer casts saturate")]
    let whole = units.ceil() as u64;
    if units.is_nan() { u64::MAX } else { whole }
}

/// Copying a pixel, or filling one.
const COPY: u64 = 1;
/// Examining a pixel.
const LOOK: u64 = 6;
/// Mixing two pixels.
const BLEND: u64 = 4;
/// Moving a pixel when rows become columns.
const TURN: u64 = 4;
/// A fractional position: a window of sixteen pixels each.
const SAMPLE: u64 = 60;
/// A sample and its position in a bent image.
const DISTORT: u64 = 150;
/// A pixel in the window of a resampling.
const WEIGHED: f64 = 0.8;
/// Reading and writing a pixel that is blurred.
const BLUR: u64 = 8;
/// A pixel in reach of a Gaussian, on either side, in both passes.
const BLURRED: f64 = 1.0;
/// The reach from which images are made smaller before they are blurred.
const WIDE: f64 = 12.0;
const REPLACE: u64 = 60;
const TINT: u64 = 30;
const GRADIENT: u64 = 18;
/// Shaping a letter and drawing its outline.
const LETTER: u64 = 20_000;
const TEXT: u64 = 8;
