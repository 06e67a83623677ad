//! Decoding to whole planes.

use super::damage::Damage;
use super::markers::Opened;
use super::reader::Reader;
use super::{ReadError, Request, unless_stopped};
use crate::geometry::Size;
use crate::limits::Limits;
use crate::stop::Stop;

/// The planes of an image as stored in the file: luma, and chroma that may be smaller. Full range (JFIF).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Planes {
    pub(crate) luma: Plane,
    /// The blue and the red difference; `None` for gray images.
    pub(crate) chroma: Option<[Plane; 2]>,
    pub(crate) damage: Damage,
}

/// The samples that the crop touches, without gaps between rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plane {
    pub(crate) size: Size,
    pub(crate) samples: Vec<u8>,
    /// The position of the first sample in the plane of the whole image, from the left and from the top.
    pub(crate) at: (u32, u32),
    /// The number of samples for each pixel of the image, across and down. The size of the whole plane is the size of
    /// the image times this, rounded up.
    pub(crate) scale: (f64, f64),
}

/// Reads a file of luma, with or without chroma, reduced and cropped.
///
/// `room` returns an empty vector with room for this number of bytes, or `None`.
pub(crate) fn read(
    opened: &Opened<'_>,
    request: &Request,
    room: &dyn Fn(u64) -> Option<Vec<u8>>,
    limits: &Limits,
    stop: &Stop,
) -> Result<Planes, ReadError> {
    let mut reader = Reader::new(opened, request, limits, stop, |_, needs| needs.total())?;
    let mut planes = Vec::with_capacity(3);
    for part in reader.parts() {
        let (size, at) = (part.region.size(), (part.region.x, part.region.y));
        planes.push(Plane { size, samples: room(size.pixels()).ok_or(ReadError::OutOfMemory)?, at, scale: part.scale });
    }
    while let Some(rows) = reader.next() {
        unless_stopped(stop)?;
        for (component, plane) in planes.iter_mut().enumerate() {
            for row in rows.of(component) {
                plane.samples.extend_from_slice(row);
            }
        }
    }
    let mut planes = planes.into_iter();
    let luma = planes.next().ok_or(ReadError::Damaged("no components"))?;
    let chroma = planes.next().zip(planes.next()).map(<[Plane; 2]>::from);
    Ok(Planes { luma, chroma, damage: reader.damage() })
}
