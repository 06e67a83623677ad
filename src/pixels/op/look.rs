//! Changes of looks: which operation is done by which file.

use super::{fade, round};
use crate::error::Error;
use crate::pixels::Raster;
use crate::plan::Look;

/// Carries out one change of looks. The size stays.
pub(super) fn apply(look: &Look, picture: Raster) -> Result<Raster, Error> {
    match *look {
        Look::Round(corners) => round::round(picture, corners),
        Look::Fade(percent) => fade::fade(picture, percent),
    }
}
