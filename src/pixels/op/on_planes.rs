//! Operations on luma and chroma as they are, each as on red, green and blue.

use super::blur::blur_samples;
use super::gauss::Samples;
use super::index;
use super::turn::turned;
use crate::error::Error;
use crate::pixels::planes::{Planes, Scale};
use crate::pixels::{Picture, op};
use crate::plan::{Look, Op, Orientation, in_planes};
use crate::transform::Flip;

/// Carries out an operation, in planes if it can be. Its memory was checked.
///
/// # Errors
/// It does not fit the picture: then the plan was not made for it.
pub(crate) fn apply_to_planes(op: &Op, planes: Planes) -> Result<Picture, Error> {
    let size = planes.size();
    match op {
        // The weights of luma are those of the grey that is asked for.
        Op::Look(Look::Grayscale) if planes.profile().is_none() => Ok(planes.into_gray().into()),
        // Planes of full size are on their way to red, green and blue.
        _ if !planes.is_halved() || !in_planes(op, size) => op::apply(op, planes.into_raster()?).map(Picture::from),
        Op::Orient(orientation) => turn(planes, *orientation),
        Op::Flip(Flip::Horizontal) => turn(planes, Orientation::MirrorHorizontal),
        Op::Flip(Flip::Vertical) => turn(planes, Orientation::MirrorVertical),
        Op::Flip(Flip::Both) => turn(planes, Orientation::Rotate180),
        Op::Look(Look::Blur(sigma)) => blur(planes, *sigma),
        _ => op::apply(op, planes.into_raster()?).map(Picture::from),
    }
}

fn turn(planes: Planes, orientation: Orientation) -> Result<Picture, Error> {
    let size = orientation.apply(planes.size());
    planes.try_map(size, |samples, size, _| turned::<1>(&samples, size, orientation)).map(Picture::from)
}

fn blur(planes: Planes, sigma: f64) -> Result<Picture, Error> {
    let whole = planes.size();
    let blurred = planes.try_map(whole, |mut samples, size, scale| {
        let sigma = if scale == Scale::Half { sigma / 2.0 } else { sigma };
        blur_samples(&mut Samples::plane(&mut samples, index(size.width)?), sigma)?;
        Ok(samples)
    });
    blurred.map(Picture::from)
}
