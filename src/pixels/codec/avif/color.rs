//! Planes of luma and chroma to RGB (ITU-T H.273).

use re_rav1d::dav1d::Picture;
use re_rav1d::dav1d::pixel::MatrixCoefficients;

use super::super::decode::of_a_kind;
use super::container::Meaning;
use crate::error::Error;
use crate::format::Format;
use crate::pixels::{broken, memory};
use crate::plan::Size;

/// A decoded frame.
pub(super) struct Planes {
    pub(super) size: Size,
    pub(super) sampling: Sampling,
    /// Bits of a sample: 8, 10 or 12.
    pub(super) depth: u32,
    pub(super) luma: Vec<u16>,
    pub(super) chroma: Option<[Vec<u16>; 2]>,
    pub(super) full_range: bool,
    /// A number of H.273, table 4.
    pub(super) matrix: u16,
}

/// How much smaller chroma planes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sampling {
    /// There are none.
    Gray,
    /// Half as wide and half as high.
    Quarter,
    /// Half as wide.
    Half,
    Full,
}

impl Sampling {
    /// The size of a chroma plane.
    pub(super) fn chroma(self, size: Size) -> Option<Size> {
        let half = |side: u32| side.div_ceil(2);
        match self {
            Self::Gray => None,
            Self::Quarter => Some(Size::new(half(size.width), half(size.height))),
            Self::Half => Some(Size::new(half(size.width), size.height)),
            Self::Full => Some(size),
        }
    }
}

/// What the AV1 data say of their matrix.
pub(super) fn matrix_of(picture: &Picture) -> u16 {
    match picture.matrix_coefficients() {
        MatrixCoefficients::Identity => 0,
        MatrixCoefficients::BT709 => 1,
        MatrixCoefficients::Unspecified => UNSPECIFIED,
        MatrixCoefficients::BT470M => 4,
        MatrixCoefficients::BT470BG => 5,
        MatrixCoefficients::ST170M => 6,
        MatrixCoefficients::ST240M => 7,
        MatrixCoefficients::BT2020NonConstantLuminance => 9,
        _ => u16::MAX,
    }
}

const UNSPECIFIED: u16 = 2;

/// From samples to 0.0..=1.0 for luma, -0.5..=0.5 for chroma.
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

impl Planes {
    /// As RGB.
    pub(super) fn to_rgb(&self, meaning: &Meaning) -> Result<Vec<u8>, Error> {
        let range = Range::new(self.depth, meaning.full_range.unwrap_or(self.full_range));
        let matrix = meaning.matrix.filter(|matrix| *matrix != UNSPECIFIED).unwrap_or(self.matrix);
        let mut out = memory::reserve(self.size.pixels().saturating_mul(3))?;
        let luma = |sample: &u16| (f32::from(*sample) - range.black) * range.luma;
        let (Some([u, v]), Some(size)) = (&self.chroma, self.sampling.chroma(self.size)) else {
            out.extend(self.luma.iter().flat_map(|sample| [level(luma(sample)); 3]));
            return Ok(out);
        };
        if matrix == 0 {
            // Green, blue, red as they are.
            if self.sampling != Sampling::Full {
                return Err(of_a_kind(Format::Avif));
            }
            let samples = self.luma.iter().zip(u).zip(v);
            out.extend(samples.flat_map(|((g, b), r)| [r, g, b].map(|sample| level(luma(sample)))));
            return Ok(out);
        }
        let (red, blue): (f32, f32) = match matrix {
            1 => (0.2126, 0.0722),
            4 => (0.30, 0.11),
            UNSPECIFIED | 5 | 6 => (0.299, 0.114),
            7 => (0.212, 0.087),
            9 => (0.2627, 0.0593),
            _ => return Err(of_a_kind(Format::Avif)),
        };
        let green = 1.0 - red - blue;
        let side = |side: u32| usize::try_from(side).map_err(|_| broken("out of address space"));
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
                let r = (2.0 * (1.0 - red)).mul_add(v, y);
                let b = (2.0 * (1.0 - blue)).mul_add(u, y);
                let g = (y - red * r - blue * b) / green;
                out.extend([r, g, b].map(level));
            }
        }
        Ok(out)
    }

    /// As opacity: luma alone.
    pub(super) fn gray(&self) -> Result<Vec<u8>, Error> {
        let range = Range::new(self.depth, self.full_range);
        let mut out = memory::reserve(self.size.pixels())?;
        out.extend(self.luma.iter().map(|sample| level((f32::from(*sample) - range.black) * range.luma)));
        Ok(out)
    }

    /// The row of chroma that belongs to a row of luma: between two where there are half as many.
    fn blend_rows(&self, plane: &[u16], y: usize, across: usize, out: &mut [f32]) {
        let (near, far) = if self.sampling == Sampling::Quarter { neighbours(y) } else { (y, y) };
        let last = (plane.len() / across.max(1)).saturating_sub(1);
        let row = |at: usize| plane.chunks_exact(across.max(1)).nth(at.min(last)).unwrap_or_default();
        for ((near, far), out) in row(near).iter().zip(row(far)).zip(out) {
            *out = f32::from(*near).mul_add(0.75, f32::from(*far) * 0.25);
        }
    }

    /// The chroma sample that belongs to a column of luma.
    fn between(&self, row: &[f32], x: usize) -> f32 {
        let at = |at: usize| row.get(at.min(row.len().saturating_sub(1))).copied().unwrap_or_default();
        if self.sampling == Sampling::Full {
            return at(x);
        }
        let (near, far) = neighbours(x);
        at(near).mul_add(0.75, at(far) * 0.25)
    }
}

/// The sample that covers this one at half the scale, and the other one beside it.
fn neighbours(at: usize) -> (usize, usize) {
    let near = at / 2;
    (near, if at.is_multiple_of(2) { near.saturating_sub(1) } else { near + 1 })
}

/// RGB and opacity as RGBA with straight alpha.
pub(super) fn with_alpha(rgb: &[u8], alpha: &[u8], premultiplied: bool) -> Result<Vec<u8>, Error> {
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

fn level(value: f32) -> u8 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float casts saturate, NaN is zero")]
    let level = value.mul_add(255.0, 0.5) as u8;
    level
}
