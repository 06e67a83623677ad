//! [`Raster`]: decoded pixels.

use crate::pixels::base::Channels;
use std::sync::Arc;

use crate::error::Error;
use crate::note::Note;
use crate::pixels::base::{internal_error, memory};
use crate::pixels::color::Profile;
use crate::plan::Size;

/// An image of 8-bit samples, row by row from the top, without gaps between rows.
///
/// The samples are sRGB, unless there is a profile that says otherwise. It comes from a decoder; moving
/// pixels around leaves it alone, and whatever looks at colours wants it [settled](Self::settled) before.
///
/// Opaque images carry no alpha, which saves a quarter of all work. Alpha is straight, not
/// premultiplied: most operations move pixels and never look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Raster {
    size: Size,
    channels: Channels,
    samples: Vec<u8>,
    profile: Option<Arc<Profile>>,
    /// From its decoder, until the executor takes them.
    notes: Vec<Note>,
}

impl Raster {
    /// An image made of these samples; an error of ours if there are not exactly as many as `size` says.
    pub(crate) fn new(size: Size, channels: Channels, samples: Vec<u8>) -> Result<Self, Error> {
        let exact = size.pixels() > 0 && memory::bytes(size, channels) == memory::len(&samples);
        if exact {
            Ok(Self { size, channels, samples, profile: None, notes: Vec::new() })
        } else {
            Err(internal_error("a picture with a wrong size"))
        }
    }

    /// An image of one colour.
    pub(crate) fn filled(size: Size, channels: Channels, pixel: [u8; 4]) -> Result<Self, Error> {
        let mut samples = memory::reserve(memory::bytes(size, channels))?;
        // The capacity is a multiple of a pixel, so this fills it and never grows.
        let pixel = pixel.get(..channels.count()).unwrap_or_default();
        while samples.len() + pixel.len() <= samples.capacity() && memory::len(&samples) < memory::bytes(size, channels)
        {
            samples.extend_from_slice(pixel);
        }
        Self::new(size, channels, samples)
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

    /// What its samples mean, if that is not sRGB.
    pub(crate) const fn profile(&self) -> Option<&Arc<Profile>> {
        self.profile.as_ref()
    }

    /// Converted to sRGB, unless the result is to keep its profile.
    pub(crate) fn settled(self) -> Self {
        if self.profile.as_ref().is_some_and(|profile| profile.kept) { self } else { self.into_srgb() }
    }

    /// Converted to sRGB, if it is anything else.
    pub(crate) fn into_srgb(mut self) -> Self {
        if let Some(profile) = self.profile.take() {
            profile.to_srgb(&mut self.samples, self.channels);
        }
        self
    }

    /// Its size.
    pub(crate) const fn size(&self) -> Size {
        self.size
    }

    /// What its pixels consist of.
    pub(crate) const fn channels(&self) -> Channels {
        self.channels
    }

    /// All samples.
    pub(crate) fn samples(&self) -> &[u8] {
        &self.samples
    }

    /// All samples, to change.
    pub(crate) fn samples_mut(&mut self) -> &mut [u8] {
        &mut self.samples
    }

    /// All pixels, row by row.
    pub(crate) fn pixels(&self) -> impl Iterator<Item = [u8; 4]> {
        self.samples.chunks_exact(self.channels.count()).map(|pixel| match *pixel {
            [r, g, b, a] => [r, g, b, a],
            [r, g, b] => [r, g, b, u8::MAX],
            _ => [0; 4],
        })
    }

    /// The colours of all pixels, to change; alpha stays.
    pub(crate) fn colors_mut(&mut self) -> impl Iterator<Item = &mut [u8; 3]> {
        self.samples.chunks_exact_mut(self.channels.count()).filter_map(|pixel| pixel.first_chunk_mut())
    }

    /// A second image like this one.
    pub(crate) fn copy(&self) -> Result<Self, Error> {
        let mut samples = memory::reserve(memory::len(&self.samples))?;
        samples.extend_from_slice(&self.samples);
        Ok(Self { samples, profile: self.profile.clone(), notes: Vec::new(), ..*self })
    }

    /// All samples, to keep.
    pub(crate) fn into_samples(self) -> Vec<u8> {
        self.samples
    }

    /// Bytes of a row.
    pub(crate) fn stride(&self) -> usize {
        // A row is no longer than the samples, whose number is a `usize`.
        self.samples.len() / usize::try_from(self.size.height).unwrap_or(usize::MAX).max(1)
    }

    /// The rows from the top.
    pub(crate) fn rows(&self) -> std::slice::ChunksExact<'_, u8> {
        self.samples.chunks_exact(self.stride())
    }

