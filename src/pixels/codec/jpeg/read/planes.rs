//! Whole planes.

use super::reader::Reader;
use super::{ReadError, Request, reserve};
use crate::geometry::{Rect, Size};
use crate::limits::{LimitError, Limits};

/// A picture as its file has it: luma, and chroma that may be smaller. Full range (JFIF).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planes {
    /// Where luma lies in the whole reduced picture. A crop is widened to whole samples of luma and of
    /// chroma.
    pub(crate) region: Rect,
    pub(crate) luma: Plane,
    /// Blue and red; none for gray.
    pub(crate) chroma: Option<[Plane; 2]>,
}

/// Samples without gaps between rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plane {
    pub(crate) size: Size,
    pub(crate) samples: Vec<u8>,
}

/// Reads a file, reduced and cropped.
pub(crate) fn read(bytes: &[u8], request: &Request, limits: &Limits) -> Result<Planes, ReadError> {
    let mut reader = Reader::new(bytes, request, limits)?;
    let bytes = reader.sizes().map(Size::pixels).sum();
    LimitError::check("bytes of memory for pixels", bytes, limits.memory)?;
    let mut planes = Vec::with_capacity(3);
    for size in reader.sizes() {
        planes.push(Plane { size, samples: reserve(size.pixels())? });
    }
    while let Some(rows) = reader.next()? {
        for (component, plane) in planes.iter_mut().enumerate() {
            for row in rows.of(component) {
                plane.samples.extend_from_slice(row);
            }
        }
    }
    let mut planes = planes.into_iter();
    let luma = planes.next().ok_or(ReadError::Damaged("no components"))?;
    let chroma = planes.next().zip(planes.next()).map(<[Plane; 2]>::from);
    Ok(Planes { region: reader.region(), luma, chroma })
}
