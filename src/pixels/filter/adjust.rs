//! Changes of looks: which operation is done by which file.

use super::{blur, colorize, fade, gradient, replace, round, shadow, sharpen, tone};
use crate::error::Error;
use crate::pixels::raster::Raster;
use crate::plan::Filter;

/// Carries out one change of looks. The size stays.
pub(crate) fn apply(look: &Filter, picture: Raster) -> Result<Raster, Error> {
    match *look {
        Filter::Replace { to, tolerance, from } => Ok(replace::replace(picture, to, tolerance, from)),
        Filter::Colorize { color, share } => Ok(colorize::colorize(picture, color, share)),
        Filter::Grayscale => Ok(tone::grayscale(picture)),
        Filter::Stretch => Ok(tone::stretch(picture)),
        Filter::Blur(sigma) => blur::blur(picture, sigma),
        Filter::Sharpen(mask) => sharpen::sharpen(picture, mask),
        Filter::Gradient(gradient) => Ok(gradient::gradient(picture, gradient)),
        Filter::Shadow(shadow) => shadow::shadow(picture, shadow),
        Filter::Round(corners) => round::round(picture, corners),
        Filter::Fade(percent) => fade::fade(picture, percent),
    }
}
