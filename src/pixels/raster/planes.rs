//! [`Planes`]: decoded luma and chroma.

use std::sync::Arc;

use super::rgb::Raster;
use crate::error::Error;
use crate::note::Note;
use crate::pixels::base::{Channels, internal_error, memory};
use crate::pixels::color::{Profile, ycbcr};
use crate::plan::Size;

/// An image in the form of a JPEG: luma, and two chroma planes that may have half its resolution, all in the full range
/// of 8 bits (JFIF 1.02). It has no alpha.
///
/// It has half as many samples as red, green and blue, and needs no conversion between a decoder and an encoder that
/// both work on planes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planes {
    size: Size,
    luma: Vec<u8>,
    /// Blue and red; `None` for gray.
    chroma: Option<[Vec<u8>; 2]>,
    /// Whether a chroma sample covers two by two pixels.
    chroma_420: bool,
    profile: Option<Arc<Profile>>,
    /// Notes of the decoder, until the executor takes them.
    notes: Vec<Note>,
}

impl Planes {
    /// Makes an image of these planes. Returns an internal error if one of them has a wrong size.
    pub(crate) fn new(
        size: Size,
        luma: Vec<u8>,
        chroma: Option<[Vec<u8>; 2]>,
        chroma_420: bool,
    ) -> Result<Self, Error> {
        let planes = Self { size, luma, chroma, chroma_420, profile: None, notes: Vec::new() };
        let exact = |samples: &[u8], size: Size| memory::len(samples) == size.pixels();
        let fits = size.pixels() > 0
            && exact(&planes.luma, size)
            && planes.chroma().is_none_or(|both| both.iter().all(|plane| exact(plane, planes.chroma_size())));
        if fits { Ok(planes) } else { Err(internal_error("planes of a wrong size")) }
    }

    /// Converts an image without alpha to planes, and keeps its profile.
    pub(crate) fn of(image: &Raster, chroma_420: bool) -> Result<Self, Error> {
        let size = image.size();
        let half = chroma_size(size, chroma_420);
        let (mut luma, mut blue, mut red) =
            (memory::reserve(size.pixels())?, memory::reserve(half.pixels())?, memory::reserve(half.pixels())?);
        luma.extend(image.samples().as_chunks::<3>().0.iter().map(|pixel| ycbcr::luma(*pixel)));
        let mut rows = image.rows();
        let mut add = |sum: [i32; 3], shift| {
            let both = ycbcr::chroma(sum, shift);
            blue.push(both.0);
            red.push(both.1);
        };
        while let Some(row) = rows.next() {
            let (row, _) = row.as_chunks::<3>();
            if !chroma_420 {
                row.iter().for_each(|pixel| add(ycbcr::wide(*pixel), 0));
                continue;
            }
            // Beyond an odd side the last pixels are repeated.
            let (below, _) = rows.next().map_or((row, &[][..]), <[u8]>::as_chunks::<3>);
            for (above, below) in row.chunks(2).zip(below.chunks(2)) {
                let pixels = [above.first(), above.last(), below.first(), below.last()];
                let sum = pixels.into_iter().flatten().fold([0; 3], |[r, g, b], pixel| {
                    let [x, y, z] = ycbcr::wide(*pixel);
                    [r + x, g + y, b + z]
                });
                add(sum, 2);
            }
        }
        Ok(Self::new(size, luma, Some([blue, red]), chroma_420)?.with_profile(image.profile().cloned()))
    }

    /// Replaces the profile and keeps the samples.
    pub(crate) fn with_profile(self, profile: Option<Arc<Profile>>) -> Self {
        Self { profile, ..self }
    }

    /// Adds notes about the file that the image was decoded from.
    pub(crate) fn noting(mut self, notes: impl IntoIterator<Item = Note>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// Takes the notes about the file that the image was decoded from.
    pub(crate) fn take_notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }

    /// Returns the profile of the samples, if they are not sRGB.
    pub(crate) const fn profile(&self) -> Option<&Arc<Profile>> {
        self.profile.as_ref()
    }

    /// Returns the size.
    pub(crate) const fn size(&self) -> Size {
        self.size
    }

