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
/// The samples are sRGB, unless there is a profile. The profile comes from a decoder. Operations that only move pixels
/// ignore it; operations that use colours need a [settled](Self::settled) image.
///
/// Opaque images have no alpha channel, which saves a quarter of all work. Alpha is straight and not premultiplied,
/// because most operations move pixels and never read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Raster {
    size: Size,
    channels: Channels,
    samples: Vec<u8>,
    profile: Option<Arc<Profile>>,
    /// Notes of the decoder, until the executor takes them.
    notes: Vec<Note>,
}

impl Raster {
    /// Makes an image of these samples. Returns an internal error if their number does not match `size`.
    pub(crate) fn new(size: Size, channels: Channels, samples: Vec<u8>) -> Result<Self, Error> {
        let exact = size.pixels() > 0 && memory::bytes(size, channels) == memory::len(&samples);
        if exact {
            Ok(Self { size, channels, samples, profile: None, notes: Vec::new() })
        } else {
            Err(internal_error("an image with a wrong size"))
        }
    }

    /// Makes an image of one colour.
    pub(crate) fn filled(size: Size, channels: Channels, pixel: [u8; 4]) -> Result<Self, Error> {
        let mut samples = memory::reserve(memory::bytes(size, channels))?;
        // The capacity is a multiple of a pixel, so this fills it and never reallocates.
        let pixel = pixel.get(..channels.count()).unwrap_or_default();
        while samples.len() + pixel.len() <= samples.capacity() && memory::len(&samples) < memory::bytes(size, channels)
        {
            samples.extend_from_slice(pixel);
        }
        Self::new(size, channels, samples)
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

    /// Converts the image to sRGB, unless the result keeps its profile.
    pub(crate) fn settled(self) -> Self {
        if self.profile.as_ref().is_some_and(|profile| profile.kept) { self } else { self.into_srgb() }
    }

    /// Converts the image to sRGB.
    pub(crate) fn into_srgb(mut self) -> Self {
        if let Some(profile) = self.profile.take() {
            profile.to_srgb(&mut self.samples, self.channels);
        }
        self
    }

    /// Returns the size.
    pub(crate) const fn size(&self) -> Size {
        self.size
    }

    /// Returns the channels of a pixel.
    pub(crate) const fn channels(&self) -> Channels {
        self.channels
    }

    /// Returns all samples.
    pub(crate) fn samples(&self) -> &[u8] {
        &self.samples
    }

    /// Returns all samples, mutably.
    pub(crate) fn samples_mut(&mut self) -> &mut [u8] {
        &mut self.samples
    }

    /// Returns all pixels, row by row.
    pub(crate) fn pixels(&self) -> impl Iterator<Item = [u8; 4]> {
        self.samples.chunks_exact(self.channels.count()).map(|pixel| match *pixel {
            [r, g, b, a] => [r, g, b, a],
            [r, g, b] => [r, g, b, u8::MAX],
            _ => [0; 4],
        })
    }

    /// Returns the colours of all pixels, mutably, without alpha.
    pub(crate) fn colors_mut(&mut self) -> impl Iterator<Item = &mut [u8; 3]> {
        self.samples.chunks_exact_mut(self.channels.count()).filter_map(|pixel| pixel.first_chunk_mut())
    }

    /// Returns a copy of the image without its notes.
    pub(crate) fn copy(&self) -> Result<Self, Error> {
        let mut samples = memory::reserve(memory::len(&self.samples))?;
        samples.extend_from_slice(&self.samples);
        Ok(Self { samples, profile: self.profile.clone(), notes: Vec::new(), ..*self })
    }

    /// Returns all samples and consumes the image.
    pub(crate) fn into_samples(self) -> Vec<u8> {
        self.samples
    }

    /// Returns the bytes of a row.
    pub(crate) fn stride(&self) -> usize {
        // A row is not longer than the samples, whose number is a `usize`.
        self.samples.len() / usize::try_from(self.size.height).unwrap_or(usize::MAX).max(1)
    }

    /// Returns the rows from the top.
    pub(crate) fn rows(&self) -> std::slice::ChunksExact<'_, u8> {
        self.samples.chunks_exact(self.stride())
    }

    /// Returns the samples of one pixel, or `None` outside the image.
    pub(crate) fn pixel(&self, x: u32, y: u32) -> Option<&[u8]> {
        if x >= self.size.width || y >= self.size.height {
            return None;
        }
        let count = self.channels.count();
        let start = usize::try_from(y).ok()? * self.stride() + usize::try_from(x).ok()? * count;
        self.samples.get(start..start + count)
    }

    /// Returns `true` if at least one pixel is not opaque.
    pub(crate) fn is_transparent(&self) -> bool {
        self.channels == Channels::Rgba && self.samples.chunks_exact(4).any(|p| p.last() != Some(&u8::MAX))
    }

    /// Drops the alpha channel if all pixels are opaque.
    pub(crate) fn without_needless_alpha(self) -> Self {
        if self.channels == Channels::Rgb || self.is_transparent() { self } else { self.map_to_rgb(|p| p) }
    }

    /// Drops alpha in place and replaces each pixel by the result of `color`.
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

    /// Adds an alpha channel, if there is none.
    pub(crate) fn with_alpha(self) -> Result<Self, Error> {
        if self.channels == Channels::Rgba { Ok(self) } else { self.copy_with_alpha() }
    }

    /// Returns a copy of the image with an alpha channel.
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
