//! [`Image`]: what operations pass on, in the form that the next one can work with.

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
    /// What every operation works on.
    Raster(Raster),
    /// What a JPEG is until an operation or an encoder wants something else.
    Planes(Planes),
}

impl Image {
    /// Its size.
    pub(crate) const fn size(&self) -> Size {
        match self {
            Self::Raster(raster) => raster.size(),
            Self::Planes(planes) => planes.size(),
        }
    }

    /// Bytes of all samples.
    pub(crate) fn bytes(&self) -> u64 {
        match self {
            Self::Raster(raster) => memory::len(raster.samples()),
            Self::Planes(planes) => planes.bytes(),
        }
    }

    /// Takes the facts about the file that it was decoded from.
    pub(crate) fn take_notes(&mut self) -> Vec<Note> {
        match self {
            Self::Raster(raster) => raster.take_notes(),
            Self::Planes(planes) => planes.take_notes(),
        }
    }

    /// Is some pixel really transparent?
    pub(crate) fn is_transparent(&self) -> bool {
        matches!(self, Self::Raster(raster) if raster.is_transparent())
    }

    /// In red, green and blue: itself, or a copy.
    pub(crate) fn pixels(&self) -> Result<Cow<'_, Raster>, Error> {
        match self {
            Self::Raster(raster) => Ok(Cow::Borrowed(raster)),
            Self::Planes(planes) => planes.clone().into_raster().map(Cow::Owned),
        }
    }

    /// In red, green and blue.
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
