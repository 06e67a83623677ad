//! [`Planes`]: decoded pixels that still are luma and chroma.

use std::sync::Arc;

use super::codec::Profile;
use super::raster::Channels;
use super::{Raster, broken, memory};
use crate::error::Error;
use crate::note::Note;
use crate::plan::Size;

/// A picture as JPEG has it: brightness, and two planes of colour that may have half its resolution, all in the full
/// range of 8 bits (JFIF 1.02). It has no alpha.
///
/// Half the samples of red, green and blue, and nothing to convert between a decoder and an encoder that both work
/// like that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planes {
    size: Size,
    luma: Vec<u8>,
    /// Blue and red; none for gray.
    chroma: Option<[Vec<u8>; 2]>,
    /// Does a sample of chroma stand for two by two pixels?
    halved: bool,
    profile: Option<Arc<Profile>>,
    /// From its decoder, until the executor takes them.
    notes: Vec<Note>,
}

impl Planes {
    /// A picture made of these planes; an error of ours if one has another size than it should.
    pub(crate) fn new(size: Size, luma: Vec<u8>, chroma: Option<[Vec<u8>; 2]>, halved: bool) -> Result<Self, Error> {
        let planes = Self { size, luma, chroma, halved, profile: None, notes: Vec::new() };
        let exact = |samples: &[u8], size: Size| memory::len(samples) == size.pixels();
        let fits = size.pixels() > 0
            && exact(&planes.luma, size)
            && planes.chroma().is_none_or(|both| both.iter().all(|plane| exact(plane, planes.chroma_size())));
        if fits { Ok(planes) } else { Err(broken("planes of a wrong size")) }
    }

    /// The planes of a picture without alpha, with its profile.
    pub(crate) fn of(picture: &Raster, halved: bool) -> Result<Self, Error> {
        let size = picture.size();
        let half = chroma_size(size, halved);
        let (mut luma, mut blue, mut red) =
            (memory::reserve(size.pixels())?, memory::reserve(half.pixels())?, memory::reserve(half.pixels())?);
        luma.extend(picture.samples().as_chunks::<3>().0.iter().map(|pixel| weighed(wide(*pixel), &LUMA, 0, 0)));
        let mut rows = picture.rows();
        let mut add = |sum: [i32; 3], shift| {
            blue.push(weighed(sum, &BLUE, 128, shift));
            red.push(weighed(sum, &RED, 128, shift));
        };
        while let Some(row) = rows.next() {
            let (row, _) = row.as_chunks::<3>();
            if !halved {
                row.iter().for_each(|pixel| add(wide(*pixel), 0));
                continue;
            }
            // Beyond an odd side the last pixels go on.
            let (below, _) = rows.next().map_or((row, &[][..]), <[u8]>::as_chunks::<3>);
            for (above, below) in row.chunks(2).zip(below.chunks(2)) {
                let pixels = [above.first(), above.last(), below.first(), below.last()];
                let sum = pixels.into_iter().flatten().fold([0; 3], |[r, g, b], pixel| {
                    let [x, y, z] = wide(*pixel);
                    [r + x, g + y, b + z]
                });
                add(sum, 2);
            }
        }
        Ok(Self::new(size, luma, Some([blue, red]), halved)?.with_profile(picture.profile().cloned()))
    }

    /// The same samples, with another meaning.
    pub(crate) fn with_profile(self, profile: Option<Arc<Profile>>) -> Self {
        Self { profile, ..self }
    }

    /// Adds facts about the file that it was decoded from.
    pub(crate) fn noting(mut self, notes: impl IntoIterator<Item = Note>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// Takes the facts about the file that it was decoded from.
    pub(crate) fn take_notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }

    /// What its colours mean, if they are not sRGB.
    pub(crate) const fn profile(&self) -> Option<&Arc<Profile>> {
        self.profile.as_ref()
    }

    /// Its size.
    pub(crate) const fn size(&self) -> Size {
        self.size
    }

    /// Has chroma half the resolution? True for gray too.
    pub(crate) const fn is_halved(&self) -> bool {
        self.halved || self.chroma.is_none()
    }

    /// The size of the planes of chroma.
    pub(crate) const fn chroma_size(&self) -> Size {
        chroma_size(self.size, self.halved)
    }

