//! Conversion of TIFF samples to colours.

use std::sync::Arc;

use image::ColorType;

use super::layout::{Alpha, Compression, Kind, Layout, Meaning};
use crate::pixels::base::{from_16_bit, from_float};
use crate::pixels::codec::metadata::ifd::Directory;
use crate::pixels::color::{Profile, lab};

/// A conversion from the samples of a pixel to sRGB, or to the samples of a profile.
pub(crate) struct Colors {
    meaning: Meaning,
    kind: Kind,
    bits: u32,
    /// The factor that scales the largest integer to 1.0.
    scale: f32,
    /// Red, green and blue of each palette entry.
    palette: Vec<[u8; 3]>,
    chroma: Chroma,
    alpha: Option<Alpha>,
    profile: Option<Arc<Profile>>,
    /// The conversion of samples of more than 8 bits by the profile.
    deep: Option<Deep>,
    /// The conversion of CMYK by the profile.
    cmyk: Option<CmykToRgb>,
}

type Deep = Box<dyn Fn([f32; 3]) -> [u8; 3]>;
type CmykToRgb = Box<dyn Fn(&[u8], &mut [u8])>;

/// The conversion of luma and chroma to RGB (TIFF 6.0, section 21).
struct Chroma {
    /// The weights of red, green and blue in luma.
    luma: [f32; 3],
    /// The samples of reference black and white, for luma and for each chroma component.
    reference: [f32; 6],
}

impl Colors {
    pub(crate) fn new(
        layout: &Layout,
        directory: &Directory,
        file: &[u8],
        profile: Option<&Arc<Profile>>,
        wanted: crate::pixels::codec::reader::Colors,
    ) -> Self {
        let gray = matches!(layout.meaning, Meaning::Gray | Meaning::Paper);
        let samples = if gray { ColorType::L8 } else { ColorType::Rgb8 };
        let (mut cmyk, mut deep, mut kept) = (None, None, None);
        match layout.meaning {
            Meaning::Cmyk => {
                let convert = profile.filter(|profile| profile.is_cmyk()).and_then(|profile| profile.cmyk_to_srgb());
                cmyk = convert.map(|convert| Box::new(convert) as CmykToRgb);
            }
            Meaning::Lab | Meaning::IccLab => {}
            _ => {
                let profile = profile.filter(|profile| profile.fits(samples));
                if layout.bits > 8 && !matches!(layout.meaning, Meaning::Palette) {
                    // For integers an sRGB profile changes nothing, but for floats it does.
                    let needed = |profile: &&Arc<Profile>| layout.kind == Kind::Float || !profile.is_srgb();
                    deep = profile.filter(needed).and_then(|profile| profile.deep());
                } else {
                    kept = profile.map(|profile| wanted.of(profile));
                }
            }
        }
        let most = 2.0_f32.powi(i32::try_from(layout.bits).unwrap_or(8)) - 1.0;
        Self {
            meaning: layout.meaning,
            kind: layout.kind,
            bits: layout.bits,
            scale: match layout.kind {
                Kind::Unsigned => 1.0 / most,
                // Signed samples are levels, as in libvips, not fractions of the whole range.
                Kind::Signed => 1.0 / 255.0,
                Kind::Float => 1.0,
            },
            palette: if layout.meaning == Meaning::Palette { palette(layout, directory, file) } else { Vec::new() },
            chroma: Chroma::of(layout, directory, file),
            alpha: layout.alpha,
            profile: kept,
            deep,
            cmyk,
        }
    }

    /// Returns the profile of the result, if its colours are not converted here.
    pub(crate) fn profile(&self) -> Option<Arc<Profile>> {
        self.profile.clone()
    }

    /// Returns `true` if the stored bytes need no conversion.
    pub(crate) fn is_plain(&self) -> bool {
        let associated = self.alpha.is_some_and(|alpha| alpha.associated);
        self.bits == 8 && self.kind == Kind::Unsigned && self.meaning == Meaning::Rgb && !associated
    }

    /// Appends the pixel for these samples: three bytes, or four with opacity.
    pub(crate) fn pixel(&self, samples: &[f32], out: &mut Vec<u8>) {
        let sample = |n: usize| samples.get(n).copied().unwrap_or_default();
        let opacity = self.alpha.map(|alpha| (sample(alpha.at) * self.scale).clamp(0.0, 1.0));
        let divide = if self.alpha.is_some_and(|alpha| alpha.associated) { opacity.unwrap_or(1.0) } else { 1.0 };
        let divide = |value: f32| if divide > 0.0 { value / divide } else { 0.0 };
        let value = |n: usize| divide(sample(n) * self.scale);
        let color = match self.meaning {
            Meaning::Gray => self.finish([value(0); 3]),
            Meaning::Paper => self.finish([1.0 - value(0); 3]),
            Meaning::Rgb => self.finish([value(0), value(1), value(2)]),
            Meaning::Palette => {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number")]
                let number = sample(0) as usize;
                self.palette.get(number).copied().unwrap_or_default()
            }
            Meaning::YCbCr => self.finish(self.chroma.to_rgb([0, 1, 2].map(|n| value(n) * 255.0))),
            Meaning::Cmyk => self.cmyk_to_rgb([0, 1, 2, 3].map(value)),
            Meaning::Lab | Meaning::IccLab => lab::from_lab(self.lab([0, 1, 2].map(sample))),
        };
        out.extend(color);
        out.extend(opacity.map(from_float));
    }

