//! [`Image`]: the data that operations exchange, in the form that the next one can use.

use std::borrow::Cow;

use super::planes::Planes;
use super::rgb::Raster;
use crate::error::Error;
use crate::note::Note;
use crate::pixels::base::memory;
use crate::plan::Size;

/// An image, as pixels of red, green and blue or as planes of luma and chroma.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Image {
    /// Pixels, which every operation supports.
    Raster(Raster),
    /// The planes of a JPEG, until an operation or an encoder needs pixels.
    Planes(Planes),
}

impl Image {
    /// Returns the size.
    pub(crate) const fn size(&self) -> Size {
        match self {
            Self::Raster(raster) => raster.size(),
            Self::Planes(planes) => planes.size(),
        }
    }

    /// Returns the bytes of all samples.
    pub(crate) fn bytes(&self) -> u64 {
        match self {
            Self::Raster(raster) => memory::len(raster.samples()),
            Self::Planes(planes) => planes.bytes(),
        }
    }

    /// Takes the notes about the file that the image was decoded from.
    pub(crate) fn take_notes(&mut self) -> Vec<Note> {
        match self {
            Self::Raster(raster) => raster.take_notes(),
            Self::Planes(planes) => planes.take_notes(),
        }
    }

    /// Returns `true` if at least one pixel is not opaque.
    pub(crate) fn is_transparent(&self) -> bool {
        matches!(self, Self::Raster(raster) if raster.is_transparent())
    }

    /// Returns the image in red, green and blue, borrowed or as a copy.
    pub(crate) fn pixels(&self) -> Result<Cow<'_, Raster>, Error> {
        match self {
            Self::Raster(raster) => Ok(Cow::Borrowed(raster)),
            Self::Planes(planes) => planes.clone().into_raster().map(Cow::Owned),
        }
    }

    /// Converts the image to red, green and blue.
    pub(crate) fn into_raster(self) -> Result<Raster, Error> {
        match self {
            Self::Raster(raster) => Ok(raster),
            Self::Planes(planes) => planes.into_raster(),
        }
    }
}

impl From<Raster> for Image {
    fn from(raster: Raster) -> Self {
        Self::Raster(raster)
    }
}

impl From<Planes> for Image {
    fn from(planes: Planes) -> Self {
        Self::Planes(planes)
    }
}
