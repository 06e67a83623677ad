//! [`Profile`]: what the numbers of a picture mean as colours, and the way from there to sRGB.
//!
//! The intent is the one a profile names in its header, if that is perceptual or relative colorimetric,
//! else relative colorimetric; without black point compensation. A profile that is broken, or that is
//! for another kind of samples, is as if absent: the samples are sRGB then.

use std::fmt;

use image::ColorType;
use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, DataColorSpace, Layout,
    MatrixCoefficients, ProfileClass, RenderingIntent, ToneReprCurve, TransferCharacteristics, TransformOptions,
};

use super::{metadata, png};
use crate::error::Error;
use crate::format::Format;
use crate::limits::Limits;
use crate::pixels::raster::Channels;
use crate::pixels::{Raster, memory};

/// The colour space of a file's samples.
pub(crate) struct Profile {
    /// As it stood in the file; empty where the file says the same in another way.
    icc: Vec<u8>,
    color: ColorProfile,
    is_srgb: bool,
    /// Is the result to be in this space, too?
    pub(crate) kept: bool,
}

impl Profile {
    /// The profile that a file brings along.
    pub(crate) fn of(file: &[u8], format: Format, limits: &Limits) -> Option<Self> {
        // The order in which they count is that of PNG (third edition, 4.3).
        let spaces = if format == Format::Png { png::Spaces::read(file) } else { png::Spaces::default() };
        if let Some(profile) = spaces.cicp.and_then(from_code_points) {
            return Self::checked(Vec::new(), profile);
        }
        if let Some(profile) = metadata::icc(file, format, limits).and_then(Self::read) {
            return Some(profile);
        }
        let gamma = spaces.gamma.filter(|_| !spaces.srgb)?;
        Self::checked(Vec::new(), from_gamma(gamma, spaces.primaries)?)
    }

    /// A profile of the International Color Consortium.
    pub(crate) fn read(icc: Vec<u8>) -> Option<Self> {
        let color = ColorProfile::new_from_slice(&icc).ok()?;
        Self::checked(icc, color)
    }

    /// Primaries and transfer by their numbers in ITU-T H.273.
    #[cfg(feature = "avif")]
    pub(crate) fn of_code_points(primaries: u8, transfer: u8) -> Option<Self> {
        Self::checked(Vec::new(), from_code_points([primaries, transfer, 0, 1])?)
    }

    fn checked(icc: Vec<u8>, color: ColorProfile) -> Option<Self> {
        use DataColorSpace::{Cmyk, Gray, Rgb};
        use ProfileClass::{ColorSpace, DisplayDevice, InputDevice, OutputDevice};

        let of_a_device = matches!(color.profile_class, DisplayDevice | InputDevice | OutputDevice | ColorSpace);
        let usable = of_a_device && matches!(color.color_space, Rgb | Gray | Cmyk);
        let is_srgb = is_srgb(&color);
        usable.then_some(Self { icc, color, is_srgb, kept: false })
    }

