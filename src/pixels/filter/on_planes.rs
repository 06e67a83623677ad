//! Operations on luma and chroma without conversion, with the same results as on red, green and blue.

use super::blur::blur_samples;
use super::gauss::Samples;
use super::turn::turned;
use crate::error::Error;
use crate::pixels::base::{index, internal_error};
use crate::pixels::raster::{Planes, Scale};
use crate::plan::{Filter, Op, Orientation};
use crate::stop::Stop;
use crate::transform::Flip;

/// Returns `true` if the operation can be applied to these planes.
pub(crate) fn works_in_planes(op: &Op, planes: &Planes) -> bool {
    match op {
        // The weights of luma are those of the requested grey. A profile of three colours is not valid for it.
        Op::Adjust(Filter::Grayscale) => planes.profile().is_none(),
        // Planes of full size, and those with colours to convert, will be converted to red, green and blue.
        _ => {
            let settled = planes.profile().is_none_or(|profile| profile.kept);
            settled && planes.is_chroma_420() && op.traits(planes.size()).in_planes
        }
    }
}

/// Executes an operation that [works in planes](works_in_planes).
pub(crate) fn apply_to_planes(op: &Op, planes: Planes, stop: &Stop) -> Result<Planes, Error> {
    match op {
        Op::Adjust(Filter::Grayscale) => Ok(planes.into_gray()),
        Op::Adjust(Filter::Blur(sigma)) => blur(planes, *sigma, stop),
        Op::Orient(orientation) => turn(planes, *orientation),
        Op::Flip(Flip::Horizontal) => turn(planes, Orientation::MirrorHorizontal),
        Op::Flip(Flip::Vertical) => turn(planes, Orientation::MirrorVertical),
        Op::Flip(Flip::Both) => turn(planes, Orientation::Rotate180),
        _ => Err(internal_error("an operation that does not work in planes")),
    }
}

fn turn(planes: Planes, orientation: Orientation) -> Result<Planes, Error> {
    let size = orientation.apply(planes.size());
    planes.try_map(size, |samples, size, _| turned::<1>(&samples, size, orientation))
}

fn blur(planes: Planes, sigma: f64, stop: &Stop) -> Result<Planes, Error> {
    let whole = planes.size();
    planes.try_map(whole, |mut samples, size, scale| {
        let sigma = if scale == Scale::Half { sigma / 2.0 } else { sigma };
        blur_samples(&mut Samples::plane(&mut samples, index(size.width)?), sigma, stop)?;
        Ok(samples)
    })
}