    /// Converts a row of CMYK by the profile. Returns `false` if there is no profile, or if pixels have opacity.
    pub(crate) fn convert_cmyk(&self, planes: &[Vec<f32>], layout: &Layout, width: usize, out: &mut Vec<u8>) -> bool {
        let (Some(convert), None) = (&self.cmyk, self.alpha) else { return false };
        let mut inks = Vec::with_capacity(width.saturating_mul(4));
        for x in 0..width {
            for n in 0..4 {
                let (plane, at) = layout.place(n, x);
                let ink = planes.get(plane).and_then(|plane| plane.get(at)).copied().unwrap_or_default();
                inks.push(from_float(ink * self.scale));
            }
        }
        out.resize(width.saturating_mul(3), 0);
        convert(&inks, out);
        true
    }

    fn finish(&self, values: [f32; 3]) -> [u8; 3] {
        match (&self.deep, self.kind) {
            (Some(convert), _) => convert(values),
            // Without a profile, floats are linear light (scRGB), as in libvips and Photoshop.
            (None, Kind::Float) => values.map(lab::sample),
            (None, _) => values.map(from_float),
        }
    }

    fn cmyk_to_rgb(&self, inks: [f32; 4]) -> [u8; 3] {
        if let Some(convert) = &self.cmyk {
            let mut color = [0; 3];
            convert(&inks.map(from_float), &mut color);
            return color;
        }
        // The samples of inks are converted as browsers do for JPEG: each ink leaves a part of the paper uncovered.
        let [c, m, y, k] = inks.map(|ink| 1.0 - ink.clamp(0.0, 1.0));
        [c, m, y].map(|paper| from_float(paper * k))
    }

    /// Returns lightness, 0 to 100, and the two colour coordinates.
    fn lab(&self, [l, a, b]: [f32; 3]) -> [f32; 3] {
        let signed = |value: f32, range: f32| if value >= range / 2.0 { value - range } else { value };
        match (self.kind, self.bits, self.meaning) {
            (Kind::Float, ..) => [l, a, b],
            (Kind::Signed, 16, _) => [l * 100.0 / 32767.0, a / 256.0, b / 256.0],
            (Kind::Signed, ..) => [l * 100.0 / 127.0, a, b],
            (_, 16, Meaning::IccLab) => [l * 100.0 / 65280.0, a / 256.0 - 128.0, b / 256.0 - 128.0],
            (_, 16, _) => [l * 100.0 / 65535.0, signed(a, 65536.0) / 256.0, signed(b, 65536.0) / 256.0],
            (_, _, Meaning::IccLab) => [l * 100.0 / 255.0, a - 128.0, b - 128.0],
            _ => [l * 100.0 / 255.0, signed(a, 256.0), signed(b, 256.0)],
        }
    }
}

impl Chroma {
    fn of(layout: &Layout, directory: &Directory, file: &[u8]) -> Self {
        let plain = [0.0, 255.0, 128.0, 255.0, 128.0, 255.0];
        let luma = directory.fractions(file, COEFFICIENTS, 3).try_into().unwrap_or([0.299, 0.587, 0.114]);
        let reference = directory.fractions(file, REFERENCE, 6).try_into().unwrap_or(plain);
        // For JPEG these values are fixed.
        let is_jpeg = matches!(layout.compression, Compression::Jpeg | Compression::OldJpeg);
        if is_jpeg { Self { luma: [0.299, 0.587, 0.114], reference: plain } } else { Self { luma, reference } }
    }

    /// Converts components of 0 to 255 to RGB of 0.0 to 1.0.
    fn to_rgb(&self, [y, cb, cr]: [f32; 3]) -> [f32; 3] {
        let [y0, y1, cb0, cb1, cr0, cr1] = self.reference;
        let spread = |sample: f32, black: f32, white: f32, most: f32| {
            if (white - black).abs() < 1.0 { sample } else { (sample - black) * most / (white - black) }
        };
        let (y, cb, cr) = (spread(y, y0, y1, 255.0), spread(cb, cb0, cb1, 127.0), spread(cr, cr0, cr1, 127.0));
        let [red, green, blue] = self.luma;
        let (r, b) = (y + cr * (2.0 - 2.0 * red), y + cb * (2.0 - 2.0 * blue));
        let g = if green > 0.0 { (y - red * r - blue * b) / green } else { y };
        [r, g, b].map(|sample| sample / 255.0)
    }
}

/// Reads the colour map: all reds, then all greens, then all blues.
fn palette(layout: &Layout, directory: &Directory, file: &[u8]) -> Vec<[u8; 3]> {
    let Some(list) = directory.list(COLOR_MAP) else { return Vec::new() };
    let count = (1_usize << layout.bits.min(16)).min(list.len() / 3);
    let number = |n: usize| list.get(file, n).unwrap_or(0);
    // Some writers store bytes in the 16-bit fields. libtiff handles this too.
    let bytes = (0..count * 3).all(|n| number(n) < 256);
    let level = |n: usize| {
        let sample = u16::try_from(number(n)).unwrap_or(u16::MAX);
        if bytes { sample.to_le_bytes()[0] } else { from_16_bit(sample) }
    };
    (0..count).map(|n| [n, n + count, n + 2 * count].map(level)).collect()
}

const COLOR_MAP: u16 = 320;
const COEFFICIENTS: u16 = 529;
const REFERENCE: u16 = 532;
