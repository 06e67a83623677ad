//! [`Profile`]: the colour space of an image, and the conversion from it to sRGB.
//!
//! The rendering intent is the one in the header of the profile if that is perceptual or relative colorimetric, and
//! relative colorimetric otherwise, without black point compensation. A profile that is damaged, or that is for another
//! kind of samples, counts as absent: the samples are then sRGB.

use std::fmt;
use std::sync::Arc;

use image::ColorType;
use moxcms::{ColorProfile, DataColorSpace, Layout, ParsingOptions, ProfileClass, RenderingIntent, TransformOptions};

use super::shaper::Shaper;
use super::space;
use crate::error::Error;
use crate::pixels::base::{Channels, memory};

/// The colour space of the samples of a file.
#[derive(Clone)]
pub(crate) struct Profile {
    /// The bytes in the file; empty if the file describes the space in another way.
    icc: Vec<u8>,
    color: ColorProfile,
    is_srgb: bool,
    /// Whether the result keeps this space.
    pub(crate) kept: bool,
}

/// A conversion from samples between 0 and 1 to sRGB.
pub(crate) type Conversion = Box<dyn Fn([f32; 3]) -> [u8; 3]>;

impl Profile {
    /// Makes the profile from the numbers of primaries and transfer (ITU-T H.273).
    pub(crate) fn from_code_points(code_points: [u8; 4]) -> Option<Self> {
        Self::checked(Vec::new(), space::from_code_points(code_points)?)
    }

    /// Makes the profile from a gamma in 1/100000, and the primaries of three colours and of white.
    pub(crate) fn from_gamma(gamma: u32, primaries: Option<[u32; 8]>) -> Option<Self> {
        Self::checked(Vec::new(), space::from_gamma(gamma, primaries)?)
    }

    /// Reads an ICC profile.
    pub(crate) fn read(mut icc: Vec<u8>) -> Option<Self> {
        // Bytes after the length in its header are not part of it (ICC.1:2022, 7.2.2).
        let length = icc.first_chunk().and_then(|length| usize::try_from(u32::from_be_bytes(*length)).ok())?;
        if length > icc.len() {
            return None;
        }
        icc.truncate(length);
        // The length has been checked; no part of the profile can be longer.
        let options = ParsingOptions { max_profile_size: usize::MAX, ..ParsingOptions::default() };
        let color = ColorProfile::new_from_slice_with_options(&icc, options).ok()?;
        Self::checked(icc, color)
    }

    fn checked(icc: Vec<u8>, color: ColorProfile) -> Option<Self> {
        use DataColorSpace::{Cmyk, Gray, Rgb};
        use ProfileClass::{ColorSpace, DisplayDevice, InputDevice, OutputDevice};

        let of_a_device = matches!(color.profile_class, DisplayDevice | InputDevice | OutputDevice | ColorSpace);
        let usable = of_a_device && matches!(color.color_space, Rgb | Gray | Cmyk);
        let is_srgb = space::is_srgb(&color);
        usable.then_some(Self { icc, color, is_srgb, kept: false })
    }

    /// Returns `true` if the profile is for samples of this kind.
    pub(crate) fn fits(&self, samples: ColorType) -> bool {
        match self.color.color_space {
            // A space that is described by numbers alone is valid for gray too.
            DataColorSpace::Rgb => samples.has_color() || self.icc.is_empty(),
            DataColorSpace::Gray => !samples.has_color(),
            _ => false,
        }
    }

    /// Returns `true` if the profile is equivalent to having none.
    pub(crate) const fn is_srgb(&self) -> bool {
        self.is_srgb
    }

    /// Returns `true` if the profile is for cyan, magenta, yellow and black.
    pub(crate) fn is_cmyk(&self) -> bool {
        self.color.color_space == DataColorSpace::Cmyk
    }

    /// Marks the profile to be kept in the result. Only files with three colour channels can keep it.
    pub(crate) fn keep(self) -> Self {
        let kept = self.color.color_space == DataColorSpace::Rgb && !self.icc.is_empty();
        Self { kept, ..self }
    }

    /// Returns the bytes to write into a file.
    pub(crate) fn icc(&self) -> &[u8] {
        &self.icc
    }

    /// Converts 8-bit samples to sRGB. Gray has been expanded to three equal samples before.
    pub(crate) fn to_srgb(&self, samples: &mut [u8], channels: Channels) {
        if self.is_srgb {
            return;
        }
        if let Some(shaper) = Shaper::new(&self.color) {
            let pixels = samples.chunks_exact_mut(channels.count()).filter_map(|pixel| pixel.first_chunk_mut());
            pixels.for_each(|pixel| *pixel = shaper.convert(*pixel));
        } else if self.color.color_space == DataColorSpace::Rgb {
            self.by_tables(samples, channels);
        }
    }

