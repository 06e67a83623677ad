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

/// A file whose header has been read. What its header says is read once, and dear parts of it when they are asked for.
pub(crate) trait Reader {
    /// The facts that planning needs.
    fn info(&self) -> &SourceInfo;

    /// Returns the cost of [`decode`](Self::decode) for this request, the memory of the image included.
    ///
    /// # Errors
    /// As [`Codec::open`](super::Codec::open), for what is inside of a file.
    fn cost(&self, request: &Request<'_>) -> Result<Cost, Error>;

    /// Units of computing that all frames of an animation take.
    fn frames_work(&self) -> u64 {
        0
    }

    /// Decodes the pixels of a page or frame, without orientation.
    ///
    /// An image of 8-bit samples of light keeps its profile, to be converted when that costs least, or never. Deep
    /// samples and CMYK are converted here.
    ///
    /// # Errors
    /// The file is damaged, passes a limit, or has not so many pages.
    fn decode(&self, request: &Request<'_>) -> Result<Raster, Error>;

    /// The meaning of its samples, if the file says so.
    fn profile(&self) -> Option<&Arc<Profile>> {
        None
    }

    /// The EXIF block, from `II` or `MM` on.
    fn exif(&self) -> Option<Vec<u8>> {
        None
    }

    /// The packet of XMP.
    fn xmp(&self) -> Option<Vec<u8>> {
        None
    }

    /// The quality that the file was written with, 1 to 100.
    fn quality(&self) -> Option<u8> {
        None
    }

    /// Reads the file in part and reduced, if that is possible.
    fn reducing(&self) -> Option<&dyn Reducing> {
        None
    }

    /// Opens the file's frames, to read the first `until` of them, or all.
    ///
    /// # Errors
    /// It has none, it is damaged, or passes a limit.
    fn animation(&self, _until: Option<u32>) -> Result<Animation<'_>, Error> {
        Err(internal_error("a file without frames"))
    }
}

/// Reads a file in part and reduced.
pub(crate) trait Reducing {
    /// Returns the cost of [`read`](Self::read), and of resampling its result; `None` if this thumbnail is read whole.
    ///
    /// # Errors
    /// As [`Reader::cost`].
    fn cost(&self, wanted: &Thumbnail) -> Result<Option<Cost>, Error>;

    /// Reads what is wanted, in more samples than that, to be resampled. `None` as [`cost`](Self::cost) says, or if
    /// the file turns out to be damaged in a way that only reading it whole can tell.
    ///
    /// # Errors
    /// The file is damaged, or passes a limit.
    fn read(
        &self,
        wanted: &Thumbnail,
        colors: Colors,
        scratch: &Scratch,
        stop: &Stop,
    ) -> Result<Option<Reduced>, Error>;
}

/// An image, or a part of one, at about the size that is wanted.
pub(crate) enum Reduced {
    /// Luma, and perhaps chroma, each at a scale of its own.
    Planes { luma: Plane, chroma: Option<[Plane; 2]>, profile: Option<Arc<Profile>>, notes: Vec<Note> },
    /// The whole image, smaller.
    #[cfg_attr(not(feature = "webp-lossy"), expect(dead_code, reason = "libwebp reads so"))]
    Whole(Raster),
}

/// A plane of samples, without gaps between rows: all that the wanted part touches.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plane {
    pub(crate) size: Size,
    pub(crate) samples: Vec<u8>,
    /// Where the first sample lies in the plane of the whole image, from left and from top.
    pub(crate) at: (u32, u32),
    /// Samples for each pixel of the image, across and down.
    pub(crate) scale: (f64, f64),
}

/// The pixels that are wanted of a file.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    /// The page or frame, counted from zero.
    pub(crate) page: u32,
    /// Its size; a drawing has no other.
    pub(crate) size: Size,
    pub(crate) colors: Colors,
    /// The embedder's fonts, for drawings with text.
    #[cfg_attr(not(feature = "svg"), expect(dead_code, reason = "only drawings have texts"))]
    pub(crate) fonts: Option<&'a dyn Fonts>,
    /// Ends the reading early.
    pub(crate) stop: &'a Stop,
}

impl<'a> Request<'a> {
    /// The first page, in sRGB.
    pub(crate) const fn plain(size: Size, stop: &'a Stop) -> Self {
        Self { page: 0, size, colors: Colors::Srgb, fonts: None, stop }
    }

    /// Passes a request for the only page of a file.
    ///
    /// # Errors
    /// It is for another one.
    pub(crate) fn only_page(&self) -> Result<(), Error> {
        if self.page == 0 { Ok(()) } else { Err(no_such_page(self.page.saturating_add(1), 1)) }
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request(page {}, {}, {:?})", self.page, self.size, self.colors)
    }
}

/// The meaning that the samples of a result are to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colors {
    /// The colours of sRGB.
    Srgb,
    /// Those of the source's profile, which goes with them.
    Kept,
}

impl Colors {
    /// A profile, marked to be kept if it can be.
    pub(crate) fn of(self, profile: &Arc<Profile>) -> Arc<Profile> {
        if self == Self::Kept { Arc::new(Profile::clone(profile).keep()) } else { Arc::clone(profile) }
    }
}

/// One frame, counted from zero, as a viewer shows it.
///
/// # Errors
/// There are not so many, or one up to there is damaged, or they pass a limit together.
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
