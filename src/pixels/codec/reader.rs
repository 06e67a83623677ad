//! [`Reader`]: a file whose header has been read.

use std::fmt;
use std::sync::Arc;

use super::animation::Animation;
use crate::cost::Cost;
use crate::error::Error;
use crate::extend::Fonts;
use crate::limits::{LimitError, Limits};
use crate::note::Note;
use crate::pixels::base::{internal_error, no_such_page, unless_stopped};
use crate::pixels::color::Profile;
use crate::pixels::raster::{Raster, Scratch};
use crate::plan::{Size, SourceInfo, Thumbnail};
use crate::stop::Stop;

/// A file whose header has been read. Everything in the header is read only once, and its expensive parts on demand.
pub(crate) trait Reader {
    /// Returns the properties of the source that planning needs.
    fn info(&self) -> &SourceInfo;

    /// Returns the cost of [`decode`](Self::decode) for this request, including the memory of the image.
    ///
    /// # Errors
    /// Fails like [`Codec::open`](super::Codec::open), concerning the contents of the file.
    fn cost(&self, request: &Request<'_>) -> Result<Cost, Error>;

    /// Returns the units of computing that all frames of an animation take.
    fn frames_work(&self) -> u64 {
        0
    }

    /// Decodes the pixels of a page or frame, without orientation.
    ///
    /// An image of 8-bit samples of light keeps its profile, to be converted at the point where that costs least, or
    /// never. Deep samples and CMYK are converted here.
    ///
    /// # Errors
    /// The file is damaged, exceeds a limit, or does not have this page.
    fn decode(&self, request: &Request<'_>) -> Result<Raster, Error>;

    /// Returns the colour profile of the samples, if the file has one.
    fn profile(&self) -> Option<&Arc<Profile>> {
        None
    }

    /// Returns the EXIF block, from `II` or `MM` on.
    fn exif(&self) -> Option<Vec<u8>> {
        None
    }

    /// Returns the XMP packet.
    fn xmp(&self) -> Option<Vec<u8>> {
        None
    }

    /// Returns the quality with which the file was written, 1 to 100.
    fn quality(&self) -> Option<u8> {
        None
    }

    /// Returns the interface for cropped and reduced decoding, if the file supports it.
    fn reducing(&self) -> Option<&dyn Reducing> {
        None
    }

    /// Starts reading the first `until` frames of the file, or all of them.
    ///
    /// # Errors
    /// The file has no frames, is damaged, or exceeds a limit.
    fn animation(&self, _until: Option<u32>) -> Result<Animation<'_>, Error> {
        Err(internal_error("a file without frames"))
    }
}

/// A file that can be decoded cropped and reduced.
pub(crate) trait Reducing {
    /// Returns the cost of [`read`](Self::read) and of resampling its result, or `None` if this thumbnail has to be
    /// made from the whole image.
    ///
    /// # Errors
    /// Fails like [`Reader::cost`].
    fn cost(&self, wanted: &Thumbnail) -> Result<Option<Cost>, Error>;

    /// Decodes the requested part with at least the requested number of samples, to be resampled. Returns `None` if
    /// [`cost`](Self::cost) does, or if the file turns out to be damaged in a way that can only be handled by reading
    /// it whole.
    ///
    /// # Errors
    /// The file is damaged, or exceeds a limit.
    fn read(
        &self,
        wanted: &Thumbnail,
        colors: Colors,
        scratch: &Scratch,
        stop: &Stop,
    ) -> Result<Option<Reduced>, Error>;
}

/// An image, or a part of one, at about the requested size.
pub(crate) enum Reduced {
    /// Luma, with or without chroma, each plane at a separate scale.
    Planes { luma: Plane, chroma: Option<[Plane; 2]>, profile: Option<Arc<Profile>>, notes: Vec<Note> },
    /// The whole image at a reduced size.
    #[cfg_attr(not(feature = "webp-lossy"), expect(dead_code, reason = "libwebp reads so"))]
    Whole(Raster),
}

/// A plane of samples, without gaps between rows: all samples that the requested part touches.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plane {
    pub(crate) size: Size,
    pub(crate) samples: Vec<u8>,
    /// The position of the first sample in the plane of the whole image, from the left and from the top.
    pub(crate) at: (u32, u32),
    /// The number of samples for each pixel of the image, across and down.
    pub(crate) scale: (f64, f64),
}

/// The requested pixels of a file.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    /// The page or frame, counted from zero.
    pub(crate) page: u32,
    /// The size of the page. For drawings, this is the size at which to draw.
    pub(crate) size: Size,
    pub(crate) colors: Colors,
    /// The embedder's fonts, for drawings with text.
    #[cfg_attr(not(feature = "svg"), expect(dead_code, reason = "only drawings have texts"))]
    pub(crate) fonts: Option<&'a dyn Fonts>,
    /// The handle that ends the reading early.
    pub(crate) stop: &'a Stop,
}

impl<'a> Request<'a> {
    /// Returns a request for the first page, in sRGB.
    pub(crate) const fn plain(size: Size, stop: &'a Stop) -> Self {
        Self { page: 0, size, colors: Colors::Srgb, fonts: None, stop }
    }

    /// Checks that the request is for the only page of a file.
    ///
    /// # Errors
    /// The request is for another page.
    pub(crate) fn only_page(&self) -> Result<(), Error> {
        if self.page == 0 { Ok(()) } else { Err(no_such_page(self.page.saturating_add(1), 1)) }
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request(page {}, {}, {:?})", self.page, self.size, self.colors)
    }
}

/// The colour space of the samples of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colors {
    /// The colours of sRGB.
    Srgb,
    /// The colours of the source's profile, which is kept with the result.
    Kept,
}

impl Colors {
    /// Returns the profile, marked to be kept in the case of [`Colors::Kept`].
    pub(crate) fn of(self, profile: &Arc<Profile>) -> Arc<Profile> {
        if self == Self::Kept { Arc::new(Profile::clone(profile).keep()) } else { Arc::clone(profile) }
    }
}

/// Decodes one frame, counted from zero, as a viewer shows it.
///
/// # Errors
/// The file has fewer frames, a frame up to this one is damaged, or the frames together exceed a limit.
pub(crate) fn frame(file: &dyn Reader, page: u32, limits: &Limits, stop: &Stop) -> Result<Raster, Error> {
    let until = page.saturating_add(1);
    LimitError::check("frames", until.into(), limits.frames.into())?;
    let mut animation = file.animation(Some(until))?;
    if animation.left() < until {
        return Err(no_such_page(until, animation.left()));
    }
    while animation.advance()?.is_some() {
        unless_stopped(stop)?;
    }
    let notes = animation.take_notes();
    Ok(animation.image()?.noting(notes))
}
