//! Changes of looks: which operation is done by which file.

use super::{blur, colorize, fade, gradient, replace, round, shadow, sharpen, tone};
use crate::error::Error;
use crate::pixels::raster::Raster;
use crate::plan::Look;

/// Carries out one change of looks. The size stays.
pub(crate) fn apply(look: &Look, picture: Raster) -> Result<Raster, Error> {
    match *look {
        Look::Replace { to, tolerance, from } => Ok(replace::replace(picture, to, tolerance, from)),
        Look::Colorize { color, share } => Ok(colorize::colorize(picture, color, share)),
        Look::Grayscale => Ok(tone::grayscale(picture)),
        Look::Stretch => Ok(tone::stretch(picture)),
        Look::Blur(sigma) => blur::blur(picture, sigma),
        Look::Sharpen(mask) => sharpen::sharpen(picture, mask),
        Look::Gradient(gradient) => Ok(gradient::gradient(picture, gradient)),
        Look::Shadow(shadow) => shadow::shadow(picture, shadow),
        Look::Round(corners) => round::round(picture, corners),
        Look::Fade(percent) => fade::fade(picture, percent),
    }
}