    /// The samples of one pixel; `None` outside the image.
    pub(crate) fn pixel(&self, x: u32, y: u32) -> Option<&[u8]> {
        if x >= self.size.width || y >= self.size.height {
            return None;
        }
        let count = self.channels.count();
        let start = usize::try_from(y).ok()? * self.stride() + usize::try_from(x).ok()? * count;
        self.samples.get(start..start + count)
    }

    /// Is some pixel really transparent, wholly or in part?
    pub(crate) fn is_transparent(&self) -> bool {
        self.channels == Channels::Rgba && self.samples.chunks_exact(4).any(|p| p.last() != Some(&u8::MAX))
    }

    /// The same image without alpha if no pixel is transparent.
    pub(crate) fn without_needless_alpha(self) -> Self {
        if self.channels == Channels::Rgb || self.is_transparent() { self } else { self.map_to_rgb(|p| p) }
    }

    /// Drops alpha in place, each pixel replaced by what `color` makes of it.
    pub(crate) fn map_to_rgb(mut self, color: impl Fn([u8; 4]) -> [u8; 4]) -> Self {
        if self.channels == Channels::Rgba {
            let mut to = 0;
            for from in (0..self.samples.len()).step_by(4) {
                let Some(&[r, g, b, a]) = self.samples.get(from..from + 4) else { break };
                let [r, g, b, _] = color([r, g, b, a]);
                if let Some(target) = self.samples.get_mut(to..to + 3) {
                    target.copy_from_slice(&[r, g, b]);
                }
                to += 3;
            }
            self.samples.truncate(to);
            self.channels = Channels::Rgb;
        }
        self
    }

    /// The same image with alpha.
    pub(crate) fn with_alpha(self) -> Result<Self, Error> {
        if self.channels == Channels::Rgba { Ok(self) } else { self.copy_with_alpha() }
    }

    /// A second image like this one, with alpha.
    pub(crate) fn copy_with_alpha(&self) -> Result<Self, Error> {
        let mut samples = memory::reserve(memory::bytes(self.size, Channels::Rgba))?;
        samples.extend(self.pixels().flatten());
        let profile = self.profile.clone();
        Ok(Self::new(self.size, Channels::Rgba, samples)?.with_profile(profile))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alpha_comes_and_goes() {
        let size = Size::new(2, 1);
        let opaque = Raster::new(size, Channels::Rgb, vec![1, 2, 3, 4, 5, 6]).unwrap();
        let with = opaque.clone().with_alpha().unwrap();
        assert_eq!(with.samples(), [1, 2, 3, 255, 4, 5, 6, 255]);
        assert!(!with.is_transparent());
        assert_eq!(with.without_needless_alpha(), opaque);
        let clear = Raster::new(size, Channels::Rgba, vec![1, 2, 3, 255, 4, 5, 6, 254]).unwrap();
        assert!(clear.is_transparent());
        assert_eq!(clear.clone().without_needless_alpha(), clear);
    }

    #[test]
    fn has_exactly_its_samples() {
        assert!(Raster::new(Size::new(2, 2), Channels::Rgb, vec![0; 11]).is_err());
        assert!(Raster::new(Size::new(0, 2), Channels::Rgb, vec![]).is_err());
        let filled = Raster::filled(Size::new(3, 2), Channels::Rgba, [9, 8, 7, 6]).unwrap();
        assert_eq!(filled.samples().len(), 24);
        assert_eq!(filled.pixel(2, 1), Some(&[9, 8, 7, 6][..]));
        assert_eq!(filled.pixel(3, 1), None);
    }
}
