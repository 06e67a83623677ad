//! [`Profile`]: what the numbers of an image mean as colours, and the way from there to sRGB.
//!
//! The intent is the one a profile names in its header, if that is perceptual or relative colorimetric,
//! else relative colorimetric; without black point compensation. A profile that is broken, or that is
//! for another kind of samples, is as if absent: the samples are sRGB then.

use std::fmt;
use std::sync::Arc;

use image::ColorType;
use moxcms::{ColorProfile, DataColorSpace, Layout, ParsingOptions, ProfileClass, RenderingIntent, TransformOptions};

use super::shaper::Shaper;
use super::space;
use crate::error::Error;
use crate::pixels::base::{Channels, memory};

/// The colour space of a file's samples.
#[derive(Clone)]
pub(crate) struct Profile {
    /// As it stood in the file; empty where the file says the same in another way.
    icc: Vec<u8>,
    color: ColorProfile,
    is_srgb: bool,
    /// Is the result to be in this space, too?
    pub(crate) kept: bool,
}

/// From samples between 0 and 1 to sRGB.
pub(crate) type Conversion = Box<dyn Fn([f32; 3]) -> [u8; 3]>;

impl Profile {
    /// Primaries and transfer by number (ITU-T H.273).
    pub(crate) fn from_code_points(code_points: [u8; 4]) -> Option<Self> {
        Self::checked(Vec::new(), space::from_code_points(code_points)?)
    }

    /// A curve, in 1/100000, and the primaries of three colours and of white.
    pub(crate) fn from_gamma(gamma: u32, primaries: Option<[u32; 8]>) -> Option<Self> {
        Self::checked(Vec::new(), space::from_gamma(gamma, primaries)?)
    }

    /// A profile of the International Color Consortium.
    pub(crate) fn read(mut icc: Vec<u8>) -> Option<Self> {
        // What lies beyond the length in its header does not belong to it (ICC.1:2022, 7.2.2).
        let length = icc.first_chunk().and_then(|length| usize::try_from(u32::from_be_bytes(*length)).ok())?;
        if length > icc.len() {
            return None;
        }
        icc.truncate(length);
        // Its length has been checked; nothing in it can be longer.
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

    /// Is it for samples of this kind?
    pub(crate) fn fits(&self, samples: ColorType) -> bool {
        match self.color.color_space {
            // What is said by numbers alone goes for gray as well.
            DataColorSpace::Rgb => samples.has_color() || self.icc.is_empty(),
            DataColorSpace::Gray => !samples.has_color(),
            _ => false,
        }
    }

    /// Does it say what is said without one?
    pub(crate) const fn is_srgb(&self) -> bool {
        self.is_srgb
    }

    /// Is it for cyan, magenta, yellow and black?
    pub(crate) fn is_cmyk(&self) -> bool {
        self.color.color_space == DataColorSpace::Cmyk
    }

    /// The same profile, for a result that keeps it; only files of three colours can.
    pub(crate) fn keep(self) -> Self {
        let kept = self.color.color_space == DataColorSpace::Rgb && !self.icc.is_empty();
        Self { kept, ..self }
    }

    /// As it is written into a file.
    pub(crate) fn icc(&self) -> &[u8] {
        &self.icc
    }

    /// Converts 8-bit samples to sRGB; gray has become three equal samples before.
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
            // The lengths are equal and whole pixels, so it does not fail.
            _ = transform.transform(&before, after);
        }
    }

    /// Converts samples of more than 8 bits to 8-bit sRGB, rounding once, at the end.
    ///
    /// `None` if there is nothing to convert.
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
                // Opacity is no colour.
                out.extend(values.map(crate::pixels::base::from_float));
            }
            (channels, out)
        }))
    }

    /// The way of one pixel of samples between 0 and 1.
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

    /// The way from CMYK, 255 of each being all of the ink, to sRGB; `None` if there is none.
    pub(crate) fn cmyk_to_srgb(&self) -> Option<impl Fn(&[u8], &mut [u8]) + use<>> {
        let srgb = ColorProfile::new_srgb();
        // Four inks have the layout of four samples.
        let transform =
            self.transform(|o| self.color.create_transform_8bit(Layout::Rgba, &srgb, Layout::Rgb, o).ok())?;
        Some(move |inks: &[u8], colors: &mut [u8]| _ = transform.transform(inks, colors))
    }

    /// Makes a transform for the profile's intent, or for the first other one that it has tables for.
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

/// All profiles of one file are equal if their bytes are.
impl PartialEq for Profile {
    fn eq(&self, other: &Self) -> bool {
        (&self.icc, self.is_srgb, self.kept) == (&other.icc, other.is_srgb, other.kept)
    }
}

impl Eq for Profile {}

/// Without the tables.
impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { icc, color, is_srgb, kept } = self;
        write!(f, "Profile({:?}, {} bytes, is_srgb: {is_srgb}, kept: {kept})", color.color_space, icc.len())
    }
}

/// Pixels that are converted at a time.
const CHUNK: usize = 4096;
