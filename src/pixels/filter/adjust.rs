//! Filters: selects the function for each variant.

use super::{blur, colorize, fade, gradient, replace, round, shadow, sharpen, tone};
use crate::error::Error;
use crate::pixels::raster::Raster;
use crate::plan::Filter;
use crate::stop::Stop;

/// Applies one filter. The size stays.
pub(crate) fn apply(look: &Filter, image: Raster, stop: &Stop) -> Result<Raster, Error> {
    match *look {
        Filter::Replace { to, tolerance, from } => Ok(replace::replace(image, to, tolerance, from)),
        Filter::Colorize { color, share } => Ok(colorize::colorize(image, color, share)),
        Filter::Grayscale => Ok(tone::grayscale(image)),
        Filter::Stretch => Ok(tone::stretch(image)),
        Filter::Blur(sigma) => blur::blur(image, sigma, stop),
        Filter::Sharpen(mask) => sharpen::sharpen(image, mask, stop),
        Filter::Gradient(gradient) => Ok(gradient::gradient(image, gradient)),
        Filter::Shadow(shadow) => shadow::shadow(image, shadow, stop),
        Filter::Round(corners) => round::round(image, corners),
        Filter::Fade(percent) => fade::fade(image, percent),
    }
}
