//! Conversion of planes of luma and chroma to RGB (ITU-T H.273).

use re_rav1d::dav1d::Picture;
use re_rav1d::dav1d::pixel::MatrixCoefficients;

use super::properties::Meaning;
use super::unread;
use crate::error::Error;
use crate::pixels::base::{from_float, internal_error, memory};
use crate::plan::Size;

/// A decoded frame.
pub(crate) struct Planes {
    pub(crate) size: Size,
    pub(crate) sampling: Sampling,
    /// The number of bits of a sample: 8, 10 or 12.
    pub(crate) depth: u32,
    pub(crate) luma: Vec<u16>,
    pub(crate) chroma: Option<[Vec<u16>; 2]>,
    pub(crate) full_range: bool,
    /// The matrix coefficients, a number of H.273, table 4.
    pub(crate) matrix: u16,
}

/// The subsampling of the chroma planes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sampling {
    /// There are no chroma planes.
    Gray,
    /// Half the width and half the height.
    Quarter,
    /// Half the width.
    Half,
    Full,
}

impl Sampling {
    /// Returns the size of a chroma plane.
    pub(crate) fn chroma(self, size: Size) -> Option<Size> {
        let half = |side: u32| side.div_ceil(2);
        match self {
            Self::Gray => None,
            Self::Quarter => Some(Size::new(half(size.width), half(size.height))),
            Self::Half => Some(Size::new(half(size.width), size.height)),
            Self::Full => Some(size),
        }
    }
}

/// Returns the matrix coefficients stated in the AV1 data.
pub(crate) fn matrix_of(image: &Picture) -> u16 {
    match image.matrix_coefficients() {
        MatrixCoefficients::Identity => 0,
        MatrixCoefficients::BT709 => 1,
        MatrixCoefficients::Unspecified => UNSPECIFIED,
        MatrixCoefficients::BT470M => 4,
        MatrixCoefficients::BT470BG => 5,
        MatrixCoefficients::ST170M => 6,
        MatrixCoefficients::ST240M => 7,
        MatrixCoefficients::YCgCo => 8,
        MatrixCoefficients::BT2020NonConstantLuminance => 9,
        MatrixCoefficients::ChromaticityDerivedNonConstantLuminance => 12,
        _ => u16::MAX,
    }
}

const UNSPECIFIED: u16 = 2;

/// A conversion of samples to 0.0..=1.0 for luma and -0.5..=0.5 for chroma.
#[derive(Clone, Copy)]
struct Range {
    black: f32,
    luma: f32,
    middle: f32,
    chroma: f32,
}

impl Range {
    fn new(depth: u32, full: bool) -> Self {
        let one = 1_u16 << depth.saturating_sub(8).min(4);
        let scale = f32::from(one);
        let most = f32::from(one).mul_add(256.0, -1.0);
        let middle = 128.0 * scale;
        if full {
            Self { black: 0.0, luma: 1.0 / most, middle, chroma: 1.0 / most }
        } else {
            Self { black: 16.0 * scale, luma: 1.0 / (219.0 * scale), middle, chroma: 1.0 / (224.0 * scale) }
        }
    }
}

/// A conversion of luma (0.0 to 1.0) and two chroma components (-0.5 to 0.5) to RGB.
#[derive(Debug, Clone, Copy)]
enum Conversion {
    /// Luma is a sum with these weights.
    Shares { red: f32, green: f32, blue: f32 },
    /// `YCgCo`: the chroma components are green and orange.
    Green,
    /// `YCgCo` with integer sums (H.273, 49 to 52), in samples up to `all` for colours up to `most`.
    Lossless { all: f32, most: f32 },
}

impl Conversion {
    fn to_rgb(self, y: f32, u: f32, v: f32) -> [f32; 3] {
        match self {
            Self::Shares { red, green, blue } => {
                let r = (2.0 * (1.0 - red)).mul_add(v, y);
                let b = (2.0 * (1.0 - blue)).mul_add(u, y);
                [r, (y - red * r - blue * b) / green, b]
            }
            Self::Green => [y - u + v, y + u, y - u - v],
            Self::Lossless { all, most } => {
                let [y, u, v] = [y, u, v].map(|sample| (sample * all).round());
                let rest = y - (u / 2.0).floor();
                let b = rest - (v / 2.0).floor();
                [b + v, rest + u, b].map(|sample| sample / most)
            }
        }
    }
}