    /// Brightness.
    pub(crate) fn luma(&self) -> &[u8] {
        &self.luma
    }

    /// Blue and red; none for gray.
    pub(crate) fn chroma(&self) -> Option<[&[u8]; 2]> {
        self.chroma.as_ref().map(|[blue, red]| [blue.as_slice(), red.as_slice()])
    }

    /// Bytes of all samples.
    pub(crate) fn bytes(&self) -> u64 {
        memory::len(&self.luma) + self.chroma().map_or(0, |[blue, red]| memory::len(blue) + memory::len(red))
    }

    /// Without colour: its brightness is that of a grey as video has it (ITU-R BT.601).
    pub(crate) fn into_gray(self) -> Self {
        Self { chroma: None, ..self }
    }

    /// Another picture of this size or the one turned, each plane made of one of these.
    pub(crate) fn try_map(
        self,
        size: Size,
        mut make: impl FnMut(Vec<u8>, Size, Scale) -> Result<Vec<u8>, Error>,
    ) -> Result<Self, Error> {
        let (own, chroma_size) = (self.size, self.chroma_size());
        let luma = make(self.luma, own, Scale::Whole)?;
        let scale = if self.halved { Scale::Half } else { Scale::Whole };
        let chroma = match self.chroma {
            Some([blue, red]) => Some([make(blue, chroma_size, scale)?, make(red, chroma_size, scale)?]),
            None => None,
        };
        Ok(Self::new(size, luma, chroma, self.halved)?.with_profile(self.profile))
    }

    /// The same in red, green and blue.
    pub(crate) fn into_raster(self) -> Result<Raster, Error> {
        let mut samples = memory::reserve(memory::bytes(self.size, Channels::Rgb))?;
        match &self.chroma {
            None => samples.extend(self.luma.iter().flat_map(|y| [*y; 3])),
            Some([blue, red]) => {
                let side = |side: u32| usize::try_from(side).map_err(|_| broken("out of address space"));
                let (wide, chroma_wide) = (side(self.size.width)?, side(self.chroma_size().width)?);
                let rows = blue.chunks_exact(chroma_wide).zip(red.chunks_exact(chroma_wide));
                let each = if self.halved { 2 } else { 1 };
                let rows = rows.flat_map(|row| std::iter::repeat_n(row, each));
                for (luma, (blue, red)) in self.luma.chunks_exact(wide).zip(rows) {
                    if self.halved {
                        let twice = |row: &'_ [u8]| row.iter().flat_map(|s| [*s; 2]).collect::<Vec<_>>();
                        color(luma, &twice(blue), &twice(red), &mut samples);
                    } else {
                        color(luma, blue, red, &mut samples);
                    }
                }
            }
        }
        Ok(Raster::new(self.size, Channels::Rgb, samples)?.with_profile(self.profile).noting(self.notes))
    }
}

/// How many pixels a sample of a plane stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// One.
    Whole,
    /// Two by two.
    Half,
}

/// The size of the planes of chroma of a picture.
pub(crate) const fn chroma_size(size: Size, halved: bool) -> Size {
    if halved { Size::new(size.width.div_ceil(2), size.height.div_ceil(2)) } else { size }
}

/// From RGB to luma and chroma of full range (JFIF 1.02), in parts of 65536.
const LUMA: [i32; 3] = [19_595, 38_470, 7_471];
const BLUE: [i32; 3] = [-11_059, -21_709, 32_768];
const RED: [i32; 3] = [32_768, -27_439, -5_329];

/// A sample of a plane, of the sum of so many pixels: two to the power of `shift`.
#[inline(always)]
fn weighed([r, g, b]: [i32; 3], [by_r, by_g, by_b]: &[i32; 3], middle: i32, shift: u32) -> u8 {
    let bits = 16 + shift;
    let sum = r * by_r + g * by_g + b * by_b + (middle << bits) + (1 << (bits - 1));
    let [nearest, ..] = (sum >> bits).min(255).to_le_bytes();
    nearest
}

#[inline(always)]
fn wide(pixel: [u8; 3]) -> [i32; 3] {
    pixel.map(i32::from)
}

