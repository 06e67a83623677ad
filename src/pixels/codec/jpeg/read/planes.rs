//! Whole planes.

use super::damage::Damage;
use super::markers::Opened;
use super::reader::Reader;
use super::{ReadError, Request, unless_stopped};
use crate::geometry::Size;
use crate::limits::Limits;
use crate::stop::Stop;

/// An image as its file has it: luma, and chroma that may be smaller. Full range (JFIF).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Planes {
    pub(crate) luma: Plane,
    /// Blue and red; none for gray.
    pub(crate) chroma: Option<[Plane; 2]>,
    pub(crate) damage: Damage,
}

/// Samples without gaps between rows: all that the crop touches.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plane {
    pub(crate) size: Size,
    pub(crate) samples: Vec<u8>,
    /// Where the first sample lies in the plane of the whole image, from left and from top.
    pub(crate) at: (u32, u32),
    /// Samples for each pixel of the image, across and down. The plane of the whole image has as many
    /// samples as that makes, rounded up.
    pub(crate) scale: (f64, f64),
}

/// Reads a file of luma and perhaps chroma, reduced and cropped.
///
/// `room` gives empty vectors that hold so many bytes, if it can.
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