    fn by_tables(&self, samples: &mut [u8], channels: Channels) {
        let (layout, count) = match channels {
            Channels::Rgb => (Layout::Rgb, CHUNK * 3),
            Channels::Rgba => (Layout::Rgba, CHUNK * 4),
        };
        let srgb = ColorProfile::new_srgb();
        let transform = self.transform(|o| self.color.create_transform_8bit(layout, &srgb, layout, o).ok());
        let Some(transform) = transform else { return };
        let mut before = Vec::with_capacity(count);
        for after in samples.chunks_mut(count) {
            before.clear();
            before.extend_from_slice(after);
            // The lengths are equal and a multiple of a pixel, so this does not fail.
            _ = transform.transform(&before, after);
        }
    }

    /// Converts samples of more than 8 bits to 8-bit sRGB, with a single rounding at the end.
    ///
    /// Returns `None` if there is nothing to convert.
    pub(crate) fn deep_to_srgb(&self, samples: &[u8], color: ColorType) -> Option<Result<(Channels, Vec<u8>), Error>> {
        let size = usize::from(color.bytes_per_pixel() / color.channel_count().max(1));
        if self.is_srgb || size < 2 || !self.fits(color) {
            return None;
        }
        let read: fn(&[u8]) -> f32 = match size {
            2 => |s| s.try_into().map_or(0.0, |s| f32::from(u16::from_ne_bytes(s)) / 65535.0),
            _ => |s| s.try_into().map_or(0.0, f32::from_ne_bytes),
        };
        let convert = self.deep()?;
        let channels = if color.has_alpha() { Channels::Rgba } else { Channels::Rgb };
        let pixels = memory::len(samples) / u64::from(color.bytes_per_pixel()).max(1);
        Some(memory::reserve(pixels.saturating_mul(channels.count() as u64)).map(|mut out| {
            for pixel in samples.chunks_exact(usize::from(color.bytes_per_pixel())) {
                let mut values = pixel.chunks_exact(size).map(read);
                let mut next = || values.next().unwrap_or_default();
                let first = next();
                out.extend(convert(if color.has_color() { [first, next(), next()] } else { [first; 3] }));
                // Alpha is not a colour.
                out.extend(values.map(crate::pixels::base::from_float));
            }
            (channels, out)
        }))
    }

    /// Returns the conversion of one pixel of samples between 0 and 1.
    pub(crate) fn deep(&self) -> Option<Conversion> {
        if let Some(shaper) = Shaper::deep(&self.color) {
            return Some(Box::new(move |pixel| shaper.convert_deep(pixel)));
        }
        let srgb = ColorProfile::new_srgb();
        let transform = self.transform(|options| {
            let exact = TransformOptions { prefer_fixed_point: false, ..options };
            self.color.create_transform_f32(Layout::Rgb, &srgb, Layout::Rgb, exact).ok()
        })?;
        Some(Box::new(move |pixel| {
            let mut color = [0.0; 3];
            _ = transform.transform(&pixel.map(|sample| sample.clamp(0.0, 1.0)), &mut color);
            color.map(crate::pixels::base::from_float)
        }))
    }

    /// Returns the conversion from CMYK, with 255 for full ink, to sRGB, or `None` if there is none.
    pub(crate) fn cmyk_to_srgb(&self) -> Option<impl Fn(&[u8], &mut [u8]) + use<>> {
        let srgb = ColorProfile::new_srgb();
        // Four inks have the layout of four samples.
        let transform =
            self.transform(|o| self.color.create_transform_8bit(Layout::Rgba, &srgb, Layout::Rgb, o).ok())?;
        Some(move |inks: &[u8], colors: &mut [u8]| _ = transform.transform(inks, colors))
    }

    /// Makes a transform for the profile's intent, or for the first other intent that it has tables for.
    fn transform<T: ?Sized>(&self, make: impl Fn(TransformOptions) -> Option<Arc<T>>) -> Option<Arc<T>> {
        use RenderingIntent::{Perceptual, RelativeColorimetric, Saturation};
        let named = match self.color.rendering_intent {
            Perceptual => Perceptual,
            _ => RelativeColorimetric,
        };
        [named, Perceptual, RelativeColorimetric, Saturation]
            .into_iter()
            .find_map(|rendering_intent| make(TransformOptions { rendering_intent, ..TransformOptions::default() }))
    }
}

/// Profiles are equal if their bytes are.
impl PartialEq for Profile {
    fn eq(&self, other: &Self) -> bool {
        (&self.icc, self.is_srgb, self.kept) == (&other.icc, other.is_srgb, other.kept)
    }
}

impl Eq for Profile {}

/// Prints the profile without its tables.
impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { icc, color, is_srgb, kept } = self;
        write!(f, "Profile({:?}, {} bytes, is_srgb: {is_srgb}, kept: {kept})", color.color_space, icc.len())
    }
}

/// The number of pixels that are converted at a time.
const CHUNK: usize = 4096;