/// Adds red, green and blue of luma and chroma of full range (JFIF 1.02), in whole numbers.
pub(crate) fn color(luma: &[u8], blue: &[u8], red: &[u8], out: &mut Vec<u8>) {
    const LANES: usize = 32;
    // Planes that were halved may be longer.
    let [blue, red] = [blue, red].map(|row| row.get(..luma.len()).unwrap_or(row));
    let start = out.len();
    out.resize(start + 3 * luma.len(), 0);
    let (chunks, rest) = out.get_mut(start..).unwrap_or_default().as_chunks_mut::<{ 3 * LANES }>();
    let ((lumas, luma), (blues, blue), (reds, red)) =
        (luma.as_chunks::<LANES>(), blue.as_chunks::<LANES>(), red.as_chunks::<LANES>());
    for (((to, luma), blue), red) in chunks.iter_mut().zip(lumas).zip(blues).zip(reds) {
        // One kind of sample after the other: of this compilers make vector code.
        let [mut r, mut g, mut b] = [[0; LANES]; 3];
        let lanes = r.iter_mut().zip(&mut g).zip(&mut b).zip(luma).zip(blue).zip(red);
        for (((((r, g), b), luma), blue), red) in lanes {
            [*r, *g, *b] = pixel_of(*luma, *blue, *red);
        }
        for (((to, r), g), b) in to.as_chunks_mut().0.iter_mut().zip(r).zip(g).zip(b) {
            *to = [r, g, b];
        }
    }
    for (((to, luma), blue), red) in rest.as_chunks_mut().0.iter_mut().zip(luma).zip(blue).zip(red) {
        *to = pixel_of(*luma, *blue, *red);
    }
}

/// In 16 bits throughout, for which there are vector instructions. Chroma has six bits of fraction, and only the part
/// of each factor that is less than one half is multiplied, in parts of 65536.
#[inline(always)]
fn pixel_of(luma: u8, blue: u8, red: u8) -> [u8; 3] {
    const BITS: u32 = 6;
    let (y, cb, cr) = (i16::from(luma), i16::from(blue) - 128, i16::from(red) - 128);
    // The upper half of a product of 16 bits each.
    let part = |chroma: i16, by: i16| ((i32::from(chroma << BITS) * i32::from(by)) >> 16) as i16;
    let rounded = |part: i16| (part + (1 << (BITS - 1))) >> BITS;
    // 1.402 is 1 + 0.402, -0.714136 is -1 + 0.285864, and 1.772 is 2 - 0.228.
    let r = y + cr + rounded(part(cr, 26_345));
    let g = y - cr + rounded(part(cb, -22_554) + part(cr, 18_734));
    let b = y + 2 * cb + rounded(part(cb, -14_942));
    #[expect(clippy::cast_sign_loss, reason = "between 0 and 255")]
    let narrow = |value: i16| value.clamp(0, 255) as u8;
    [r, g, b].map(narrow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_come_out_as_jfif_has_them() {
        // Red, green, blue, and white, each as BT.601 has it.
        let luma = vec![76, 150, 29, 255];
        let chroma = [vec![85, 44, 255, 128], vec![255, 21, 107, 128]];
        let size = Size::new(4, 1);
        let planes = Planes::new(size, luma, Some(chroma), false).unwrap();
        let picture = planes.clone().into_raster().unwrap();
        let want = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]].concat();
        for (got, want) in picture.samples().iter().zip(&want) {
            assert!(got.abs_diff(*want) <= 2, "{:?}", picture.samples());
        }
        let gray = planes.into_gray().into_raster().unwrap();
        assert_eq!(gray.samples()[..6], [76, 76, 76, 150, 150, 150]);
    }

    #[test]
    fn halved_planes_of_odd_sizes() {
        let size = Size::new(3, 3);
        assert!(Planes::new(size, vec![9; 9], Some([vec![128; 9], vec![128; 9]]), true).is_err());
        let planes = Planes::new(size, vec![9; 9], Some([vec![128; 4], vec![128; 4]]), true).unwrap();
        assert_eq!(planes.into_raster().unwrap().samples(), [9; 27]);
        for width in 1..100 {
            let (size, half) = (Size::new(width, 1), vec![128; width.div_ceil(2) as usize]);
            let planes = Planes::new(size, vec![7; width as usize], Some([half.clone(), half]), true).unwrap();
            assert!(planes.into_raster().unwrap().samples().iter().all(|sample| *sample == 7), "{width}");
        }
    }
}