    /// Returns `true` if chroma has half the resolution. This includes gray.
    pub(crate) const fn is_chroma_420(&self) -> bool {
        self.chroma_420 || self.chroma.is_none()
    }

    /// Returns the size of the chroma planes.
    pub(crate) const fn chroma_size(&self) -> Size {
        chroma_size(self.size, self.chroma_420)
    }

    /// Returns the luma plane.
    pub(crate) fn luma(&self) -> &[u8] {
        &self.luma
    }

    /// Returns the blue and red planes; `None` for gray.
    pub(crate) fn chroma(&self) -> Option<[&[u8]; 2]> {
        self.chroma.as_ref().map(|[blue, red]| [blue.as_slice(), red.as_slice()])
    }

    /// Returns the bytes of all samples.
    pub(crate) fn bytes(&self) -> u64 {
        memory::len(&self.luma) + self.chroma().map_or(0, |[blue, red]| memory::len(blue) + memory::len(red))
    }

    /// Drops the colour. Luma is the brightness of a grey as in video (ITU-R BT.601).
    pub(crate) fn into_gray(self) -> Self {
        Self { chroma: None, ..self }
    }

    /// Makes another image of this size, or of the turned size. Each plane is made from the corresponding one.
    pub(crate) fn try_map(
        self,
        size: Size,
        mut make: impl FnMut(Vec<u8>, Size, Scale) -> Result<Vec<u8>, Error>,
    ) -> Result<Self, Error> {
        let (own, chroma_size) = (self.size, self.chroma_size());
        let luma = make(self.luma, own, Scale::Whole)?;
        let scale = if self.chroma_420 { Scale::Half } else { Scale::Whole };
        let chroma = match self.chroma {
            Some([blue, red]) => Some([make(blue, chroma_size, scale)?, make(red, chroma_size, scale)?]),
            None => None,
        };
        Ok(Self::new(size, luma, chroma, self.chroma_420)?.with_profile(self.profile))
    }

    /// Converts the image to red, green and blue.
    pub(crate) fn into_raster(self) -> Result<Raster, Error> {
        let mut samples = memory::reserve(memory::bytes(self.size, Channels::Rgb))?;
        match &self.chroma {
            None => samples.extend(self.luma.iter().flat_map(|y| [*y; 3])),
            Some([blue, red]) => {
                let side = |side: u32| usize::try_from(side).map_err(|_| internal_error("out of address space"));
                let (wide, chroma_wide) = (side(self.size.width)?, side(self.chroma_size().width)?);
                let rows = blue.chunks_exact(chroma_wide).zip(red.chunks_exact(chroma_wide));
                let each = if self.chroma_420 { 2 } else { 1 };
                let rows = rows.flat_map(|row| std::iter::repeat_n(row, each));
                for (luma, (blue, red)) in self.luma.chunks_exact(wide).zip(rows) {
                    if self.chroma_420 {
                        let twice = |row: &'_ [u8]| row.iter().flat_map(|s| [*s; 2]).collect::<Vec<_>>();
                        ycbcr::to_rgb(luma, &twice(blue), &twice(red), &mut samples);
                    } else {
                        ycbcr::to_rgb(luma, blue, red, &mut samples);
                    }
                }
            }
        }
        Ok(Raster::new(self.size, Channels::Rgb, samples)?.with_profile(self.profile).noting(self.notes))
    }
}

/// The number of pixels per sample of a plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// One pixel.
    Whole,
    /// Two by two pixels.
    Half,
}

/// Returns the size of the chroma planes of an image.
pub(crate) const fn chroma_size(size: Size, chroma_420: bool) -> Size {
    if chroma_420 { Size::new(size.width.div_ceil(2), size.height.div_ceil(2)) } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_come_out_as_jfif_has_them() {
        // Red, green, blue, and white according to BT.601.
        let luma = vec![76, 150, 29, 255];
        let chroma = [vec![85, 44, 255, 128], vec![255, 21, 107, 128]];
        let size = Size::new(4, 1);
        let planes = Planes::new(size, luma, Some(chroma), false).unwrap();
        let image = planes.clone().into_raster().unwrap();
        let want = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]].concat();
        for (got, want) in image.samples().iter().zip(&want) {
            assert!(got.abs_diff(*want) <= 2, "{:?}", image.samples());
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