    /// Is it for samples of this kind?
    pub(crate) fn fits(&self, samples: ColorType) -> bool {
        match self.color.color_space {
            DataColorSpace::Rgb => samples.has_color(),
            DataColorSpace::Gray => !samples.has_color(),
            _ => false,
        }
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
    pub(crate) fn to_srgb(&self, picture: &mut Raster) {
        if self.is_srgb {
            return;
        }
        match self.color.color_space {
            DataColorSpace::Gray => self.gray_to_srgb(picture),
            _ => self.rgb_to_srgb(picture),
        }
    }

    fn rgb_to_srgb(&self, picture: &mut Raster) {
        let (layout, count) = match picture.channels() {
            Channels::Rgb => (Layout::Rgb, CHUNK * 3),
            Channels::Rgba => (Layout::Rgba, CHUNK * 4),
        };
        let srgb = ColorProfile::new_srgb();
        let Some(transform) = self.transform(|o| self.color.create_transform_8bit(layout, &srgb, layout, o).ok())
        else {
            return;
        };
        let mut before = Vec::with_capacity(count);
        for after in picture.samples_mut().chunks_mut(count) {
            before.clear();
            before.extend_from_slice(after);
            // The lengths are equal and whole pixels, so it does not fail.
            _ = transform.transform(&before, after);
        }
    }

    fn gray_to_srgb(&self, picture: &mut Raster) {
        let srgb = ColorProfile::new_srgb();
        let transform = self.transform(|o| self.color.create_transform_8bit(Layout::Gray, &srgb, Layout::Rgb, o).ok());
        let all: Vec<u8> = (0..=u8::MAX).collect();
        let mut table = vec![0; all.len() * 3];
        if transform.and_then(|transform| transform.transform(&all, &mut table).ok()).is_none() {
            return;
        }
        for pixel in picture.colors_mut() {
            for (channel, sample) in pixel.iter_mut().enumerate() {
                *sample = table.get(usize::from(*sample) * 3 + channel).copied().unwrap_or(*sample);
            }
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
        let (channels, to) =
            if color.has_alpha() { (Channels::Rgba, Layout::Rgba) } else { (Channels::Rgb, Layout::Rgb) };
        let from = match (color.has_color(), color.has_alpha()) {
            (false, false) => Layout::Gray,
            (false, true) => Layout::GrayAlpha,
            (true, _) => to,
        };
        let srgb = ColorProfile::new_srgb();
        let transform = self.transform(|options| {
            let exact = TransformOptions { prefer_fixed_point: false, ..options };
            self.color.create_transform_16bit(from, &srgb, to, exact).ok()
        })?;
        let pixels = memory::len(samples) / u64::from(color.bytes_per_pixel()).max(1);
        Some(memory::reserve(pixels.saturating_mul(channels.count() as u64)).map(|mut out| {
            let read: fn(&[u8]) -> u16 = match size {
                2 => |s| s.try_into().map_or(0, u16::from_ne_bytes),
                _ => |s| s.try_into().map_or(0, |s| from_float(f32::from_ne_bytes(s))),
            };
            let (mut before, mut after) = (Vec::with_capacity(CHUNK * 4), Vec::with_capacity(CHUNK * 4));
            for chunk in samples.chunks(CHUNK * usize::from(color.bytes_per_pixel())) {
                before.clear();
                before.extend(chunk.chunks_exact(size).map(read));
                after.clear();
                after.resize(before.len() / usize::from(color.channel_count()) * channels.count(), 0);
                _ = transform.transform(&before, &mut after);
                out.extend(after.iter().map(|sample| super::decode::from_16_bit(*sample)));
            }
            (channels, out)
        }))
    }

    /// The way from ink, 255 of each being all of it, to sRGB; `None` if there is none.
    pub(crate) fn inks(&self) -> Option<impl Fn(&[u8], &mut [u8]) + use<>> {
        let srgb = ColorProfile::new_srgb();
        // Four inks have the layout of four samples.
        let transform =
            self.transform(|o| self.color.create_transform_8bit(Layout::Rgba, &srgb, Layout::Rgb, o).ok())?;
        Some(move |inks: &[u8], colors: &mut [u8]| _ = transform.transform(inks, colors))
    }

    /// Makes a transform for the profile's intent, or for the first other one that it has tables for.
    fn transform<T: ?Sized>(
        &self,
        make: impl Fn(TransformOptions) -> Option<std::sync::Arc<T>>,
    ) -> Option<std::sync::Arc<T>> {
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

/// Does it say no more than that colours are sRGB? Then there is nothing to convert.
///
/// Looks at the primaries and at a few places of the curves. What passes is off by one level at most.
fn is_srgb(color: &ColorProfile) -> bool {
    /// In the space of ICC profiles; files round to 1/65536, and some authors earlier.
    const NEAR: f64 = 0.0015;
    let same_curve = |curve: &Option<ToneReprCurve>| {
        let Some(Ok(curve)) = curve.as_ref().map(ToneReprCurve::make_linear_evaluator) else { return false };
        (0..=32_u8).map(|n| f32::from(n) / 32.0).all(|x| (encoded(curve.evaluate_value(x)) - x).abs() < 0.6 / 255.0)
    };
    let luts = [&color.lut_a_to_b_perceptual, &color.lut_a_to_b_colorimetric, &color.lut_a_to_b_saturation];
    if luts.iter().any(|lut| lut.is_some()) {
        return false;
    }
    match color.color_space {
        DataColorSpace::Gray => same_curve(&color.gray_trc),
        DataColorSpace::Rgb => {
            let (found, srgb) = (color.colorant_matrix().v, ColorProfile::new_srgb().colorant_matrix().v);
            let near = |(a, b): (&f64, &f64)| (a - b).abs() < NEAR;
            found.as_flattened().iter().zip(srgb.as_flattened()).all(near)
                && [&color.red_trc, &color.green_trc, &color.blue_trc].into_iter().all(same_curve)
        }
        _ => false,
    }
}

/// Light to sRGB (IEC 61966-2-1).
fn encoded(light: f32) -> f32 {
    if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}

/// `cICP` (ITU-T H.273): primaries and transfer by number.
///
/// Not for PQ and HLG, whose highlights would have to be squeezed: those are as if absent.
fn from_code_points([primaries, transfer, matrix, full_range]: [u8; 4]) -> Option<ColorProfile> {
    let transfer_characteristics = TransferCharacteristics::try_from(transfer).ok()?;
    let color_primaries = CicpColorPrimaries::try_from(primaries).ok()?;
    let high = matches!(transfer_characteristics, TransferCharacteristics::Smpte2084 | TransferCharacteristics::Hlg);
    if high || (matrix, full_range) != (0, 1) {
        return None;
    }
    let profile = ColorProfile::new_from_cicp(CicpProfile {
        color_primaries,
        transfer_characteristics,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    });
    // Numbers without a meaning leave it incomplete.
    profile.is_matrix_shaper().then_some(profile)
}

/// `gAMA` in 1/100000, and `cHRM`: white, red, green and blue, x and y of each in 1/100000.
///
/// A gamma of 1/2.2 means the curve of sRGB, as it was written by everyone who had nothing more exact.
fn from_gamma(gamma: u32, primaries: Option<[u32; 8]>) -> Option<ColorProfile> {
    const ONE: f32 = 100_000.0;
    if !(10_000..=500_000).contains(&gamma) {
        return None;
    }
    let mut profile = ColorProfile::new_srgb();
    profile.cicp = None;
    if gamma.abs_diff(45_455) > 500 {
        #[expect(clippy::cast_precision_loss, reason = "it has six digits")]
        let curve = moxcms::curve_from_gamma(ONE / gamma as f32);
        profile.red_trc = Some(curve.clone());
        profile.green_trc = Some(curve.clone());
        profile.blue_trc = Some(curve);
    }
    if let Some(numbers) = primaries {
        #[expect(clippy::cast_precision_loss, reason = "below 100001")]
        let [wx, wy, rx, ry, gx, gy, bx, by] = numbers.map(|n| n.min(100_000) as f32 / ONE);
        let [white, red, green, blue] = [(wx, wy), (rx, ry), (gx, gy), (bx, by)].map(|(x, y)| Chromaticity::new(x, y));
        if [wy, ry, gy, by].into_iter().any(|y| y < 0.001) {
            return None;
        }
        profile.update_rgb_colorimetry(white.to_xyyb(), ColorPrimaries { red, green, blue });
    }
    let sane = profile.colorant_matrix().v.as_flattened().iter().all(|n| n.is_finite() && n.abs() < 4.0);
    sane.then_some(profile)
}

/// From 0.0..=1.0.
fn from_float(sample: f32) -> u16 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float casts saturate, NaN is zero")]
    let rounded = (sample * 65535.0 + 0.5) as u16;
    rounded
}

/// Pixels that are converted at a time.
const CHUNK: usize = 4096;