impl Planes {
    /// Converts the planes to RGB.
    pub(crate) fn to_rgb(&self, meaning: &Meaning) -> Result<Vec<u8>, Error> {
        let range = Range::new(self.depth, meaning.full_range.unwrap_or(self.full_range));
        let matrix = meaning.matrix.filter(|matrix| *matrix != UNSPECIFIED).unwrap_or(self.matrix);
        let mut out = memory::reserve(self.size.pixels().saturating_mul(3))?;
        let luma = |sample: &u16| (f32::from(*sample) - range.black) * range.luma;
        let (Some([u, v]), Some(size)) = (&self.chroma, self.sampling.chroma(self.size)) else {
            out.extend(self.luma.iter().flat_map(|sample| [from_float(luma(sample)); 3]));
            return Ok(out);
        };
        if matrix == 0 {
            // Green, blue and red are stored directly.
            if self.sampling != Sampling::Full {
                return Err(unread("planes of RGB that differ in size"));
            }
            let samples = self.luma.iter().zip(u).zip(v);
            out.extend(samples.flat_map(|((g, b), r)| [r, g, b].map(|sample| from_float(luma(sample)))));
            return Ok(out);
        }
        let conversion = self.conversion(matrix, meaning)?;
        let side = |side: u32| usize::try_from(side).map_err(|_| internal_error("out of address space"));
        let (width, height, across) = (side(self.size.width)?, side(self.size.height)?, side(size.width)?);
        let mut blended = [vec![0.0; across], vec![0.0; across]];
        for (y, row) in self.luma.chunks_exact(width).enumerate().take(height) {
            for (plane, blended) in [u, v].into_iter().zip(&mut blended) {
                self.blend_rows(plane, y, across, blended);
            }
            let [u, v] = &blended;
            for (x, sample) in row.iter().enumerate() {
                let chroma = |plane: &[f32]| (self.between(plane, x) - range.middle) * range.chroma;
                let (y, u, v) = (luma(sample), chroma(u), chroma(v));
                let [r, g, b] = conversion.to_rgb(y, u, v);
                out.extend([r, g, b].map(from_float));
            }
        }
        Ok(out)
    }

    fn conversion(&self, matrix: u16, meaning: &Meaning) -> Result<Conversion, Error> {
        let primaries = meaning.space.map_or(UNSPECIFIED, |[primaries, _]| primaries);
        let shares = |red, blue| Ok(Conversion::Shares { red, green: 1.0 - red - blue, blue });
        match (matrix, primaries) {
            (1, _) | (12, 1) => shares(0.2126, 0.0722),
            (4, _) => shares(0.30, 0.11),
            (UNSPECIFIED | 5 | 6, _) => shares(0.299, 0.114),
            (7, _) => shares(0.212, 0.087),
            (9, _) | (12, 9) => shares(0.2627, 0.0593),
            // Derived from the primaries: of Display P3, and of both forms of BT.601.
            (12, 12) => shares(0.228_97, 0.079_29),
            (12, 5) => shares(0.222_02, 0.071_33),
            (12, 6 | 7) => shares(0.212_40, 0.086_56),
            (12, UNSPECIFIED) => shares(0.299, 0.114),
            (8, _) => Ok(Conversion::Green),
            // The lossless variants store, for example, 8 bits per colour in 10 or 9 bits.
            (16 | 17, _) if self.sampling == Sampling::Full => {
                let most = f32::from((1_u16 << (self.depth - if matrix == 16 { 2 } else { 1 }).min(15)) - 1);
                let all = f32::from((1_u16 << self.depth.min(15)) - 1);
                Ok(Conversion::Lossless { all, most })
            }
            _ => Err(unread("colours that no table turns into RGB")),
        }
    }

    /// Converts luma to opacity.
    pub(crate) fn gray(&self) -> Result<Vec<u8>, Error> {
        let range = Range::new(self.depth, self.full_range);
        let mut out = memory::reserve(self.size.pixels())?;
        out.extend(self.luma.iter().map(|sample| from_float((f32::from(*sample) - range.black) * range.luma)));
        Ok(out)
    }

    /// Returns the row of chroma for a row of luma, interpolated between two rows if there are half as many.
    fn blend_rows(&self, plane: &[u16], y: usize, across: usize, out: &mut [f32]) {
        let (near, far) = if self.sampling == Sampling::Quarter { neighbours(y) } else { (y, y) };
        let last = (plane.len() / across.max(1)).saturating_sub(1);
        let row = |at: usize| plane.chunks_exact(across.max(1)).nth(at.min(last)).unwrap_or_default();
        for ((near, far), out) in row(near).iter().zip(row(far)).zip(out) {
            *out = f32::from(*near).mul_add(0.75, f32::from(*far) * 0.25);
        }
    }

    /// Returns the chroma sample for a column of luma.
    fn between(&self, row: &[f32], x: usize) -> f32 {
        let at = |at: usize| row.get(at.min(row.len().saturating_sub(1))).copied().unwrap_or_default();
        if self.sampling == Sampling::Full {
            return at(x);
        }
        let (near, far) = neighbours(x);
        at(near).mul_add(0.75, at(far) * 0.25)
    }
}

/// Returns the sample at half the scale that covers this one, and the neighbour on the nearer side.
fn neighbours(at: usize) -> (usize, usize) {
    let near = at / 2;
    (near, if at.is_multiple_of(2) { near.saturating_sub(1) } else { near + 1 })
}

/// Combines RGB and opacity into RGBA with straight alpha.
pub(crate) fn with_alpha(rgb: &[u8], alpha: &[u8], premultiplied: bool) -> Result<Vec<u8>, Error> {
    let mut out = memory::reserve(memory::len(alpha).saturating_mul(4))?;
    for (color, alpha) in rgb.chunks_exact(3).zip(alpha) {
        let straight = |sample: u8| {
            let opacity = u32::from(*alpha).max(1);
            u8::try_from((u32::from(sample) * 255 + opacity / 2) / opacity).unwrap_or(u8::MAX)
        };
        out.extend(color.iter().map(|sample| if premultiplied { straight(*sample) } else { *sample }));
        out.push(*alpha);
    }
    Ok(out)
}
